import numpy as np
import pytest

from firmware_bridge.floor.plot_points import curve_of


def test_gaps_break_the_line() -> None:
    t = np.arange(0, 10, 0.005)
    t = t[(t < 4) | (t > 5)]
    curve = curve_of(t, np.zeros_like(t))
    ((begin, end),) = curve.gaps
    assert (begin, end) == pytest.approx((3.995, 5.005))
    assert np.isnan(curve.angle_deg).sum() == 1
    assert curve.between(4.2, 4.4).gaps == curve.gaps
    assert curve.between(0, 3).gaps == ()


def test_a_slow_trace_is_no_row_of_gaps() -> None:
    t = np.arange(100) * 0.1001
    assert curve_of(t, np.sin(t)).gaps == ()


def test_bad_samples_are_not_drawn() -> None:
    t = np.arange(0, 5, 0.005)
    angle = np.zeros_like(t)
    angle[500] = 90.0
    assert np.nanmax(curve_of(t, angle).angle_deg) < 1


def test_an_hour_takes_few_points_and_loses_no_peak() -> None:
    t = np.arange(0, 3600, 0.005)
    t = t[(t < 1000) | (t > 1001)]
    angle = 20 - 20 * np.cos(t)
    whole = curve_of(t, angle)
    seen = whole.thinned()
    assert len(seen.t_s) < 2000
    assert np.all(np.diff(seen.t_s) > 0)
    assert np.isnan(seen.angle_deg).sum() == 1
    assert np.nanmax(seen.angle_deg) == np.nanmax(whole.angle_deg)
    assert np.nanmin(seen.angle_deg) == np.nanmin(whole.angle_deg)


def test_thinning_may_begin_in_a_gap() -> None:
    t = np.arange(0, 100, 0.005)
    part = curve_of(t[(t < 10) | (t > 20)], t[(t < 10) | (t > 20)]).between(15, 90).thinned()
    assert np.isnan(part.angle_deg[0])
    assert np.all(np.diff(part.t_s) > 0)


def test_extremes_of_a_part() -> None:
    t = np.arange(0, 10, 0.005)
    curve = curve_of(t, 40 - 10 * np.abs(t - 5))
    assert curve.deepest(0, 10) == pytest.approx((5, 40), abs=0.01)
    assert curve.highest(4, 5.5) == pytest.approx((4, 30), abs=0.1)
    assert curve.deepest(20, 30) is None
    assert curve.shifted(-5).deepest(-5, 5) == pytest.approx((0, 40), abs=0.01)
