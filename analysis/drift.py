"""Does an angle walk through a set: the pelvis slides, or a pad moves."""

from collections.abc import Sequence

import numpy as np

_FEWEST_REPS = 5
# A walk must stand out of the scatter of the reps around its line: its slope is this many times its
# standard error. Few reps cannot tell their scatter, so what people usually have counts as well.
_CERTAIN = 4.0
_USUAL_DEG = 1.0
_USUAL_WORTH = 4  # reps


def carried_deg(angles: Sequence[float | None]) -> list[float]:
    """How far (deg) a steady walk has carried each rep of a set from the first one.

    Takes the tops or the bottoms, None where unknown. All 0 where there is no steady walk: scatter,
    or one odd rep, is none.
    """
    known = [i for i, angle in enumerate(angles) if angle is not None]
    if len(known) < _FEWEST_REPS:
        return [0.0] * len(angles)
    rep = np.array(known, dtype=float)
    slope, error = _line(rep, np.array([angles[i] for i in known], dtype=float))
    if abs(slope) < _CERTAIN * error:
        return [0.0] * len(angles)
    return [slope * (i - known[0]) for i in range(len(angles))]


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope of the straight line through all, and its standard error."""
    x, y = x - x.mean(), y - y.mean()
    spread = float(x @ x)
    slope = float(x @ y) / spread
    left = float(np.sum((y - slope * x) ** 2))
    variance = (_USUAL_WORTH * _USUAL_DEG**2 + left) / (_USUAL_WORTH + len(x) - 2)
    return slope, float(np.sqrt(variance / spread))
