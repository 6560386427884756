"""The way the lever went lately, thin enough to keep and close enough to draw."""

from collections import deque

_SPACING_S = 0.05
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
