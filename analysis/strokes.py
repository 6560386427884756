"""Where strokes start and end (contract, section 1): smoothing that follows the motion."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis import polynomial
from analysis.cells import CELL_S, Array
from analysis.segments import Places, Segments, over

_SLOWEST_DPS = 1.0
_LEAST_TRAVEL_DEG = 1e-6  # nothing is divided by 0
_SLOW_SHARE = 0.05  # of the stroke's peak speed
_DEGREE = 3
_FIRST_REACH = 3
# Few steps, so that many strokes share one.
_REACHES = np.array([2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 34, 40])
_BETWEEN_REACHES = 0.5 * (_REACHES[1:] + _REACHES[:-1])
_LEAST_REACH, MOST_REACH = 2, 40
_REACH_OF_STROKE = 0.11
# A stroke that stops on its way is made of quicker ones: what counts is the time that its peak
# speed would need, times how much longer an unhurried stroke takes.
_UNHURRIED = 1.3


class Strokes(NamedTuple):
    """Places where strokes start and end, their travel (deg, positive lowered) and their fastest
    speed (deg/s): an entry a stroke.
    """

    start: Array
    end: Array
    travel_deg: Array
    peak_dps: Array

    @property
    def seconds(self) -> Array:
        """How long they took."""
        return (self.end - self.start) * CELL_S

    def part(self, first: int, upto: int | None) -> "Strokes":
        """Some of them."""
        return Strokes(*(column[first:upto] for column in self))

    def moved(self, by: Places) -> "Strokes":
        """The same elsewhere."""
        return self._replace(start=self.start + by, end=self.end + by)

    def put(self, places: Sequence[int] | Places, strokes: "Strokes") -> None:
        """Put strokes in the place of some of these."""
        for column, others in zip(self, strokes, strict=True):
            column[places] = others


def find_strokes(cells: Array, begin: Places, end: Places) -> Strokes:
    """The strokes between turning points at the places `begin` and `end` of `cells` (deg), which
    reach MOST_REACH further on both sides.
    """
    reach = _reach_of(_roughly(cells, begin, end))
    strokes = _find(cells, begin, end, reach)
    before, reach = reach, _reach_of(strokes)
    changed = np.flatnonzero(reach != before)
    strokes.put(changed, _find(cells, begin[changed], end[changed], reach[changed]))
    return _with_undisturbed_edges(strokes, cells, begin, end, reach)


def _roughly(cells: Array, begin: Places, end: Places) -> Strokes:
    """From turning point to turning point, with the peak speed over a few cells."""
    travel = cells[end] - cells[begin]
    step = (cells[_FIRST_REACH:] - cells[:-_FIRST_REACH]) / (_FIRST_REACH * CELL_S)
    peak = over(np.maximum, np.abs(step), begin, end)
    return Strokes(begin.astype(float), end.astype(float), travel, peak)


def _reach_of(strokes: Strokes) -> Places:
    """How far the curve may reach to both sides (cells)."""
    quick_s = _UNHURRIED * np.abs(strokes.travel_deg)
    quick_s /= np.maximum(strokes.peak_dps, _SLOWEST_DPS)
    reach = _REACH_OF_STROKE * np.minimum(strokes.seconds, quick_s) / CELL_S
    return _REACHES[np.searchsorted(_BETWEEN_REACHES, reach)]


def _with_undisturbed_edges(
    strokes: Strokes, cells: Array, begin: Places, end: Places, reach: Places
) -> Strokes:
    """Where quicker motion lies beside a stroke, its edge is found on a narrower curve."""
    step_deg = np.abs(cells[_FIRST_REACH:] - cells[:-_FIRST_REACH])
    edges = {}
    for name, side in (("start", -1), ("end", 1)):
        edge, narrower = getattr(strokes, name).copy(), reach.copy()
        disturbed = np.arange(len(begin))
        while len(disturbed := _disturbed(disturbed, edge, side, narrower, step_deg, strokes)):
            narrower[disturbed] = np.maximum(
                _LEAST_REACH, np.rint(0.7 * narrower[disturbed]).astype(np.int64)
            )
            found = _find(cells, begin[disturbed], end[disturbed], narrower[disturbed])
            edge[disturbed] = getattr(found, name)
        edges[name] = edge
    return strokes._replace(**edges)


def _disturbed(
    which: Places, edge: Array, side: int, reach: Places, step_deg: Array, strokes: Strokes
) -> Places:
    """Which of the strokes have quicker motion than their own within `reach` outside the edge."""
    which = which[reach[which] > _FIRST_REACH]
    if not len(which):
        return which
    at = np.rint(edge[which]).astype(np.int64)
    nearest, furthest = (at, at + reach[which]) if side > 0 else (at - reach[which], at)
    quickest = over(np.maximum, step_deg, nearest, furthest - _FIRST_REACH)
    return which[quickest > strokes.peak_dps[which] * _FIRST_REACH * CELL_S]


def _find(cells: Array, begin: Places, end: Places, reach: Places) -> Strokes:
    found = Strokes(*(np.empty(len(begin)) for _ in Strokes._fields))
    for width in np.unique(reach).tolist():
        same = np.flatnonzero(reach == width)
        found.put(same, _find_at(cells, begin[same], end[same], width))
    return found


def _find_at(cells: Array, begin: Places, end: Places, reach: int) -> Strokes:
    parts = Segments(cells, begin, end, reach)
    angle = polynomial.angle(parts.x, reach, _DEGREE)
    speed = polynomial.speed(parts.x, reach, _DEGREE)
    from_deg = angle[parts.lo]
    travel = angle[parts.hi - 1] - from_deg
    direction = np.where(travel > 0, 1.0, -1.0)
    toward = speed * parts.spread(direction)
    peak = np.maximum(over(np.maximum, toward, parts.lo, parts.hi), 0.0)
    size = np.maximum(np.abs(travel), _LEAST_TRAVEL_DEG)
    done = (angle - parts.spread(from_deg)) * parts.spread(direction / size)
    start, stop = _limits(parts, done, toward, np.maximum(_SLOWEST_DPS, _SLOW_SHARE * peak))
    stop = np.maximum(stop, start)  # a jump has no duration
    return Strokes(begin + start - parts.lo, begin + stop - parts.lo, travel, peak)


def _limits(parts: Segments, done: Array, speed: Array, slow_dps: Array) -> tuple[Array, Array]:
    """Places, between cells, where each stroke's core has left and reaches slowness; `done` is the
    part of the travel that is done.
    """
    place = np.arange(len(done))
    late = np.minimum(parts.first_true(done >= 0.75), parts.hi - 1)
    is_early = place <= parts.spread(late)
    early = np.maximum(parts.last_true((done <= 0.25) & is_early), parts.lo)
    slow = speed < parts.spread(slow_dps)
    before = parts.last_true(slow & (place <= parts.spread(early)))
    after = parts.first_true(slow & (place >= parts.spread(late)))
    start = np.where(before < 0, parts.lo, before + _crossing(parts, speed, before, 1, slow_dps))
    unslowed = after >= parts.hi
    after = np.where(unslowed, 0, after)
    stop = np.where(unslowed, parts.hi - 1, after - _crossing(parts, speed, after, -1, slow_dps))
    return start, stop


def _crossing(parts: Segments, speed: Array, at: Places, step: int, limit: Array) -> Array:
    """What part of the way from a slow cell to the quicker one beside it `limit` is passed at."""
    beside = np.clip(at + step, parts.lo, parts.hi - 1)
    slow, quick = speed[at], speed[beside]
    part = (limit - slow) / np.where(quick > slow, quick - slow, 1.0)
    return np.where(quick > slow, np.minimum(part, 1.0), 0.0)
