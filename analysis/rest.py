"""When is a set over: nothing has moved for the rest time, or the lever was left at its stop.

Looked at as each second begins: how calm has the lever been up to there?
"""

from collections import deque
from collections.abc import Iterator
from enum import Enum, auto
from math import ceil, inf
from typing import NamedTuple

import numpy as np

from analysis.cells import CELLS_PER_S, Array, Cell, Cells, range_of
from config import FormStandard

STILL_DEG = 1.5  # a lever that stays within this is not on its way anywhere
RESTLESS_S = 5  # longer still, and a rest may be restless
AT_STOP_DEG = 1.0  # a stop is a fixed point
_LEFT_S = 12  # longer at the stop than anybody pauses in a rep


class Rest(Enum):
    """Why a set is over."""

    STILL = auto()
    AT_STOP = auto()
    UNSEEN = auto()  # no data for as long as a rest


class Calm(NamedTuple):
    """What the lever did up to the end of a second (deg)."""

    low: float  # of the second
    high: float
    highest: float  # since the last look
    still_deg: float  # range of the last two seconds
    rested: bool  # within min_travel_deg for set_rest_s
    rested_long: bool  # and for RESTLESS_S more
    left: bool  # within AT_STOP_DEG for _LEFT_S
    unseen: bool  # no data for as long as a rest, then


class RestJudge:
    """Is the set over? Remembers where the stop is: the lever goes no further."""

    def __init__(self, standard: FormStandard, stop_deg: float | None = None) -> None:
        self._zone = standard.top_zone_deg
        self.stop_deg = stop_deg

    def judge(self, calm: Calm, getting_in: bool) -> Rest | None:
        """Why the set is over, or None. Said at every look for as long as it is.

        `getting_in`: nobody has reached the top, so a lever at rest below it lies at its stop.
        """
        if calm.unseen:
            return Rest.UNSEEN
        if getting_in and calm.still_deg <= AT_STOP_DEG and calm.low > self._zone:
            self.stop_deg = 0.5 * (calm.low + calm.high)
        elif self.stop_deg is not None and calm.highest > self.stop_deg + AT_STOP_DEG:
            self.stop_deg = None  # nothing goes past a stop, so that was none
        if calm.rested_long or (calm.rested and calm.still_deg <= STILL_DEG):
            return Rest.STILL
        return Rest.AT_STOP if calm.left and self.is_stop(calm.low) else None

    def is_stop(self, angle_deg: float) -> bool:
        """Is the stop known, and the lever at it?"""
        return self.stop_deg is not None and abs(angle_deg - self.stop_deg) <= AT_STOP_DEG


class CalmWatch:
    """Streaming form: `step` takes cells and tells how calm the lever was as a second begins."""

    def __init__(self, standard: FormStandard) -> None:
        self._rest_s = ceil(standard.set_rest_s)
        self._travel = standard.min_travel_deg
        self._seconds: deque[tuple[float, float]] = deque(maxlen=self._rest_s + RESTLESS_S)
        self._second: int | None = None  # the one under way
        self._low = self._high = 0.0

    def step(self, cell: Cell) -> Calm | None:
        """The calm up to `cell` if that begins a second."""
        second, angle = cell.number // CELLS_PER_S, cell.angle_deg
        before, self._second = self._second, second
        if second == before:
            self._low, self._high = min(self._low, angle), max(self._high, angle)
            return None
        low, high = self._low, self._high
        self._low = self._high = angle
        if before is None:
            return None
        unseen = cell.gap_s >= self._rest_s
        if unseen:
            self._seconds.clear()
        else:
            # Seconds without data count as seconds in which nothing is known to have moved.
            self._seconds.extend([(low, high)] * min(second - before, self._rest_s + RESTLESS_S))
        rested = self._range(self._rest_s) <= self._travel
        long = self._range(self._rest_s + RESTLESS_S) <= self._travel
        left = self._range(_LEFT_S) <= AT_STOP_DEG
        return Calm(low, high, high, self._range(2), rested, long, left, unseen)

    def _range(self, seconds: int) -> float:
        """Least to greatest angle of the last `seconds`; infinite while there are fewer."""
        if len(self._seconds) < seconds:
            return inf
        recent = list(self._seconds)[-seconds:]
        return max(high for _, high in recent) - min(low for low, _ in recent)


class Look(NamedTuple):
    """Cells from the place `begin` up to `end`, their least and greatest angle (deg), and the calm
    before them if they begin with a second at which a set may be over.
    """

    begin: int
    end: int
    low: float
    high: float
    calm: Calm | None


def looks(cells: Cells, standard: FormStandard) -> Iterator[Look]:
    """The same for all cells of a trace, leaving out the looks that can change nothing: nothing is
    calm, or all is as calm as at the look before and at the next.
    """
    seconds = cells.number // CELLS_PER_S
    if not len(seconds):
        return
    begins = np.concatenate(([0], np.flatnonzero(seconds[1:] != seconds[:-1]) + 1))
    low = np.minimum.reduceat(cells.angle_deg, begins)
    high = np.maximum.reduceat(cells.angle_deg, begins)
    rest_s = ceil(standard.set_rest_s)
    unseen = cells.gap_s[begins[1:]] >= rest_s
    # One entry for each second, those without data too; a wall where nothing was known for long.
    passed = np.where(unseen, 1, np.minimum(np.diff(seconds[begins]), rest_s + RESTLESS_S))
    lows = np.repeat(np.where(unseen, -inf, low[:-1]), passed)
    highs = np.repeat(np.where(unseen, inf, high[:-1]), passed)
    before = np.cumsum(passed) - 1
    still, rested, long, left = (
        _range_of_last(lows, highs, n)[before] for n in (2, rest_s, rest_s + RESTLESS_S, _LEFT_S)
    )
    columns = (
        still <= AT_STOP_DEG,
        rested <= standard.min_travel_deg,
        long <= standard.min_travel_deg,
        left <= AT_STOP_DEG,
        unseen,
    )
    calm = np.logical_or.reduce(columns)
    same = np.logical_and.reduce([c[1:] == c[:-1] for c in columns])
    repeats = np.zeros(len(calm), dtype=bool)
    repeats[1:-1] = columns[0][1:-1] & same[1:] & same[:-1]
    looked = np.flatnonzero(calm & ~repeats)
    since = np.concatenate(([0], looked + 1))
    lowest, highest = np.minimum.reduceat(low, since), np.maximum.reduceat(high, since)
    data = (
        low[looked],
        high[looked],
        highest[:-1],
        still[looked],
        *(c[looked] for c in columns[1:]),
    )
    calms = [None, *(Calm(*row) for row in zip(*(d.tolist() for d in data), strict=True))]
    bounds = [*begins[since].tolist(), len(seconds)]
    stretches = (bounds[:-1], bounds[1:], lowest.tolist(), highest.tolist(), calms)
    yield from map(Look._make, zip(*stretches, strict=True))


def _range_of_last(low: Array, high: Array, n: int) -> Array:
    """Range of each value and the n - 1 before it; infinite for the first ones."""
    spans = np.full(len(low), inf)
    if len(low) >= n:
        spans[n - 1 :] = range_of(low, high, n)
    return spans
