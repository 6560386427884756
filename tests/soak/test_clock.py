"""A short form of the clock's day; and that it can miss."""

import random

import numpy as np
import pytest

from firmware_bridge.device.clock import Clock
from tests.soak import clock
from tests.soak.clock import JITTERS, Board, Floats


def seed() -> int:
    """Another one each time; figures tell which."""
    return random.SystemRandom().randrange(1_000_000)


def late(seconds: float) -> clock.Jitter:
    return lambda rng, n: rng.uniform(seconds, seconds + 0.001, n)


def test_device_time_is_the_hosts_within_a_millisecond() -> None:
    for figure in clock.figures(0.5, seed()):
        assert figure.holds, str(figure)


def judged(board: Board, truth: Board, jitter: clock.Jitter) -> list[bool]:
    """Whether the figures hold of a clock that follows `board` while the truth is another."""
    blocks = clock.arrivals(board, jitter, 300, np.random.default_rng(1))
    answers = clock.run(Clock(), truth, blocks)
    return [figure.holds for figure in clock.of_days({"one": answers}, "")]


@pytest.mark.parametrize(
    ("ppm", "true_ppm", "late_s", "holds"),
    [
        (100, 100, 0.0, [True, True, True]),
        (100, 100, 0.0015, [False, False, True]),
        (100, 140, 0.0, [False, False, False]),
    ],
)
def test_a_clock_that_is_off_is_found_out(
    ppm: float, true_ppm: float, late_s: float, holds: list[bool]
) -> None:
    assert judged(Board(ppm), Board(true_ppm), late(late_s)) == holds


def test_one_answer_too_late_in_a_thousand_is_told_of_as_the_worst() -> None:
    day = clock.Answers(np.arange(1e4), np.where(np.arange(1e4) % 1000, 0.1, 1.1), np.zeros(10_000))
    assert [figure.holds for figure in clock.of_days({"one": day}, "")] == [True, False, True]


def test_a_clock_that_takes_what_was_kept_for_fresh_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Clock, "arrival_of", lambda self, device_s: 1e5 + device_s)
    assert not clock.of_sleeps(6, 1).holds


def came(board: Board, seconds: float) -> tuple[Floats, Floats]:
    blocks = list(clock.arrivals(board, JITTERS["even to 8 ms"], seconds, np.random.default_rng(2)))
    device_s, came_s = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return device_s, came_s


def test_arrivals_are_late_by_jitter_and_stalls_and_never_overtake() -> None:
    board = Board(-200)
    device_s, came_s = came(board, 1300)
    late_s = came_s - board.host_s(device_s)
    assert len(device_s) == 65_000
    assert 0 <= late_s.min() < 1e-5
    assert 0.25 < late_s.max() < 0.308
    assert np.all(np.diff(came_s) >= 0)


def test_a_boards_clock_drifts_as_it_is_said_to() -> None:
    board = Board(-200)
    device_s = np.linspace(0, 3600, 100_000)
    gained = 1 - np.gradient(board.host_s(device_s), device_s)
    assert 1e6 * gained[1:-1] == pytest.approx(board.true_ppm(device_s)[1:-1], abs=0.1)
    assert np.ptp(board.true_ppm(device_s)) == pytest.approx(40, abs=0.1)
