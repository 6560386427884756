"""The measures of a set, by hand."""

import pytest

from analysis.measures import Measures
from analysis.rep import Rep
from analysis.summary import notes, summary

PARTIAL = Rep(None, "incomplete_top", Measures(start_s=1.0, end_s=2.0))


def rep(number: int, flags: tuple[str, ...] = (), **change: float | None) -> Rep:
    values = {
        "start_s": 10.0 * number, "end_s": 10.0 * number + 4, "bottom_deg": 40.0, "top_deg": 0.0,
        "eccentric_s": 2.0, "bottom_hold_s": 0.5, "concentric_s": 1.5, "top_hold_s": 1.0,
        "mean_concentric_dps": 30.0,
    }  # fmt: skip
    return Rep(number, None, Measures(**values | change), flags)  # type: ignore[arg-type]


def test_even_reps() -> None:
    assert summary([rep(n) for n in (1, 2, 3)]) == {
        "mean_range_deg": 40.0,
        "mean_tempo_s": [2.0, 0.5, 1.5, 1.0],
        "time_under_tension_s": 12.0,
        "concentric_speed_loss_pct": 0.0,
        "range_loss_pct": 0.0,
        "consistency_pct": 100.0,
    }


def test_losses_are_of_the_last_two_against_the_best() -> None:
    speeds, bottoms = (30.0, 40.0, 32.0, 28.0), (40.0, 50.0, 44.0, 36.0)
    reps = [
        rep(n, mean_concentric_dps=speed, bottom_deg=bottom)
        for n, (speed, bottom) in enumerate(zip(speeds, bottoms, strict=True), 1)
    ]
    found = summary(reps)
    assert found["concentric_speed_loss_pct"] == 25.0
    assert found["range_loss_pct"] == 20.0


def test_a_best_that_was_a_fault_is_said() -> None:
    thrown = [rep(1), rep(2, ("thrown_start",), mean_concentric_dps=60.0), rep(3), rep(4)]
    assert summary(thrown)["concentric_speed_loss_pct"] == 50.0
    assert notes(thrown) == [
        "rep 2: the fastest, was thrown: the speed loss is held against it",
    ]
    leaned = [rep(1), rep(2, ("overshoot",), top_deg=-10.0), rep(3), rep(4)]
    assert summary(leaned)["range_loss_pct"] == 20.0
    assert notes(leaned) == ["rep 2: the widest, leaned back: the range loss is held against it"]


def test_a_failed_rise_within_a_bottom_hold_is_said() -> None:
    assert notes([rep(1), PARTIAL, PARTIAL, rep(2), rep(3)]) == [
        "rep 2: turned back on the way up, which the bottom hold contains"
    ]


def test_what_is_unknown_is_in_no_mean() -> None:
    gone = rep(2, ("sensor_gap",), bottom_deg=None, end_s=None, eccentric_s=None)
    found = summary([rep(1), gone, rep(3)])
    assert found["mean_range_deg"] == 40.0
    assert found["time_under_tension_s"] == 8.0
    assert found["consistency_pct"] is None
    assert notes([rep(1), gone])[0].startswith("rep 2: samples are missing")


def test_consistency_is_100_less_the_mean_variation() -> None:
    reps = [rep(n, eccentric_s=s) for n, s in ((1, 1.5), (2, 2.0), (3, 2.5))]
    assert summary(reps)["consistency_pct"] == pytest.approx(100 - 25 / 3, abs=0.05)


def test_no_counted_rep() -> None:
    found = summary([])
    assert found["mean_tempo_s"] == [None] * 4
    assert found["mean_range_deg"] is None
    assert found["time_under_tension_s"] == 0.0
    assert notes([PARTIAL]) == []
