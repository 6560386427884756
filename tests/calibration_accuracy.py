"""How right a scale is that was fitted to check angles: part of `make accuracy`."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from analysis import CheckAngle, LeverScale, ScaleFit, fit_scale

COUNTS = 4096
RIGHT, WRONG = (1.0,), (0.5, 1.5, 2.0)  # gears of machines whose settings say 1
LIMIT_DEG = 0.25
LOW = (0.4, 0.6, 0.8, 1.0, 1.0)  # shares of the way to the stop; near neutral little is learnt

ReadingErrors = Callable[[np.random.Generator, int], np.ndarray]


def within(rng: np.random.Generator, n: int) -> np.ndarray:
    """+-0.2 deg, any as likely."""
    return rng.uniform(-0.2, 0.2, n)


def normal(rng: np.random.Generator, n: int) -> np.ndarray:
    """+-0.2 deg is two standard deviations."""
    return rng.normal(0, 0.1, n)


def clipped(rng: np.random.Generator, n: int) -> np.ndarray:
    """A standard deviation of 0.2 deg, but never more than 0.2: a third is just there."""
    return np.clip(rng.normal(0, 0.2, n), -0.2, 0.2)


def evenly(n: int) -> tuple[float, ...]:
    return tuple((k + 1) / n for k in range(n))


@dataclass(frozen=True)
class Machine:
    """A lever whose magnet is `off_deg` off centre, at a hidden place, direction and gear."""

    sensor_turn: float  # at neutral
    direction: int
    gear: float
    travel_deg: float
    off_deg: float
    off_rad: float

    def counts(self, lever_deg: np.ndarray) -> np.ndarray:
        """What the sensor reads, without turn-over."""
        turned = 2 * np.pi * self.sensor_turn
        turned = turned + np.radians(lever_deg) * self.gear * self.direction
        wrong = np.radians(self.off_deg) * np.sin(turned + self.off_rad)
        return (turned + wrong) / (2 * np.pi) * COUNTS


def machine(rng: np.random.Generator, gear: float, off_deg: float = 1.0) -> Machine:
    travel = rng.uniform(40, min(120, 340 / gear - 60))  # one turn of the sensor covers it
    direction = int(rng.choice([-1, 1]))
    return Machine(rng.random(), direction, gear, travel, off_deg, rng.uniform(0, 2 * np.pi))


def calibrate(
    hidden: Machine, at: tuple[float, ...], reading: ReadingErrors, rng: np.random.Generator
) -> ScaleFit:
    """With check angles `at` shares of the way to the stop; the settings say a gear of 1."""
    true = np.array([0.0, hidden.travel_deg, *(hidden.travel_deg * np.array(at))])
    counts = hidden.counts(true) + rng.normal(0, 0.2, len(true))  # means of still stretches
    read = true[2:] + rng.uniform(-0.1, 0.1) + reading(rng, len(at))
    neutral, stop, *others = counts.tolist()
    checks = [CheckAngle(*check) for check in zip(others, read.tolist(), strict=True)]
    return fit_scale(neutral, stop, COUNTS, 1.0, checks)


def worst_deg(hidden: Machine, scale: LeverScale) -> float:
    """The greatest error of an angle between neutral and the stop."""
    true = np.linspace(0, hidden.travel_deg, 49)
    found = [scale.degrees(counts % COUNTS) for counts in hidden.counts(true).tolist()]
    return float(np.abs(np.array(found) - true).max())


@dataclass(frozen=True)
class Case:
    """`least`: the share of calibrations that must be right within LIMIT_DEG."""

    name: str
    at: tuple[float, ...]
    gears: tuple[float, ...]
    reading: ReadingErrors
    least: float


CASES = (
    Case("5 checks, lower part and twice the stop", LOW, RIGHT, within, 0.99),
    Case("5 checks, evenly", evenly(5), RIGHT, within, 0.97),
    Case("5 checks, evenly, normal errors", evenly(5), RIGHT, normal, 0.975),
    Case("5 checks, evenly, clipped errors", evenly(5), RIGHT, clipped, 0.93),
    Case("5 checks, none below half way", (0.1, 0.2, 0.3, 0.4, 0.5), RIGHT, within, 0.4),
    Case("3 checks, evenly", evenly(3), RIGHT, within, 0.94),
    Case("4 checks, evenly", evenly(4), RIGHT, within, 0.955),
    Case("6 checks, evenly", evenly(6), RIGHT, within, 0.975),
    Case("5 checks, lower part, gear set wrong", LOW, WRONG, within, 0.97),
    Case("5 checks, evenly, gear set wrong", evenly(5), WRONG, within, 0.955),
)


@dataclass(frozen=True)
class Row:
    """A case; by calibration the worst error of an angle, its bound, and the error of the gear."""

    case: Case
    errors_deg: np.ndarray
    bounds_deg: np.ndarray
    gear_errors: np.ndarray

    @property
    def share(self) -> float:
        return float(np.mean(self.errors_deg <= LIMIT_DEG))

    @property
    def bounded(self) -> float:
        return float(np.mean(self.errors_deg <= self.bounds_deg))

    @property
    def holds(self) -> bool:
        """The bound is judged where reading errors are what it takes them for."""
        by_chance = 2 * np.sqrt(0.95 * 0.05 / len(self.errors_deg))
        bound_is_right = abs(self.bounded - 0.95) <= 0.02 + by_chance
        return self.share >= self.case.least and (bound_is_right or self.case.reading is not within)

    def __str__(self) -> str:
        verdict = "" if self.holds else "  MISSED"
        p50, p99 = np.quantile(self.errors_deg, [0.5, 0.99])
        gear = (
            f", gear p95 {np.quantile(self.gear_errors, 0.95):.1%}"
            if self.case.gears is WRONG
            else ""
        )
        return (
            f"{self.case.name:39} {self.share:.2%} within {LIMIT_DEG:g}° (limit "
            f"{self.case.least:.1%}), median {p50:.3f}°, p99 {p99:.3f}°, within its bound "
            f"{self.bounded:.1%}{gear}{verdict}"
        )


def calibration_rows(draws: int) -> list[Row]:
    """Every case on `draws` machines whose magnet is 1 deg off."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(_row, CASES, repeat(draws)))


def _row(case: Case, draws: int) -> Row:
    rng = np.random.default_rng(len(case.name))
    found = []
    for _ in range(draws):
        hidden = machine(rng, float(rng.choice(case.gears)))
        fit = calibrate(hidden, case.at, case.reading, rng)
        gear_error = abs(fit.scale.gear / hidden.gear - 1)
        found.append((worst_deg(hidden, fit.scale), fit.sure_deg, gear_error))
    return Row(case, *np.array(found).T)
