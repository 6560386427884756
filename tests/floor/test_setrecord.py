import copy
from math import cos

import pytest

from analysis import Rep, SetReport
from analysis.measures import Measures
from config import FormStandard
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import NO_TRACE, SetRecord, Trace


def rep(number: int | None, range_deg: float, reason: str | None = None) -> Rep:
    begin_s = 10.0 * (number or 0)
    measures = Measures(begin_s, begin_s + 4, range_deg, 0.0, 2.0, 0.5, 1.5, 1.0)
    return Rep(number, reason, measures)


def record(ended_by: str = "button") -> SetRecord:
    reps = (rep(1, 40.0), rep(2, 42.0), rep(None, 12.0, "shallow"), rep(3, 50.0))
    report = SetReport(reps).to_dict()
    return SetRecord(1, Plan(), FormStandard(), report, ended_by, rest_from_s=40.0)


def numbers(report: dict[str, object]) -> list[int]:
    return [one["number"] for one in report["reps"] if one["counted"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("removed", "left", "range_deg"),
    [
        ([], [1, 2, 3], 44.0),
        ([2], [1, 3], 45.0),
        ([1, 3], [2], 42.0),
        ([1, 2, 3], [], None),
        ([0, 4, 99], [1, 2, 3], 44.0),
    ],
)
def test_a_rep_struck_out_is_kept_and_in_no_figure(
    removed: list[int], left: list[int], range_deg: float | None
) -> None:
    report = record().report_without(removed)
    assert numbers(report) == left
    assert (report["rep_count"], report["mean_range_deg"]) == (len(left), range_deg)
    assert report["partial_count"] == 1
    assert [one["number"] for one in report["reps"]] == [1, 2, None, 3]
    assert [one["reason"] == "removed" for one in report["reps"] if one["number"]] == [
        n in removed for n in (1, 2, 3)
    ]


def test_just_these_reps_are_struck_out_whatever_was_before() -> None:
    first = record()
    struck = SetRecord(
        1, Plan(), FormStandard(), first.report_without([1, 2]), "button", rest_from_s=40.0
    )
    assert struck.removed == {1, 2}
    assert numbers(struck.report_without([3])) == [1, 2]
    assert struck.report_without([]) == first.report


def test_the_report_itself_is_left_alone() -> None:
    one = record()
    before = copy.deepcopy(one.report)
    one.report_without([1])
    assert one.report == before
    assert one.removed == frozenset()


def test_partials_are_not_among_the_removed() -> None:
    partials = SetReport((rep(None, 12.0, "shallow"), rep(None, 30.0, "incomplete_top")))
    one = SetRecord(1, Plan(), FormStandard(), partials.to_dict(), "rest", rest_from_s=0.0)
    assert one.removed == frozenset()


@pytest.mark.parametrize(
    ("ended_by", "restarted"),
    [("restarted", True), ("button", False), ("discomfort", False), ("left_at_stop", False)],
)
def test_a_set_is_restarted_if_that_ended_it(ended_by: str, restarted: bool) -> None:
    assert record(ended_by).restarted is restarted


def test_a_trace_comes_out_as_it_went_in_and_takes_little_room() -> None:
    times = [round(n / 20, 3) for n in range(900)]
    angles = [round(20 - 20 * cos(t), 2) for t in times]
    trace = Trace.of(times, angles)
    assert trace.points() == (times, angles)
    assert len(trace.packed) < 6000
    assert trace == Trace.of(tuple(times), tuple(angles))
    assert trace != NO_TRACE
