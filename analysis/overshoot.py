"""Says at once when the lever passes neutral by more than is tolerated; the refined figure follows
with the rep.

The angle is read off a straight line through the last few samples: no lag, little noise. It must be
past the limit by more than its own error, which is told from how the samples scatter around the
line: more on a noisy or slow sensor, and while a knock rings.
"""

from collections import deque
from math import sqrt
from typing import Literal

Change = tuple[Literal["overshoot", "overshoot_cleared"], float]

_WINDOW_S = 0.06
_MIN_SAMPLES = 3
_CERTAIN = 2.25  # standard errors
_CLEAR_DEG = 0.7  # back by this much before it can be said again
_NEAR_DEG = 4.0  # further from the limit nothing is to be said yet
_FAR_DEG = 20.0  # further from it nothing is to be known yet

# So few samples tell their scatter badly: that of the last second or so counts as well.
_USUAL_DEG = 0.15  # to begin with
_USUAL_WORTH = 8  # samples
_USUAL_PACE = 0.02  # of the way to the scatter of the newest window, which
_USUAL_AT_MOST = 4.0  # times the usual variance counts at most: a knock is not usual


class OvershootWatch:
    """Follows good samples, one by one."""

    def __init__(self, tolerance_deg: float) -> None:
        self._limit = -tolerance_deg
        self._recent: deque[tuple[float, float]] = deque()
        self._usual = _USUAL_DEG**2
        self.over = False

    def push(self, t_s: float, angle_deg: float) -> Change | None:
        """Take one good sample; say what changed, and the angle (deg) that says so."""
        past = angle_deg - self._limit
        if past > _FAR_DEG and not self.over:
            self._recent.clear()
            return None
        recent = self._recent
        recent.append((t_s, past))
        while recent[0][0] < t_s - _WINDOW_S:
            recent.popleft()
        if len(recent) < _MIN_SAMPLES or (past > _NEAR_DEG and not self.over):
            return None
        now, error = self._line_end(t_s)
        if not self.over and now < -_CERTAIN * error:
            self.over = True
            return "overshoot", self._limit + now
        if self.over and now > _CLEAR_DEG + _CERTAIN * error:
            self.over = False
            return "overshoot_cleared", self._limit + now
        return None

    def _line_end(self, t_s: float) -> tuple[float, float]:
        """The least-squares line through the samples, read at the newest, and its standard
        error.
        """
        n = len(self._recent)
        st = sx = stt = stx = sxx = 0.0
        for t, x in self._recent:
            t -= t_s
            st += t
            sx += x
            stt += t * t
            stx += t * x
            sxx += x * x
        mean_t, mean_x = st / n, sx / n
        spread, ahead = stt - st * mean_t, -mean_t
        if spread <= 0:
            return mean_x, sqrt(self._usual)
        slope = (stx - st * mean_x) / spread
        left = max(0.0, sxx - sx * mean_x - slope * slope * spread)
        usual = self._usual
        variance = (_USUAL_WORTH * usual + left) / (_USUAL_WORTH + n - 2)
        self._usual += _USUAL_PACE * (min(left / (n - 2), _USUAL_AT_MOST * usual) - usual)
        return mean_x + slope * ahead, sqrt(variance * (1 / n + ahead * ahead / spread))
