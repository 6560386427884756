import msgspec
import pytest

from config import STANDARDS, FormStandard
from firmware_bridge.floor.plan import Plan


def test_nothing_is_said_to_begin_with() -> None:
    plan = Plan()
    assert plan.standard == "standard"
    assert (plan.load_kg, plan.target_reps, plan.target_tempo) == (None, None, None)


@pytest.mark.parametrize("name", STANDARDS)
@pytest.mark.parametrize("tempo", [None, "3-1-2-1"])
def test_a_set_is_judged_by_the_standard_and_the_tempo(name: str, tempo: str | None) -> None:
    form = Plan(standard=name, target_tempo=tempo, load_kg=40, target_reps=8).form(STANDARDS)
    assert form == msgspec.structs.replace(STANDARDS[name], target_tempo=tempo)
    assert STANDARDS[name].target_tempo is None


def test_the_standards_at_hand_are_those_it_is_given() -> None:
    mine = FormStandard(top_zone_deg=5)
    assert Plan(standard="mine").form({"mine": mine}) == mine


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Plan().load_kg = 3.0  # type: ignore[misc]


@pytest.mark.parametrize("load", [0, 0.5, 500])
@pytest.mark.parametrize("reps", [1, 100])
def test_what_can_be_planned_is_json_and_back(load: float, reps: int) -> None:
    plan = Plan(load_kg=load, target_reps=reps, target_tempo="4-0-2.5-0")
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


@pytest.mark.parametrize(
    "fields",
    [
        {"load_kg": -0.5},
        {"load_kg": 500.5},
        {"load_kg": "40"},
        {"target_reps": 0},
        {"target_reps": 101},
        {"target_reps": 7.5},
        {"target_tempo": "3-1-2"},
        {"target_tempo": 3},
        {"standard": None},
    ],
)
def test_what_cannot_be_planned(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, Plan)
