from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from config import MachineProfile, Settings
from firmware_bridge.device.people import Hold, Stroke, perform
from firmware_bridge.device.simulated import counts_of
from firmware_bridge.floor.calibration.guide import Guide
from tests.floor.calibration.lifter import (
    Machine,
    Values,
    Visit,
    skip,
    slow_rep,
    take,
    to_neutral,
    to_stop,
)

LEVER = Machine()


def refusal(guide: Guide) -> dict[str, Any]:
    view = guide.view()
    assert view["step"] == "refused", view
    refused: dict[str, Any] = view["refusal"]
    assert "\n" not in refused["words"]
    return refused


def name(guide: Guide) -> str:
    return str(refusal(guide)["name"])


def errors(at: Callable[[float], bool], error: str) -> Callable[[Values], Values]:
    """At these times the sensor says an error."""
    return lambda values: [(t_s, error if at(t_s) else value) for t_s, value in values]


def shares(share: float, seed: int = 0) -> Callable[[float], bool]:
    rng = np.random.default_rng(seed)
    return lambda t_s: bool(rng.random() < share)


def test_neutral_waits_for_the_press() -> None:
    assert Visit().do(Hold(30.0)).run(LEVER).view()["step"] == "neutral"


def test_neutral_taken_before_the_first_sample_is_looked_for_from_there_on() -> None:
    guide = Guide(Settings(), "a", "as5600", "0.1.0", 4096)
    guide.take()
    still = LEVER.samples(np.zeros(3000), np.random.default_rng(0))
    late = [(5000 + t_s, value) for t_s, value in still]
    guide.feed(late[:300])
    assert guide.view()["taking"]
    assert guide.view()["lacks"] is None
    guide.feed(late[300:])
    assert guide.view()["step"] == "stop"


def test_moving_at_neutral_is_refused_after_ten_seconds() -> None:
    restless = [Stroke(deg, 1.0) for deg in (4, 0, 5, 1, 6, 0, 4, 0, 5, 1, 4, 0)]
    visit = Visit(start_deg=0.0).do(Hold(1.0)).press(take).do(*restless)
    guide = visit.run(LEVER)
    assert name(guide) == "moving"
    assert refusal(guide)["values"]["moved_deg"] > 1.5


@pytest.mark.parametrize("speed_dps", [0.4, 0.7, 1.0, 2.0])
def test_a_slow_steady_movement_is_no_hold(speed_dps: float) -> None:
    seconds = 16.0
    motion = Visit(start_deg=0.0).do(Hold(1.0)).press(take)
    motion.do(Stroke(speed_dps * seconds, seconds, rise=0.01, fall=0.01))
    assert name(motion.run(LEVER)) == "moving"


def test_one_who_settles_late_is_taken() -> None:
    visit = Visit(start_deg=0.0).do(Hold(1.0)).press(take)
    visit.do(*(Stroke(deg, 1.0) for deg in (5, 0, 5, 0, 5, 0)), Hold(3.0))
    assert visit.run(LEVER).view()["step"] == "stop"


def test_a_pause_on_the_way_is_not_the_stop() -> None:
    visit = to_neutral().do(Stroke(30.0, 2.0), Hold(3.0), Stroke(62.0, 2.0), Hold(3.0))
    assert name(visit.run(LEVER)) == "stop_not_end"


def test_a_short_pause_on_the_way_does_not_matter() -> None:
    visit = to_neutral().do(Stroke(30.0, 2.0), Hold(1.0), Stroke(62.0, 2.0), Hold(3.0))
    assert visit.run(LEVER).view()["step"] == "range"


def test_moving_on_at_the_stop_is_refused_after_a_minute() -> None:
    visit = to_neutral().do(*(Stroke(deg, 1.0) for deg in [50, 30] * 31))
    assert name(visit.run(LEVER)) == "moving"


@pytest.mark.parametrize(("stop_deg", "refused"), [(15.0, "short_travel"), (155.0, "long_travel")])
def test_an_impossible_travel_is_refused(stop_deg: float, refused: str) -> None:
    guide = to_stop(stop_deg, seconds=6.0).run(LEVER)
    assert name(guide) == refused
    assert refusal(guide)["values"]["travel_deg"] == pytest.approx(stop_deg, abs=0.3)


