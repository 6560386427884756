"""Does the top or the bottom walk through a set: the pelvis slides, or a pad moves."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.flags import DRIFTING
from analysis.report import Rep

_DRIFT_DEG = 4.0
_DRIFT_REPS = 4


def mark_drift(reps: Sequence[Rep]) -> tuple[Rep, ...]:
    """Flag the counted reps that a steady walk of the tops or the bottoms has carried away."""
    counted = [rep for rep in reps if rep.number is not None]
    walked: set[int | None] = set()
    for name in ("bottom_deg", "top_deg"):
        known = [(rep.number, getattr(rep.measures, name)) for rep in counted]
        walked |= _walked([(n, angle) for n, angle in known if n is not None and angle is not None])
    return tuple(
        replace(rep, flags=(*rep.flags, DRIFTING))
        if rep.number is not None and rep.number in walked
        else rep
        for rep in reps
    )


def _walked(angles: list[tuple[int, float]]) -> set[int | None]:
    """Numbers of the reps whose angle a straight line through all puts _DRIFT_DEG away from the
    first.

    A walk stands out of the scatter around its line; scatter alone is none.
    """
    if len(angles) < _DRIFT_REPS:
        return set()
    n, angle = np.array(angles).T
    slope, start = np.polyfit(n, angle, 1)
    scatter = float(np.std(angle - (slope * n + start)))
    if abs(slope) * (n[-1] - n[0]) < 3 * scatter:
        return set()
    return {int(k) for k in n[abs(slope) * (n - n[0]) >= _DRIFT_DEG]}
