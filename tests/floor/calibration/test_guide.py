import json
from typing import Any

import numpy as np
import pytest

from analysis import LeverScale
from config import FieldError, MachineProfile, SavedCalibration, Settings
from firmware_bridge.device.people import Hold, Stroke
from firmware_bridge.floor.calibration.guide import Guide
from tests.floor.calibration.lifter import (
    Machine,
    Values,
    Visit,
    guide_of,
    skip,
    slow_rep,
    to_neutral,
    to_stop,
    with_checks,
)

NOW = "2026-02-01T12:00:00Z"
GEARS = {"set": (1.0, 1.0), "another that is set": (1.5, 1.5), "set wrong": (1.5, 1.0)}


def quick(visit: Visit) -> Visit:
    """Neither a working range nor checks."""
    return visit.press(skip).press(skip).do(Hold(0.1))


def result_of(guide: Guide) -> dict[str, Any]:
    view = guide.view()
    assert view["refusal"] is None, view["refusal"]
    assert view["step"] == "done"
    result: dict[str, Any] = view["result"]
    return result


def neutral_error_deg(result: dict[str, Any], machine: Machine) -> float:
    off = (result["neutral_counts"] - machine.neutral_counts) / machine.turn
    return abs((off + 0.5) % 1 - 0.5) * 360 / machine.gear


def worst_error_deg(
    saved: SavedCalibration, settings: Settings, machine: Machine, stop_deg: float
) -> float:
    """Between neutral and the stop, as the station would then measure."""
    applied = saved.applied_to(settings)
    profile, calibration = applied.machine, applied.calibration
    scale = LeverScale(
        calibration.neutral_counts,
        profile.counts_per_turn,
        profile.gear,
        profile.direction,
        calibration.sine_deg,
        calibration.cosine_deg,
    )
    true = np.linspace(0, stop_deg, 40)
    raw = machine.counts(true) % machine.turn
    return float(np.abs([scale.degrees(one) for one in raw.tolist()] - true).max())


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("neutral_counts", [0.0, 300.0, 2000.0, 4095.5])
@pytest.mark.parametrize(
    ("noise_deg", "rate_hz"), [(0.015, 50), (0.043, 500), (0.2, 200), (0.4, 100)]
)
def test_the_ends_are_found_wherever_the_sensor_turns_over(
    direction: int, neutral_counts: float, noise_deg: float, rate_hz: int
) -> None:
    machine = Machine(neutral_counts, direction, noise_deg=noise_deg, rate_hz=rate_hz, spikes=0.003)
    result = result_of(quick(to_stop()).run(machine, seed=rate_hz))
    assert result["direction"] == direction
    assert neutral_error_deg(result, machine) < 0.1
    assert result["stop_deg"] == pytest.approx(62, abs=0.1)
    if neutral_counts in (300.0, 2000.0):
        assert result["turns_over"] == (neutral_counts == 300.0 and direction == -1)


