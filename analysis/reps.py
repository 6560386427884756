"""When is a rep counted: the state machine of one lifter on the lever.

Fed with one cell of smooth motion after the other, it follows the lever between the top zone and
its turning points, which are found by distance: a turn is believed when the lever has come back by
`min_travel_deg`. `TABLE` is the whole machine: guards look, actions note what happened, and
nothing else changes the state.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from analysis.cells import Cell
from config import FormStandard

_REMEMBERED_S = 10.0  # of a rest at the top: the next rep begins in it


class State(Enum):
    """Where the lifter is."""

    GETTING_IN = auto()  # at the stop, or lifting the lever in: the top has not been reached
    TOP = auto()
    LOWERING = auto()
    RISING = auto()


class Outcome(Enum):
    """What a cell brought to an end."""

    REACHED_TOP = auto()
    LEFT_TOP = auto()
    TURNED_UP = auto()
    TURNED_BACK = auto()
    FINISHED = auto()


@dataclass
class Turn:
    """A turning point, as far as the motion has come."""

    t_s: float
    angle_deg: float


class Gap(NamedTuple):
    """A time without data, and the mean of the angles before and after it."""

    seconds: float
    middle_deg: float


@dataclass
class Attempt:
    """One try at a rep: from its stay at the top, down, up, and (when it finishes) its stay at the
    top.
    """

    top_reached_s: float
    top_deg: float  # the highest of the stay
    left_s: float
    bottom: Turn  # the deepest of all
    last_bottom: Turn  # the deepest since the last rise that turned back
    first_turned_s: float | None = None
    lowered_from_s: float = 0.0  # the last descent: from the top, or a rise that turned back
    peak: Turn | None = None  # how high the present rise has come
    failed_rises: list[Turn] = field(default_factory=list)
    finished_s: float | None = None
    fastest_dps: float = 0.0
    gaps: list[Gap] = field(default_factory=list)

    def may_hide(self, angle_deg: float) -> bool:
        """Could the lever have been to `angle_deg` and back in a gap, at this attempt's speed?"""
        return any(
            abs(gap.middle_deg - angle_deg) <= 0.5 * gap.seconds * self.fastest_dps
            for gap in self.gaps
        )


