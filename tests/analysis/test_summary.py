"""The measures of a set, by hand."""

import pytest

from analysis.measures import Measures
from analysis.rep import Rep
from analysis.summary import counted_of, notes, summary

PARTIAL = Rep(None, "incomplete_top", Measures(start_s=1.0, end_s=2.0))


def rep(number: int, flags: tuple[str, ...] = (), **change: float | None) -> Rep:
    values = {
        "start_s": 10.0 * number, "end_s": 10.0 * number + 4, "bottom_deg": 40.0, "top_deg": 0.0,
        "eccentric_s": 2.0, "bottom_hold_s": 0.5, "concentric_s": 1.5, "top_hold_s": 1.0,
        "mean_concentric_dps": 30.0,
    }  # fmt: skip
    return Rep(number, None, Measures(**values | change), flags)  # type: ignore[arg-type]


def test_even_reps() -> None:
    assert summary(counted_of([rep(n) for n in (1, 2, 3)])) == {
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
    found = summary(counted_of(reps))
    assert found["concentric_speed_loss_pct"] == 25.0
    assert found["range_loss_pct"] == 20.0


def test_a_throw_is_not_the_best_speed() -> None:
    reps = [rep(1), rep(2, ("thrown_start",), mean_concentric_dps=70.0), rep(3), rep(4)]
    counted = counted_of(reps)
    assert summary(counted)["concentric_speed_loss_pct"] == 0.0
    assert notes(counted) == ["rep 2: thrown, so not in the speed loss"]
    all_thrown = [rep(n, ("thrown_start",), mean_concentric_dps=10.0 * n) for n in (3, 2, 1)]
    assert summary(counted_of(all_thrown))["concentric_speed_loss_pct"] == 50.0
    assert notes(counted_of(all_thrown)) == []


def test_leaning_back_is_not_the_best_range() -> None:
    counted = counted_of([rep(1), rep(2, ("overshoot",), top_deg=-10.0), rep(3), rep(4)])
    assert summary(counted)["range_loss_pct"] == 0.0
    assert notes(counted) == ["rep 2: leaned back, so not in the range loss"]


def test_a_failed_rise_is_no_bottom_hold() -> None:
    counted = counted_of([rep(1), PARTIAL, PARTIAL, rep(2, bottom_hold_s=6.0), rep(3)])
    assert [one.interrupted for one in counted] == [False, True, False]
    assert summary(counted)["mean_tempo_s"] == [2.0, 0.5, 1.5, 1.0]
    assert "rep 2" in notes(counted)[0]


def test_what_is_unknown_is_in_no_mean() -> None:
    gone = rep(2, ("sensor_gap",), bottom_deg=None, end_s=None, eccentric_s=None)
    found = summary(counted_of([rep(1), gone, rep(3)]))
    assert found["mean_range_deg"] == 40.0
    assert found["time_under_tension_s"] == 8.0
    assert found["consistency_pct"] is None
    assert notes(counted_of([rep(1), gone]))[0].startswith("rep 2: samples are missing")


def test_consistency_is_100_less_the_mean_variation() -> None:
    reps = [rep(n, eccentric_s=s) for n, s in ((1, 1.5), (2, 2.0), (3, 2.5))]
    assert summary(counted_of(reps))["consistency_pct"] == pytest.approx(100 - 25 / 3, abs=0.05)


def test_no_counted_rep() -> None:
    found = summary(counted_of([PARTIAL]))
    assert found["mean_tempo_s"] == [None] * 4
    assert found["mean_range_deg"] is None
    assert found["time_under_tension_s"] == 0.0
    assert notes(()) == []
