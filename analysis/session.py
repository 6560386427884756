"""One lifter after the other on one machine: cells in, what was done out. Nothing is measured here.

Times are cell numbers.
"""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np

from analysis.cells import CELLS_PER_S, Cell, Cells
from analysis.reps import Attempt, Gap, Outcome, RepCounter, State, Turn
from analysis.rest import Calm, CalmWatch, Rest, RestJudge, looks
from config import FormStandard

_KEEP_BEFORE = 2 * CELLS_PER_S  # cells from before a top was reached, for smoothing at its edge
_KEEP_AT_MOST = 300 * CELLS_PER_S  # no rep lasts longer; what is older has no measures
_LET_DOWN = 2 * CELLS_PER_S  # cells at the stop: nobody pauses there so long in a rep
_AT_ONCE = 256  # cells of a trace: lists to and fro are short
_END_REASONS = {
    Rest.STILL: "rest",
    Rest.AT_STOP: "left_at_stop",
    Rest.UNSEEN: "no_data",
}


class RepCounted(NamedTuple):
    """A rep has come back to the top."""

    number: int
    at: int
    bottom_deg: float


class Done(NamedTuple):
    """A rep whose stay at the top is over, or with `number` None a partial: it can be measured.

    `over` is the first cell that does not belong to it, nor to the descent that follows it;
    `next_left` when that descent left the top zone. A partial is over when `finished`, and starts
    at `begun`, or with its descent.
    """

    number: int | None
    reason: str | None
    top_reached: int
    left: int
    turned: int
    lowered_from: int
    finished: int
    next_left: int | None
    over: int
    begun: int | None
    bottom_deg: float
    top_deg: float
    gaps: tuple[Gap, ...]


class SetOver(NamedTuple):
    """The set under way is over: everything done since the last one. `at` is its last cell."""

    reason: str
    at: int


class SetStarted(NamedTuple):
    """The first rep or partial of a set, which left the top `at`."""

    at: int


Happening = SetStarted | RepCounted | Done | SetOver


