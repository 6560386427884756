"""The live path: samples in as they come, events out; the same events whatever the chunks."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

from analysis.cells import CELLS_PER_S, GAP_S, HOLE_S, Cell, CellMaker, cell_middle_s
from analysis.checks import are_sound, check_samples
from analysis.despike import Despiker
from analysis.events import Event, Kind
from analysis.flags import FLAGS_OF_STROKES, flags_of
from analysis.overshoot import OvershootWatch
from analysis.phase import PhaseWatch
from analysis.rep import Rep, reps_of
from analysis.report import judged
from analysis.samples import LiveSamples
from analysis.session import Done, Happening, RepCounted, Session, SetOver, SetStarted
from config import FormStandard

_SETTLES = CELLS_PER_S // 2  # cells from the top zone's edge to a top


class LiveAnalyser:
    """Counts reps from samples that arrive in order of time; keeps what a rep under way needs, no
    more. `stop_deg`: where the lever's stop is, if that is known already.
    """

    def __init__(self, standard: FormStandard | None = None, stop_deg: float | None = None) -> None:
        self._standard = standard = standard or FormStandard()
        self._despiker = Despiker()
        self._cells = CellMaker()
        self._samples = LiveSamples()
        self._session = Session(standard, stop_deg)
        self._phase = PhaseWatch(standard.top_zone_deg)
        self._overshoot = OvershootWatch(standard.neutral_tolerance_deg)
        self._reps: list[Rep] = []  # of the set under way
        self._removed: frozenset[int] = frozenset()  # numbers of those that are struck out
        self._settles_at: int | None = None  # the cell by which the last rep's strokes are over
        self._flagged: set[str] = set()  # flags told of the last rep
        self._now_s: float | None = None
        self._last_good_s: float | None = None
        self._events: list[Event] = []  # said since the last samples were fed

    def feed(self, t_s: Sequence[float], angle_deg: Sequence[float]) -> list[Event]:
        """Take the next samples: times (s, increasing) and lever angles (deg), lists or 1-D arrays.

        Raises ValueError, with nothing taken, for lengths that differ, values that are not finite,
        and time that goes backwards.
        """
        if not are_sound(t_s, angle_deg, self._now_s):
            times, angles = check_samples(t_s, angle_deg, self._now_s)
            t_s, angle_deg = times.tolist(), angles.tolist()
        for t, angle in zip(t_s, angle_deg, strict=True):
            self._now_s = t
            for good_s, good_deg in self._despiker.push(t, angle):
                self._take(good_s, good_deg)
        self._samples.forget_before(self._session.needs_from)
        return self._said()

    @property
    def lifting(self) -> bool:
        """Has somebody brought the lever to the top, and not left it to rest since?"""
        return self._session.lifting

    @property
    def stop_deg(self) -> float | None:
        """Where the lever's stop is (deg), if it has been seen at rest there."""
        return self._session.stop_deg

    @property
    def trying(self) -> bool:
        """Is a rep under way?"""
        return self._session.trying

    def end_set(self, reason: str = "button") -> list[Event]:
        """The button: the set under way is over, and what was being tried is no rep of the next."""
        self._tell_all(self._session.stop(reason))
        return self._said()

    def strike(self, numbers: Collection[int]) -> None:
        """Just these reps (their numbers) of the set under way are struck out."""
        self._removed = frozenset(numbers)

    def close(self) -> list[Event]:
        """The end of the data: what is under way is brought to an end."""
        for good_s, good_deg in self._despiker.flush():
            self._take(good_s, good_deg)
        for cell in self._cells.flush():
            self._follow(cell)
        self._tell_all(self._session.end_set("closed"))
        return self._said()

    def _said(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _say(self, kind: Kind, t_s: float, **data: Any) -> None:
        assert self._now_s is not None
        self._events.append(Event(kind, t_s, self._now_s, data))

    def _take(self, t_s: float, angle_deg: float) -> None:
        """The next good sample."""
        if self._last_good_s is None:
            self._samples.origin_s = self._last_good_s = t_s
        if t_s - self._last_good_s > HOLE_S:
            self._samples.add_hole(self._last_good_s, t_s)
        if t_s - self._last_good_s > GAP_S:
            self._say("sensor", self._last_good_s, missing_s=round(t_s - self._last_good_s, 4))
        self._last_good_s = t_s
        changed = self._overshoot.push(t_s, angle_deg)
        if changed:
            kind, at_deg = changed
            self._say(kind, t_s, angle_deg=round(at_deg, 2))
        for cell in self._cells.push(t_s, angle_deg):
            self._follow(cell)

    def _follow(self, cell: Cell) -> None:
        self._samples.add(cell)
        self._tell_all(self._session.step(cell))
        if self._settles_at is not None and cell.number >= self._settles_at:
            self._tell_settled()
        change = self._phase.step(cell)
        if change and self._session.lifting:
            data = change._asdict() | {"lasted_s": round(change.lasted_s, 2)}
            self._say("phase", self._time_s(cell.number), **data)

    def _time_s(self, cell: int) -> float:
        return cell_middle_s(self._samples.origin_s, cell)

    def _tell_all(self, happenings: list[Happening]) -> None:
        for happening in happenings:
            self._TELL[type(happening)](self, happening)

    def _tell_start(self, start: SetStarted) -> None:
        self._say("set_started", self._time_s(start.at))

    def _tell_rep(self, rep: RepCounted) -> None:
        self._settles_at, self._flagged = rep.at + _SETTLES, set()
        bottom_deg = round(rep.bottom_deg, 2)
        self._say("rep", self._time_s(rep.at), number=rep.number, bottom_deg=bottom_deg)

    def _tell_done(self, done: Done) -> None:
        (rep,) = reps_of(self._samples, [done], self._standard)
        self._reps.append(rep)
        if rep.number is None:
            top_deg = round(done.top_deg, 2)
            data = {"reason": rep.reason, "uncertain": rep.measures.uncertain, "top_deg": top_deg}
            self._say("partial", self._time_s(done.finished), **data)
            return
        self._settles_at = None
        self._tell_flags(done, rep)

    def _tell_settled(self) -> None:
        """The strokes of the last rep are over: what they were like need not wait."""
        self._settles_at = None
        done = self._session.rep_so_far()
        if done:
            (rep,) = reps_of(self._samples, [done], self._standard)
            self._tell_flags(done, rep, FLAGS_OF_STROKES)

    def _tell_flags(self, done: Done, rep: Rep, only: Collection[str] | None = None) -> None:
        """The flags of a rep that have not been told."""
        ended_s = rep.measures.end_s
        when_s = self._time_s(done.finished) if ended_s is None else ended_s
        for flag in flags_of(rep.measures, self._standard):
            if flag not in self._flagged and (only is None or flag in only):
                self._flagged.add(flag)
                self._say("flag", when_s, flag=flag, number=rep.number)

    def _tell_end(self, over: SetOver) -> None:
        done = judged(self._reps, self._standard).without(self._removed).to_dict()
        self._reps, self._removed = [], frozenset()
        self._say("set_ended", self._time_s(over.at), reason=over.reason, set=done)

    _TELL: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        SetStarted: _tell_start,
        RepCounted: _tell_rep,
        Done: _tell_done,
        SetOver: _tell_end,
    }