@pytest.mark.parametrize("stop_deg", [20.5, 149.0])
def test_the_longest_and_the_shortest_travel_are_fine(stop_deg: float) -> None:
    assert to_stop(stop_deg, seconds=6.0).run(LEVER).view()["step"] == "range"


def test_neutral_taken_halfway_is_found_when_the_lever_is_seen_beyond() -> None:
    visit = Visit().do(Hold(1.0), Stroke(20.0, 2.0), Hold(1.0)).press(take).do(Hold(3.0))
    visit.do(Stroke(62.0, 2.0), Hold(3.0), Stroke(0.0, 2.0), Hold(1.0))
    guide = visit.run(LEVER)
    assert name(guide) == "neutral_not_end"
    assert refusal(guide)["values"]["beyond_deg"] > 10


def test_reps_that_finish_past_neutral_show_that_it_was_not_the_end() -> None:
    visit = to_stop().do(Stroke(-7.5, 2.0), Hold(1.0))
    for _ in range(3):
        visit.do(*slow_rep(top_deg=-7.5))
    guide = visit.do(Hold(1.0)).run(LEVER)
    assert name(guide) == "neutral_not_end"
    assert refusal(guide)["values"]["beyond_deg"] == pytest.approx(7.5, abs=0.3)


def test_leaning_back_a_little_is_no_reason_to_refuse() -> None:
    visit = to_stop().do(Stroke(-5.0, 2.0), Hold(1.0))
    for _ in range(3):
        visit.do(*slow_rep(top_deg=-5.0))
    assert visit.do(Hold(1.0)).run(LEVER).view()["step"] == "checks"


def test_spikes_are_neither_turns_nor_ends() -> None:
    for seed in range(5):
        guide = to_stop().do(Hold(2.0)).run(Machine(spikes=0.02), seed)
        assert guide.view()["step"] == "range"
        assert guide.view()["angle_deg"] == pytest.approx(62, abs=0.3)


def test_more_than_a_twentieth_of_bad_samples_is_refused() -> None:
    guide = to_stop().do(Hold(6.0)).run(LEVER, change=errors(shares(0.12), "nonsense"))
    assert name(guide) == "bad_samples"
    assert refusal(guide)["values"]["bad_pct"] == pytest.approx(12, abs=3)


def test_a_few_bad_samples_are_fine() -> None:
    guide = to_stop().run(LEVER, change=errors(shares(0.02), "nonsense"))
    assert guide.view()["step"] == "range"


def test_missing_samples_count_as_bad_ones() -> None:
    values = LEVER.samples(to_neutral().do(Hold(9.0)).motion, np.random.default_rng(0))
    guide = Guide(Settings(), "a", "as5600", "0.1.0", 4096)
    guide.feed(values[:800])
    guide.take()
    for begin in range(800, len(values), 10):  # one of ten is lost
        guide.feed(values[begin : begin + 9])
        guide.missing(1)
    assert name(guide) == "bad_samples"
    assert refusal(guide)["values"]["bad_pct"] == pytest.approx(10, abs=1)


def test_pauses_in_the_data_are_bad_samples() -> None:
    values = LEVER.samples(to_neutral().do(Hold(9.0)).motion, np.random.default_rng(0))
    guide = Guide(Settings(), "a", "as5600", "0.1.0", 4096)
    guide.feed(values[:800])
    guide.take()
    for begin in range(800, len(values), 200):  # half of every second
        guide.feed(values[begin : begin + 100])
        guide.missing(100)
    assert name(guide) == "bad_samples"


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        ("no_magnet", "magnet_missing"),
        ("no_answer", "no_answer"),
        ("nonsense", "bad_samples"),
        ("other", "bad_samples"),
    ],
)
@pytest.mark.parametrize("since_s", [0.0, 3.0, 8.0])
def test_a_sensor_that_gives_only_errors_is_told_by_its_error(
    error: str, refused: str, since_s: float
) -> None:
    guide = to_stop().run(LEVER, change=errors(lambda t_s: t_s >= since_s, error))
    assert name(guide) == refused


