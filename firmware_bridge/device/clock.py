"""When a sample was taken, by the host's clock: the lower envelope of the delays of its arrivals.

A delay has a part that is always there (sampling, line, driver) and one that comes and goes and
is never negative (polling, schedulers, stalls). So the quickest arrivals of late lie on a line: its
slope is how much slower the device's clock runs than the host's, its height is the difference of
the clocks and the delay that is always there. No arrival can tell those two apart: a delay that all
arrivals share is part of every answer. An adapter that delivers on the beat of a clock of its own
(FTDI: every 16 ms) lets the quickest through only now and then: answers are up to 4 ms late there.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from statistics import fmean
from typing import NamedTuple

CELL_S = 1.0  # of each such stretch of device time the quickest arrival is kept
HEIGHT_CELLS = 30  # so many say how high the line is: a delay that stays for longer is believed
SLOPE_CELLS = 90  # so many how steep: more would be surer, but quartz changes with temperature
SETTLE_S = 1.0  # what has come before may all be out of a buffer
UNKNOWN_S, KNOWN_S = 3.0, 10.0  # what must be seen to tell a slope, and to tell it anew
TOLD_S = 60.0  # ... and to tell it to people
STEEPEST = 1e-3  # clocks differ by no more, delays do: a quartz is within 0.0001
TOO_LONG_S = 20.0  # a slope that stays so steep is no delay: the board's clock is not sound
LUCK_S = 0.005  # so far below the line: what made that was of a busy time, or is no longer true
ASLEEP_S = 0.5  # so far below it: the host's clock has stood still
JITTER_CHUNKS = 1000  # 20 s of them


class _Arrival(NamedTuple):
    device_s: float
    offset_s: float  # when it came, less `device_s`


class Clock:
    """Feed it arrivals in order; it follows both clocks for ever, in bounded memory."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The device has restarted, or is another one: nothing is known of its clock."""
        self._slope, self._slope_seen_s = 0.0, 0.0
        self._too_steep: float | None = None  # that of now, if no sound clock has it
        self._newest_s = float("-inf")
        self._settled, self._settles_at = False, 0.0
        self._begin()

    def _begin(self) -> None:
        """What is kept is no longer true; both clocks run as before."""
        self._quickest: deque[_Arrival] = deque(maxlen=SLOPE_CELLS)  # the last cell is under way
        self._height_s = float("inf")
        self._delay_s, self._delays = 0.0, 0

    def take(self, device_s: float, arrival_s: float) -> None:
        """A sample of device time `device_s` came at `arrival_s` of any steady clock."""
        if device_s <= self._newest_s:
            return
        away_s, self._newest_s = device_s - self._newest_s, device_s
        arrival = _Arrival(device_s, arrival_s - device_s)
        early_s = -self._delay_of(arrival)
        apart = away_s > HEIGHT_CELLS * CELL_S
        if apart or early_s > LUCK_S:
            self._begin()
        if apart or (self._settled and early_s > ASLEEP_S):
            self._settled, self._settles_at = False, arrival_s + SETTLE_S
        self._keep(arrival)
        self._height_s = min(self._height_s, self._level_of(arrival))
        self._delays = min(self._delays + 1, JITTER_CHUNKS)
        self._delay_s += (self._delay_of(arrival) - self._delay_s) / self._delays
        if arrival_s >= self._settles_at:
            self._settled = True

    def arrival_of(self, device_s: float) -> float | None:
        """When the sample of device time `device_s`, not much older than the newest, would have
        come without delay, by the clock of the arrivals. None in the first second, and by a board's
        clock that is too far off to be followed.
        """
        if not self._settled or self._too_steep is not None:
            return None
        return device_s + self._height_s + self._slope * device_s

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the device's clock runs than that of the arrivals. None at first."""
        if self._too_steep is not None:
            return -1e6 * self._too_steep
        return -1e6 * self._slope if self._slope_seen_s >= TOLD_S else None

    @property
    def jitter_ms(self) -> float | None:
        """How late arrivals are in the mean of the last 20 s. None in the first second."""
        return 1e3 * self._delay_s if self._settled else None

    def _keep(self, arrival: _Arrival) -> None:
        if not self._quickest or _cell(self._quickest[-1]) < _cell(arrival):
            self._fit()
            self._quickest.append(arrival)
        elif self._level_of(arrival) < self._level_of(self._quickest[-1]):
            self._quickest[-1] = arrival

    def _fit(self) -> None:
        """Draw the line anew under what is kept."""
        if not self._quickest:
            return
        seen_s = self._quickest[-1].device_s - self._quickest[0].device_s
        if seen_s >= min(max(self._slope_seen_s, UNKNOWN_S), KNOWN_S):
            slope = _slope_under(self._quickest)
            self._too_steep = slope if abs(slope) > STEEPEST and seen_s >= TOO_LONG_S else None
            if abs(slope) <= STEEPEST:
                self._slope, self._slope_seen_s = slope, seen_s
        newest = islice(reversed(self._quickest), HEIGHT_CELLS)
        self._height_s = min(map(self._level_of, newest))

    def _level_of(self, arrival: _Arrival) -> float:
        """How high the line would be if it went through there."""
        return arrival.offset_s - self._slope * arrival.device_s

    def _delay_of(self, arrival: _Arrival) -> float:
        return self._level_of(arrival) - self._height_s


def _cell(arrival: _Arrival) -> float:
    return arrival.device_s // CELL_S


def _slope_under(arrivals: Sequence[_Arrival]) -> float:
    """Slope of the line that is nowhere above the arrivals and nearest to them in the mean."""
    hull: list[_Arrival] = []
    for arrival in arrivals:
        while len(hull) > 1 and _slope(hull[-2], arrival) <= _slope(hull[-2], hull[-1]):
            hull.pop()
        hull.append(arrival)
    # That line is the edge of the hull under their middle.
    middle_s = fmean(arrival.device_s for arrival in arrivals)
    end = next(n for n, arrival in enumerate(hull) if arrival.device_s >= middle_s)
    return _slope(hull[end - 1], hull[end])


def _slope(a: _Arrival, b: _Arrival) -> float:
    return (b.offset_s - a.offset_s) / (b.device_s - a.device_s)
