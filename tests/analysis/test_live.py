"""The live path: events, their times, and what it keeps."""

import pickle

import numpy as np
import pytest

from analysis import Event, LiveAnalyser, analyse_trace
from analysis.flags import FLAGS_OF_STROKES
from firmware_bridge.device.people import SCRIPTS
from tests.accuracy import feed_in_chunks
from tests.motion import session
from tests.sensor import SENSORS, Readings, sense


def seen(script: str, sensor: str = "clean") -> Readings:
    return sense(SCRIPTS[script].motion(), SENSORS[sensor], np.random.default_rng(1))


def events_of(readings: Readings) -> list[Event]:
    return feed_in_chunks(LiveAnalyser(), readings, 4)


def of_kind(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == kind]


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_counted_exactly(script: str, sensor: str) -> None:
    events = events_of(seen(script, sensor))
    ended = of_kind(events, "set_ended")
    assert tuple(event["set"]["rep_count"] for event in ended) == SCRIPTS[script].reps
    assert len(of_kind(events, "rep")) == sum(SCRIPTS[script].reps)
    assert len(of_kind(events, "set_started")) == len(ended)


def test_reps_are_announced_once_in_order_at_the_top_they_finish_at() -> None:
    truth = session("steady", 3)
    readings = sense(truth.motion, SENSORS["ordinary"], np.random.default_rng(3))
    reps = of_kind(events_of(readings), "rep")
    assert [event["number"] for event in reps] == list(range(1, len(truth.sets[0].reps) + 1))
    for event, rep in zip(reps, truth.sets[0].reps, strict=True):
        assert event.t_s <= event.detected_s <= rep.end_s + 0.15
        assert event.detected_s > rep.start_s + rep.eccentric_s


def test_an_overshoot_is_said_at_once_and_cleared_once() -> None:
    readings = seen("overshoots", "ordinary")
    motion = SCRIPTS["overshoots"].motion()
    crossings = np.flatnonzero((motion[1:] < -3) & (motion[:-1] >= -3)) / 1000
    events = events_of(readings)
    said = of_kind(events, "overshoot")
    assert len(said) == len(of_kind(events, "overshoot_cleared")) == len(crossings)
    for event, crossing in zip(said, crossings, strict=True):
        assert -0.02 <= event.detected_s - crossing <= 0.05


@pytest.mark.parametrize("script", ["mixed", "throws", "overshoots", "fast"])
def test_flags_are_said_once_those_of_the_strokes_soon(script: str) -> None:
    events = events_of(seen(script, "ordinary"))
    said = [(event["number"], event["flag"]) for event in of_kind(events, "flag")]
    assert said
    (ended,) = of_kind(events, "set_ended")
    reps = [rep for rep in ended["set"]["reps"] if rep["counted"]]
    of_set = [(rep["number"], name) for rep in reps for name in rep["flags"]]
    assert sorted(said) == sorted(one for one in of_set if one[1] != "drifting")
    for event in of_kind(events, "flag"):
        if event["flag"] in FLAGS_OF_STROKES:
            assert event.detected_s - event.t_s < 0.7


def test_noise_and_spikes_are_no_overshoot() -> None:
    assert not of_kind(events_of(seen("good", "hostile")), "overshoot")


def test_phases_follow_each_other() -> None:
    phases = [event["phase"] for event in of_kind(events_of(seen("good")), "phase")]
    rep = ["eccentric", "bottom_hold", "concentric", "top_hold"]
    assert phases[: 4 * 8] == ["top_hold", *(rep * 8)][: 4 * 8]


def test_missing_data_is_reported() -> None:
    readings = seen("good")
    here = (readings.t_s < 10) | (readings.t_s > 12)
    events = events_of(Readings(readings.t_s[here], readings.angle_deg[here], ()))
    (missing,) = of_kind(events, "sensor")
    assert missing["missing_s"] == pytest.approx(2, abs=0.02)


