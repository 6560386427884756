"""One lifter after the other on one machine: cells in, sets of reps out, with an event for all
that happens.
"""

from typing import ClassVar

from analysis.cells import Cell
from analysis.events import Event
from analysis.flags import flags_of
from analysis.measures import Measures, lowering_starts_s, measure
from analysis.rep import Rep
from analysis.report import Report, SetReport, judged
from analysis.reps import Attempt, Outcome, RepCounter, State, Turn
from analysis.rest import Rest, RestWatch
from analysis.samples import Samples
from config import FormStandard

_KEEP_BEFORE_S = 1.0  # samples from before a top was reached, for smoothing at its edge
_KEEP_AT_MOST_S = 300.0  # no rep lasts longer; what is older has no measures
_END_REASONS = {
    Rest.STILL: "rest",
    Rest.AT_STOP: "left_at_stop",
    Rest.UNSEEN: "no_data",
}


class Session:
    """Follows the counter, and keeps the reps, the partials and the sets it makes of them."""

    def __init__(self, standard: FormStandard, samples: Samples) -> None:
        self._standard = standard
        self._samples = samples
        self._counter = RepCounter(standard)
        self._rest = RestWatch(standard)
        self._finished_sets: list[SetReport] = []
        self._reps: list[Rep] = []  # of the set under way
        self._count = 0
        self._unmeasured: Attempt | None = None  # finished, but its stay at the top is not over

    @property
    def report(self) -> Report:
        """The sets that are over."""
        return Report(tuple(self._finished_sets))

    def step(self, cell: Cell, now_s: float) -> list[Event]:
        """Follow the lever to `cell`, the newest sample being of `now_s`."""
        events: list[Event] = []
        rest = self._rest.step(cell, self._counter.state is State.GETTING_IN)
        if rest:
            events += self.end_set(_END_REASONS[rest], cell.t_s - cell.gap_s, now_s)
            self._counter.rest(cell)
        outcome = self._counter.step(cell)
        if outcome:
            events += self._OUTCOMES[outcome](self, cell, now_s)
        return events

    @property
    def lifting(self) -> bool:
        """Has somebody brought the lever to the top?"""
        return self._counter.state is not State.GETTING_IN

    def needs_from_s(self, now_s: float) -> float:
        """The time from which on samples are still needed."""
        needed = [now_s]
        if self._counter.state is State.TOP:
            needed.append(self._counter.top_reached_s)
        needed += [a.top_reached_s for a in (self._unmeasured, self._counter.attempt) if a]
        return max(min(needed) - _KEEP_BEFORE_S, now_s - _KEEP_AT_MOST_S)

    def end_set(self, reason: str, t_s: float, now_s: float) -> list[Event]:
        """The set under way is over, if there is one."""
        events = self._measure_finished(self._counter.attempt, t_s, now_s)
        if self._reps:
            done = judged(self._reps, self._standard)
            self._finished_sets.append(done)
            self._reps, self._count = [], 0
            events.append(Event("set_ended", t_s, now_s, {"reason": reason, "set": done.to_dict()}))
        return events

    def _on_turned_up(self, cell: Cell, now_s: float) -> list[Event]:
        return self._measure_finished(self._counter.trying, cell.t_s, now_s)

    def _on_turned_back(self, cell: Cell, now_s: float) -> list[Event]:
        attempt = self._counter.trying
        *before, peak = attempt.failed_rises
        begun_s = before[-1].t_s if before else self._lowering_starts_s(attempt)
        hidden = attempt.may_hide(self._standard.top_zone_deg)
        attempt.gaps.clear()  # said with the partial, so not once more with the rep
        return self._add_partial("incomplete_top", attempt, begun_s, peak, hidden, now_s)

    def _on_finished(self, cell: Cell, now_s: float) -> list[Event]:
        attempt = self._counter.finished
        assert attempt is not None
        events = self._measure_finished(attempt, cell.t_s, now_s)
        if not self._counter.deep_enough(attempt):
            top = Turn(cell.t_s, attempt.top_deg)
            hidden = attempt.may_hide(self._standard.min_depth_deg)
            begun_s = self._lowering_starts_s(attempt)
            return events + self._add_partial("shallow", attempt, begun_s, top, hidden, now_s)
        events += self._start_set(attempt.left_s, now_s)
        self._count += 1
        self._unmeasured = attempt
        data = {"number": self._count, "bottom_deg": round(attempt.bottom.angle_deg, 2)}
        return [*events, Event("rep", cell.t_s, now_s, data)]

    _OUTCOMES: ClassVar = {
        Outcome.REACHED_TOP: lambda self, cell, now_s: [],
        Outcome.LEFT_TOP: lambda self, cell, now_s: [],
        Outcome.TURNED_UP: _on_turned_up,
        Outcome.TURNED_BACK: _on_turned_back,
        Outcome.FINISHED: _on_finished,
    }

    def _start_set(self, t_s: float, now_s: float) -> list[Event]:
        if self._reps or self._unmeasured:
            return []
        return [Event("set_started", t_s, now_s)]

    def _add_partial(
        self,
        reason: str,
        attempt: Attempt,
        begun_s: float,
        top: Turn,
        uncertain: bool,
        now_s: float,
    ) -> list[Event]:
        events = self._start_set(attempt.left_s, now_s)
        reached = Measures(
            start_s=begun_s,
            end_s=top.t_s,
            bottom_deg=attempt.bottom.angle_deg,
            top_deg=top.angle_deg,
        )
        flags = ("sensor_gap",) if uncertain else ()
        self._reps.append(Rep(None, reason, reached, flags, uncertain))
        data = {"reason": reason, "uncertain": uncertain, "top_deg": round(top.angle_deg, 2)}
        return [*events, Event("partial", top.t_s, now_s, data)]

    def _lowering_starts_s(self, attempt: Attempt) -> float:
        turned_s = attempt.first_turned_s
        assert turned_s is not None
        return lowering_starts_s(self._samples, attempt, turned_s)

    def _measure_finished(self, following: Attempt | None, t_s: float, now_s: float) -> list[Event]:
        """The stay at the top of the last rep is over, so all of it can be measured."""
        attempt, self._unmeasured = self._unmeasured, None
        if attempt is None:
            return []
        measures = measure(self._samples, attempt, following, t_s, self._standard)
        flags = flags_of(measures, self._standard)
        hidden = attempt.may_hide(self._standard.top_zone_deg)
        self._reps.append(Rep(self._count, None, measures, flags, hidden))
        when = t_s if measures.end_s is None else measures.end_s
        return [Event("flag", when, now_s, {"flag": name, "number": self._count}) for name in flags]
