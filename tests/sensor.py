"""What a sensor makes of a motion: steps, noise, vibration, spikes, jitter, lost samples, gaps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.device.people import MOTION_HZ

STEP_DEG = 360 / 4096


@dataclass(frozen=True)
class Sensor:
    """Faults of a sensor: degrees, and shares of the samples."""

    noise_deg: float = 0.0
    steps: bool = True
    bursts_per_min: float = 0.0
    spikes: float = 0.0
    runs: float = 0.0  # share of the samples at which 3-10 bad ones begin
    lost: float = 0.0
    gaps_per_min: float = 0.0
    gap_s: float = 0.0
    jitter_s: float = 0.0


SENSORS = {
    "clean": Sensor(noise_deg=0.0),
    "ordinary": Sensor(0.08, bursts_per_min=4, spikes=0.001, lost=0.004, jitter_s=0.0003),
    "hostile": Sensor(
        0.2, bursts_per_min=8, spikes=0.01, lost=0.02, gaps_per_min=4, gap_s=0.12, jitter_s=0.001
    ),
    "worn": Sensor(0.4, runs=0.004, lost=0.03, gaps_per_min=4, gap_s=0.3, jitter_s=0.0005),
}


@dataclass(frozen=True)
class Readings:
    """What arrived: times (s) and angles (degrees), and the gaps (from, to) that were made on
    purpose.
    """

    t_s: NDArray[np.float64]
    angle_deg: NDArray[np.float64]
    gaps: tuple[tuple[float, float], ...]


def sense(
    motion: NDArray[np.float64], sensor: Sensor, rng: np.random.Generator, rate_hz: float = 200.0
) -> Readings:
    """`motion` (1 kHz) as `sensor` reports it at `rate_hz`."""
    end_s = (len(motion) - 1) / MOTION_HZ
    n = int(end_s * rate_hz)
    t = np.arange(n) / rate_hz
    jitter = np.clip(rng.normal(0, sensor.jitter_s, n), -0.4 / rate_hz, 0.4 / rate_hz)
    taken = np.clip(t + jitter, 0, end_s)
    angle = np.interp(taken, np.arange(len(motion)) / MOTION_HZ, motion)
    angle += _vibration(taken, sensor, rng) + rng.normal(0, sensor.noise_deg, n)
    angle = _bad_samples(angle, sensor, rng)
    if sensor.steps:
        offset = rng.uniform(0, STEP_DEG)
        angle = np.round((angle - offset) / STEP_DEG) * STEP_DEG + offset
    kept = rng.random(n) >= sensor.lost
    gaps = []
    for _ in range(rng.poisson(sensor.gaps_per_min * end_s / 60)):
        start = rng.uniform(0, end_s)
        gaps.append((start, start + sensor.gap_s))
        kept &= (taken < start) | (taken >= start + sensor.gap_s)
    return Readings(taken[kept], angle[kept], tuple(gaps))


def _vibration(
    t: NDArray[np.float64], sensor: Sensor, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Knocks that ring at 27 Hz and die away."""
    ringing = np.zeros_like(t)
    for _ in range(rng.poisson(sensor.bursts_per_min * t[-1] / 60)):
        since = t - rng.uniform(0, t[-1])
        rung = np.maximum(since, 0)
        ringing += rng.uniform(0.3, 1.5) * np.exp(-rung / 0.08) * np.sin(2 * np.pi * 27 * rung)
    return ringing


def _bad_samples(
    angle: NDArray[np.float64], sensor: Sensor, rng: np.random.Generator
) -> NDArray[np.float64]:
    n = len(angle)
    angle = angle.copy()
    spiked = rng.random(n) < sensor.spikes
    angle[spiked] += rng.choice([-1, 1], spiked.sum()) * rng.uniform(20, 180, spiked.sum())
    for start in np.flatnonzero(rng.random(n) < sensor.runs):
        run = slice(start, start + int(rng.integers(3, 11)))
        size = len(angle[run])
        if rng.random() < 0.5:  # the wiper lifts off: a wild level, or nothing but noise
            angle[run] += rng.choice([-1, 1]) * rng.uniform(20, 120)
        else:
            angle[run] += rng.choice([-1, 1], size) * rng.uniform(20, 180, size)
    return angle
