"""Each flag on its own threshold, and the score they make."""

import pytest

from analysis.flags import FLAGS, flags_of, rep_score
from analysis.measures import Measures
from config import FormStandard

GOOD = {
    "start_s": 1.0, "end_s": 5.0, "bottom_deg": 40.0, "top_deg": 0.0, "eccentric_s": 2.0,
    "concentric_s": 1.5, "top_hold_s": 1.0, "shake_deg": 0.02, "start_accel_dps2": 200.0,
}  # fmt: skip
STANDARD = FormStandard(max_depth_deg=60, target_depth_deg=30)


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"top_deg": -3.1}, "overshoot"),
        ({"start_accel_dps2": 510.0}, "thrown_start"),
        ({"bottom_deg": 60.5}, "too_deep"),
        ({"shake_deg": 0.13}, "shaky_top"),
        ({"eccentric_s": 0.99}, "rushed_lowering"),
        ({"bottom_deg": 29.0}, "short_range"),
        ({"top_hold_s": 0.19}, "no_top_pause"),
        ({"eccentric_s": None}, "sensor_gap"),
        ({"gaps": ((5.2, 5.5),)}, "sensor_gap"),
    ],
)
def test_a_flag_is_raised_past_its_threshold(change: dict, flag: str) -> None:
    assert flags_of(Measures(**GOOD), STANDARD) == ()
    assert flags_of(Measures(**GOOD | change), STANDARD) == (flag,)


def test_what_is_unknown_is_not_judged() -> None:
    assert flags_of(Measures(), STANDARD) == ("sensor_gap",)


def test_the_score_is_a_sum_of_deductions() -> None:
    assert rep_score(()) == 100
    assert rep_score(("overshoot", "no_top_pause")) == 80
    assert rep_score(tuple(flag.name for flag in FLAGS) * 2) == 0