class RepCounter:
    """The machine: `step` takes a cell and says what it brought to an end, if anything."""

    def __init__(self, standard: FormStandard) -> None:
        self.state = State.GETTING_IN
        self.top_reached_s = 0.0
        self.attempt: Attempt | None = None  # under way: in LOWERING and RISING
        self.finished: Attempt | None = None  # the last that came back to the top
        self._highest = 0.0  # in this stay at the top
        self._last: Cell | None = None
        self._zone = standard.top_zone_deg
        self._travel = standard.min_travel_deg
        self._depth = standard.min_depth_deg

    def step(self, cell: Cell) -> Outcome | None:
        """Follow the lever to `cell`."""
        _FOLLOW[self.state](self, cell)
        tried, outcome = self.attempt, None
        for guard, then, action in TABLE[self.state]:
            if guard(self, cell):
                self.state = then
                outcome = action(self, cell)
                break
        self._note_way(tried or self.attempt, cell)
        return outcome

    def rest(self, cell: Cell) -> None:
        """The set is over at `cell`: whatever was being tried is given up."""
        if self.state is State.TOP:  # a next rep may have begun already
            self.top_reached_s = max(self.top_reached_s, cell.t_s - _REMEMBERED_S)
            return
        self.state = State.TOP if cell.angle_deg <= self._zone else State.GETTING_IN
        self.top_reached_s, self._highest = cell.t_s, cell.angle_deg
        self.attempt = None

    @property
    def trying(self) -> Attempt:
        """The attempt that LOWERING and RISING are about."""
        assert self.attempt is not None
        return self.attempt

    def deep_enough(self, attempt: Attempt) -> bool:
        """Did it reach the depth of a rep?"""
        return attempt.bottom.angle_deg >= self._depth

    # What each state follows.

    def _follow_top(self, cell: Cell) -> None:
        self._highest = min(self._highest, cell.angle_deg)

    def _follow_down(self, cell: Cell) -> None:
        here, attempt = Turn(cell.t_s, cell.angle_deg), self.trying
        if here.angle_deg >= attempt.last_bottom.angle_deg:
            attempt.last_bottom = here
        if here.angle_deg >= attempt.bottom.angle_deg:
            attempt.bottom = here

    def _follow_up(self, cell: Cell) -> None:
        peak = self.trying.peak
        if peak is None or cell.angle_deg <= peak.angle_deg:
            self.trying.peak = Turn(cell.t_s, cell.angle_deg)

    def _note_way(self, attempt: Attempt | None, cell: Cell) -> None:
        """How fast the lever went from the last cell to this one, or how long nobody saw it."""
        last, self._last = self._last, cell
        if attempt is None or last is None:
            return
        if cell.gap_s:
            attempt.gaps.append(Gap(cell.gap_s, 0.5 * (last.angle_deg + cell.angle_deg)))
        else:
            speed_dps = abs(cell.angle_deg - last.angle_deg) / (cell.t_s - last.t_s)
            attempt.fastest_dps = max(attempt.fastest_dps, speed_dps)

    # Guards.

    def _in_top_zone(self, cell: Cell) -> bool:
        return cell.angle_deg <= self._zone

    def _left_top(self, cell: Cell) -> bool:
        return cell.angle_deg >= self._highest + self._travel

    def _dipped(self, cell: Cell) -> bool:
        # Half the travel back up: a stop in mid-descent that sways over the edge of the zone is
        # no dip.
        came_back = self._risen(cell) or self.deep_enough(self.trying)
        return came_back and self._in_top_zone(cell)

    def _risen(self, cell: Cell) -> bool:
        return self.trying.last_bottom.angle_deg - cell.angle_deg >= self._travel

    def _fallen_back(self, cell: Cell) -> bool:
        peak = self.trying.peak
        return peak is not None and cell.angle_deg - peak.angle_deg >= self._travel

    # Actions.

    def _reach_top(self, cell: Cell) -> Outcome:
        self.top_reached_s, self._highest = cell.t_s, cell.angle_deg
        return Outcome.REACHED_TOP

    def _leave_top(self, cell: Cell) -> Outcome:
        here = Turn(cell.t_s, cell.angle_deg)
        self.attempt = Attempt(
            self.top_reached_s, self._highest, cell.t_s, here, here, lowered_from_s=cell.t_s
        )
        return Outcome.LEFT_TOP

    def _turn_up(self, cell: Cell) -> Outcome:
        self.trying.first_turned_s = self.trying.first_turned_s or cell.t_s
        self.trying.peak = Turn(cell.t_s, cell.angle_deg)
        return Outcome.TURNED_UP

    def _turn_back(self, cell: Cell) -> Outcome:
        attempt = self.trying
        assert attempt.peak is not None
        attempt.failed_rises.append(attempt.peak)
        attempt.lowered_from_s, attempt.peak = attempt.peak.t_s, None
        attempt.last_bottom = Turn(cell.t_s, cell.angle_deg)
        return Outcome.TURNED_BACK

    def _finish(self, cell: Cell) -> Outcome:
        self._reach_top(cell)
        attempt = self.trying
        attempt.first_turned_s = attempt.first_turned_s or cell.t_s
        attempt.finished_s = cell.t_s
        self.attempt, self.finished = None, attempt
        return Outcome.FINISHED


_Guard = Callable[[RepCounter, Cell], bool]
_Action = Callable[[RepCounter, Cell], Outcome]

TABLE: dict[State, tuple[tuple[_Guard, State, _Action], ...]] = {
    State.GETTING_IN: ((RepCounter._in_top_zone, State.TOP, RepCounter._reach_top),),
    State.TOP: ((RepCounter._left_top, State.LOWERING, RepCounter._leave_top),),
    State.LOWERING: (
        (RepCounter._dipped, State.TOP, RepCounter._finish),
        (RepCounter._risen, State.RISING, RepCounter._turn_up),
    ),
    State.RISING: (
        (RepCounter._in_top_zone, State.TOP, RepCounter._finish),
        (RepCounter._fallen_back, State.LOWERING, RepCounter._turn_back),
    ),
}

_FOLLOW: dict[State, Callable[[RepCounter, Cell], None]] = {
    State.GETTING_IN: lambda counter, cell: None,
    State.TOP: RepCounter._follow_top,
    State.LOWERING: RepCounter._follow_down,
    State.RISING: RepCounter._follow_up,
}
