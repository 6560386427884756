"""Finds how counts become degrees from what was read at the machine: neutral, stop, check angles.

The lever's angle is (1, sine, cosine) / gear times what `_shape` says of the counts, and each
reading of an inclinometer is that, its zero error and its reading error. All are unknown but of
known size, so the likeliest are those of a least-squares fit in which each is one more reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.angle import LeverScale

Reason = Literal["number", "not_finite", "close", "falling", "misread"]

FEWEST_CHECKS, MOST_CHECKS = 3, 6
# Standard deviations of what nobody knows beforehand.
_READING_DEG = 0.115  # of an inclinometer that is right within 0.2
_ZERO_DEG = 0.06  # of its zero, set by hand within 0.1
_MAGNET_DEG = 0.6  # of sine and of cosine: together 1 is usual, 2 is rare
_GEAR_KEPT, _GEAR_FREE = 1e-6, 10.0  # of the gear, as a share of it

# Misfits are sums of squares in these standard deviations.
_GEAR_IS_WRONG = 12.0  # the gear that is set must fit worse than any other by this
_ANOTHER_GEAR = 0.06  # no teeth give one so near: the inclinometer was not zeroed at neutral
_FITS = 40.0  # what more does not come of reading badly, but of misreading
_SPREAD = 0.25  # of the way to the stop, that the checks must span
_ROUNDS = 3  # until the gear no longer changes what the magnet's error is in lever degrees
_STEPS = 32  # from neutral to the stop, where the bound is looked at
_IN_95_OF_100 = 2.08  # standard errors that the worst of these angles keeps to

_Array = NDArray[np.float64]


class CheckAngle(NamedTuple):
    """What an inclinometer, zeroed at neutral, showed, and the sensor's counts with it.

    `counts` go on over a turn-over, as the lever does: they may be below 0 or past a turn.
    """

    counts: float
    angle_deg: float


class UnusableChecks(ValueError):
    """Check angles that nothing can be made of. `reason`:

    - "number": not none, and not 3 to 6
    - "not_finite": one is no number (`check` is its index)
    - "close": all in one place
    - "falling": they fall while the lever goes down, as on an inclinometer held the other way round
    - "misread": one does not fit the others (`check` is its index), or, with `check` None, they
      fit nothing: not zeroed at neutral, or more than one is wrong
    """

    def __init__(self, reason: Reason, check: int | None = None) -> None:
        super().__init__(reason, check)
        self.reason: Reason = reason
        self.check = check


@dataclass(frozen=True)
class ScaleFit:
    """A scale, and how well it is known.

    `stop_deg`: lever angle of the forward stop. `residuals_deg`: of each check, what the
    inclinometer showed less what the scale says. `gear_fitted`: the gear that was set does not fit
    the checks, this one does. `sure_deg`: between neutral and the stop no angle is further off than
    this, in 95 of 100 calibrations.
    """

    scale: LeverScale
    stop_deg: float
    residuals_deg: tuple[float, ...]
    gear_fitted: bool
    sure_deg: float


@dataclass(frozen=True)
class _Fit:
    """`factors`, (1, sine, cosine) / gear, their covariance, and by how much the checks miss."""

    factors: _Array
    covariance: NDArray[np.floating]
    misfit: float

    @property
    def fits(self) -> bool:
        return self.misfit <= _FITS and bool(self.factors[0] > 0)


def fit_scale(
    neutral: float,
    stop: float,
    counts_per_turn: int,
    gear: float,
    checks: Sequence[CheckAngle] = (),
) -> ScaleFit:
    """The scale of a lever that read `neutral` counts at 0 and `stop` at its forward stop.

    `gear` is what the settings say. It is a ratio of teeth, so it is kept unless the checks prove
    it wrong. `stop` goes on over a turn-over, as the counts of the checks do.

    Raises UnusableChecks.
    """
    _look_at(checks, stop - neutral)
    direction = 1 if stop > neutral else -1

    def shape(counts: _Array) -> _Array:
        return direction * _shape(counts, neutral, counts_per_turn)

    angles = np.array([check.angle_deg for check in checks])
    at_checks = shape(np.array([check.counts for check in checks]))
    fit, gear_fitted = _choose(at_checks, angles, gear)
    per_turn, sine, cosine = (fit.factors / fit.factors[0]).tolist()
    found_gear = float(per_turn / fit.factors[0]) if gear_fitted else gear
    scale = LeverScale(
        neutral % counts_per_turn, counts_per_turn, found_gear, direction, sine, cosine
    )
    on_the_way = shape(np.linspace(neutral, stop, _STEPS + 1))
    variance = np.einsum("ij,jk,ik->i", on_the_way, fit.covariance, on_the_way)
    return ScaleFit(
        scale,
        float(on_the_way[-1] @ fit.factors),
        tuple((angles - at_checks @ fit.factors).tolist()),
        gear_fitted,
        _IN_95_OF_100 * sqrt(float(variance.max())),
    )


def _shape(counts: _Array, neutral: float, counts_per_turn: int) -> _Array:
    """A row for each of `counts`: how far the sensor has turned since neutral, and what a degree of
    sine and of cosine error takes off that.
    """
    to_rad = 2 * np.pi / counts_per_turn
    phi, phi_neutral = counts * to_rad, neutral * to_rad
    turned = np.degrees(phi - phi_neutral)
    sine, cosine = np.sin(phi_neutral) - np.sin(phi), np.cos(phi_neutral) - np.cos(phi)
    return np.column_stack([turned, sine, cosine])


def _look_at(checks: Sequence[CheckAngle], travel: float) -> None:
    """Raise UnusableChecks for what shows without a fit; `travel` is in counts."""
    if not checks:
        return
    if not FEWEST_CHECKS <= len(checks) <= MOST_CHECKS:
        raise UnusableChecks("number")
    for index, check in enumerate(checks):
        if not (isfinite(check.counts) and isfinite(check.angle_deg)):
            raise UnusableChecks("not_finite", index)
    counts, angles = np.array(checks).T
    if np.ptp(counts) < _SPREAD * abs(travel):
        raise UnusableChecks("close")
    if (counts - counts.mean()) @ angles * travel < 0:
        raise UnusableChecks("falling")


def _choose(shape: _Array, angles: _Array, gear: float) -> tuple[_Fit, bool]:
    """The fit that is believed, and whether it has another gear than `gear`."""
    kept, free = (_fit(shape, angles, gear, spread) for spread in (_GEAR_KEPT, _GEAR_FREE))
    if kept.fits and kept.misfit - free.misfit <= _GEAR_IS_WRONG:
        return kept, False
    if free.fits and abs(1 / (free.factors[0] * gear) - 1) >= _ANOTHER_GEAR:
        return free, True
    raise UnusableChecks("misread", _misread(shape, angles, gear))


def _fit(shape: _Array, angles: _Array, gear: float, gear_spread: float) -> _Fit:
    """The likeliest factors, with a gear of `gear` give or take `gear_spread` of it."""
    lines = np.column_stack([shape, np.ones(len(angles))])  # the last factor is the zero error
    usual = np.array([1 / gear, 0.0, 0.0, 0.0])
    factors = usual
    for _ in range(_ROUNDS):
        magnet = _MAGNET_DEG * factors[0]
        spread = np.array([gear_spread / gear, magnet, magnet, _ZERO_DEG])
        covariance = np.linalg.inv(lines.T @ lines / _READING_DEG**2 + np.diag(spread**-2.0))
        news = lines.T @ (angles - lines @ usual) / _READING_DEG**2
        factors = usual + covariance @ news
    misses = (angles - lines @ factors) / _READING_DEG
    misfit = float(misses @ misses + np.sum(((factors - usual) / spread) ** 2))
    return _Fit(factors[:3], covariance[:3, :3], misfit)


def _misread(shape: _Array, angles: _Array, gear: float) -> int | None:
    """The check without which the others fit best; None if they do not fit then either."""
    without = [
        _fit(np.delete(shape, i, axis=0), np.delete(angles, i), gear, _GEAR_KEPT)
        for i in range(len(angles))
    ]
    best = min(range(len(without)), key=lambda i: without[i].misfit)
    return best if without[best].fits else None
