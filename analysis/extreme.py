"""The true highest angles of stretches of noisy motion.

The greatest of many noisy values is too great. So the curve is fitted as widely as the cells around
it bear (their misfit is that of noise), only curves that fit are believed, and what the greatest of
so many values of noise is on average is taken off.
"""

import numpy as np

from analysis import polynomial
from analysis.cells import CELL_S, Array
from analysis.segments import Places, Segments, over

_DEGREE = 4
_REACHES = (6, 5, 4, 3, 2)  # cells to both sides, widest first
_REFERENCE = 4  # what a wide fit must not fall short of: it would have missed a shake
_SHORT_DEG = 0.2
_OF_STROKE = 0.17  # a fit wider than this share of the stroke would flatten its turn
_LEAST_NOISE_DEG = 0.01
_CLOSE_DEG, _CLOSE_NOISES = 1.0, 6  # further below the highest of a rough curve is not it

# Mean of the greatest of n normal values, in standard deviations (Teichroew 1956).
_N = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
_GREATEST = (0, 0.564, 0.846, 1.029, 1.267, 1.424, 1.629, 1.766, 1.948, 2.07, 2.34)
_VALUES_A_REACH = 2.5  # independent fitted values in a stretch as long as the reach
_NEAR = 3.0  # standard deviations below the greatest: in the running to be it

_LOOKS = 256  # at the noise of a stretch


def noise_deg(cells: Array, first: Places, last: Places) -> Array:
    """Standard deviation of the cells' noise in each stretch, from what no motion has: third
    differences.
    """
    third = np.abs(np.diff(cells, 3))
    along = (last - 3 - first)[:, None] * np.linspace(0, 1, _LOOKS)
    looks = third[first[:, None] + np.rint(along).astype(np.int64)]
    median = np.partition(looks, _LOOKS // 2, axis=1)[:, _LOOKS // 2]
    noise: Array = np.maximum(1.4826 / np.sqrt(20) * median, _LEAST_NOISE_DEG)
    return noise


def highest(
    cells: Array, rough: Array, first: Places, last: Places, stroke_s: Array, noise: Array
) -> Array:
    """The highest angle (deg) from place `first` to `last` of the cells, for each of many pairs.

    `rough` is an unbiased curve through the cells; the strokes beside take `stroke_s`; there are
    cells further on both sides.
    """
    first, last = _close_to_highest(rough, first, last, _CLOSE_DEG + _CLOSE_NOISES * noise)
    reference = Segments(cells, first, last, _REFERENCE)
    curve = polynomial.angle(reference.x, _REFERENCE, _DEGREE)
    at_least = over(np.maximum, curve, reference.lo, reference.hi) - _SHORT_DEG
    widest = _OF_STROKE * stroke_s / CELL_S
    found = np.empty(len(first))
    left = np.arange(len(first))
    for reach in _REACHES:
        narrowest = reach == _REACHES[-1]
        tried = left if narrowest else left[reach <= widest[left]]
        if not len(tried):
            continue
        parts = Segments(cells, first[tried], last[tried], reach)
        top, luck = _greatest(parts, reach, noise[tried], believe_all=narrowest)
        good = (top >= at_least[tried]) | narrowest
        found[tried[good]] = top[good] - luck[good]
        left = left[~np.isin(left, tried[good])]
    return found


def _close_to_highest(
    rough: Array, first: Places, last: Places, close_deg: Array
) -> tuple[Places, Places]:
    """The stretches without their ends that are further than `close_deg` below their highest."""
    parts = Segments(rough, first, last)
    least = over(np.maximum, parts.x, parts.lo, parts.hi) - close_deg
    close = parts.x >= parts.spread(least)
    return first + parts.first_true(close) - parts.lo, first + parts.last_true(close) - parts.lo


def _greatest(parts: Segments, reach: int, noise: Array, believe_all: bool) -> tuple[Array, Array]:
    """The greatest angle of the curves that fit (or of all), and by how much it
    is likely to be too great.
    """
    angle = polynomial.angle(parts.x, reach, _DEGREE)
    if not believe_all:
        bearable = noise**2 * polynomial.bearable_misfit(reach, _DEGREE)
        fits = polynomial.misfit(parts.x, reach, _DEGREE) <= parts.spread(bearable)
        angle = np.where(fits, angle, -np.inf)
    top = over(np.maximum, angle, parts.lo, parts.hi)
    spread = noise * polynomial.noise_gain(reach, _DEGREE)
    in_the_running = angle > parts.spread(top - _NEAR * spread)
    rivals = over(np.add, in_the_running.astype(np.int64), parts.lo, parts.hi)
    return top, spread * np.interp(_VALUES_A_REACH * rivals / reach, _N, _GREATEST)
