from typing import Any

import pytest

from firmware_bridge.device.people import Hold, Stroke
from tests.floor.calibration.lifter import Machine, Visit, reads, skip, to_stop, with_checks

LEVER = Machine()
GOOD = [(10.0, 10.1), (25.0, 25.0), (40.0, 39.9), (50.0, 50.1), (60.0, 60.0)]


def at_checks() -> Visit:
    return to_stop().press(skip).do(Hold(0.1))


def view(visit: Visit) -> dict[str, Any]:
    return visit.do(Hold(0.1)).run(LEVER).view()


def test_a_check_takes_the_stretch_around_its_moment() -> None:
    (one,) = view(with_checks(at_checks(), [(30.0, 30.2)]))["checks"]
    assert (one["number"], one["angle_deg"], one["residual_deg"]) == (1, 30.2, None)
    assert one["measured_deg"] == pytest.approx(30, abs=0.1)


def test_it_waits_for_the_lever_to_be_held() -> None:
    visit = at_checks().do(Stroke(30.0, 2.0)).press(reads(45.0)).do(Stroke(45.0, 2.0), Hold(2.0))
    (one,) = view(visit)["checks"]
    assert one["measured_deg"] == pytest.approx(45, abs=0.1)


def test_it_says_hold_still_when_the_lever_is_not_held() -> None:
    restless = [Stroke(deg, 1.0) for deg in (30, 36, 30, 36, 30, 36)]
    seen = view(at_checks().press(reads(33.0)).do(*restless))
    assert seen["checks"] == []
    assert seen["note"]["words"] == "the lever did not stay still: hold it, and give 33° again"
    assert not seen["taking"]


@pytest.mark.parametrize("angle_deg", [float("nan"), float("inf"), -61.0, 1000.0])
def test_a_number_that_is_no_lever_angle_is_told(angle_deg: float) -> None:
    seen = view(at_checks().press(reads(angle_deg)).do(Hold(2.0)))
    assert seen["note"]["name"] == "unlikely_angle"
    assert seen["checks"] == []


def test_from_three_on_it_shows_what_is_left() -> None:
    checks = view(with_checks(at_checks(), GOOD[:3]))["checks"]
    assert all(abs(one["residual_deg"]) < 0.3 for one in checks)


def test_six_checks_are_enough() -> None:
    seen = view(with_checks(at_checks(), [*GOOD, (5.0, 5.0)]))
    assert seen["step"] == "done"
    assert len(seen["result"]["residuals_deg"]) == 6


def test_fewer_than_three_are_kept_but_correct_nothing() -> None:
    guide = with_checks(at_checks(), GOOD[:2]).press(skip).do(Hold(0.1)).run(LEVER)
    assert not guide.view()["result"]["corrected"]
    assert len(guide.saved("2026-02-01T12:00:00Z").readings) == 4


def test_a_misread_check_is_named_and_can_be_taken_again() -> None:
    wrong = [*GOOD[:3], (50.0, 58.0)]
    seen = view(with_checks(at_checks(), [*wrong, (60.0, 60.0)]))
    assert seen["note"] is None  # it has been told before the next one was given
    assert 58.0 not in [one["angle_deg"] for one in seen["checks"]]
    seen = view(with_checks(at_checks(), wrong))
    assert seen["note"]["name"] == "misread"
    assert seen["note"]["values"] == {"angle_deg": 58.0}
    seen = view(with_checks(at_checks(), [*wrong, GOOD[3]]).press(skip))
    assert seen["step"] == "done"
    assert len(seen["result"]["residuals_deg"]) == 4


def test_a_misread_check_among_good_ones_is_the_one_left_out() -> None:
    seen = view(with_checks(at_checks(), [(25.0, 33.0), GOOD[2], GOOD[3], GOOD[4], (15.0, 15.0)]))
    assert 33.0 not in [one["angle_deg"] for one in seen["checks"]]
    assert len(seen["checks"]) >= 3


def test_it_is_taken_soon_after_its_moment() -> None:
    visit = at_checks().do(Stroke(30.0, 2.0), Hold(2.0)).press(reads(30.0)).do(Hold(0.7))
    assert len(view(visit)["checks"]) == 1


def test_an_inclinometer_the_other_way_round_is_told() -> None:
    seen = view(with_checks(at_checks(), [(deg, -shown) for deg, shown in GOOD[:3]]))
    assert seen["note"]["name"] == "wrong_way"
    assert seen["checks"] == []


def test_checks_in_one_place_are_told() -> None:
    seen = view(with_checks(at_checks(), [(30.0, 30.0), (30.3, 30.2), (30.5, 30.4)]))
    assert seen["note"]["name"] == "too_close"
    assert len(seen["checks"]) == 2
