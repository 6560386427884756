"""A judged set and its document."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from analysis import analyse_trace
from analysis.measures import Measures
from analysis.rep import Rep
from analysis.report import SetReport, judged
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS

GOOD = Measures(
    start_s=1.0, end_s=8.0, bottom_deg=40.0, top_deg=0.0, eccentric_s=3.0, bottom_hold_s=1.0,
    concentric_s=2.0, top_hold_s=1.0, mean_concentric_dps=20.0,
)  # fmt: skip


def one_set(*measures: Measures, standard: FormStandard) -> SetReport:
    return judged([Rep(n, None, m) for n, m in enumerate(measures, 1)], standard)


@pytest.mark.parametrize("script", ["mixed", "throws", "partials", "shaking", "fast"])
@pytest.mark.parametrize("tempo", [None, "3-1-2-1"])
def test_every_score_is_100_less_what_is_listed(script: str, tempo: str | None) -> None:
    motion = SCRIPTS[script].motion()[::5]
    standard = FormStandard(target_tempo=tempo)
    report = analyse_trace(np.arange(len(motion)) / 200, motion, standard=standard).to_dict()
    for one in report["sets"]:
        counted = [rep for rep in one["reps"] if rep["counted"]]
        assert one["form_score"] == 100 - sum(d["points"] for d in one["deductions"])
        for rep in counted:
            assert rep["form_score"] == 100 - sum(d["points"] for d in rep["deductions"])
        for taken in one["deductions"]:
            points = {
                rep["number"]: d["points"]
                for rep in counted
                for d in rep["deductions"]
                if d["reason"] == taken["reason"]
            }
            assert list(points) == taken["reps"]
            assert taken["points"] == -(-sum(points.values()) // len(counted))


def test_a_target_tempo_is_shown_and_scored_and_counts_nothing() -> None:
    standard = FormStandard(target_tempo="3-1-2-1")
    quick = GOOD._replace(eccentric_s=1.5, concentric_s=1.0)
    document = one_set(GOOD, quick, GOOD, standard=standard).to_dict()
    assert document["target_tempo"] == "3-1-2-1"
    assert document["rep_count"] == 3
    assert [rep["form_score"] for rep in document["reps"]] == [100, 97, 100]
    assert document["deductions"] == [{"reason": "off_tempo", "points": 1, "reps": [2]}]


def test_the_pause_after_the_last_rep_is_of_no_tempo() -> None:
    standard = FormStandard(target_tempo="3-1-2-1")
    rested = GOOD._replace(top_hold_s=9.0)
    reps = one_set(rested, rested, standard=standard).to_dict()["reps"]
    assert [rep["form_score"] for rep in reps] == [90, 100]


def test_a_walk_through_the_set_is_flagged() -> None:
    reps = [GOOD._replace(bottom_deg=40.0 + n) for n in range(8)]
    flags = [rep.flags for rep in one_set(*reps, standard=FormStandard()).reps]
    assert flags == [()] * 4 + [("drifting",)] * 4


def test_a_set_of_partials_alone_has_no_score() -> None:
    document = judged([Rep(None, "shallow", Measures())], FormStandard()).to_dict()
    assert document["form_score"] is None
    assert document["deductions"] == []


def sets_of(script: str, tempo: str | None = None) -> list[dict[str, Any]]:
    motion = SCRIPTS[script].motion()[::5]
    standard = FormStandard(target_tempo=tempo)
    report = analyse_trace(np.arange(len(motion)) / 200, motion, standard=standard)
    return [one.to_dict() for one in report.sets]


@cache
def mixed() -> SetReport:
    (one,) = sets_of("mixed", "3-1-2-1")
    return SetReport.from_dict(one)


def figures(document: dict[str, Any]) -> list[float]:
    """The numbers of a set as a whole."""
    values = [document[name] for name in sorted(document) if name.endswith(("_s", "_deg", "_pct"))]
    return [value for one in values for value in (one if isinstance(one, list) else [one])]


@pytest.mark.parametrize("tempo", [None, "3-1-2-1"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_set_is_read_back_from_its_document(script: str, tempo: str | None) -> None:
    for told in sets_of(script, tempo):
        read = SetReport.from_dict(json.loads(json.dumps(told))).to_dict()
        assert figures(read) == pytest.approx(figures(told), abs=0.01)
        for one, other in zip(read["reps"], told["reps"], strict=True):
            assert one.pop("range_deg") == pytest.approx(other.pop("range_deg"), abs=0.0011)
            assert one == other
        for name in ("rep_count", "partial_count", "form_score", "deductions"):
            assert read[name] == told[name]
        assert read["target_tempo"] == tempo
        assert read.keys() == told.keys()


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_was_read_back_is_read_back_the_same(script: str) -> None:
    for told in sets_of(script):
        once = SetReport.from_dict(told).to_dict()
        assert SetReport.from_dict(once).to_dict() == once


def without_range(rep: dict[str, Any]) -> dict[str, Any]:
    """It is the difference of two figures that are told rounded."""
    return {name: value for name, value in rep.items() if name != "range_deg"}


def test_a_set_is_read_back_as_closely_as_it_was_told() -> None:
    for told in (one for script in SCRIPTS for one in sets_of(script)):
        again = SetReport.from_dict(told).to_dict()
        assert [without_range(rep) for rep in again["reps"]] == [
            without_range(rep) for rep in told["reps"]
        ]
        for name in ("mean_range_deg", "mean_tempo_s", "time_under_tension_s"):
            assert again[name] == pytest.approx(told[name], abs=0.01)
        assert again["form_score"] == told["form_score"]


def test_a_removed_rep_is_kept_with_its_number_its_measures_and_its_flags() -> None:
    before, after = (one.to_dict()["reps"] for one in (mixed(), mixed().without([3])))
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    ((was, now),) = changed
    assert now == was | {"counted": False, "reason": "removed"}
    assert (now["number"], now["flags"]) == (3, ["overshoot"])


@pytest.mark.parametrize("removed", [[3], [1, 9], [2, 4, 6], list(range(2, 10))])
def test_a_removed_rep_is_in_no_figure(removed: list[int]) -> None:
    """All is as if it had never been, but for when the set began and ended."""
    struck = mixed().without(removed)
    left = SetReport(tuple(r for r in struck.reps if r.counts or r.number is None), "3-1-2-1")
    got, want = struck.to_dict(), left.to_dict()
    for name in ("reps", "start_s", "end_s", "notes"):
        del got[name], want[name]
    assert got == want
    assert got["rep_count"] == 9 - len(removed)
    assert got["partial_count"] == 2


@pytest.mark.parametrize("removed", range(1, 10))
def test_a_removed_rep_is_in_no_note(removed: int) -> None:
    for note in mixed().without([removed]).to_dict()["notes"]:
        named = note.split(":")[0].removeprefix("reps").removeprefix("rep")
        assert removed not in map(int, named.split(","))


def test_with_all_reps_removed_nothing_is_known_but_that_they_were() -> None:
    document = mixed().without(range(1, 10)).to_dict()
    assert (document["rep_count"], document["partial_count"]) == (0, 2)
    assert document["overshoot_count"] == 0
    assert document["form_score"] is document["mean_range_deg"] is None
    assert document["mean_tempo_s"] == [None] * 4
    assert (document["deductions"], document["notes"]) == ([], [])
    assert len(document["reps"]) == 11


def test_just_these_are_removed_and_what_was_is_put_back() -> None:
    assert mixed().without([1, 2]).without([2]) == mixed().without([2])
    assert mixed().without([1, 2]).without([]) == mixed()
    assert mixed().without([0, 10, 99]) == mixed()


def test_partials_keep_their_reason() -> None:
    reasons = [rep.reason for rep in mixed().without([1]).reps if rep.number is None]
    assert reasons == ["incomplete_top", "shallow"]


def test_a_removed_rep_is_read_back_as_removed() -> None:
    struck = mixed().without([2, 5])
    assert SetReport.from_dict(struck.to_dict()) == SetReport(struck.reps, struck.target_tempo)


def test_a_set_of_nothing_is_read_back() -> None:
    empty = SetReport(()).to_dict()
    assert SetReport.from_dict(empty).to_dict() == empty
