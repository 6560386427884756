"""How near the measures come to the truth, on the ordinary sensor: part of `make accuracy`."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from analysis import analyse_trace
from tests.motion import REGIMES, TrueRep, session
from tests.sensor import SENSORS, sense

SLOW_S = 4.0  # strokes of this and more are judged by the share of the rep's moving time
# Limits of the RMSE; the bias may be a third of it.
LIMITS = {
    "bottom_deg": 0.03,
    "top_deg": 0.03,
    "overshoot_deg": 0.03,
    "start_s": 0.015,
    "end_s": 0.015,
    "concentric_s": 0.015,
    "eccentric_s": 0.02,
    "bottom_hold_s": 0.02,
    "top_hold_s": 0.02,
}
SLOW_LIMIT = 0.005


@dataclass(frozen=True)
class Row:
    """The errors of one measure over many reps, and the limit of their RMSE."""

    name: str
    errors: np.ndarray
    limit: float

    @property
    def rmse(self) -> float:
        return float(np.sqrt(np.mean(self.errors**2)))

    @property
    def bias(self) -> float:
        return float(np.mean(self.errors))

    @property
    def holds(self) -> bool:
        return self.rmse <= self.limit and abs(self.bias) <= self.limit / 3

    def __str__(self) -> str:
        verdict = "" if self.holds else "  MISSED"
        return (
            f"{self.name:20} {self.rmse:.4f} (limit {self.limit:g}), bias {self.bias:+.4f}, "
            f"{len(self.errors)} reps{verdict}"
        )


def rows(seeds: int, regimes: Iterable[str] = REGIMES) -> list[Row]:
    """Every measure's errors over `seeds` sets of each regime."""
    sets = [(regime, seed) for seed in range(seeds) for regime in regimes]
    with ProcessPoolExecutor() as pool:
        reps = [rep for one in pool.map(_errors, *zip(*sets, strict=True)) for rep in one]
    table = [Row(n, np.array([e[n] for e, _ in reps if n in e]), v) for n, v in LIMITS.items()]
    slow = [(e, moving) for e, moving in reps if moving]
    for name in LIMITS:
        if name.endswith("_s") and slow:
            share = [e[f"{name}, slow"] / moving for e, moving in slow]
            table.append(Row(f"{name}, slow", np.array(share), SLOW_LIMIT))
    return table


def _errors(regime: str, seed: int) -> list[tuple[dict[str, float], float]]:
    """Errors of each rep, and its moving time if it is a slow one, else 0."""
    truth = session(regime, seed)
    seen = sense(truth.motion, SENSORS["ordinary"], np.random.default_rng([seed, 99]))
    report = analyse_trace(seen.t_s, seen.angle_deg)
    found = []
    for got, want in zip(report.sets, truth.sets, strict=True):
        for rep, true in zip(got.counted, want.reps, strict=True):
            slow = min(true.eccentric_s, true.concentric_s) >= SLOW_S
            errors = {}
            for name in LIMITS:
                value = getattr(rep.measures, name)
                assert value is not None, f"{regime} {seed}: no {name}"
                key = f"{name}, slow" if slow and name.endswith("_s") else name
                errors[key] = value - _true(true, name)
            found.append((errors, true.eccentric_s + true.concentric_s if slow else 0.0))
    return found


def _true(rep: TrueRep, name: str) -> float:
    return max(0.0, -rep.top_deg) if name == "overshoot_deg" else float(getattr(rep, name))
