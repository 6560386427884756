"""Each flag on its own threshold."""

from pathlib import Path

import pytest

import analysis
from analysis.flags import FLAGS, flags_of, flags_of_set
from analysis.measures import Measures
from config import STANDARDS, FormStandard

GOOD = {
    "start_s": 1.0, "end_s": 5.0, "bottom_deg": 40.0, "top_deg": 0.0, "eccentric_s": 2.0,
    "bottom_hold_s": 0.5, "concentric_s": 1.5, "top_hold_s": 1.0, "shake_deg": 0.02,
    "start_accel_dps2": 200.0,
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
        ({"top_hold_s": None}, "sensor_gap"),
        ({"gaps": ((5.2, 5.5),)}, "sensor_gap"),
        ({"gaps": ((5.2, 5.35), (7.0, 7.15))}, "sensor_gap"),
    ],
)
def test_a_flag_is_raised_past_its_threshold(change: dict, flag: str) -> None:
    assert flags_of(Measures(**GOOD), STANDARD) == ()
    assert flags_of(Measures(**GOOD | change), STANDARD) == (flag,)


def test_drifting_is_raised_where_a_walk_has_carried_the_rep() -> None:
    reps = [Measures(**GOOD | {"top_deg": 0.6 * n}) for n in range(10)]
    flags = flags_of_set(reps, STANDARD)
    assert flags == [()] * 7 + [("drifting",)] * 3
    assert flags_of(reps[-1], STANDARD) == ()


def test_what_is_unknown_or_has_no_threshold_is_not_judged() -> None:
    assert flags_of(Measures(), STANDARD) == ("sensor_gap",)
    assert flags_of(Measures(**GOOD | {"bottom_deg": 100.0}), FormStandard()) == ()
    assert flags_of_set([], STANDARD) == []


def test_thresholds_are_fields_of_every_standard_or_numbers() -> None:
    for standard in STANDARDS.values():
        for flag in FLAGS:
            assert flag.limit(standard) is None or flag.limit(standard) > 0  # type: ignore[operator]


def test_advice_is_one_short_cue() -> None:
    for flag in FLAGS:
        assert len(flag.advice) <= 40
        assert len(flag.advice.split()) <= 8
        assert not flag.advice.endswith(".")


def test_the_document_lists_the_same_table() -> None:
    text = (Path(analysis.__file__).parent / "DEFINITIONS.md").read_text()
    for f in FLAGS:
        limit = f"`{f.threshold}`" if isinstance(f.threshold, str) else f"{f.threshold:g}"
        assert f"| `{f.name}` | {limit} | {f.unit} | {f.deduction} | {f.advice} |" in text
