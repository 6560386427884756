"""How often the flags are right, on the ordinary sensor: part of `make accuracy`."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from scipy import signal

from analysis import analyse_trace
from analysis.drift import carried_deg
from analysis.flags import FLAGS
from config import FormStandard
from firmware_bridge.device.people import MOTION_HZ
from tests.motion import FORM, REGIMES, TrueRep, session, way_of_walk
from tests.sensor import SENSORS, sense

STANDARD = FormStandard(max_depth_deg=42, target_depth_deg=36)
LIMIT = 0.995  # of precision and of recall
BAND = 0.1  # of the threshold, to both sides: either answer is right there
DRIFT_DEG = 4.0


@dataclass
class FlagRow:
    """How often one flag was raised and should have been."""

    name: str
    right: int = 0
    false: int = 0
    missed: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, raised: bool, should: bool, what: str) -> None:
        """One rep or set, outside the band."""
        self.right += raised and should
        self.false += raised and not should
        self.missed += should and not raised
        self.silent += not should and not raised
        if raised != should:
            self.wrong.append(f"{self.name} {'false' if raised else 'missed'}: {what}")

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def holds(self) -> bool:
        """One wrong answer says nothing of so small a share."""
        return (self.precision >= LIMIT or self.false <= 1) and (
            self.recall >= LIMIT or self.missed <= 1
        )

    def __str__(self) -> str:
        verdict = "" if self.holds else "".join(f"\n  {one}" for one in ["MISSED", *self.wrong])
        return (
            f"{self.name:16} precision {self.precision:.4f}, recall {self.recall:.4f} "
            f"(limit {LIMIT}); {self.right + self.missed} true, {self.silent + self.false} not"
            f"{verdict}"
        )


def flag_rows(seeds: int) -> list[FlagRow]:
    """Every flag over `seeds` sets of each regime, the hard ones four times as often."""
    sets = [(regime, seed) for seed in range(seeds) for regime in REGIMES]
    sets += [(regime, seed) for seed in range(4 * seeds) for regime in FORM]
    table = {flag.name: FlagRow(flag.name) for flag in FLAGS if flag.name != "sensor_gap"}
    with ProcessPoolExecutor() as pool:
        for seen in pool.map(_judgements, *zip(*sets, strict=True), chunksize=4):
            for name, raised, should, what in seen:
                table[name].count(raised, should, what)
    return list(table.values())


@dataclass(frozen=True)
class _Truth:
    """A motion, and what of it the definitions speak of."""

    motion: np.ndarray
    upward_dps2: np.ndarray
    band_deg: np.ndarray

    def values(self, rep: TrueRep) -> Iterator[tuple[str, float, float]]:
        """Name, value and limit of each flag; with both signs turned where less is the fault."""
        s = STANDARD
        assert s.max_depth_deg is not None
        assert s.target_depth_deg is not None
        yield "overshoot", -rep.top_deg, s.neutral_tolerance_deg
        yield "thrown_start", self._start_accel(rep), s.max_start_accel_dps2
        yield "shaky_top", self._shake(rep), s.max_shake_deg
        yield "rushed_lowering", -rep.eccentric_s, -s.min_eccentric_s
        yield "too_deep", rep.bottom_deg, s.max_depth_deg
        yield "short_range", -rep.bottom_deg, -s.target_depth_deg
        yield "no_top_pause", -rep.top_hold_s, -s.min_top_hold_s

    def _start_accel(self, rep: TrueRep) -> float:
        start = round((rep.end_s - rep.concentric_s) * MOTION_HZ)
        rise = self.motion[start : round(rep.end_s * MOTION_HZ) + 1]
        third = int(np.argmax(rise <= rise[0] - (rise[0] - rise[-1]) / 3))
        return float(self.upward_dps2[start : start + max(third, 2)].max())

    def _shake(self, rep: TrueRep) -> float:
        if rep.top_hold_s < 0.5:
            return 0.0
        begin, end = (round(s * MOTION_HZ) for s in (rep.end_s, rep.end_s + rep.top_hold_s))
        return float(np.sqrt(np.mean(self.band_deg[begin:end] ** 2)))


def _truth(motion: np.ndarray) -> _Truth:
    low = signal.butter(4, 10, fs=MOTION_HZ, output="sos")
    band = signal.butter(4, (3, 12), "bandpass", fs=MOTION_HZ, output="sos")
    slow = signal.sosfiltfilt(low, motion)
    upward = -np.gradient(np.gradient(slow)) * MOTION_HZ**2
    return _Truth(motion, upward, signal.sosfiltfilt(band, motion))


def _judgements(regime: str, seed: int) -> list[tuple[str, bool, bool, str]]:
    """Of each flag of each rep outside the band: was it raised, should it be, and what was true."""
    made = session(regime, seed)
    seen = sense(made.motion, SENSORS["ordinary"], np.random.default_rng([seed, 3]))
    report = analyse_trace(seen.t_s, seen.angle_deg, standard=STANDARD)
    truth, found = _truth(made.motion), []
    for got, want in zip(report.sets, made.sets, strict=True):
        for rep, true in zip(got.counted, want.reps, strict=True):
            for name, value, limit in truth.values(true):
                if abs(value - limit) > BAND * abs(limit):
                    what = f"{regime} {seed} rep {rep.number}, {abs(value):.3g}"
                    found.append((name, name in rep.flags, value > limit, what))
        walks = [
            _walk([getattr(rep, name) for rep in want.reps]) for name in ("bottom_deg", "top_deg")
        ]
        if None not in walks:
            raised = any("drifting" in rep.flags for rep in got.counted)
            found.append(("drifting", raised, True in walks, f"{regime} {seed}"))
    return found


def _walk(angles: list[float]) -> bool | None:
    """Is it a walk by the definition, or within the band (None)?"""
    n = len(angles)
    if n < 5:
        return False
    (slope, start), rep = np.polyfit(range(n), angles, 1), np.arange(n)
    scatter = np.sum((angles - start - slope * rep) ** 2)
    error = np.sqrt((4 + scatter) / (n + 2) / np.sum((rep - rep.mean()) ** 2))
    sure = min(abs(slope) * (n - 1), abs(slope) / error)  # both are limited to 4
    if abs(sure - 4.0) <= BAND * 4.0:
        return None
    return bool(sure > 4.0)


# What a walk is, by what people and pads do: size and scatter (deg) from..to, share of the sets
# that must be flagged from..to. Between these, scatter and walk cannot be told apart.
WALKS = {
    "walks of 6-12°, scatter to 0.5°": ((6, 12), (0, 0.5), (0.995, 1)),
    "walks of 5-12°, scatter to 1°": ((5, 12), (0, 1.0), (0.96, 1)),
    "walks to 3°, scatter to 0.5°": ((0, 3), (0, 0.5), (0, 0.005)),
    "no walk, scatter to 1.5°": ((0, 0), (0, 1.5), (0, 0.005)),
    "no walk, scatter of 1.5-3°": ((0, 0), (1.5, 3), (0, 0.025)),
}


@dataclass(frozen=True)
class WalkRow:
    """How many sets of a kind are flagged as drifting."""

    name: str
    share: float
    least: float
    most: float

    @property
    def holds(self) -> bool:
        return self.least <= self.share <= self.most

    def __str__(self) -> str:
        limit = f"most {self.most:.1%}" if self.most < 1 else f"least {self.least:.1%}"
        return f"drifting, {self.name}: {self.share:.1%} ({limit})"


def walk_rows(sets: int) -> list[WalkRow]:
    """Sets of 5 to 12 reps, tops and bottoms, one of which walks in a line or in a slide."""
    rng = np.random.default_rng(5)
    return [
        WalkRow(name, np.mean([_flagged(rng, *kind) for _ in range(sets)]), *limits)
        for name, (*kind, limits) in WALKS.items()
    ]


def _flagged(
    rng: np.random.Generator, walk_deg: tuple[float, float], scatter_deg: tuple[float, float]
) -> bool:
    reps = int(rng.integers(5, 13))
    walked = rng.uniform(*walk_deg) * way_of_walk(rng, reps)
    scatter = rng.normal(0, rng.uniform(*scatter_deg), (2, reps))
    both = [carried_deg(list(walked + scatter[0])), carried_deg(list(scatter[1]))]
    return bool(np.abs(both).max() >= DRIFT_DEG)
