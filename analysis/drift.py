"""Does an angle walk through a set: the pelvis slides, or a pad moves."""

from collections.abc import Sequence
from math import sqrt

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
    known = [(i, angle) for i, angle in enumerate(angles) if angle is not None]
    if len(known) < _FEWEST_REPS:
        return [0.0] * len(angles)
    slope, error = _line(known)
    if abs(slope) < _CERTAIN * error:
        return [0.0] * len(angles)
    return [slope * (i - known[0][0]) for i in range(len(angles))]


def _line(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Slope of the straight line through all, and its standard error."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    variance = (_USUAL_WORTH * _USUAL_DEG**2 + left) / (_USUAL_WORTH + n - 2)
    return slope, sqrt(variance / spread)
