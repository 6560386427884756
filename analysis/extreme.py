"""The true highest angle of a stretch of noisy motion.

The greatest of many noisy values is too great. So the curve is fitted as widely as the cells around
it bear (their misfit is that of noise), only curves that fit are believed, and what the greatest of
so many values of noise is on average is taken off.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CELL_S
from analysis.polynomial import angle_and_speed, bearable_misfit, misfit, noise_gain

_DEGREE = 4
_REACHES = (6, 5, 4, 3, 2)  # cells to both sides, widest first
_REFERENCE = 4  # what a wide fit must not fall short of: it would have missed a shake
_SHORT_DEG = 0.2
_OF_STROKE = 0.17  # a fit wider than this share of the stroke would flatten its turn
_LEAST_NOISE_DEG = 0.01

# Mean of the greatest of n normal values, in standard deviations (Teichroew 1956).
_N = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
_GREATEST = (0, 0.564, 0.846, 1.029, 1.267, 1.424, 1.629, 1.766, 1.948, 2.07, 2.34)
_VALUES_A_REACH = 2.5  # independent fitted values in a stretch as long as the reach
_NEAR = 3.0  # standard deviations below the greatest: in the running to be it

Array = NDArray[np.float64]


def noise_deg(mean_deg: Array) -> float:
    """Standard deviation of the cells' noise, from what no motion has: third differences."""
    third = np.abs(np.diff(mean_deg, 3))
    spread = 1.4826 * float(np.median(third)) / np.sqrt(20) if len(third) else 0.0
    return max(spread, _LEAST_NOISE_DEG)


def highest(mean_deg: Array, first: int, last: int, stroke_s: float, noise: float) -> float:
    """The highest angle (deg) from cell `first` to `last`; the strokes beside take `stroke_s`."""
    level = float(mean_deg[first])
    cells = mean_deg - level  # small numbers keep the misfit exact
    here = slice(first, last + 1)
    at_least = float(angle_and_speed(cells, _REFERENCE, _DEGREE)[0][here].max()) - _SHORT_DEG
    widest = _OF_STROKE * stroke_s / CELL_S
    for reach in _REACHES:
        narrowest = reach == _REACHES[-1]
        if not narrowest and (reach > widest or 2 * reach >= len(cells)):
            continue
        angle = angle_and_speed(cells, reach, _DEGREE)[0][here]
        if not narrowest:
            bearable = bearable_misfit(noise, reach, _DEGREE)
            angle = angle[misfit(cells, reach, _DEGREE)[here] <= bearable]
        top = float(angle.max(initial=-np.inf))
        if top >= at_least or narrowest:
            spread = noise * noise_gain(reach, _DEGREE)
            rivals = int(np.count_nonzero(angle > top - _NEAR * spread))
            lucky = np.interp(_VALUES_A_REACH * rivals / reach, _N, _GREATEST)
            return level + top - spread * float(lucky)
    raise AssertionError("the narrowest fit always answers")
