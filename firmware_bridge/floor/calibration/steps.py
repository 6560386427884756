"""The first steps of the guide: neutral, the stop, and the slow reps.

neutral --held--> stop --held--> range --3 slow reps, or skip--> checks
"""

from typing import ClassVar

from config import Reading
from firmware_bridge.floor.calibration.checks import Checks
from firmware_bridge.floor.calibration.found import Found, wrong_travel
from firmware_bridge.floor.calibration.hold import HOLD_CELLS, HOLD_S, Cell, Stretch
from firmware_bridge.floor.calibration.refusals import Said, refusal
from firmware_bridge.floor.calibration.sight import MOST_BAD_PCT, Seen, too_bad
from firmware_bridge.floor.calibration.slowreps import WANTED, SlowReps
from firmware_bridge.floor.calibration.step import Next, Step, lacking, reading

NEUTRAL_WITHIN_S = 10.0
STOP_WITHIN_S = 60.0
STUCK_S = 20.0
LOWERED_DEG = 5.0
SWAYED_DEG, TIMES_AS_STILL = 0.15, 3.0
FINISH_PAST_NEUTRAL_DEG = 6.0


class _Holding(Step):
    """A step that ends with a hold, or when none was found in time."""

    within_s: ClassVar[float]

    def __init__(self, found: Found) -> None:
        super().__init__(found)
        self._since_s: float | None = None  # the first sample after `begin`
        self._moved_deg = 0.0  # in the newest stretch

    def begin(self) -> None:
        """From now on the hold is looked for."""
        self.found.sight.begin()
        self.taking = True

    def see(self, seen: Seen) -> Next:
        if not self.taking:
            return None
        if self._since_s is None:
            self._since_s = self.found.sight.now_s
        return self._look(seen.cell) if seen.cell else None

    def _look(self, cell: Cell) -> Next:
        stretch = self.found.sight.stretches.last(HOLD_CELLS)
        self._moved_deg = stretch.moved_deg if stretch else self._moved_deg
        if not self.is_there(cell):
            return self.overdue()
        self.lacks = lacking(stretch)
        self.progress = self.found.sight.stretches.still_s() / HOLD_S
        if stretch and not self.lacks:
            return self.held(stretch)
        return self._no_hold() if self.waited_s >= self.within_s else None

    def is_there(self, cell: Cell) -> bool:
        """Is the lever where it is to be held?"""
        return True

    def overdue(self) -> Said | None:
        """Has it been elsewhere for too long?"""
        return None

    def held(self, stretch: Stretch) -> Next:
        """The hold."""
        raise NotImplementedError

    @property
    def waited_s(self) -> float:
        return self.found.sight.now_s - (self._since_s or 0.0)

    def _no_hold(self) -> Said:
        bad_pct = self.found.sight.bad_pct
        if bad_pct > MOST_BAD_PCT:
            return too_bad(bad_pct)
        values = {"still_s": HOLD_S, "within_s": self.within_s}
        return refusal("moving", moved_deg=self._moved_deg, **values)


class Neutral(_Holding):
    """The lifter stands tall."""

    name = "neutral"
    within_s = NEUTRAL_WITHIN_S

    def take(self) -> None:
        if not self.taking:
            self.begin()

    def held(self, stretch: Stretch) -> Next:
        self.found.neutral = reading("neutral", stretch)
        return Stop(self.found, self.found.neutral)


class Stop(_Holding):
    """The lever is lowered to its forward stop, and rests there."""

    name = "stop"
    within_s = STOP_WITHIN_S

    def __init__(self, found: Found, neutral: Reading) -> None:
        super().__init__(found)
        self._neutral = neutral.counts
        self._lowered_deg = 0.0
        self.begin()

    def is_there(self, cell: Cell) -> bool:
        if cell.counts:
            self._lowered_deg = abs(cell.middle - self._neutral) * self.found.sight.deg
        return self._lowered_deg > LOWERED_DEG

    def overdue(self) -> Said | None:
        sight = self.found.sight
        self.lacks, self.progress = None, 0.0
        if sight.now_s - sight.raw_since_s >= STUCK_S:
            return refusal("stuck", counts=sight.raw or 0, within_s=STUCK_S)
        if self.waited_s >= self.within_s:
            moved_deg = self._lowered_deg
            return refusal("not_lowered", moved_deg=moved_deg, within_s=self.within_s)
        return None

    def held(self, stretch: Stretch) -> Next:
        found = self.found
        if abs(stretch.counts - self._neutral) * found.sight.deg <= LOWERED_DEG:
            return None
        # The end of a slow descent may be in its first half.
        rested = found.sight.stretches.last(HOLD_CELLS // 2)
        assert rested
        if self._is_held_by_a_person(rested):
            return refusal("upside_down", moved_deg=rested.moved_deg)
        found.stop = reading("stop", rested)
        wrong = wrong_travel(found.travel_deg, found.settings.machine.gear)
        return wrong or found.wrong_ends() or Range(found)

    def _is_held_by_a_person(self, stretch: Stretch) -> bool:
        """People sway, levers at rest do not: was it at its stop first, and lifted then?"""
        neutral = self.found.neutral
        assert neutral
        return stretch.moved_deg > max(SWAYED_DEG, TIMES_AS_STILL * neutral.moved_deg)


class Range(Step):
    """Slow reps, as deep as this lifter is to go."""

    name = "range"

    def __init__(self, found: Found) -> None:
        super().__init__(found)
        self._reps = found.reps = SlowReps(found.settings.form, found.travel_deg)

    def see(self, seen: Seen) -> Next:
        wrong = self.found.wrong_ends() if seen.cell else None
        if wrong or not seen.good:
            return wrong
        times = [t_s for t_s, _ in seen.good]
        angles = [self.found.lever_deg(counts) for _, counts in seen.good]
        enough = self._reps.feed(times, angles)
        self.progress = min(1.0, self._reps.count / WANTED)
        return self._done() if enough else None

    def skip(self) -> Next:
        if self.found.is_turned_round:
            return refusal("turned_round")
        return Checks(self.found)

    def _done(self) -> Next:
        working = self.found.working_deg = self._reps.range_deg()
        if working and working[0] < -FINISH_PAST_NEUTRAL_DEG:
            return refusal("neutral_not_end", beyond_deg=-working[0])
        return Checks(self.found)
