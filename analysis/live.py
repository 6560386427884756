"""The live path: samples in as they come, events out; the same events whatever the chunks."""

from collections.abc import Sequence

from analysis.cells import GAP_S, Cell, CellMaker
from analysis.checks import check_samples
from analysis.despike import Despiker
from analysis.events import Event
from analysis.overshoot import OvershootWatch
from analysis.phase import PhaseWatch
from analysis.report import Report
from analysis.samples import HOLE_S, LiveSamples
from analysis.session import Session
from config import FormStandard


class LiveAnalyser:
    """Counts reps from samples that arrive in order of time; keeps what a rep under way needs, no
    more.
    """

    def __init__(self, standard: FormStandard | None = None) -> None:
        standard = standard or FormStandard()
        self._despiker = Despiker()
        self._cells = CellMaker()
        self._samples = LiveSamples()
        self._session = Session(standard, self._samples)
        self._phase = PhaseWatch(standard.top_zone_deg)
        self._overshoot = OvershootWatch(standard.neutral_tolerance_deg)
        self._now_s: float | None = None
        self._last_good_s: float | None = None

    @property
    def report(self) -> Report:
        """The sets that are over."""
        return self._session.report

    def feed(self, t_s: Sequence[float], angle_deg: Sequence[float]) -> list[Event]:
        """Take the next samples: times (s, increasing) and lever angles (deg), lists or 1-D arrays.

        Raises ValueError, with nothing taken, for lengths that differ, values that are not finite,
        and time that goes backwards.
        """
        times, angles = check_samples(t_s, angle_deg, self._now_s)
        events: list[Event] = []
        for t, angle in zip(times.tolist(), angles.tolist(), strict=True):
            self._now_s = t
            for good in self._despiker.push(t, angle):
                events += self._take(good)
        if self._now_s is not None:
            self._samples.forget_before(self._session.needs_from_s(self._now_s))
        return events

    def end_set(self) -> list[Event]:
        """The button: the set under way is over."""
        if self._now_s is None:
            return []
        return self._session.end_set("button", self._now_s, self._now_s)

    def close(self) -> list[Event]:
        """The end of the data: what is under way is brought to an end."""
        if self._now_s is None:
            return []
        events: list[Event] = []
        for good in self._despiker.flush():
            events += self._take(good)
        events += self._follow(self._cells.flush())
        return events + self._session.end_set("closed", self._now_s, self._now_s)

    def _take(self, good: tuple[float, float]) -> list[Event]:
        assert self._now_s is not None
        t_s, angle_deg = good
        last_s = self._last_good_s if self._last_good_s is not None else t_s
        self._last_good_s = t_s
        events = []
        if t_s - last_s > HOLE_S:
            self._samples.add_hole((last_s, t_s))
        if t_s - last_s > GAP_S:
            missing = {"missing_s": round(t_s - last_s, 4)}
            events.append(Event("sensor", last_s, self._now_s, missing))
        changed = self._overshoot.push(t_s, angle_deg)
        if changed:
            kind, at_deg = changed
            events.append(Event(kind, t_s, self._now_s, {"angle_deg": round(at_deg, 2)}))
        return events + self._follow(self._cells.push(t_s, angle_deg))

    def _follow(self, cells: list[Cell]) -> list[Event]:
        assert self._now_s is not None
        events = []
        for cell in cells:
            self._samples.add(cell)
            events += self._session.step(cell, self._now_s)
            change = self._phase.step(cell)
            if change and self._session.lifting:
                data = change._asdict() | {"lasted_s": round(change.lasted_s, 2)}
                events.append(Event("phase", cell.t_s, self._now_s, data))
        return events
