"""Files of another logger, with the angles that are read from them given."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import numpy as np
import pytest

from analysis import LiveAnalyser
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.errors import StoreError, TraceError
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.store.imported import imported
from firmware_bridge.floor.store.keeping import Measuring
from firmware_bridge.floor.store.reanalysis import Angles, find_sets
from firmware_bridge.floor.store.store import Samples
from firmware_bridge.floor.store.storedset import StoredSet

BEGAN = datetime(2026, 11, 25, 12, 0, tzinfo=timezone(timedelta(hours=-3.5)))
FROM_S = 1234.5  # another logger's clock begins anywhere
SAMPLES = Samples("csv", b"t_s,counts\n...")
MEASURING = Measuring("lever-1", {"neutral_counts": 2048.0, "stop_deg": 61.5})


def way(script: str) -> Angles:
    motion = SCRIPTS[script].motion()[::5]
    return (FROM_S + np.arange(len(motion)) / 200).tolist(), motion.tolist()


STILL = [FROM_S + n / 200 for n in range(2000)], [62.0] * 2000


def sets_in(
    angles: Angles,
    form: FormStandard | None = None,
    plan: Plan | None = None,
    began: datetime = BEGAN,
) -> list[StoredSet]:
    def angles_of(one: StoredSet, samples: Samples) -> Angles:
        assert samples is SAMPLES
        assert one.calibration == MEASURING.calibration  # counts need it
        return angles

    about = ("other.csv", began, plan or Plan(), form or FormStandard(), MEASURING, "import-1")
    return list(imported(SAMPLES, *about, angles_of))


@cache
def two() -> Sequence[StoredSet]:
    return sets_in(way("two-sets"))


def live(script: str) -> Sequence[dict[str, object]]:
    analyser = LiveAnalyser(FormStandard())
    events = analyser.feed(*way(script)) + analyser.close()
    return [event["set"] for event in events if event.kind == "set_ended"]


def test_its_sets_are_those_that_a_station_would_have_found() -> None:
    assert [one.report for one in two()] == live("two-sets")


def test_each_set_is_one_of_its_own() -> None:
    first, second = two()
    assert (first.report["rep_count"], second.report["rep_count"]) == (6, 5)
    assert (first.uid, second.uid) == ("import-1", "import-1-2")
    assert (first.record.number, second.record.number) == (1, 2)


def test_each_began_when_its_first_rep_did() -> None:
    for one in two():
        since_first_sample_s = one.report["start_s"] - FROM_S
        assert since_first_sample_s > 0
        assert one.started_utc == BEGAN + timedelta(seconds=since_first_sample_s)


def test_the_time_is_utc_and_the_clock_on_the_wall_is_known() -> None:
    one, _ = two()
    assert one.started_utc.tzinfo is UTC
    assert one.utc_offset_min == -210
    assert one.started_local.hour == 12
    there, _ = sets_in(way("two-sets"), began=BEGAN.astimezone(UTC))
    assert there == replace(one, utc_offset_min=0)


def test_it_is_marked_as_imported_with_what_was_said_of_it() -> None:
    plan, form = Plan(load_kg=40.0, target_tempo="3-1-2-1"), FormStandard(target_tempo="3-1-2-1")
    for one in sets_in(way("two-sets"), form, plan):
        assert one.source == "import"
        assert (one.record.plan, one.record.form) == (plan, form)
        assert one.calibration == MEASURING.calibration
        assert one.device_id is None  # nobody knows on which machine
        assert not one.interrupted


def test_it_is_judged_by_the_standard_that_is_given() -> None:
    (one,) = sets_in(way("good"), FormStandard(max_depth_deg=30))
    assert all("too_deep" in rep["flags"] for rep in one.report["reps"])


def test_the_way_of_the_lever_comes_with_it() -> None:
    first, second = (one.record.trace.points() for one in two())
    for times, angles in (first, second):
        assert len(times) == len(angles) > 100
        assert min(angles) == pytest.approx(0, abs=1)
        assert max(angles) > 40
    assert first[0][-1] < second[0][0]


def test_what_it_gives_is_found_again_in_the_same_samples() -> None:
    first, second = two()
    assert find_sets(first, way("two-sets")) == [first.report, second.report]


@pytest.mark.parametrize("angles", [STILL, ([FROM_S], [0.0])])
def test_a_file_without_a_set_is_told_by_its_name(angles: Angles) -> None:
    with pytest.raises(StoreError, match=r"^other\.csv: no reps and no partials found"):
        sets_in(angles)


def test_partials_alone_are_a_set() -> None:
    dip = 10 * (1 - np.cos(np.linspace(0, 2 * np.pi, 600))) / 2
    angles = np.concatenate([np.zeros(400), dip, np.zeros(400), dip, np.zeros(400)])
    (one,) = sets_in(((FROM_S + np.arange(len(angles)) / 200).tolist(), angles.tolist()))
    assert (one.report["rep_count"], one.report["partial_count"]) == (0, 2)


def test_what_is_wrong_with_the_file_is_passed_on() -> None:
    def angles_of(one: StoredSet, samples: Samples) -> Angles:
        raise TraceError("line 3: 'x' is not a number")

    about = ("other.csv", BEGAN, Plan(), FormStandard(), MEASURING, "import-1")
    with pytest.raises(TraceError, match="line 3"):
        list(imported(SAMPLES, *about, angles_of))
