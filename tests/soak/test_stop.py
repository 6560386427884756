"""A short form of the stops of `python -m tests.soak`; and that each check can miss."""

import random
import signal

import pytest

from firmware_bridge.device.port import Port
from firmware_bridge.device.simulated import SimulatedMachine
from tests.soak import stop
from tests.soak.stop import Tally

# A computer on which others are busy takes its time: see the long form for how much on a quiet one.
STOP_S = 2.0
MOMENTS = ("watched", "calibrating")


def test_a_stop_leaves_nothing_behind_and_does_not_take_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stop, "STOP_S", STOP_S)
    seed = random.SystemRandom().randrange(1_000_000)
    for figure in stop.figures(len(MOMENTS), seed, places=len(MOMENTS), moments=MOMENTS):
        assert figure.holds, str(figure)


@pytest.mark.parametrize(("took_s", "holds"), [(0.49, True), (0.51, False)])
def test_a_stop_that_takes_too_long_is_a_miss(took_s: float, holds: bool) -> None:
    tally = Tally([(0.1, "watched"), (took_s, "demo"), (0.2, "watched")])
    quick, _ = stop.told_of(tally, "")
    assert quick.holds is holds
    assert quick.detail.startswith("demo; 0.20 s in the middle, 3 stops")


PYTHONS_OWN = """Traceback (most recent call last):
  File "<frozen runpy>", line 189, in _run_module_as_main
KeyboardInterrupt
"""


@pytest.mark.parametrize(
    ("status", "told", "problems", "wrong"),
    [
        (0, "Display: http://x/\n", "", False),
        (0, "Display: http://x/\n", "something\n", True),
        (1, "Display: http://x/\n", "leverrep: something\n", True),
        (-signal.SIGTERM, "", "", False),
        (-signal.SIGKILL, "", "", True),
        (-signal.SIGTERM, "Display: http://x/\n", "", True),
        (1, "1 Neutral: stand tall\n", "leverrep: not calibrated: stopped\n", False),
        (0, "1 Neutral: stand tall\n", "", True),
        (1, "1 Neutral: stand tall\n", "Traceback (most recent call last)\n", True),
        (-signal.SIGINT, "", PYTHONS_OWN, False),
        (1, "", PYTHONS_OWN, False),
        (0, "", PYTHONS_OWN, True),
        (-signal.SIGINT, "", PYTHONS_OWN.replace("<frozen runpy>", "cli.py"), True),
    ],
)
def test_another_status_or_other_words_are_a_miss(
    status: int, told: str, problems: str, wrong: bool
) -> None:
    assert bool(list(stop.words_problems(status, told, problems))) is wrong


def test_a_port_that_is_not_let_go_is_a_miss() -> None:
    with SimulatedMachine([2048]) as machine:
        assert not list(stop.port_problems(machine.port))
        with Port(machine.port):
            assert list(stop.port_problems(machine.port))


def test_a_set_under_way_that_is_not_kept_is_a_miss() -> None:
    assert not list(stop.kept_problems(3, [3]))
    assert list(stop.kept_problems(3, [2]))
    assert list(stop.kept_problems(1, []))
    assert not list(stop.kept_problems(0, []))


def test_what_is_wrong_is_a_miss() -> None:
    assert not list(stop.told_of(Tally([(0.1, "demo")], wrong=["x"]), ""))[-1].holds
