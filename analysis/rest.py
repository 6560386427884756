"""When is a set over: nothing has moved for the rest time, or the lever was left at its stop."""

from collections import deque
from enum import Enum, auto
from math import ceil, inf

from analysis.cells import CELLS_PER_S, Cell
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


class RestWatch:
    """Looks at whole seconds: the least and the greatest angle of each."""

    def __init__(self, standard: FormStandard) -> None:
        self._rest_s = ceil(standard.set_rest_s)
        self._zone = standard.top_zone_deg
        self._resting = _Stay(standard.min_travel_deg, self._rest_s + RESTLESS_S)
        self._left = _Stay(AT_STOP_DEG, _LEFT_S)
        self._last = (-inf, inf)  # least and greatest angle of the last second
        self._stop_deg: float | None = None
        self._second: int | None = None  # the one under way
        self._low = self._high = 0.0  # its angles so far

    def step(self, cell: Cell, getting_in: bool) -> Rest | None:
        """Is the set over at `cell`? As in `begin`."""
        second, angle = cell.number // CELLS_PER_S, cell.angle_deg
        if second == self._second:
            self._low, self._high = min(self._low, angle), max(self._high, angle)
            return None
        rest = self.begin(second, self._low, self._high, cell.gap_s, getting_in)
        self._low = self._high = angle
        return rest

    def begin(
        self, second: int, low: float, high: float, gap_s: float, getting_in: bool
    ) -> Rest | None:
        """Is the set over, as `second` begins? Said again every second for as long as it is.

        `low` and `high` are the angles of the second before it, `gap_s` the time missing before it.
        `getting_in`: nobody has reached the top, so a lever at rest below it lies at its stop.
        """
        before, self._second = self._second, second
        if before is None:
            return None
        if gap_s >= self._rest_s:
            self._resting.clear()
            self._left.clear()
            return Rest.UNSEEN
        still = self._still_deg(low, high, second - before)
        self._learn_stop(low, high, getting_in and still <= AT_STOP_DEG)
        # Seconds without data count as seconds in which nothing is known to have moved.
        for _ in range(second - before):
            self._resting.add(low, high)
            self._left.add(low, high)
        if self._resting.seconds >= self._rest_s + (0 if still <= STILL_DEG else RESTLESS_S):
            return Rest.STILL
        at_stop = self._stop_deg is not None and abs(low - self._stop_deg) <= AT_STOP_DEG
        return Rest.AT_STOP if at_stop and self._left.seconds >= _LEFT_S else None

    def _still_deg(self, low: float, high: float, seconds: int) -> float:
        """Range (deg) of the last two seconds."""
        last_low, last_high = self._last if seconds == 1 else (low, high)
        self._last = low, high
        return max(high, last_high) - min(low, last_low)

    def _learn_stop(self, low: float, high: float, at_rest: bool) -> None:
        if at_rest and low > self._zone:
            self._stop_deg = 0.5 * (low + high)
        elif self._stop_deg is not None and high > self._stop_deg + AT_STOP_DEG:
            self._stop_deg = None  # nothing goes past a stop, so that was none


class _Stay:
    """For how many of the last `longest` seconds has the lever stayed within `limit_deg`?"""

    def __init__(self, limit_deg: float, longest: int) -> None:
        self._limit = limit_deg
        self._within: deque[tuple[float, float]] = deque(maxlen=longest)
        self._low, self._high = inf, -inf

    @property
    def seconds(self) -> int:
        return len(self._within)

    def clear(self) -> None:
        self._within.clear()
        self._low, self._high = inf, -inf

    def add(self, low: float, high: float) -> None:
        self._low, self._high = min(self._low, low), max(self._high, high)
        self._within.append((low, high))
        if self._high - self._low > self._limit:
            self._forget()

    def _forget(self) -> None:
        """Keep as many of the last seconds as are within the limit."""
        seconds = [*self._within]
        self.clear()
        for low, high in reversed(seconds):
            low, high = min(self._low, low), max(self._high, high)
            if high - low > self._limit:
                break
            self._low, self._high = low, high
            self._within.appendleft((low, high))
