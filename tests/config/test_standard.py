import pickle

import pytest

from config import STANDARDS, FieldError, FormStandard

CONTRACT = {
    "top_zone_deg": 9,
    "min_travel_deg": 8,
    "min_depth_deg": 15,
    "neutral_tolerance_deg": 3,
    "max_depth_deg": None,
    "target_depth_deg": None,
    "min_eccentric_s": 1.0,
    "min_top_hold_s": 0.2,
    "max_start_accel_dps2": 500,
    "max_shake_deg": 0.12,
    "target_tempo": None,
    "set_rest_s": 20,
}


def test_defaults_are_the_published_ones() -> None:
    assert {f: getattr(FormStandard(), f) for f in FormStandard.__struct_fields__} == CONTRACT
    assert STANDARDS["standard"] == FormStandard()


@pytest.mark.parametrize("field", CONTRACT)
@pytest.mark.parametrize("value", [float("nan"), -1, "many", True, [], 1e9])
def test_every_field_refuses_nonsense_by_name(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field} = .*: must be "):
        FormStandard(**{field: value})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"top_zone_deg": 15}, "top_zone_deg = 15.0: must be below min_depth_deg"),
        ({"max_depth_deg": 15}, "max_depth_deg = 15.0: must be over min_depth_deg"),
        ({"target_depth_deg": 10}, "target_depth_deg = 10.0: must be at least min_depth_deg"),
        (
            {"target_depth_deg": 50, "max_depth_deg": 40},
            "target_depth_deg = 50.0: must be at least min_depth_deg (15) and at most",
        ),
        ({"target_tempo": "0-1-2-1"}, "target_tempo = "),
        ({"target_tempo": "3-1-2"}, "target_tempo = "),
        ({"min_travel_deg": 0}, "min_travel_deg = 0: must be a number over 0"),
    ],
)
def test_fields_that_contradict_each_other(fields: dict[str, object], message: str) -> None:
    with pytest.raises(FieldError) as caught:
        FormStandard(**fields)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError):
        FormStandard(top_zone=9)  # type: ignore[call-arg]


def test_tempo_is_read_as_seconds() -> None:
    assert FormStandard(target_tempo="3-1-2.5-0").tempo_s == (3.0, 1.0, 2.5, 0.0)
    assert FormStandard().tempo_s is None


def test_standards_are_frozen_and_can_be_pickled() -> None:
    standard = STANDARDS["gentle"]
    with pytest.raises(AttributeError):
        standard.top_zone_deg = 1.0  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(standard)) == standard


def test_beginner_is_smaller_and_wider_and_gentle_is_shallower() -> None:
    normal, beginner, gentle = (STANDARDS[n] for n in ("standard", "beginner", "gentle"))
    assert beginner.min_depth_deg < normal.min_depth_deg
    assert beginner.neutral_tolerance_deg > normal.neutral_tolerance_deg
    assert gentle.max_depth_deg is not None
    assert beginner.max_depth_deg is not None
    assert gentle.max_depth_deg < beginner.max_depth_deg
    assert gentle.max_start_accel_dps2 < normal.max_start_accel_dps2