@pytest.mark.parametrize("seed", range(12))
def test_people_who_sway_and_lower_in_their_own_way_are_calibrated(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stop_deg, sway_deg, sway_hz = rng.uniform(25, 120), rng.uniform(0, 0.5), rng.uniform(0.15, 0.6)
    stand = Hold(10.0, sway_deg, sway_hz)
    visit = to_neutral(stop_deg).do(stand)
    visit.do(Stroke(stop_deg, rng.uniform(1.2, 12), fall=rng.uniform(1.2, 3)), Hold(5.0))
    machine = Machine(rng.uniform(0, 4096), noise_deg=0.043, rate_hz=int(rng.choice([50, 200])))
    result = result_of(quick(visit).run(machine, seed))
    assert neutral_error_deg(result, machine) < 0.1 + sway_deg
    assert result["stop_deg"] == pytest.approx(stop_deg, abs=0.15 + sway_deg)


@pytest.mark.parametrize("gears", GEARS)
def test_five_checks_correct_an_off_centre_magnet(gears: str) -> None:
    gear, set_gear = GEARS[gears]
    settings = Settings(machine=MachineProfile(gear=set_gear))
    errors, sure = [], 0
    for seed in range(16):
        rng = np.random.default_rng(seed)
        stop_deg = rng.uniform(45, 90)
        machine = Machine(
            rng.uniform(0, 4096),
            int(rng.choice([1, -1])),
            gear,
            eccentricity_deg=1.0,
            phase=rng.random(),
            rate_hz=100,
        )
        held = np.linspace(stop_deg / 5, stop_deg - 1, 5).tolist()
        checks = [(deg, round(deg + rng.uniform(-0.2, 0.2), 1)) for deg in held]
        visit = with_checks(to_stop(stop_deg).press(skip), checks).press(skip).do(Hold(0.1))
        guide = visit.run(machine, seed, settings)
        result = result_of(guide)
        assert result["direction"] == machine.direction
        assert result["gear_fitted"] == (gears == "set wrong")
        assert result["gear"] == pytest.approx(gear, rel=0.03)
        errors.append(worst_error_deg(guide.saved(NOW), settings, machine, stop_deg))
        sure += errors[-1] <= result["sure_deg"]
    assert np.percentile(errors, 90) <= 0.25
    assert max(errors) < 0.35
    assert sure >= 14


def test_an_ordinary_calibration_with_everything() -> None:
    visit = to_stop().do(Stroke(0.0, 2.0), Hold(1.0))
    for bottom_deg in (43.0, 44.0, 46.0):
        visit.do(*slow_rep(bottom_deg))
    with_checks(visit.do(Hold(1.0)), [(10, 10.1), (30, 29.9), (45, 45), (61, 61.1)])
    guide = visit.press(skip).do(Hold(0.1)).run(Machine())
    result = result_of(guide)
    assert result["working_top_deg"] == pytest.approx(0, abs=0.2)
    assert result["working_bottom_deg"] == pytest.approx(44, abs=0.3)
    assert len(result["residuals_deg"]) == 4
    saved = guide.saved(NOW)
    assert (saved.made_utc, saved.device_id, saved.firmware) == (NOW, "e66138528350b92b", "0.1.0")
    steps = [one.step for one in saved.readings]
    assert steps == ["neutral", "stop", "check", "check", "check", "check"]
    assert [one.angle_deg for one in saved.readings] == [None, None, 10.1, 29.9, 45, 61.1]


def test_play_between_lever_and_sensor_is_made_up_for() -> None:
    machine = Machine(2000.0, noise_deg=0.0)  # no turn-over on the way: the play is plain to see

    def lagging(values: Values) -> Values:
        sensor, half, seen = float(values[0][1]), 1.0 / 360 * machine.turn, []
        for t_s, raw in values:
            sensor = min(max(sensor, float(raw) - half), float(raw) + half)
            seen.append((t_s, round(sensor)))
        return seen

    def stop_deg(play_deg: float) -> float:
        settings = Settings(machine=MachineProfile(play_deg=play_deg))
        result = result_of(quick(to_stop()).run(machine, settings=settings, change=lagging))
        return float(result["stop_deg"])

    assert stop_deg(2.0) == pytest.approx(62, abs=0.1)
    assert stop_deg(0.0) == pytest.approx(60, abs=0.1)


def test_the_view_is_json_with_the_same_keys_at_every_step() -> None:
    views = [guide_of(Machine()).view()]
    views.append(to_neutral().run(Machine()).view())
    views.append(to_stop().run(Machine()).view())
    views.append(to_stop().press(skip).do(Hold(0.1)).run(Machine()).view())
    views.append(quick(to_stop()).run(Machine()).view())
    assert [view["step"] for view in views] == ["neutral", "stop", "range", "checks", "done"]
    assert all(json.loads(json.dumps(view)) == view for view in views)
    assert len({tuple(view) for view in views}) == 1


def test_progress_grows_within_a_step_and_the_angle_is_known_from_the_stop_on() -> None:
    machine, visit = Machine(), to_stop()
    guide = guide_of(machine)
    seen: dict[str, list[float]] = {"neutral": [], "stop": [], "range": []}
    angles: set[tuple[str, bool]] = set()
    for t_s, value in machine.samples(visit.motion, np.random.default_rng(0)):
        if t_s == 4.0:
            guide.take()
        guide.feed([(t_s, value)])
        view = guide.view()
        seen[view["step"]].append(view["progress"])
        angles.add((view["step"], view["angle_deg"] is not None))
    assert seen["neutral"] == sorted(seen["neutral"])
    assert max(seen["neutral"]) >= 0.8
    assert max(seen["stop"]) >= 0.8
    assert angles == {("neutral", False), ("stop", False), ("range", True)}
    assert guide.view()["angle_deg"] == pytest.approx(62, abs=0.3)
    assert guide.view()["turned_deg"] == pytest.approx(-62, abs=0.3)


def test_the_chunks_make_no_difference() -> None:
    machine, visit = Machine(spikes=0.01), to_stop()
    values = machine.samples(visit.motion, np.random.default_rng(1))
    views = []
    for size in (1, 7, 400):
        guide = guide_of(machine)
        guide.feed(values[:800])
        guide.take()
        for begin in range(800, len(values), size):
            guide.feed(values[begin : begin + size])
        views.append(guide.view())
    assert views[0] == views[1] == views[2]


def test_cancelling_ends_it_and_nothing_can_be_saved() -> None:
    guide = to_stop().press(Guide.cancel).do(Hold(5.0)).run(Machine())
    assert guide.over
    assert guide.view()["refusal"]["name"] == "cancelled"
    with pytest.raises(ValueError, match="not done"):
        guide.saved(NOW)


def test_silence_ends_it() -> None:
    guide = guide_of(Machine())
    guide.tick(9.9)
    assert not guide.over
    guide.tick(10.0)
    assert guide.view()["refusal"] == {
        "name": "no_data",
        "words": "no samples for 10 s: check the cable and the power, and start again",
        "values": {"silent_s": 10.0},
    }


def test_what_was_refused_stays_refused() -> None:
    guide = guide_of(Machine())
    guide.tick(10.0)
    guide.take()
    guide.skip()
    guide.check(10.0)
    guide.cancel()
    assert guide.view()["refusal"]["name"] == "no_data"


def test_actions_at_the_wrong_step_do_nothing() -> None:
    guide = to_stop().run(Machine())
    before = guide.view()
    guide.take()
    guide.check(20.0)
    assert guide.view() == before


def test_a_travel_that_does_not_fit_into_one_turn_is_refused() -> None:
    settings = Settings(machine=MachineProfile(gear=2.0))
    guide = quick(to_stop(125.0, seconds=5.0)).run(Machine(gear=2.0), settings=settings)
    assert guide.view()["refusal"]["name"] == "not_one_turn"
    with pytest.raises(FieldError):
        Settings(machine=MachineProfile(gear=3.0))