def test_the_button_ends_a_set() -> None:
    readings = seen("good")
    live = LiveAnalyser()
    half = int(np.searchsorted(readings.t_s, 25.0))
    live.feed(readings.t_s[:half], readings.angle_deg[:half])
    (ended,) = of_kind(live.end_set(), "set_ended")
    assert ended["reason"] == "button"
    live.feed(readings.t_s[half:], readings.angle_deg[half:])
    (closed,) = of_kind(live.close(), "set_ended")
    assert (ended["set"]["rep_count"], closed["set"]["rep_count"]) == (4, 4)


def halves(second: float) -> tuple[LiveAnalyser, Readings]:
    """An analyser that has seen good reps up to this second, and what is to come of the first
    three.
    """
    readings, live = seen("good"), LiveAnalyser()
    here, end = np.searchsorted(readings.t_s, (second, 20.5)).tolist()
    live.feed(readings.t_s[:here], readings.angle_deg[:here])
    return live, Readings(readings.t_s[here:end], readings.angle_deg[here:end], ())


# The second of three good reps: it leaves the top at 10.5 s and is back at 14.5 s.
@pytest.mark.parametrize(
    ("second", "counts"),
    [(10.2, (1, 2)), (11.6, (1, 1)), (12.9, (1, 1)), (13.9, (1, 1)), (14.6, (2, 1))],
)
def test_an_ended_set_drops_what_was_being_tried(second: float, counts: tuple[int, int]) -> None:
    live, rest = halves(second)
    (ended,) = of_kind(live.end_set("because"), "set_ended")
    events = live.feed(rest.t_s, rest.angle_deg) + live.close()
    (closed,) = of_kind(events, "set_ended")
    assert ended["reason"] == "because"
    assert (ended["set"]["rep_count"], closed["set"]["rep_count"]) == counts
    assert [event["number"] for event in of_kind(events, "rep")] == list(range(1, counts[1] + 1))
    assert closed["set"]["partial_count"] == 0


@pytest.mark.parametrize("second", [0.5, 3.0, 5.0, 6.8, 8.0, 8.8])
def test_without_a_set_there_is_none_to_end(second: float) -> None:
    live, rest = halves(second)
    assert live.end_set() == []
    events = live.feed(rest.t_s, rest.angle_deg) + live.close()
    assert len(of_kind(events, "rep")) == (3 if second < 6 else 2)


def test_the_button_before_any_sample_makes_no_rep() -> None:
    live, rest = halves(0.0)
    assert live.end_set() == []
    assert not live.lifting
    assert len(of_kind(live.feed(rest.t_s, rest.angle_deg), "rep")) == 3


@pytest.mark.parametrize(
    ("second", "lifting"),
    [(0.0, False), (1.0, False), (3.0, False), (4.5, True), (8.0, True), (20.0, True)],
)
def test_somebody_lifts_from_the_top_on(second: float, lifting: bool) -> None:
    live, _ = halves(second)
    assert live.lifting is lifting


def test_nobody_lifts_when_the_lever_was_left_or_the_try_was_given_up() -> None:
    readings, live = seen("two-sets"), LiveAnalyser()
    here = int(np.searchsorted(readings.t_s, 60.0))
    events = live.feed(readings.t_s[:here], readings.angle_deg[:here])
    assert of_kind(events, "set_ended")
    assert not live.lifting
    for second, lifting in ((10.2, True), (12.0, False), (13.9, False)):
        live, _ = halves(second)
        live.end_set()
        assert live.lifting is lifting


def test_struck_reps_are_of_their_set_alone() -> None:
    live, rest = halves(15.0)
    live.strike([1])
    live.strike([2])
    (ended,) = of_kind(live.end_set(), "set_ended")
    events = live.feed(rest.t_s, rest.angle_deg) + live.close()
    (closed,) = of_kind(events, "set_ended")
    assert [rep["number"] for rep in ended["set"]["reps"]] == [1, 2]
    assert [rep["counted"] for rep in ended["set"]["reps"]] == [True, False]
    assert (ended["set"]["rep_count"], closed["set"]["rep_count"]) == (1, 1)


