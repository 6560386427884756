import numpy as np
import pytest

from firmware_bridge.floor.calibration.track import Track

TURN = 4096


def followed(raw: list[int], gear: float = 1.0, play_deg: float = 0.0) -> list[float]:
    track = Track(TURN, gear, play_deg)
    return [counts for at, one in enumerate(raw) for _, counts in track.push(at / 100, one)]


def away_and_back(counts: float) -> np.ndarray:
    """A second still, three to go there, one still, three back, one still; at 100 Hz."""
    there = counts * (1 - np.cos(np.linspace(0, np.pi, 300))) / 2
    return np.concatenate([np.zeros(100), there, np.full(100, counts), there[::-1], np.zeros(100)])


@pytest.mark.parametrize("start", [0, 2, 2000, 4095])
@pytest.mark.parametrize("way", [1000.0, -1000.0, 1900.0])
def test_a_turn_over_is_no_jump(start: int, way: float) -> None:
    motion = start + away_and_back(way)
    seen = followed([round(one) % TURN for one in motion.tolist()])
    assert max(seen) - min(seen) == pytest.approx(abs(way), abs=1)
    assert seen[-1] == seen[0]
    assert np.abs(np.diff(seen)).max() < 30


def test_noise_at_the_turn_over_is_noise() -> None:
    rng = np.random.default_rng(0)
    seen = followed((np.rint(rng.normal(0, 3, 500)).astype(int) % TURN).tolist())
    assert np.ptp(seen) < 30


def test_spikes_anywhere_add_no_turn() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        raw = np.rint(3900 + away_and_back(900)).astype(int) % TURN
        bad = rng.random(len(raw)) < 0.05
        raw[bad] = rng.integers(0, TURN, bad.sum())
        seen = followed(raw.tolist())
        assert seen[-1] - seen[0] == pytest.approx(0, abs=15)
        assert np.ptp(seen) == pytest.approx(900, abs=30)


def test_a_geared_sensor_may_turn_quicker() -> None:
    raw = [round(one) % TURN for one in away_and_back(3000).tolist()]
    assert np.ptp(followed(raw, gear=3.0)) == pytest.approx(3000, abs=1)


def test_play_is_made_up_for() -> None:
    half = TURN / 360  # a degree
    sensor, raw = 0.0, []
    for lever in away_and_back(900).tolist():
        sensor = min(max(sensor, lever - half), lever + half)
        raw.append(round(sensor) % TURN)
    assert followed(raw, play_deg=2.0)[450] == pytest.approx(900, abs=1)
    assert followed(raw)[450] == pytest.approx(900 - half, abs=1)
