"""A short form of `python -m tests.soak`; and that each can miss."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.kept import STORE
from firmware_bridge.floor.store.store import Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet
from tests.bench.figure import Figure
from tests.floor.export.kept import kept
from tests.floor.store.lossy import LossyDisk, library
from tests.soak import __main__ as soak
from tests.soak import kills, powercut
from tests.soak.kills import Tally, Told
from tests.soak.station import digest

WIRE = Samples("wire", b"samples")

needs_lossy_disk = pytest.mark.skipif(
    library() is None, reason="this Python has SQLite built in: its disk cannot be exchanged"
)


def seed() -> int:
    """Another one each time; figures tell which."""
    return random.SystemRandom().randrange(1_000_000)


@needs_lossy_disk
def test_a_power_cut_loses_nothing_that_was_acknowledged() -> None:
    (figure,) = powercut.figures(150, seed())
    assert figure.holds, str(figure)


class LyingDisk(LossyDisk):
    """Says that all is on the disk, and nothing is."""

    def _note(self, kind: Any, file: int, **what: Any) -> None:
        super()._note(kind, file, **what | {"folder": False})
        if kind == "sync":
            self.log.pop()


@needs_lossy_disk
def test_a_disk_that_lies_is_found_out() -> None:
    _, wrong = powercut.cut(LyingDisk(), random.Random(1), 20)
    assert len(wrong) > 5


@needs_lossy_disk
def test_work_that_is_not_acknowledged_yet_may_be_lost_or_whole() -> None:
    disk = LossyDisk()
    _, wrong = powercut.cut(disk, random.Random(2), 20)
    assert wrong == []
    assert {op.kind for op in disk.log} == {"create", "delete", "write", "truncate", "sync"}


# A machine on which others are busy writes late, and that is not what is asked here: see the long
# form for how much is lost on a quiet one.
LOST_S = 3.0


def test_a_killed_station_has_kept_its_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kills, "LOST_S", LOST_S)
    for figure in kills.figures(15, seed(), machines=5, longest_s=8.0):
        assert figure.holds, str(figure)


def judged(there: list[StoredSet], told: Told, path: Path) -> Tally:
    """What is said of a station that has told this, and left these sets."""
    with Store(path) as store, store.transaction():
        for one in there:
            store.save(one, WIRE)
    return kills.looked_at(path, told, {})


def test_a_station_that_keeps_its_word_is_believed(tmp_path: Path) -> None:
    one = kept(uid="u1")
    reps = [rep for rep in one.report["reps"] if rep["counted"]]
    told = Told({"u1": digest(one.report, WIRE)}, ["u1"], [(reps[0]["end_s"], 90.0)], 99.0, 99.0)
    tally = judged([one], told, tmp_path / STORE)
    assert (tally.kept, tally.wrong) == (1, [])


@pytest.mark.parametrize(
    ("leave", "problem"),
    [
        (lambda one: [], "is not as it was"),
        (lambda one: [replace(one, record=replace(one.record, report=kept("good").report))], "not"),
        (lambda one: [one, replace(one, uid="u2")], "is there 2 times"),
    ],
)
def test_a_set_that_is_lost_changed_or_doubled_is_told(
    leave: Callable[[StoredSet], list[StoredSet]], problem: str, tmp_path: Path
) -> None:
    one = kept(uid="u1")
    rep = one.report["reps"][0]
    told = Told({"u1": digest(one.report, WIRE)}, ["u1"], [(rep["end_s"], 90.0)], 99.0, 99.0)
    assert problem in "; ".join(judged(leave(one), told, tmp_path / STORE).wrong)


@pytest.mark.parametrize(("at", "wrong"), [(97.9, 1), (98.1, 0)])
def test_only_the_last_second_may_be_lost(at: float, wrong: int, tmp_path: Path) -> None:
    told = Told(reps=[(3.0, at)], now_s=99.0, at=99.0)
    assert len(judged([], told, tmp_path / STORE).wrong) == wrong


def test_a_damaged_store_is_told(tmp_path: Path) -> None:
    one = kept(uid="u1")
    (tmp_path / STORE).write_bytes(b"nothing that could be read" * 200)
    told = Told({"u1": digest(one.report, WIRE)}, ["u1"])
    assert kills.looked_at(tmp_path / STORE, told, {}).wrong


def test_a_running_set_that_was_kept_too_late_is_told() -> None:
    figures = list(kills.told_of(Tally(kills=1, lost_s=[0.2, 1.1]), 0, 1.0))
    assert [figure.holds for figure in figures] == [True, False]


@pytest.mark.parametrize(("value", "status"), [(1.0, 0), (1.1, 1)])
def test_a_missed_limit_is_an_exit_status(
    value: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {
        "a": lambda seed: iter([Figure("x", value, 1.0, detail=f"seed {seed}")]),
        "b": lambda seed: iter([Figure("y", 0, 0)]),
    }
    monkeypatch.setattr(soak, "SOAKS", told)
    assert soak.main(7) == status
    out = capsys.readouterr().out
    assert "seed 7" in out
    assert out.count("MISSED") == status
