"""Making up for the play between lever and sensor."""

import numpy as np
import pytest

from analysis import Play, analyse_trace
from firmware_bridge.device.people import Hold, Stroke, perform
from tests.sensor import SENSORS, sense

PLAYS_DEG = (0.2, 0.5, 1.0, 3.0)
REPS = 5
MOTION = perform(
    60.0,
    [
        *(Hold(1), Stroke(1, 2), Hold(1)),
        *(Stroke(40, 2), Hold(0.5), Stroke(1, 1.8), Hold(1)) * REPS,
        *(Stroke(60, 2), Hold(1)),
    ],
)


def through(motion: np.ndarray, play: float) -> np.ndarray:
    """What a sensor follows of `motion`: it stands still until the play is used up."""
    at, followed = motion[0], []
    for lever in motion.tolist():
        at = min(lever + play / 2, max(lever - play / 2, at))
        followed.append(at)
    return np.array(followed)


def made_up(readings: np.ndarray, play: float) -> np.ndarray:
    compensation = Play(play)
    return np.array([compensation.take(reading) for reading in readings.tolist()])


def test_no_play_changes_nothing() -> None:
    assert list(made_up(MOTION, 0)) == list(MOTION)


@pytest.mark.parametrize("play", PLAYS_DEG)
def test_turning_points_are_where_the_lever_turned(play: float) -> None:
    found = made_up(through(MOTION, play), play)
    for since in range(4000, len(MOTION) - 5300, 5300):  # a whole rep from the top
        rep = slice(since, since + 5300)
        assert found[rep].max() == pytest.approx(MOTION[rep].max(), abs=1e-6)
        assert found[rep].min() == pytest.approx(MOTION[rep].min(), abs=1e-6)


@pytest.mark.parametrize("play", PLAYS_DEG)
def test_ranges_of_reps_are_right_on_a_sensor_with_noise_spikes_and_knocks(play: float) -> None:
    for seed in range(3):
        seen = sense(through(MOTION, play), SENSORS["ordinary"], np.random.default_rng(seed))
        (one,) = analyse_trace(seen.t_s, made_up(seen.angle_deg, play)).sets
        ranges = [rep.measures.range_deg for rep in one.counted]
        assert len(ranges) == REPS
        assert np.mean(ranges) == pytest.approx(39, abs=0.05)
        assert ranges == pytest.approx([39] * REPS, abs=0.2)


def test_what_is_made_up_throws_no_start_and_changes_no_flag() -> None:
    clean = SENSORS["clean"]
    flags = []
    for angles in (MOTION, made_up(through(MOTION, 0.5), 0.5)):
        seen = sense(angles, clean, np.random.default_rng(1))
        flags.append([rep.flags for rep in analyse_trace(seen.t_s, seen.angle_deg).sets[0].reps])
    assert flags[0] == flags[1] == [()] * REPS


@pytest.mark.parametrize("play", PLAYS_DEG)
def test_it_makes_no_jumps(play: float) -> None:
    readings = through(MOTION, play)
    found = made_up(readings, play)
    quickest = np.abs(np.diff(readings)).max()
    assert np.abs(np.diff(found)).max() <= quickest * 4 / 3 + 1e-12
    assert np.abs(found - readings).max() <= play / 2 + 1e-12


@pytest.mark.parametrize("play", PLAYS_DEG)
def test_noise_in_a_hold_grows_by_no_more_than_a_third(play: float) -> None:
    noise = np.random.default_rng(2).normal(0, 0.08, 4000)
    held = np.concatenate([np.linspace(0, 40, 400), np.full(4000, 40.0) + noise])
    found = made_up(held, play)[400:]
    assert found.std() <= noise.std() * 4 / 3
    assert found.mean() == pytest.approx(40 + play / 2, abs=0.05)


def test_a_spike_does_not_bring_the_lever_to_the_other_side() -> None:
    compensation = Play(1.0)
    for reading in np.linspace(0, 40, 200).tolist():
        compensation.take(reading)
    compensation.take(170.0)
    assert [compensation.take(40.0) for _ in range(5)] == [40.5] * 5
    compensation.take(-100.0)
    assert [compensation.take(40.0) for _ in range(5)] == [40.5] * 5


@pytest.mark.parametrize("play", PLAYS_DEG)
def test_all_of_it_is_there_after_nine_degrees_or_four_times_the_play(play: float) -> None:
    compensation = Play(play)
    found = [compensation.take(reading) for reading in np.arange(0, 40, 0.1).tolist()]
    turned = [compensation.take(reading) for reading in np.arange(40, 0, -0.1).tolist()]
    moved = round(max(8 + play, 4 * play) / 0.1) + 2
    assert found[moved] == pytest.approx(moved * 0.1 + play / 2)
    assert turned[moved] == pytest.approx(40 - moved * 0.1 - play / 2)
