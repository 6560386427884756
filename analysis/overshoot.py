"""Says at once when the lever passes neutral by more than is tolerated; the refined figure follows
with the rep.
"""

from collections import deque
from typing import Literal

Change = tuple[Literal["overshoot", "overshoot_cleared"], float]

_WINDOW_S = 0.06
_CLEAR_DEG = 0.7  # back by this much before it can be said again
_MIN_SAMPLES = 3


class OvershootWatch:
    """Reads the angle off a straight line through the last few samples: no lag, little noise."""

    def __init__(self, tolerance_deg: float) -> None:
        self._limit = -tolerance_deg
        self._recent: deque[tuple[float, float]] = deque()
        self.over = False

    def push(self, t_s: float, angle_deg: float) -> Change | None:
        """Take one good sample; say what changed, and the angle (deg) that says so."""
        recent = self._recent
        recent.append((t_s, angle_deg))
        while recent[0][0] < t_s - _WINDOW_S:
            recent.popleft()
        if len(recent) < _MIN_SAMPLES or (not self.over and angle_deg > self._limit + 4.0):
            return None
        now = _line_end(recent)
        if not self.over and now < self._limit:
            self.over = True
            return "overshoot", now
        if self.over and now > self._limit + _CLEAR_DEG:
            self.over = False
            return "overshoot_cleared", now
        return None


def _line_end(samples: deque[tuple[float, float]]) -> float:
    """The least-squares line through `samples`, read at the newest."""
    n = len(samples)
    end = samples[-1][0]
    st = sx = stt = stx = 0.0
    for t, x in samples:
        t -= end
        st += t
        sx += x
        stt += t * t
        stx += t * x
    spread = n * stt - st * st
    return (sx * stt - st * stx) / spread if spread > 0 else sx / n
