"""How late the live path speaks, in device time, in chunks of 4: part of `make accuracy`."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from analysis import LiveAnalyser
from firmware_bridge.device.people import MOTION_HZ
from tests.motion import REGIMES, STANDARD, Session, session
from tests.sensor import SENSORS, sense

CHUNK = 4
REP_LIMIT_S, OVERSHOOT_LIMIT_S = 0.15, 0.05  # 99 of 100 are said within this
_SAME_S = (-0.1, 0.5)  # what is said this long after a crossing is said of it


@dataclass
class Lateness:
    """Seconds from the end of a rep's concentric, and from the crossing of the tolerance."""

    reps_s: list[float] = field(default_factory=list)
    overshoots_s: list[float] = field(default_factory=list)
    missed: int = 0
    false: int = 0
    twice: int = 0

    def add(self, other: "Lateness") -> None:
        self.reps_s += other.reps_s
        self.overshoots_s += other.overshoots_s
        self.missed += other.missed
        self.false += other.false
        self.twice += other.twice

    @property
    def holds(self) -> bool:
        late = np.percentile(self.reps_s, 99) > REP_LIMIT_S
        late |= np.percentile(self.overshoots_s, 99) > OVERSHOOT_LIMIT_S
        return not (late or self.missed or self.false or self.twice)

    def __str__(self) -> str:
        rep, over = (
            np.percentile(x, (50, 99, 100)) * 1000 for x in (self.reps_s, self.overshoots_s)
        )
        return (
            f"rep said after the end of its concentric: median {rep[0]:.0f}, p99 {rep[1]:.0f}, "
            f"most {rep[2]:.0f} ms (limit p99 {REP_LIMIT_S * 1000:.0f}), {len(self.reps_s)} reps\n"
            f"overshoot said after its crossing: median {over[0]:.0f}, p99 {over[1]:.0f}, "
            f"most {over[2]:.0f} ms (limit p99 {OVERSHOOT_LIMIT_S * 1000:.0f}), "
            f"{len(self.overshoots_s)} said, {self.missed} missed, {self.false} false, "
            f"{self.twice} twice"
        )


def lateness(seeds: int) -> Lateness:
    """Over `seeds` sets of each regime on the ordinary sensor at 200 Hz."""
    total = Lateness()
    sets = [(regime, seed) for seed in range(seeds) for regime in REGIMES]
    with ProcessPoolExecutor() as pool:
        for one in pool.map(_of_session, *zip(*sets, strict=True)):
            total.add(one)
    return total


def _of_session(regime: str, seed: int) -> Lateness:
    truth = session(regime, seed)
    seen = sense(truth.motion, SENSORS["ordinary"], np.random.default_rng([seed, 7]))
    said = list(_said(seen.t_s, seen.angle_deg))
    reps = [rep for one in truth.sets for rep in one.reps]
    ends = [at for kind, at in said if kind == "rep"]
    past = truth.motion < -STANDARD.neutral_tolerance_deg
    crossings = np.flatnonzero(past[1:] & ~past[:-1]) / MOTION_HZ
    found = Lateness([at - rep.end_s for at, rep in zip(ends, reps, strict=True)])
    unasked = [at for kind, at in said if kind == "overshoot"]
    for crossing in crossings:
        late = [at - crossing for at in unasked if _SAME_S[0] < at - crossing < _SAME_S[1]]
        found.overshoots_s += late[:1]
        found.missed += not late
        unasked = [at for at in unasked if at - crossing not in late[:1]]
    found.twice = said_twice(truth.motion, [at for kind, at in said if kind == "overshoot"])
    found.false = sum(not _is_close(truth, at) for at in unasked)
    return found


def said_twice(motion: np.ndarray, said_s: list[float]) -> int:
    """How often it was said again though the lever had not been back within the tolerance."""
    at = [round(s * MOTION_HZ) for s in said_s]
    return sum(
        motion[a:b].max() < -STANDARD.neutral_tolerance_deg for a, b in itertools.pairwise(at)
    )


def _is_close(truth: Session, at_s: float) -> bool:
    """Was the lever within a tenth of the tolerance, where either answer is right?"""
    around = truth.motion[max(0, round((at_s - 0.3) * MOTION_HZ)) : round(at_s * MOTION_HZ) + 1]
    return float(around.min()) < -0.9 * STANDARD.neutral_tolerance_deg


def _said(t_s: np.ndarray, angle_deg: np.ndarray) -> Iterator[tuple[str, float]]:
    """The kind of each event, and the time of the last sample of the chunk that brought it."""
    live = LiveAnalyser()
    for at in range(0, len(t_s), CHUNK):
        chunk = slice(at, at + CHUNK)
        for event in live.feed(t_s[chunk], angle_deg[chunk]):
            yield event.kind, float(t_s[chunk][-1])
    for event in live.close():
        yield event.kind, float(t_s[-1])
