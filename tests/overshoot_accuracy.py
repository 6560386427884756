"""Does noise, a spike or a knock raise an overshoot: part of `make accuracy`."""

import itertools
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from analysis.despike import Despiker
from analysis.overshoot import OvershootWatch
from firmware_bridge.device.people import MOTION_HZ
from tests.lateness import said_twice
from tests.motion import REGIMES, STANDARD, session
from tests.sensor import Readings, Sensor, sense

RATES_HZ = (50.0, 100.0, 200.0, 500.0)
NOISY = Sensor(0.2, bursts_per_min=20, spikes=0.01, lost=0.004, jitter_s=0.0003)
# Within a tenth of the tolerance either answer is right.
SURELY_NOT, SURELY = -0.9 * STANDARD.neutral_tolerance_deg, -1.1 * STANDARD.neutral_tolerance_deg


@dataclass(frozen=True)
class Count:
    """How many of something there were, and of these how many were wrong; none may be."""

    name: str
    wrong: int
    of: int

    @property
    def holds(self) -> bool:
        return not self.wrong

    def __str__(self) -> str:
        return f"{self.name}: {self.wrong} of {self.of} (limit 0)"


def overshoot_counts(seeds: int) -> list[Count]:
    """At 0.2 deg of noise with spikes and knocks: all regimes and rates, and holds at the limit."""
    sets = list(itertools.product(REGIMES, range(seeds), RATES_HZ))
    with ProcessPoolExecutor() as pool:
        found = np.array(list(pool.map(_of_session, *zip(*sets, strict=True), chunksize=8)))
    held = list(itertools.product(RATES_HZ, range(seeds)))
    below = sum(bool(_said(_held(-2.6, *one))) for one in held)
    at = [kinds(_held(level, *one)) for one in held for level in (-3.1, -3.0, -2.9)]
    chatter = sum(len(one) > 1 for one in at)
    missed = sum(kinds(_quick(*one)) != ["overshoot", "overshoot_cleared"] for one in held)
    return [
        Count("overshoot said falsely in noise of 0.2°, sets", int(found[:, 0].sum()), len(sets)),
        Count("overshoot missed there", int(found[:, 1].sum()), int(found[:, 3].sum())),
        Count("overshoot said twice there", int(found[:, 2].sum()), len(sets)),
        Count("overshoot said while held at -2.6° for 20 s", below, len(held)),
        Count("overshoot said, cleared, said while held at -2.9° to -3.1°", chatter, len(at)),
        Count("overshoot of 60 ms to -3.6° missed or said twice", missed, len(held)),
    ]


def _of_session(regime: str, seed: int, rate_hz: float) -> tuple[int, int, int, int]:
    """How many were false, missed and said twice, and how many there were."""
    motion = session(regime, seed).motion
    seen = sense(motion, NOISY, np.random.default_rng([seed, 11]), rate_hz)
    said = _said(seen)
    false = sum(_lowest(motion, at - 0.3, at) > SURELY_NOT for at in said)
    past = motion < -STANDARD.neutral_tolerance_deg
    crossings = np.flatnonzero(past[1:] & ~past[:-1]) / MOTION_HZ
    real = [at for at in crossings if _lowest(motion, at, at + 0.4) < SURELY]
    missed = sum(not any(-0.1 < one - at < 0.5 for one in said) for at in real)
    return false, missed, said_twice(motion, said), len(real)


def _lowest(motion: np.ndarray, from_s: float, to_s: float) -> float:
    return float(motion[max(0, round(from_s * MOTION_HZ)) : round(to_s * MOTION_HZ) + 1].min())


def _held(level_deg: float, rate_hz: float, seed: int) -> Readings:
    motion = np.concatenate([np.linspace(30, level_deg, 1500), np.full(20_000, level_deg)])
    return sense(motion, Sensor(0.2, jitter_s=0.0003), np.random.default_rng(seed), rate_hz)


def _quick(rate_hz: float, seed: int) -> Readings:
    """Past the tolerance for 60 ms, down to -3.6 deg, on the ordinary noise."""
    t = np.abs(np.arange(3000) / MOTION_HZ - 1.5)
    turn = 0.6 * (np.minimum(t, 0.08) / 0.03) ** 2  # then on at 107 deg/s
    motion = np.minimum(40.0, -3.6 + turn + 107 * np.maximum(t - 0.08, 0))
    return sense(motion, Sensor(0.08, jitter_s=0.0003), np.random.default_rng(seed), rate_hz)


def _said(seen: Readings) -> list[float]:
    """When (s) an overshoot was said."""
    return [at for kind, at in _changes(seen) if kind == "overshoot"]


def kinds(seen: Readings) -> list[str]:
    """What was said, in order."""
    return [kind for kind, _ in _changes(seen)]


def _changes(seen: Readings) -> list[tuple[str, float]]:
    despiker, watch = Despiker(), OvershootWatch(STANDARD.neutral_tolerance_deg)
    found = []
    for t_s, angle_deg in zip(seen.t_s.tolist(), seen.angle_deg.tolist(), strict=True):
        for good in despiker.push(t_s, angle_deg):
            change = watch.push(*good)
            if change:
                found.append((change[0], t_s))
    return found
