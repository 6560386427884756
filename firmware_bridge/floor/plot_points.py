"""A trace made fit to draw: its good samples, its gaps, and no more points than can be seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.checks import check_samples
from analysis.despike import despike_trace

Floats = NDArray[np.float64]

# What the analysis does not bridge either; of a slow trace, what is clearly more than its spacing.
_GAP_S = 0.1
_SPACINGS = 2.5
_BUCKETS = 800  # each drawn as its lowest and its highest point


@dataclass(frozen=True)
class Curve:
    """Times (s), angles (deg, NaN where the line is to break), and the gaps (from, to; s)."""

    t_s: Floats
    angle_deg: Floats
    gaps: tuple[tuple[float, float], ...]

    def between(self, from_s: float, to_s: float) -> "Curve":
        """The part from one time to another, with the gaps that touch it."""
        part = slice(*np.searchsorted(self.t_s, (from_s, to_s), side="left"))
        gaps = tuple(gap for gap in self.gaps if gap[1] > from_s and gap[0] < to_s)
        return Curve(self.t_s[part], self.angle_deg[part], gaps)

    def thinned(self) -> "Curve":
        """The same to the eye, in a bounded number of points: no peak and no gap is lost."""
        size = -(-len(self.t_s) // _BUCKETS)
        if size <= 2:
            return self
        broken = np.flatnonzero(np.isnan(self.angle_deg))
        whole = self.angle_deg.copy()
        whole[broken] = whole[broken - 1]
        rows = np.pad(whole, (0, -len(whole) % size), mode="edge").reshape(-1, size)
        first = np.arange(len(rows)) * size
        kept = [first + rows.argmin(1), first + rows.argmax(1), broken - 1, broken, broken + 1]
        at = np.unique(np.clip(np.concatenate(kept), 0, len(whole) - 1))
        return Curve(self.t_s[at], self.angle_deg[at], self.gaps)

    def shifted(self, by_s: float) -> "Curve":
        """The same, so much later."""
        gaps = tuple((begin + by_s, end + by_s) for begin, end in self.gaps)
        return Curve(self.t_s + by_s, self.angle_deg, gaps)

    def deepest(self, from_s: float, to_s: float) -> tuple[float, float] | None:
        """Time and angle of the deepest point of a part; None where nothing was seen."""
        return self._extreme(1, from_s, to_s)

    def highest(self, from_s: float, to_s: float) -> tuple[float, float] | None:
        """Time and angle of the highest point of a part; None where nothing was seen."""
        return self._extreme(-1, from_s, to_s)

    def _extreme(self, sign: int, from_s: float, to_s: float) -> tuple[float, float] | None:
        part = self.between(from_s, to_s)
        if np.isnan(part.angle_deg).all():
            return None
        at = int(np.nanargmax(sign * part.angle_deg))
        return float(part.t_s[at]), float(part.angle_deg[at])


def curve_of(t_s: Floats, angle_deg: Floats) -> Curve:
    """The good samples of a trace, broken where it has gaps."""
    t, angle = despike_trace(*check_samples(t_s, angle_deg))
    step = np.diff(t)
    widest = max(_GAP_S, _SPACINGS * float(np.median(step))) if len(step) else _GAP_S
    at = np.flatnonzero(step > widest)
    gaps = tuple(zip(t[at].tolist(), t[at + 1].tolist(), strict=True))
    middle = (t[at] + t[at + 1]) / 2
    return Curve(np.insert(t, at + 1, middle), np.insert(angle, at + 1, np.nan), gaps)
