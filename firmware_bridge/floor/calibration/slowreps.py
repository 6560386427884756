"""The slow reps that show how far somebody is to go: counted as in a set, the rushed left out."""

from statistics import median

from analysis import LiveAnalyser
from config import FormStandard

WANTED = 3
_SETTLES_S = 1.0  # that a rep was rushed is told a little after the rep


class SlowReps:
    """Counts them while they are done."""

    def __init__(self, standard: FormStandard, stop_deg: float) -> None:
        self._analyser = LiveAnalyser(standard, stop_deg)
        self._done = 0
        self._rushed: set[int] = set()
        self._last_s = 0.0

    def feed(self, t_s: list[float], angle_deg: list[float]) -> bool:
        """Take the next angles: are there enough slow reps?"""
        for event in self._analyser.feed(t_s, angle_deg):
            if event.kind == "rep":
                self._done += 1
                self._last_s = event.detected_s
            elif event.kind == "flag" and event["flag"] == "rushed_lowering":
                self._rushed.add(event["number"])
        return self.count >= WANTED and t_s[-1] >= self._last_s + _SETTLES_S

    @property
    def count(self) -> int:
        return self._done - self.rushed

    @property
    def rushed(self) -> int:
        return len(self._rushed)

    def range_deg(self) -> tuple[float, float]:
        """Top and bottom of the slow reps, in the middle of what was done."""
        (over,) = (e for e in self._analyser.end_set() if e.kind == "set_ended")
        reps = [r for r in over["set"]["reps"] if r["counted"] and r["number"] not in self._rushed]
        tops, bottoms = ([r[key] for r in reps] for key in ("top_deg", "bottom_deg"))
        return _middle(tops), _middle(bottoms)


def _middle(known: list[float | None]) -> float:
    return median(value for value in known if value is not None)