def test_a_stuck_sensor_is_told() -> None:
    visit = to_neutral().do(Stroke(62.0, 3.0), Hold(22.0))
    values = LEVER.samples(visit.motion, np.random.default_rng(0))
    held = next(int(value) for t_s, value in values if t_s >= 7.0)

    def stuck(values: Values) -> Values:
        return [(t_s, held if t_s >= 7.0 else value) for t_s, value in values]

    guide = visit.run(LEVER, change=stuck)
    assert name(guide) == "stuck"
    assert refusal(guide)["values"]["counts"] == held


def test_a_lever_that_is_not_lowered_is_told_as_that() -> None:
    guide = to_neutral().do(Hold(62.0)).run(LEVER)
    assert name(guide) == "not_lowered"
    assert refusal(guide)["values"]["moved_deg"] < 0.5


def test_a_lever_clamped_at_one_count_during_the_holds_is_never_stuck() -> None:
    exact = Machine(noise_deg=0.0)
    visit = Visit(start_deg=0.0).do(Hold(40.0)).press(take).do(Hold(3.0))
    visit.do(Hold(15.0), Stroke(62.0, 3.0), Hold(40.0))
    assert visit.run(exact).view()["step"] == "range"


def test_a_jump_that_could_be_another_turn_is_not_guessed() -> None:
    settings = Settings(machine=MachineProfile(gear=2.0))
    visit = to_neutral(100.0).do(Stroke(100.0, 2.0), Hold(4.0))

    def blind(values: Values) -> Values:
        return [one for one in values if not 7.0 <= one[0] < 8.9]

    guide = visit.run(Machine(gear=2.0), settings=settings, change=blind)
    assert name(guide) == "unseen"


def test_rushed_reps_do_not_count_for_the_range() -> None:
    visit = to_stop().do(Stroke(0.0, 2.0), Hold(1.0))
    for lower_s in (0.6, 2.0, 0.6, 2.0):
        visit.do(*slow_rep(lower_s=lower_s))
    view = visit.do(Hold(1.0)).run(LEVER).view()
    assert (view["step"], view["reps"], view["rushed"]) == ("range", 2, 2)
    assert view["progress"] == pytest.approx(0.667)
    view = visit.do(*slow_rep(), Hold(1.0)).run(LEVER).view()
    assert (view["step"], view["reps"]) == ("checks", 3)


def test_the_range_can_be_left_out() -> None:
    assert to_stop().press(skip).do(Hold(0.1)).run(LEVER).view()["step"] == "checks"


def test_a_lever_that_lay_still_first_and_was_held_then_is_upside_down() -> None:
    guide = Guide(Settings(), "lever-1", "as5600", "0.1.0", 4096)
    lying = (Hold(4.0), Stroke(0.0, 2.0), Hold(8.0, sway_deg=0.2, sway_hz=0.5))
    counts = counts_of(perform(62.0, lying))[::5]
    for n, count in enumerate(counts.tolist()):
        if n == 100:
            guide.take()
        guide.feed([(n / 200, count)])
    assert guide.view()["refusal"]["name"] == "upside_down"


def test_a_sensor_turned_round_has_to_be_proved_by_reps() -> None:
    before = Guide(Settings(), "lever-1", "as5600", "0.1.0", 4096)
    held = (Hold(4.0, sway_deg=0.2), Stroke(62.0, 2.5), Hold(4.0))

    def run(guide: Guide, **sensor: int) -> None:
        for n, count in enumerate(counts_of(perform(0.0, held), **sensor)[::5].tolist()):
            if n == 100:
                guide.take()
            guide.feed([(n / 200, count)])
        guide.skip()

    run(before)
    before.skip()
    saved = before.saved("2026-11-25T10:00:00Z")
    same = Guide(Settings(), "lever-1", "as5600", "0.1.0", 4096, before=saved)
    run(same)
    assert same.view()["step"] == "checks"
    turned = Guide(Settings(), "lever-1", "as5600", "0.1.0", 4096, before=saved)
    run(turned, direction=-1)
    assert turned.view()["refusal"]["name"] == "turned_round"
