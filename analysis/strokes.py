"""Where a stroke starts and ends (contract, section 1), on an even series smoothed to suit the
stroke.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

STEP_S = 0.005
_SLOWEST_DPS = 1.0
_SLOW_SHARE = 0.05  # of the stroke's peak speed
_SHORTEST_S, _LONGEST_S = 0.03, 0.5
_SHARE_OF_STROKE = 0.08


@dataclass(frozen=True)
class Series:
    """Lever angle (deg) every STEP_S from `begin_s`, and the gaps (from, to; s) that it bridges."""

    begin_s: float
    angle_deg: NDArray[np.float64]
    gaps: tuple[tuple[float, float], ...]

    def index(self, t_s: float) -> int:
        """The place of `t_s`, kept inside the series."""
        return int(np.clip(round((t_s - self.begin_s) / STEP_S), 0, len(self.angle_deg) - 1))

    def time(self, index: int) -> float:
        """The time (s) at `index`."""
        return self.begin_s + index * STEP_S


def series(t_s: NDArray[np.float64], angle_deg: NDArray[np.float64], gap_s: float) -> Series:
    """Near-regular samples (two or more) as an even series; gaps are bridged, and noted."""
    n = int((t_s[-1] - t_s[0]) / STEP_S) + 1
    even = np.interp(t_s[0] + STEP_S * np.arange(n), t_s, angle_deg)
    wide = np.flatnonzero(np.diff(t_s) > gap_s)
    return Series(float(t_s[0]), even, tuple((float(t_s[i]), float(t_s[i + 1])) for i in wide))


def smooth(
    angle_deg: NDArray[np.float64], half_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angle (deg) and speed (deg/s) of local cubics over +-half_s (Savitzky and Golay 1964)."""
    m = max(2, round(half_s / STEP_S))
    value, slope = _cubic(m)
    padded = (
        np.pad(angle_deg, m, mode="reflect", reflect_type="odd") if len(angle_deg) > m else None
    )
    if padded is None:
        return angle_deg.copy(), np.gradient(angle_deg) / STEP_S
    return np.convolve(padded, value, "valid"), np.convolve(padded, slope[::-1], "valid")


@lru_cache
def _cubic(m: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    k = np.arange(-m, m + 1) * STEP_S
    fit = np.linalg.pinv(np.vander(k, 4, increasing=True))
    return fit[0], fit[1]


@dataclass(frozen=True)
class Stroke:
    """Start and end (s), travel (deg) and fastest speed (deg/s) of a stroke."""

    start_s: float
    end_s: float
    travel_deg: float
    peak_dps: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end_s - self.start_s


def find_stroke(even: Series, begin: int, end: int) -> Stroke:
    """The stroke between the turning points at indices `begin` and `end` of `even`."""
    stroke = _find(even, begin, end, _SHORTEST_S)
    return _find(even, begin, end, smoothing_s(stroke.seconds))


def smoothing_s(stroke_s: float) -> float:
    """Half the span that motion of strokes of `stroke_s` is smoothed over: slow ones bear more."""
    return float(np.clip(_SHARE_OF_STROKE * stroke_s, _SHORTEST_S, _LONGEST_S))


def _find(even: Series, begin: int, end: int, half_s: float) -> Stroke:
    margin = round(half_s / STEP_S)
    first = max(0, begin - margin)
    angle, speed = smooth(even.angle_deg[first : end + margin + 1], half_s)
    angle, speed = angle[begin - first : end - first + 1], speed[begin - first : end - first + 1]
    travel = float(angle[-1] - angle[0])
    if abs(travel) < 1e-9 or len(angle) < 3:
        return Stroke(even.time(begin), even.time(end), travel, 0.0)
    done = (angle - angle[0]) / travel
    toward = speed * np.sign(travel)
    peak = float(toward.max())
    slow = toward < max(_SLOWEST_DPS, _SLOW_SHARE * peak)
    late = int(np.argmax(done >= 0.75))
    early = int(np.flatnonzero(done[: late + 1] <= 0.25)[-1])
    before, after = np.flatnonzero(slow[: early + 1]), np.flatnonzero(slow[late:])
    start = begin + int(before[-1]) if len(before) else begin
    stop = begin + late + int(after[0]) if len(after) else end
    return Stroke(even.time(start), even.time(stop), travel, peak)
