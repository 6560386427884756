"""That a station finishes what is under way is in test_station.py."""

import os
import signal
from collections.abc import Iterator

import pytest

from firmware_bridge.stop import Stop

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(params=SIGNALS, ids=[number.name for number in SIGNALS])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """One of them, and whatever a test makes of it is taken back."""
    before = signal.getsignal(request.param)
    yield request.param
    signal.signal(request.param, before)


def test_nobody_has_asked_to_begin_with() -> None:
    stop = Stop()
    with stop.on_signals():
        assert not stop.asked
    assert not stop.asked


def test_a_signal_only_asks_and_so_does_the_next(number: signal.Signals) -> None:
    stop, other = Stop(), Stop()
    with stop.on_signals():
        for _ in range(3):
            os.kill(os.getpid(), number)
        assert stop.asked
    assert stop.asked
    assert not other.asked


def test_what_was_ignored_stays_ignored(number: signal.Signals) -> None:
    """As nohup has it, or a shell for what runs in its background."""
    signal.signal(number, signal.SIG_IGN)
    stop = Stop()
    with stop.on_signals():
        os.kill(os.getpid(), number)
        assert not stop.asked
    assert signal.getsignal(number) is signal.SIG_IGN


def test_afterwards_signals_do_what_they_did_whatever_has_happened(number: signal.Signals) -> None:
    heard = []
    signal.signal(number, lambda *_: heard.append(number))
    stop = Stop()
    with pytest.raises(ZeroDivisionError), stop.on_signals():
        raise ZeroDivisionError
    os.kill(os.getpid(), number)
    assert heard == [number]
    assert not stop.asked
