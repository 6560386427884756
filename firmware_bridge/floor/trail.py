"""The way the lever went lately, thin enough to keep and close enough to draw."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

_SPACING_S = 0.05
BESIDE_S = 3.0  # worth keeping before the first rep of a set and after the last
_KEPT = 12_000  # ten minutes


class Trail:
    """Takes every angle, keeps 20 a second of the last ten minutes."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=_KEPT)

    def add(self, t_s: float, angle_deg: float) -> None:
        """The next angle (deg)."""
        if not self._points or t_s - self._points[-1][0] >= _SPACING_S:
            self._points.append((t_s, angle_deg))

    def between(self, begin_s: float, end_s: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Times (s) and angles (deg)."""
        kept = [(round(t, 3), round(a, 2)) for t, a in self._points if begin_s <= t <= end_s]
        times, angles = zip(*kept, strict=True) if kept else ((), ())
        return times, angles


def trail_beside(
    times: Sequence[float], angles: Sequence[float], report: Mapping[str, Any]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of a longer trace what belongs to the set that a report tells of."""
    begin_s, end_s = report["start_s"], report["end_s"]
    if begin_s is None or end_s is None:
        return (), ()
    trail = Trail()
    for t_s, angle_deg in zip(times, angles, strict=True):
        if begin_s - BESIDE_S <= t_s <= end_s + BESIDE_S:
            trail.add(t_s, angle_deg)
    return trail.between(begin_s - BESIDE_S, end_s + BESIDE_S)
