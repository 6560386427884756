"""When is a rep counted: the state machine of one lifter on the lever.

Fed with the angles of one cell of smooth motion after the other, it follows the lever between the
top zone and its turning points, which are found by distance: a turn is believed when the lever has
come back by `min_travel_deg`. In each state it remembers how far the lever has come, and from that
two angles: one to fall to and one to rise to. Only there does anything come to an end, by the rows
of `TABLE`, which is the whole machine; nothing else changes the state. Times are cell numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto
from math import inf
from typing import NamedTuple

from analysis.cells import CELLS_PER_S
from config import FormStandard

_REMEMBERED = 10 * CELLS_PER_S  # of a rest at the top: the next rep begins in it


class State(IntEnum):
    """Where the lifter is."""

    GETTING_IN = auto()  # at the stop, or lifting the lever in: the top has not been reached
    TOP = auto()
    LOWERING = auto()
    RISING = auto()


class Outcome(IntEnum):
    """What a cell brought to an end."""

    REACHED_TOP = auto()
    LEFT_TOP = auto()
    TURNED_UP = auto()
    TURNED_BACK = auto()
    FINISHED = auto()


class Turn(NamedTuple):
    """A turning point."""

    at: int
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

    top_reached: int
    top_deg: float  # the highest of the stay
    left: int
    lowered_from: int  # the last descent: from the top, or a rise that turned back
    bottom_deg: float = -inf  # the deepest
    first_turned: int | None = None
    failed_rises: list[Turn] = field(default_factory=list)
    finished: int | None = None
    gaps: list[Gap] = field(default_factory=list)


class RepCounter:
    """The machine: `follow` takes angles up to the one that brings something to an end, `conclude`
    says what.
    """

    def __init__(self, standard: FormStandard) -> None:
        self.state = State.GETTING_IN
        self.top_reached = 0
        self.attempt: Attempt | None = None  # under way: in LOWERING and RISING
        self.finished: Attempt | None = None  # the last that came back to the top
        self._zone = standard.top_zone_deg
        self._travel = standard.min_travel_deg
        self._depth = standard.min_depth_deg
        self._furthest = Turn(0, self._zone)  # in this state: the deepest in LOWERING, else highest
        self._fall_to, self._rise_to = self._zone, inf

    def follow(self, angles: Sequence[float], number: int) -> int:
        """Follow the lever through cells from `number` on, up to the first that brings something
        to an end; how many come before that.
        """
        if self.state is State.LOWERING:
            return self._follow_down(angles)
        return self._follow_up(angles, number)

    def passes(self, low: float, high: float) -> bool:
        """Does nothing between these angles matter now?"""
        furthest = self._furthest.angle_deg
        if self.state is State.LOWERING:
            return low > self._fall_to and high < furthest
        return low > self._fall_to and low > furthest and high < self._rise_to

    def conclude(self, number: int, angle_deg: float) -> Outcome:
        """What the cell at which `follow` stopped brings to an end."""
        for guard, then, action in TABLE[self.state]:
            if guard(self, angle_deg):
                outcome = action(self, number, angle_deg)
                self.state = then
                return outcome
        raise AssertionError("follow stops only where a guard holds")

    def rest(self, number: int, angle_deg: float) -> None:
        """The set is over at cell `number`: whatever was being tried is given up."""
        if self.state is State.TOP:  # a next rep may have begun already
            self.top_reached = max(self.top_reached, number - _REMEMBERED)
            return
        self.attempt = None
        if angle_deg <= self._zone:
            self.state = State.TOP
            self._reach_top(number, angle_deg)
        else:
            self.state = State.GETTING_IN
            self._furthest = Turn(number, self._zone)
            self._fall_to, self._rise_to = self._zone, inf

    @property
    def trying(self) -> Attempt:
        """The attempt that LOWERING and RISING are about."""
        assert self.attempt is not None
        return self.attempt

    def deep_enough(self, attempt: Attempt) -> bool:
        """Did it reach the depth of a rep?"""
        return attempt.bottom_deg >= self._depth

    def _follow_up(self, angles: Sequence[float], number: int) -> int:
        at, furthest = self._furthest
        fall_to, rise_to, travel = self._fall_to, self._rise_to, self._travel
        passed = len(angles)
        for n, angle in enumerate(angles):
            if angle <= furthest:
                if angle <= fall_to:
                    passed = n
                    break
                at, furthest, rise_to = number + n, angle, angle + travel
            elif angle >= rise_to:
                passed = n
                break
        self._furthest, self._rise_to = Turn(at, furthest), rise_to
        return passed

    def _follow_down(self, angles: Sequence[float]) -> int:
        at, furthest = self._furthest
        fall_to, known = self._fall_to, furthest
        passed = len(angles)
        for n, angle in enumerate(angles):
            if angle >= furthest:
                furthest = angle
                continue
            if known != furthest:
                fall_to, known = self._turns_at(furthest), furthest
            if angle <= fall_to:
                passed = n
                break
        self._furthest, self._fall_to = Turn(at, furthest), self._turns_at(furthest)
        return passed

    def _turns_at(self, deepest_deg: float) -> float:
        """Where a descent that came to `deepest_deg` has turned: by the travel back up, or when it
        was deep enough, in the top zone. A stop in mid-descent that sways over the edge of the zone
        is no dip.
        """
        back_deg = deepest_deg - self._travel
        if back_deg < self._zone and (deepest_deg >= self._depth or self.deep_enough(self.trying)):
            return self._zone
        return back_deg

    # Guards.

    def _fell(self, angle_deg: float) -> bool:
        return angle_deg <= self._fall_to

    def _rose(self, angle_deg: float) -> bool:
        return angle_deg >= self._rise_to

    def _in_top_zone(self, angle_deg: float) -> bool:
        return angle_deg <= self._zone

    # Actions.

    def _reach_top(self, number: int, angle_deg: float) -> Outcome:
        self.top_reached = number
        self._furthest = Turn(number, angle_deg)
        self._fall_to, self._rise_to = -inf, angle_deg + self._travel
        return Outcome.REACHED_TOP

    def _leave_top(self, number: int, angle_deg: float) -> Outcome:
        highest = self._furthest.angle_deg
        self.attempt = Attempt(self.top_reached, highest, number, lowered_from=number)
        self._lower(number, angle_deg)
        return Outcome.LEFT_TOP

    def _turn_up(self, number: int, angle_deg: float) -> Outcome:
        self._note_bottom(number)
        self._furthest = Turn(number, angle_deg)
        self._fall_to, self._rise_to = self._zone, angle_deg + self._travel
        return Outcome.TURNED_UP

    def _turn_back(self, number: int, angle_deg: float) -> Outcome:
        self.trying.failed_rises.append(self._furthest)
        self.trying.lowered_from = self._furthest.at
        self._lower(number, angle_deg)
        return Outcome.TURNED_BACK

    def _finish_dip(self, number: int, angle_deg: float) -> Outcome:
        self._note_bottom(number)
        return self._finish(number, angle_deg)

    def _finish(self, number: int, angle_deg: float) -> Outcome:
        self.finished, self.attempt = self.trying, None
        self.finished.finished = number
        self._reach_top(number, angle_deg)
        return Outcome.FINISHED

    def _lower(self, number: int, angle_deg: float) -> None:
        self._furthest = Turn(number, angle_deg)
        self._fall_to, self._rise_to = self._turns_at(angle_deg), inf

    def _note_bottom(self, number: int) -> None:
        attempt = self.trying
        attempt.bottom_deg = max(attempt.bottom_deg, self._furthest.angle_deg)
        if attempt.first_turned is None:
            attempt.first_turned = number


_Guard = Callable[[RepCounter, float], bool]
_Action = Callable[[RepCounter, int, float], Outcome]

TABLE: dict[State, tuple[tuple[_Guard, State, _Action], ...]] = {
    State.GETTING_IN: ((RepCounter._fell, State.TOP, RepCounter._reach_top),),
    State.TOP: ((RepCounter._rose, State.LOWERING, RepCounter._leave_top),),
    State.LOWERING: (
        (RepCounter._in_top_zone, State.TOP, RepCounter._finish_dip),
        (RepCounter._fell, State.RISING, RepCounter._turn_up),
    ),
    State.RISING: (
        (RepCounter._fell, State.TOP, RepCounter._finish),
        (RepCounter._rose, State.LOWERING, RepCounter._turn_back),
    ),
}
