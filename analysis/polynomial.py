"""Local polynomials through cells: the smoothing that every measure is read off.

A cell is a mean over its width, so the polynomials' means over cells are fitted, not their values:
then the value at a turning point is the motion's, not that of a flattened one.
(Savitzky and Golay 1964, doi:10.1021/ac60214a047)
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CELL_S

Array = NDArray[np.float64]


class _Kernel(NamedTuple):
    value: Array
    slope: Array  # per second
    curvature: Array  # per second squared
    basis: Array  # orthonormal, for the residuals


@lru_cache(maxsize=128)
def _kernel(reach: int, degree: int) -> _Kernel:
    edges = np.arange(-reach, reach + 2) - 0.5
    powers = np.arange(1, degree + 2)
    means = np.diff(edges[:, None] ** powers, axis=0) / (powers * float(reach) ** (powers - 1))
    fit = np.linalg.pinv(means)
    basis, _ = np.linalg.qr(means)
    width_s = reach * CELL_S
    return _Kernel(fit[0], fit[1] / width_s, 2 * fit[2] / width_s**2, basis)


def _around(mean_deg: Array, reach: int) -> Array:
    padded = np.pad(mean_deg, reach, mode="reflect", reflect_type="odd")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)


def angle_and_speed(mean_deg: Array, reach: int, degree: int) -> tuple[Array, Array]:
    """Angle (deg) and speed (deg/s) at each even cell, fitted over `reach` cells to both sides."""
    kernel, around = _kernel(reach, degree), _around(mean_deg, reach)
    return around @ kernel.value, around @ kernel.slope


def acceleration(mean_deg: Array, reach: int, degree: int) -> Array:
    """Acceleration (deg/s^2) at each even cell, fitted over `reach` cells to both sides."""
    curvature: Array = _around(mean_deg, reach) @ _kernel(reach, degree).curvature
    return curvature


def misfit(mean_deg: Array, reach: int, degree: int) -> Array:
    """Variance (deg^2) of the cells around the curve fitted at each cell."""
    kernel, around = _kernel(reach, degree), _around(mean_deg, reach)
    explained = ((around @ kernel.basis) ** 2).sum(axis=1)
    left = np.maximum((around**2).sum(axis=1) - explained, 0.0)
    variance: Array = left / max(1, 2 * reach - degree)
    return variance


def bearable_misfit(noise_deg: float, reach: int, degree: int) -> float:
    """The most (deg^2) that noise alone makes of it, but for one time in forty."""
    return noise_deg**2 * (1 + 2 * float(np.sqrt(2 / max(1, 2 * reach - degree))))


def noise_gain(reach: int, degree: int) -> float:
    """By how much the fitted angle is less noisy than the cells."""
    return float(np.linalg.norm(_kernel(reach, degree).value))
