"""The slow reps that show how far somebody is to go: counted as in a set, the rushed left out."""

from statistics import median
from typing import Any

from analysis import Event, LiveAnalyser
from config import FormStandard

WANTED = 3
_SETTLES_S = 1.0  # that a rep was rushed is told a little after the rep
_RUSHED = "rushed_lowering"


class SlowReps:
    """Counts them while they are done."""

    def __init__(self, standard: FormStandard, stop_deg: float) -> None:
        self._analyser = LiveAnalyser(standard, stop_deg)
        self._counted = 0
        self.rushed = 0
        self._last_s = 0.0
        self._slow: list[dict[str, Any]] = []  # as reported, of the sets that are over

    def feed(self, t_s: list[float], angle_deg: list[float]) -> bool:
        """Take the next angles: are there enough slow reps?"""
        for event in self._analyser.feed(t_s, angle_deg):
            self._note(event)
        return self.count >= WANTED and t_s[-1] >= self._last_s + _SETTLES_S

    @property
    def count(self) -> int:
        return self._counted - self.rushed

    def range_deg(self) -> tuple[float, float] | None:
        """Top and bottom of the slow reps, in the middle of what was done; None if gaps in the
        data have left no rep whole.
        """
        for event in self._analyser.end_set():
            self._note(event)
        tops, bottoms = (
            [rep[key] for rep in self._slow if rep[key] is not None]
            for key in ("top_deg", "bottom_deg")
        )
        return (median(tops), median(bottoms)) if tops and bottoms else None

    def _note(self, event: Event) -> None:
        if event.kind == "rep":
            self._counted += 1
            self._last_s = event.detected_s
        elif event.kind == "flag" and event["flag"] == _RUSHED:
            self.rushed += 1
        elif event.kind == "set_ended":
            reps = event["set"]["reps"]
            self._slow += [rep for rep in reps if rep["counted"] and _RUSHED not in rep["flags"]]
