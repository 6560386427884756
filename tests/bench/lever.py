"""Hours of training on one machine: sets of ten reps and rests of 90 s, no two sets alike."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.device.people import MOTION_HZ, STOP_DEG, Hold, Segment, Stroke, perform
from tests.sensor import SENSORS, sense

RATE_HZ = 200
REPS, REST_S = 10, 90.0

Trace = tuple[NDArray[np.float64], NDArray[np.float64]]


def sets(seed: int = 0) -> Iterator[Trace]:
    """One set after the other, for ever: times (s) and angles (deg) of the ordinary sensor, each
    set with the rest that follows it.
    """
    rng = np.random.default_rng(seed)
    start_s = 0.0
    while True:
        motion = perform(STOP_DEG, _set(rng))
        seen = sense(motion, SENSORS["ordinary"], rng, RATE_HZ)
        yield start_s + seen.t_s, seen.angle_deg
        start_s += len(motion) / MOTION_HZ


def trace(n: int) -> Trace:
    """The first `n` samples; nothing beside them takes memory for more than a set."""
    t_s, angle_deg = np.empty(n), np.empty(n)
    at = 0
    for times, angles in sets():
        until = min(n, at + len(times))
        t_s[at:until], angle_deg[at:until] = times[: until - at], angles[: until - at]
        at = until
        if at == n:
            break
    return t_s, angle_deg


def _set(rng: np.random.Generator) -> list[Segment]:
    tempo, depth_deg = rng.uniform(0.8, 1.3), rng.uniform(34, 46)
    reps = chain.from_iterable(_rep(rng, tempo, depth_deg) for _ in range(REPS))
    lift_in = [Hold(2), Stroke(0, rng.uniform(1.5, 2.5)), Hold(1)]
    return [*lift_in, *reps, Stroke(STOP_DEG, 2.5), Hold(REST_S)]


def _rep(rng: np.random.Generator, tempo: float, depth_deg: float) -> list[Segment]:
    return [
        Stroke(depth_deg + rng.uniform(-3, 3), tempo * rng.uniform(1.5, 2.5)),
        Hold(rng.uniform(0.1, 0.5)),
        Stroke(rng.uniform(-2, 3), tempo * rng.uniform(0.9, 1.8)),
        Hold(rng.uniform(0.5, 1.2)),
    ]
