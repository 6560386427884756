"""Where a stroke starts and ends (contract, section 1): smoothing that follows the motion."""

from dataclasses import dataclass, replace

import numpy as np

from analysis.cells import CELL_S
from analysis.polynomial import Array, angle_and_speed
from analysis.samples import Series

_SLOWEST_DPS = 1.0
_SLOW_SHARE = 0.05  # of the stroke's peak speed
_DEGREE = 3
_FIRST_REACH = 3
_LEAST_REACH, _MOST_REACH = 2, 40
_REACH_OF_STROKE = 0.11
# A stroke that stops on its way is made of quicker ones: what counts is the time that its peak
# speed would need, times how much longer an unhurried stroke takes.
_UNHURRIED = 1.3


@dataclass(frozen=True)
class Stroke:
    """Start and end (s), travel (deg, positive lowered) and fastest speed (deg/s) of a stroke."""

    start_s: float
    end_s: float
    travel_deg: float
    peak_dps: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end_s - self.start_s


def find_stroke(even: Series, begin: int, end: int) -> Stroke:
    """The stroke between the turning points in cells `begin` and `end` of `even`."""
    stroke, reach = _find(even, begin, end, _FIRST_REACH), _FIRST_REACH
    for _ in range(2):
        quick_s = _UNHURRIED * abs(stroke.travel_deg) / max(stroke.peak_dps, _SLOWEST_DPS)
        reach = round(_REACH_OF_STROKE * min(stroke.seconds, quick_s) / CELL_S)
        reach = min(max(reach, _LEAST_REACH), _MOST_REACH)
        stroke = _find(even, begin, end, reach)
    return _with_undisturbed_edges(stroke, even, begin, end, reach)


def _with_undisturbed_edges(
    stroke: Stroke, even: Series, begin: int, end: int, reach: int
) -> Stroke:
    """Where quicker motion lies beside the stroke, its edge is found on a narrower curve."""
    edges = {}
    for edge in ("start_s", "end_s"):
        found, narrower = stroke, reach
        while narrower > _LEAST_REACH and _is_disturbed(even, found, edge, narrower):
            narrower = max(_LEAST_REACH, round(0.7 * narrower))
            found = _find(even, begin, end, narrower)
        edges[edge] = getattr(found, edge)
    return replace(stroke, **edges)


def _is_disturbed(even: Series, stroke: Stroke, edge: str, reach: int) -> bool:
    at = even.index(getattr(stroke, edge))
    outside = slice(max(0, at - reach), at) if edge == "start_s" else slice(at, at + reach)
    steps = np.diff(even.mean_deg[outside][::_FIRST_REACH])
    return bool(np.abs(steps).max(initial=0.0) > stroke.peak_dps * _FIRST_REACH * CELL_S)


def _find(even: Series, begin: int, end: int, reach: int) -> Stroke:
    first = max(0, begin - reach)
    angle, speed = angle_and_speed(even.mean_deg[first : end + reach + 1], reach, _DEGREE)
    angle, speed = angle[begin - first : end - first + 1], speed[begin - first : end - first + 1]
    travel = float(angle[-1] - angle[0])
    direction = 1.0 if travel > 0 else -1.0
    toward = speed * direction
    peak = float(toward.max())
    slow_dps = max(_SLOWEST_DPS, _SLOW_SHARE * peak)
    start, stop = _limits((angle - angle[0]) * direction, toward, slow_dps)
    return Stroke(even.time(begin + start), even.time(begin + stop), travel, max(peak, 0.0))


def _limits(done: Array, speed: Array, slow_dps: float) -> tuple[float, float]:
    """Places, between cells, where the stroke's core has left and reaches slowness."""
    late = int(np.argmax(done >= 0.75 * done[-1]))
    early = int(np.flatnonzero(done[: late + 1] <= 0.25 * done[-1])[-1])
    slow_before = np.flatnonzero(speed[: early + 1] < slow_dps)
    slow_after = np.flatnonzero(speed[late:] < slow_dps)
    start, stop = 0.0, float(len(done) - 1)
    if len(slow_before):
        at = int(slow_before[-1])
        start = at + _crossing(speed[at], speed[min(at + 1, len(speed) - 1)], slow_dps)
    if len(slow_after):
        at = late + int(slow_after[0])
        stop = at - _crossing(speed[at], speed[max(at - 1, 0)], slow_dps)
    return start, stop


def _crossing(slow: float, quick: float, limit: float) -> float:
    """What part of the way from a slow cell to a quicker one `limit` is passed at."""
    return min((limit - slow) / (quick - slow), 1.0) if quick > slow else 0.0