class Session:
    """Follows the counter and the rests, and says what was done."""

    def __init__(self, standard: FormStandard, stop_deg: float | None = None) -> None:
        self._counter = RepCounter(standard)
        self._standard = standard
        self._calm = CalmWatch(standard)
        self._rest = RestJudge(standard, stop_deg)
        self._next = 0  # the cell after the last one
        self._last_deg = 0.0
        self._started = False  # a set
        # Since a hand has ended a set at the top: cells at the stop. None once a rep was tried.
        self._lain: int | None = None
        self._count = 0
        self._unmeasured: Attempt | None = None  # finished, but its stay at the top is not over

    @property
    def lifting(self) -> bool:
        """Has somebody brought the lever to the top?"""
        return self._counter.state is not State.GETTING_IN

    @property
    def stop_deg(self) -> float | None:
        """Where the lever's stop is, if it is known."""
        return self._rest.stop_deg

    @property
    def trying(self) -> bool:
        """Is a rep under way?"""
        return self._counter.attempt is not None

    @property
    def needs_from(self) -> int:
        """The cell from which on all are still needed."""
        needed = [self._next]
        if self._counter.state is State.TOP:
            needed.append(self._counter.top_reached)
        needed += [a.top_reached for a in (self._unmeasured, self._counter.attempt) if a]
        return max(min(needed) - _KEEP_BEFORE, self._next - _KEEP_AT_MOST)

    def step(self, cell: Cell) -> list[Happening]:
        """Follow the lever to `cell`."""
        calm = self._calm.step(cell)
        if self._lain is not None and self._rest.is_stop(cell.angle_deg):
            self._lain += 1
        happened = self._look(calm, cell.number, cell.angle_deg) if calm else []
        happened += self._follow_to(cell)
        return happened

    def run(self, cells: Cells) -> Iterator[Happening]:
        """Follow the lever through all cells of a trace: as `step` to each of them."""
        gaps = np.flatnonzero(cells.gap_s)
        for begin, end, low, high, calm in looks(cells, self._standard):
            if calm:
                yield from self._look(calm, int(cells.number[begin]), float(cells.angle_deg[begin]))
            for gap in gaps[slice(*np.searchsorted(gaps, (begin, end)))].tolist():
                yield from self._follow_cells(cells, begin, gap, low, high)
                self._last_deg = float(cells.angle_deg[gap - 1])
                yield from self._follow_to(cells.cell(gap))
                begin = gap + 1
            yield from self._follow_cells(cells, begin, end, low, high)

    def rep_so_far(self) -> Done | None:
        """The last rep while its stay at the top goes on."""
        attempt = self._unmeasured
        return self._rep(attempt, self._counter.attempt, self._next) if attempt else None

    def stop(self, reason: str) -> list[Happening]:
        """Somebody ends the set under way, and with it whatever was being tried."""
        happened = self.end_set(reason)
        if self._next:
            self._counter.rest(self._next, self._last_deg)
        self._lain = 0 if self._counter.state is State.TOP else None
        return happened

    def end_set(self, reason: str) -> list[Happening]:
        """The set under way is over, if there is one."""
        happened = self._top_left(self._counter.attempt, self._next)
        if self._started:
            happened.append(SetOver(reason, self._next - 1))
            self._started, self._count = False, 0
        return happened

    def _look(self, calm: Calm, number: int, angle_deg: float) -> list[Happening]:
        """Is the set over at this cell?"""
        rest = self._rest.judge(calm, not self.lifting)
        if rest is None:
            return []
        happened = self.end_set(_END_REASONS[rest])
        self._counter.rest(number, angle_deg)
        return happened

    def _follow_cells(
        self, cells: Cells, begin: int, end: int, low: float, high: float
    ) -> Iterator[Happening]:
        """Follow the lever through cells without a gap, with angles from `low` to `high`."""
        if begin == end:
            return
        number = int(cells.number[begin])
        if not self._counter.passes(low, high):
            for k in range(begin, end, _AT_ONCE):
                angles = cells.angle_deg[k : min(k + _AT_ONCE, end)].tolist()
                yield from self._follow(number + k - begin, angles)
        self._next = number + end - begin

    def _follow(self, number: int, angles: list[float]) -> list[Happening]:
        happened: list[Happening] = []
        while (passed := self._counter.follow(angles, number)) < len(angles):
            number += passed
            outcome = self._counter.conclude(number, angles[passed])
            happened += self._OUTCOMES[outcome](self, number)
            number, angles = number + 1, angles[passed + 1 :]
        return happened

    def _follow_to(self, cell: Cell) -> list[Happening]:
        tried = self._counter.attempt
        happened = self._follow(cell.number, [cell.angle_deg])
        attempt = tried or self._counter.attempt
        if cell.gap_s and attempt:
            attempt.gaps.append(Gap(cell.gap_s, 0.5 * (self._last_deg + cell.angle_deg)))
        self._next, self._last_deg = cell.number + 1, cell.angle_deg
        return happened

    def _nothing(self, at: int) -> list[Happening]:
        return []

    def _on_turned_up(self, at: int) -> list[Happening]:
        return self._top_left(self._counter.trying, at)

    def _on_turned_back(self, at: int) -> list[Happening]:
        attempt = self._counter.trying
        *before, peak = attempt.failed_rises
        begun = before[-1].at if before else None
        partial = self._partial("incomplete_top", attempt, begun, peak)
        attempt.gaps.clear()  # told with the partial, so not once more with the rep
        return partial

    def _on_finished(self, at: int) -> list[Happening]:
        attempt = self._counter.finished
        assert attempt is not None
        happened = self._top_left(attempt, at)
        lain, self._lain = self._lain, None
        if lain is not None and lain >= _LET_DOWN:
            return happened  # the lever was let down, and lifted in again
        if not self._counter.deep_enough(attempt):
            return happened + self._partial("shallow", attempt, None, Turn(at, attempt.top_deg))
        happened += self._start_set(attempt.left)
        self._count += 1
        self._unmeasured = attempt
        return [*happened, RepCounted(self._count, at, attempt.bottom_deg)]

    _OUTCOMES: ClassVar = {
        Outcome.REACHED_TOP: _nothing,
        Outcome.LEFT_TOP: _nothing,
        Outcome.TURNED_UP: _on_turned_up,
        Outcome.TURNED_BACK: _on_turned_back,
        Outcome.FINISHED: _on_finished,
    }

    def _start_set(self, at: int) -> list[Happening]:
        if self._started:
            return []
        self._started = True
        return [SetStarted(at)]

    def _partial(
        self, reason: str, attempt: Attempt, begun: int | None, top: Turn
    ) -> list[Happening]:
        at, top_deg = top
        partial = _done(attempt, at)._replace(reason=reason, begun=begun, top_deg=top_deg)
        return [*self._start_set(attempt.left), partial]

    def _top_left(self, following: Attempt | None, until: int) -> list[Happening]:
        """The stay at the top of the last rep is over, so all of it can be measured."""
        attempt, self._unmeasured = self._unmeasured, None
        return [self._rep(attempt, following, until)] if attempt else []

    def _rep(self, attempt: Attempt, following: Attempt | None, until: int) -> Done:
        assert attempt.finished is not None
        rep = _done(attempt, attempt.finished)._replace(number=self._count, over=until)
        if following is None:
            return rep
        turned = following.first_turned
        return rep._replace(next_left=following.left, over=until if turned is None else turned)


def _done(attempt: Attempt, finished: int) -> Done:
    """What an attempt says of itself, over when it is `finished`."""
    assert attempt.first_turned is not None
    return Done(
        number=None,
        reason=None,
        top_reached=attempt.top_reached,
        left=attempt.left,
        turned=attempt.first_turned,
        lowered_from=attempt.lowered_from,
        finished=finished,
        next_left=None,
        over=finished,
        begun=None,
        bottom_deg=attempt.bottom_deg,
        top_deg=attempt.top_deg,
        gaps=tuple(attempt.gaps),
    )
