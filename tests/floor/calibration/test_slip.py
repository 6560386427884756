import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_bridge.floor.calibration.slip import slip

STOP_DEG = 60.0


def stops(seed: int, sets: int) -> NDArray[np.float64]:
    """Noise of 0.3 deg, and in one set of ten something under the lever."""
    rng = np.random.default_rng(seed)
    odd = rng.random(sets) < 0.1
    return STOP_DEG + rng.normal(0, 0.3, sets) - odd * rng.uniform(0, 15, sets)


@pytest.mark.parametrize("calibrated", [STOP_DEG, None])
def test_it_hardly_ever_tells_falsely(calibrated: float | None) -> None:
    told = 0
    for seed in range(200):
        seen = stops(seed, 100).tolist()
        told += any(slip(seen[:k], calibrated) for k in range(1, len(seen) + 1))
    assert told <= 2  # of 20,000 sets: less than one in 10,000


@pytest.mark.parametrize("drift_deg", [2.5, 3, 5, -3, -5])
def test_a_slip_is_told_within_a_few_sets(drift_deg: float) -> None:
    needed = []
    for seed in range(200):
        seen = stops(seed, 60)
        seen[20:] += drift_deg
        needed.append(next(k for k in range(1, 41) if slip(seen[: 20 + k].tolist(), STOP_DEG)))
    assert np.median(needed) <= 3
    assert np.percentile(needed, 95) <= 7


def test_it_says_by_how_much() -> None:
    assert slip([60, 60.2, 63.1, 63, 62.9], STOP_DEG) == pytest.approx(3)
    assert slip([57, 57.1, 56.9], STOP_DEG) == pytest.approx(-3)


def test_a_slow_drift_is_told_once_it_is_past_two_degrees() -> None:
    seen = [STOP_DEG + 0.05 * k for k in range(80)]
    first = next(k for k in range(1, 81) if slip(seen[:k], None))
    assert seen[first - 1] - STOP_DEG == pytest.approx(2.1, abs=0.15)


def test_an_odd_stop_neither_tells_a_slip_nor_takes_it_back() -> None:
    assert slip([60, 60, 50, 60], STOP_DEG) is None
    assert slip([60, 63, 63, 63, 50], STOP_DEG) == pytest.approx(3)
    assert slip([60, 63, 63, 63, 50, 60, 60, 60], STOP_DEG) is None


def test_sets_whose_stop_was_not_seen_are_left_out() -> None:
    assert slip([None, 63, None, 63, 63, None], STOP_DEG) == pytest.approx(3)
    assert slip([None] * 5, STOP_DEG) is None


def test_without_enough_sets_nothing_is_said() -> None:
    assert slip([], None) is None
    assert slip([70, 70], STOP_DEG) is None
    assert slip([60, 60, 70], None) is None