def test_striking_changes_nothing_that_is_told_before_the_end() -> None:
    live, rest = halves(15.0)
    bare, _ = halves(15.0)
    live.strike([2])
    events, usual = (one.feed(rest.t_s, rest.angle_deg) + one.close() for one in (live, bare))
    assert [event for event in events if event.kind != "set_ended"] == [
        event for event in usual if event.kind != "set_ended"
    ]
    reps = of_kind(events, "set_ended")[0]["set"]["reps"]
    assert [rep["number"] for rep in reps if not rep["counted"]] == [2]
    assert {rep["reason"] for rep in reps} == {None, "removed"}


def test_it_can_be_put_away_and_taken_up_again() -> None:
    readings = seen("mixed", "ordinary")
    live = LiveAnalyser()
    half = len(readings.t_s) // 2
    events = live.feed(readings.t_s[:half], readings.angle_deg[:half])
    live = pickle.loads(pickle.dumps(live))
    events += live.feed(readings.t_s[half:], readings.angle_deg[half:]) + live.close()
    whole = analyse_trace(readings.t_s, readings.angle_deg)
    assert [one["set"] for one in of_kind(events, "set_ended")] == whole.to_dict()["sets"]


def nonsense(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What no lever does, seen by no good sensor: steps, wandering, spikes, gaps, any rate."""
    rng = np.random.default_rng(seed)
    n, rate_hz = int(rng.integers(0, 3000)), rng.choice([10, 20, 50, 100, 200, 500])
    t = np.sort(np.arange(n) / rate_hz + rng.normal(0, 0.2 / rate_hz, n)) + rng.choice([0, 1.7e9])
    for gap_s in rng.choice([0, 0.06, 0.2, 1, 25, 1e5], 3):
        t[int(rng.integers(0, n + 1)) :] += gap_s
    angle = [
        np.repeat(rng.choice([-5, 0, 8, 9, 15, 16, 40, 60], n // 50 + 1), 50)[:n].astype(float),
        rng.normal(0, rng.choice([0.1, 1, 3]), n).cumsum(),
        25 + 30 * np.sin(2 * np.pi * np.arange(n) / rate_hz / rng.uniform(0.3, 6)),
        rng.uniform(-90, 90, n),
    ][seed % 4]
    spikes = rng.random(n) < 0.02
    angle[spikes] += rng.uniform(-180, 180, int(spikes.sum()))
    return t, angle + rng.normal(0, 0.1, n)


@pytest.mark.parametrize("seed", range(24))
def test_nonsense_is_reported_alike_live_and_as_a_whole(seed: int) -> None:
    t, angle = nonsense(seed)
    events = feed_in_chunks(LiveAnalyser(), Readings(t, angle, ()), 7)
    whole = analyse_trace(t, angle).to_dict()["sets"]
    assert [one["set"] for one in of_kind(events, "set_ended")] == whole


def test_a_lever_at_rest_takes_no_more_memory_by_the_hour() -> None:
    live = LiveAnalyser()
    rng = np.random.default_rng(1)
    sizes = []
    for minute in range(12):
        t = 60 * minute + np.arange(12_000) / 200
        live.feed(t, 60 + rng.normal(0, 0.08, len(t)))
        sizes.append(len(pickle.dumps(live)))
    assert max(sizes) < 100_000


def test_an_event_is_flat_json_with_its_times() -> None:
    event = Event("rep", 1.23456, 2.0, {"number": 3})
    assert event.to_dict() == {"kind": "rep", "t_s": 1.2346, "detected_s": 2.0, "number": 3}
    assert event["number"] == 3
    assert event["kind"] == "rep"
