"""Local polynomials through cells: the smoothing that every measure is read off.

A cell is a mean over its width, so the polynomials' means over cells are fitted, not their values:
then the value at a turning point is the motion's, not that of a flattened one.
(Savitzky and Golay 1964, doi:10.1021/ac60214a047)

Each function takes cells (deg) and gives an array shorter by `reach` cells at both ends.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from analysis.cells import CELL_S, Array

_QUICK = 11


class _Kernel(NamedTuple):
    value: Array
    slope: Array  # per second
    basis: Array  # orthonormal: what the polynomial explains


@lru_cache(maxsize=128)
def _kernel(reach: int, degree: int) -> _Kernel:
    edges = np.arange(-reach, reach + 2) - 0.5
    powers = np.arange(1, degree + 2)
    means = np.diff(edges[:, None] ** powers, axis=0) / (powers * float(reach) ** (powers - 1))
    fit = np.linalg.pinv(means)
    basis, _ = np.linalg.qr(means)
    return _Kernel(fit[0], fit[1] / (reach * CELL_S), basis.T.copy())


def angle(cells: Array, reach: int, degree: int) -> Array:
    """Angle (deg) at each cell, fitted over `reach` cells to both sides."""
    return correlate(cells, _kernel(reach, degree).value)


def speed(cells: Array, reach: int, degree: int) -> Array:
    """Speed (deg/s)."""
    return correlate(cells, _kernel(reach, degree).slope)


def misfit(cells: Array, reach: int, degree: int) -> Array:
    """Variance (deg^2) of the cells around the curve fitted at each cell."""
    explained = sum(correlate(cells, row) ** 2 for row in _kernel(reach, degree).basis)
    left = correlate(cells**2, np.ones(2 * reach + 1)) - explained
    variance: Array = np.maximum(left, 0.0) / max(1, 2 * reach - degree)
    return variance


def bearable_misfit(reach: int, degree: int) -> float:
    """The most, as a share of the noise's variance, that noise alone makes of it but for one time
    in forty.
    """
    return 1 + 2 * float(np.sqrt(2 / max(1, 2 * reach - degree)))


def noise_gain(reach: int, degree: int) -> float:
    """By how much the fitted angle is less noisy than the cells."""
    return float(np.linalg.norm(_kernel(reach, degree).value))


def correlate(x: Array, weights: Array) -> Array:
    """As np.correlate, which is several times slower for more weights than _QUICK."""
    n = len(x) - len(weights) + 1
    result = np.zeros(n)
    for k in range(0, len(weights), _QUICK):
        some = weights[k : k + _QUICK]
        result += np.correlate(x[k : k + n + len(some) - 1], some)
    return result
