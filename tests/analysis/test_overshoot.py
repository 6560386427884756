"""Overshoot is said once, at once, and of the lever alone."""

import numpy as np
import pytest

from analysis.overshoot import OvershootWatch


def said(angles: np.ndarray, rate_hz: float = 200.0) -> list[tuple[str, float]]:
    """What is said of these samples, and at what time (s)."""
    watch = OvershootWatch(3.0)
    found = []
    for i, angle in enumerate(angles.tolist()):
        change = watch.push(i / rate_hz, angle)
        if change:
            found.append((change[0], i / rate_hz))
    return found


def rise(low_deg: float, seconds: float = 1.0) -> np.ndarray:
    """From 40 deg to `low_deg`, held there for 1 s, and back."""
    u = np.linspace(0, 1, int(seconds * 200))
    way = 10 * u**3 - 15 * u**4 + 6 * u**5
    down = 40 + (low_deg - 40) * way
    return np.concatenate([down, np.full(200, low_deg), down[::-1]])


@pytest.mark.parametrize("low", [-3.4, -5.0, -12.0])
@pytest.mark.parametrize("seconds", [0.5, 1.0, 4.0])
def test_it_is_said_once_and_cleared_once(low: float, seconds: float) -> None:
    angles = rise(low, seconds) + np.random.default_rng(1).normal(0, 0.04, len(rise(low, seconds)))
    found = said(angles)
    assert [kind for kind, _ in found] == ["overshoot", "overshoot_cleared"]
    crossed_s = np.flatnonzero(rise(low, seconds) < -3)[0] / 200
    assert found[0][1] - crossed_s < (0.04 if low < -4 else 0.1)


def test_within_the_tolerance_nothing_is_said() -> None:
    assert said(rise(-2.6)) == []


def test_the_angle_is_that_of_the_motion() -> None:
    watch = OvershootWatch(3.0)
    changes = [watch.push(i / 200, 10 - 0.25 * i) for i in range(60)]
    (_, at_deg), *others = [one for one in changes if one]
    assert at_deg == pytest.approx(-3.25, abs=0.3)
    assert others == []


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 500.0])
def test_a_knock_and_its_ringing_say_nothing(rate_hz: float) -> None:
    t = np.arange(0, 3, 1 / rate_hz)
    rng = np.random.default_rng(2)
    for start in np.linspace(1, 1.1, 20):
        since = np.maximum(t - start, 0)
        knock = 1.5 * np.exp(-since / 0.08) * np.sin(2 * np.pi * 27 * since)
        assert said(-2.0 + knock + rng.normal(0, 0.08, len(t)), rate_hz) == []


def test_samples_at_one_time_or_after_a_gap_do_no_harm() -> None:
    watch = OvershootWatch(3.0)
    for t_s in (1.0, 1.0, 1.0, 1.0, 9.0, 9.005, 9.01):
        watch.push(t_s, -2.0)
    assert not watch.over
    changes = [watch.push(20 + i / 200, -5.0) for i in range(5)]
    assert [one[0] for one in changes if one] == ["overshoot"]


def test_hours_near_the_limit_lose_no_digits() -> None:
    watch = OvershootWatch(3.0)
    rng = np.random.default_rng(3)
    for i, angle in enumerate(rng.normal(-2.5, 0.05, 50_000).tolist()):
        assert watch.push(1e6 + i / 200, angle) is None
