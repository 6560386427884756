"""The fit of a scale to neutral, stop and check angles."""

import subprocess
import sys

import numpy as np
import pytest

from analysis import CheckAngle, ScaleFit, UnusableChecks, fit_scale
from tests.calibration_accuracy import (
    COUNTS,
    Machine,
    calibrate,
    calibration_rows,
    evenly,
    machine,
    within,
    worst_deg,
)

TRAVEL = 80.0


def hidden(gear: float = 1.0, direction: int = 1, off_deg: float = 1.0) -> Machine:
    return Machine(0.97, direction, gear, TRAVEL, off_deg, 2.0)


def checks_of(one: Machine, *angles: float) -> list[CheckAngle]:
    counts = one.counts(np.array(angles)).tolist()
    return [CheckAngle(*check) for check in zip(counts, angles, strict=True)]


def fitted(one: Machine, checks: list[CheckAngle], gear: float = 1.0) -> ScaleFit:
    neutral, stop = one.counts(np.array([0.0, TRAVEL])).tolist()
    return fit_scale(neutral, stop, COUNTS, gear, checks)


def refusal(checks: list[CheckAngle]) -> UnusableChecks:
    with pytest.raises(UnusableChecks) as caught:
        fitted(hidden(), checks)
    return caught.value


def misread(checks: list[CheckAngle], index: int, by_deg: float) -> list[CheckAngle]:
    wrong = CheckAngle(checks[index].counts, checks[index].angle_deg + by_deg)
    return [*checks[:index], wrong, *checks[index + 1 :]]


def test_angles_are_within_a_quarter_of_a_degree_and_within_their_bound() -> None:
    missed = [str(row) for row in calibration_rows(draws=300) if not row.holds]
    assert missed == []


@pytest.mark.parametrize("direction", [1, -1])
def test_without_checks_the_scale_is_that_of_the_gear_that_was_set(direction: int) -> None:
    one = hidden(1.5, direction, off_deg=0.0)
    fit = fitted(one, [], gear=1.5)
    assert (fit.scale.direction, fit.scale.gear) == (direction, 1.5)
    assert (fit.scale.sine_deg, fit.scale.cosine_deg, fit.residuals_deg) == (0, 0, ())
    assert 0 <= fit.scale.neutral_counts < COUNTS
    assert fit.stop_deg == pytest.approx(TRAVEL)
    assert worst_deg(one, fit.scale) < 1e-6


@pytest.mark.parametrize("travel", [40.0, 90.0, 120.0])
def test_without_checks_the_bound_is_about_what_a_magnet_off_by_a_degree_does(
    travel: float,
) -> None:
    worst = 2 * np.sin(np.radians(travel / 2))
    fit = fit_scale(1000, 1000 + travel * COUNTS / 360, COUNTS, 1.0)
    assert worst <= fit.sure_deg <= 1.3 * worst


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("gear", [0.5, 1.0, 1.5, 2.0])
def test_a_hidden_machine_is_found(gear: float, direction: int) -> None:
    one = hidden(gear, direction)
    fit = fitted(one, checks_of(one, 16, 32, 48, 64, 80))
    assert (fit.scale.direction, fit.gear_fitted) == (direction, gear != 1)
    assert fit.scale.gear == pytest.approx(gear, rel=0.02)
    assert fit.stop_deg == pytest.approx(TRAVEL, abs=0.15)
    assert worst_deg(one, fit.scale) < 0.15
    assert max(map(abs, fit.residuals_deg)) < 0.15


def test_a_magnet_in_the_middle_is_left_alone() -> None:
    one = hidden(off_deg=0.0)
    fit = fitted(one, checks_of(one, 16, 32, 48, 64, 80))
    assert (fit.scale.sine_deg, fit.scale.cosine_deg) == pytest.approx((0, 0), abs=1e-4)


def test_a_gear_that_is_right_is_not_changed_by_reading_errors() -> None:
    rng = np.random.default_rng(4)
    fits = [calibrate(machine(rng, 1.0), evenly(5), within, rng) for _ in range(500)]
    assert {(fit.gear_fitted, fit.scale.gear) for fit in fits} == {(False, 1.0)}


def test_residuals_are_what_the_inclinometer_showed_less_what_the_scale_says() -> None:
    one = hidden()
    checks = misread(checks_of(one, 20, 40, 60, 80), 1, 0.3)
    fit = fitted(one, checks)
    said = [fit.scale.degrees(check.counts % COUNTS) for check in checks]
    shown = [check.angle_deg for check in checks]
    assert fit.residuals_deg == pytest.approx(np.array(shown) - said, abs=1e-6)
    assert fit.residuals_deg[1] == max(fit.residuals_deg)


def test_more_checks_over_more_of_the_way_are_surer() -> None:
    one = hidden()
    bounds = [
        fitted(one, checks_of(one, *angles)).sure_deg
        for angles in [(), (10, 20, 35), (25, 50, 80), (16, 32, 48, 64, 80)]
    ]
    assert bounds == sorted(bounds, reverse=True)


@pytest.mark.parametrize("number", [1, 2, 7])
def test_too_few_and_too_many_checks_are_refused(number: int) -> None:
    checks = checks_of(hidden(), *np.linspace(10, 80, number))
    assert refusal(checks).reason == "number"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_check_that_is_no_number_is_named(value: float) -> None:
    checks = checks_of(hidden(), 20, 40, 60)
    for bad in (checks[2]._replace(angle_deg=value), checks[2]._replace(counts=value)):
        error = refusal([*checks[:2], bad])
        assert (error.reason, error.check) == ("not_finite", 2)


def test_checks_in_one_place_are_refused() -> None:
    assert refusal(checks_of(hidden(), 60, 65, 70, 75)).reason == "close"


def test_an_inclinometer_held_the_other_way_round_is_told() -> None:
    checks = checks_of(hidden(), 20, 40, 60, 80)
    assert refusal([CheckAngle(c, -a) for c, a in checks]).reason == "falling"
    assert refusal([CheckAngle(c, 90 - a) for c, a in checks]).reason == "falling"


@pytest.mark.parametrize("by_deg", [3.0, -10.0, 30.0])
@pytest.mark.parametrize("index", range(5))
def test_a_misread_number_is_named(index: int, by_deg: float) -> None:
    error = refusal(misread(checks_of(hidden(), 16, 32, 48, 64, 80), index, by_deg))
    assert (error.reason, error.check) == ("misread", index)


def test_checks_that_fit_nothing_are_refused_without_a_name() -> None:
    checks = checks_of(hidden(), 16, 32, 48, 64, 80)
    error = refusal(misread(misread(checks, 1, 9), 3, -8))
    assert (error.reason, error.check) == ("misread", None)


def test_an_inclinometer_that_was_not_zeroed_at_neutral_is_refused() -> None:
    checks = [CheckAngle(c, a + 7) for c, a in checks_of(hidden(), 16, 32, 48, 64, 80)]
    error = refusal(checks)
    assert (error.reason, error.check) == ("misread", None)


def test_it_does_not_load_scipy() -> None:
    code = "import sys, analysis.calibration; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
