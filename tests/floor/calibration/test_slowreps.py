import pytest

from config import FormStandard
from firmware_bridge.device.people import Hold, Segment, Stroke, perform
from firmware_bridge.floor.calibration.slowreps import SlowReps
from tests.floor.calibration.lifter import slow_rep

UP = [Hold(1.0), Stroke(0.0, 2.0), Hold(1.0)]


def done(*segments: Segment, hidden_s: tuple[float, float] = (0.0, 0.0)) -> tuple[SlowReps, bool]:
    reps = SlowReps(FormStandard(), 62.0)
    motion = perform(62.0, segments)
    enough = False
    for at in range(0, len(motion), 5):
        t_s = at / 1000
        if not hidden_s[0] < t_s < hidden_s[1]:
            enough = reps.feed([t_s], [float(motion[at])])
            if enough:
                break
    return reps, enough


def test_three_slow_reps_are_enough() -> None:
    reps, enough = done(*UP, *slow_rep(43), *slow_rep(44), *slow_rep(46), Hold(1.0))
    assert enough
    assert reps.range_deg() == pytest.approx((0, 44), abs=0.1)


def test_a_rushed_one_does_not_count_and_is_not_in_the_range() -> None:
    rushed = slow_rep(55, lower_s=0.6)
    reps, enough = done(*UP, *slow_rep(43), *rushed, *slow_rep(44), Hold(2.0))
    assert (reps.count, reps.rushed, enough) == (2, 1, False)
    working = reps.range_deg()
    assert working
    assert working[1] == pytest.approx(43.5, abs=0.1)


def test_a_rushed_third_one_is_known_before_it_would_be_enough() -> None:
    reps, enough = done(*UP, *slow_rep(), *slow_rep(), *slow_rep(lower_s=0.6), Hold(2.0))
    assert (reps.count, enough) == (2, False)


def test_a_rest_between_them_does_not_matter() -> None:
    rest = [Stroke(62.0, 2.0), Hold(40.0), *UP]
    reps, enough = done(*UP, *slow_rep(43), *rest, *slow_rep(44), *slow_rep(46), Hold(1.0))
    assert (reps.count, enough) == (3, True)
    assert reps.range_deg() == pytest.approx((0, 44), abs=0.1)


def test_what_nobody_could_measure_is_no_range() -> None:
    reps, _ = done(*UP, *slow_rep(), hidden_s=(6.0, 6.8))
    assert reps.count == 1
    assert reps.range_deg() is None
