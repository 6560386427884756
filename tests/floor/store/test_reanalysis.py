"""Sets found again in their samples: interrupted ones, old ones."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from analysis import LiveAnalyser, SetReport
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.errors import TraceError
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord
from firmware_bridge.floor.store.listing import EVERYTHING
from firmware_bridge.floor.store.reanalysis import Angles, find_sets, reanalyse, recovered
from firmware_bridge.floor.store.store import Running, Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet

BEGAN = datetime(2026, 11, 25, 12, tzinfo=UTC)
FROM_S = 500.0
EMPTY = SetReport(()).to_dict()


def way(script: str, until_s: float | None = None) -> tuple[list[float], list[float]]:
    motion = SCRIPTS[script].motion()[::5]
    times = FROM_S + np.arange(len(motion)) / 200
    kept = times <= FROM_S + (until_s or 1e9)
    return times[kept].tolist(), motion[kept].tolist()


def blank(ended_by: str = "interrupted", report: dict[str, object] = EMPTY) -> StoredSet:
    record = SetRecord(3, Plan(load_kg=30.0), FormStandard(), report, ended_by, rest_from_s=0.0)
    return StoredSet("abc", record, BEGAN)


def live(script: str) -> list[dict[str, object]]:
    analyser = LiveAnalyser(FormStandard())
    events = analyser.feed(*way(script)) + analyser.close()
    return [event["set"] for event in events if event.kind == "set_ended"]


def recover(script: str, until_s: float | None = None) -> list[StoredSet]:
    running = Running(blank(), Samples("wire", b"", FROM_S))
    return recovered(running, lambda one, samples: way(script, until_s))


@pytest.mark.parametrize("script", ["mixed", "good", "two-sets", "slow", "fast"])
def test_the_same_samples_give_the_same_sets(script: str) -> None:
    assert find_sets(blank("rest"), way(script)) == live(script)


def test_an_interrupted_set_has_the_reps_that_were_done() -> None:
    (one,) = recover("good", until_s=28.0)
    assert one.interrupted
    assert 3 <= one.report["rep_count"] <= 6
    assert one.record.number == 3
    assert one.record.plan.load_kg == 30.0
    since_s = one.report["start_s"] - FROM_S
    assert one.started_utc == BEGAN + timedelta(seconds=since_s)
    times, angles = one.record.trace.points()
    assert times[0] <= one.report["start_s"] < times[-1]
    assert len(times) == len(angles) > 100


def test_nothing_comes_of_a_lever_that_was_only_lifted() -> None:
    assert recover("good", until_s=4.0) == []


def test_a_set_that_was_over_just_before_the_end_and_the_next_are_two() -> None:
    one, two = recover("two-sets")
    assert (one.report["rep_count"], two.report["rep_count"]) == (6, 5)
    assert one.uid != two.uid
    assert two.started_utc > one.started_utc


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "sets.db") as opened:
        yield opened


def save(store: Store, report: dict[str, object], data: bytes = b"x") -> int:
    with store.transaction():
        return store.save(replace(blank("rest", report), uid=f"u{data!r}"), Samples("wire", data))


def angles_of(one: StoredSet, samples: Samples) -> Angles:
    if samples.data == b"broken":
        raise TraceError("no samples in it")
    return way("mixed")


def test_old_results_are_kept_beside_the_new(store: Store) -> None:
    old = live("mixed")[0] | {"rep_count": 7}
    number = save(store, old)
    (outcome,) = reanalyse(store, EVERYTHING, angles_of, "9.9", BEGAN)
    assert outcome.report["rep_count"] == store.get(number).report["rep_count"] == 9
    before, now = store.analyses(number)
    assert (before.report, now.report) == (old, live("mixed")[0])
    assert (now.program, store.get(number).program) == ("9.9", "9.9")
    assert [line.rep_count for line in store.lines()] == [9]


def test_reps_that_were_struck_out_stay_so(store: Store) -> None:
    struck = SetReport.from_dict(live("mixed")[0]).without([2, 5]).to_dict()
    number = save(store, struck)
    list(reanalyse(store, EVERYTHING, angles_of, "9.9", BEGAN))
    assert store.get(number).report["rep_count"] == 7
    assert store.get(number).record.removed == {2, 5}


def test_samples_that_cannot_be_read_change_nothing(store: Store) -> None:
    old = live("mixed")[0]
    numbers = save(store, old, b"broken"), save(store, old, b"fine")
    problems = [o.problem for o in reanalyse(store, EVERYTHING, angles_of, "9.9", BEGAN)]
    assert problems == ["no samples in it", ""]
    assert [len(store.analyses(number)) for number in numbers] == [1, 2]


def test_of_two_sets_in_the_samples_each_finds_its_own(store: Store) -> None:
    first, second = live("two-sets")
    numbers = save(store, first, b"1"), save(store, second, b"2")
    list(reanalyse(store, EVERYTHING, lambda *_: way("two-sets"), "9.9", BEGAN))
    assert [store.get(number).report["rep_count"] for number in numbers] == [6, 5]


def test_a_set_that_is_not_found_again_has_no_reps(store: Store) -> None:
    number = save(store, live("mixed")[0])
    still = [FROM_S + n / 200 for n in range(2000)], [0.0] * 2000
    list(reanalyse(store, EVERYTHING, lambda *_: still, "9.9", BEGAN))
    assert store.get(number).report["rep_count"] == 0
