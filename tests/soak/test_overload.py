"""A short form of the overload of `python -m tests.soak`; and that each check can miss."""

import random
from pathlib import Path
from typing import Any

import pytest

from config.kept import STORE
from firmware_bridge.device.frames import Hello, Samples, Sensor, Status, wire
from tests.soak import overload
from tests.soak.overload import Tally

HELLO = Hello(1, 200, 4096, 0, 0, "x", "0.2.0", "as5600")
REPS = [5.0, 8.0, 11.0]


def test_a_station_that_has_too_much_to_do_loses_nothing_and_counts_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overload, "ASLEEP_S", 1.5)
    monkeypatch.setattr(overload, "AWAKE_S", 1.5)
    monkeypatch.setattr(overload, "SETS", 20)
    seed = random.SystemRandom().randrange(1_000_000)
    for figure in overload.figures(1, seed, readers=10):
        assert figure.holds, str(figure)


def judged(overruns: int, missing: int, *more: dict[str, Any]) -> Tally:
    """What is said of a station where 3 samples came of 4, or so it says."""
    samples = wire(Samples(1, 1, 0, (0, 1, 2), (1, 2, 3)))
    status = Status(1, 9, 4, overruns, 200, Sensor.STREAMING, 0, 0)
    told = [{"what": "connected", "wire": 0}, {"what": "gap", "missing": missing}, *more]
    told.append({"what": "totals", "sent": 4, "received": 3})
    return overload.judged(told, wire(HELLO) + samples + wire(status), REPS, status)


def test_a_loss_that_is_told_is_none_and_a_silent_one_is_a_miss() -> None:
    assert (judged(1, 1).unaccounted, judged(1, 1).wrong) == ([], [])
    assert judged(0, 1).unaccounted == ["1 missing, 0 never sent"]
    assert len(judged(1, 0).unaccounted) == 2


def test_a_link_that_was_let_go_is_a_miss() -> None:
    assert judged(1, 1, {"what": "lost"}).wrong == ["the machine was let go 1 times"]


@pytest.mark.parametrize(
    ("told_s", "wrong"), [(REPS, 0), (REPS[:2], 0), (REPS[1:], 1), ([5.0, 5.1, 8.0], 1)]
)
def test_a_rep_that_is_lost_or_doubled_is_a_miss(told_s: list[float], wrong: int) -> None:
    assert len(list(overload.rep_problems(told_s, REPS))) == wrong


def test_a_set_that_is_kept_otherwise_than_told_is_a_miss(tmp_path: Path) -> None:
    overload.fill(tmp_path / STORE, "new", 1)
    told = [{"what": "rep", "number": n + 1} for n in range(9)]
    assert not list(overload.kept_problems(tmp_path / STORE, told))
    assert list(overload.kept_problems(tmp_path / STORE, told[:-1]))


def test_what_is_lost_silently_or_wrong_is_a_miss() -> None:
    assert all(figure.holds for figure in overload.told_of(Tally()))
    assert not any(f.holds for f in overload.told_of(Tally(unaccounted=["a"], wrong=["b"])))
