"""What a set was like as a whole: the means of its reps, what was lost on the way, how alike they
were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.measures import Measures
from analysis.rep import Rep, rounded

_FEWEST_ALIKE = 3


@dataclass(frozen=True)
class CountedRep:
    """A counted rep of a set, and whether rises that turned back lie within it."""

    rep: Rep
    number: int
    interrupted: bool
    last: bool

    @property
    def tempo_s(self) -> tuple[float | None, ...]:
        """Eccentric, bottom hold, concentric, top hold. What lies between the first descent and the
        last rise of an interrupted rep is no hold.
        """
        m = self.rep.measures
        hold_s = None if self.interrupted else m.bottom_hold_s
        return m.eccentric_s, hold_s, m.concentric_s, m.top_hold_s


def counted_of(reps: Sequence[Rep]) -> tuple[CountedRep, ...]:
    """The counted ones among the reps and partials of a set, in the order they were done."""
    numbers = [rep.number for rep in reps if rep.number is not None]
    found = []
    for before, rep in zip((None, *reps), reps, strict=False):
        if rep.number is not None:
            interrupted = before is not None and before.reason == "incomplete_top"
            found.append(CountedRep(rep, rep.number, interrupted, rep.number == numbers[-1]))
    return tuple(found)


def summary(counted: Sequence[CountedRep]) -> dict[str, Any]:
    """The measures of a set, by their names in the report."""
    measures = [one.rep.measures for one in counted]
    ranges = [m.range_deg for m in measures]
    strokes = [m.eccentric_s for m in measures], [m.concentric_s for m in measures]
    phases = list(zip(*(one.tempo_s for one in counted), strict=True)) or [()] * 4
    speeds = [one.rep.measures.mean_concentric_dps for one in _without("thrown_start", counted)]
    own_ranges = [one.rep.measures.range_deg for one in _without("overshoot", counted)]
    return {
        "mean_range_deg": rounded(_mean(ranges)),
        "mean_tempo_s": [rounded(_mean(phase)) for phase in phases],
        "time_under_tension_s": rounded(_under_tension_s(measures)),
        "concentric_speed_loss_pct": rounded(_loss_pct(speeds), 1),
        "range_loss_pct": rounded(_loss_pct(own_ranges), 1),
        "consistency_pct": rounded(_alike_pct(ranges, *strokes), 1),
    }


def notes(counted: Sequence[CountedRep]) -> list[str]:
    """What a reader of the figures must know, in plain words."""
    missing = [one.number for one in counted if "sensor_gap" in one.rep.flags]
    unsure = [one.number for one in counted if one.rep.uncertain]
    interrupted = [one.number for one in counted if one.interrupted]
    said = [
        (missing, "samples are missing; what is unknown is in no mean"),
        (unsure, "samples are missing for so long that another rep may hide there"),
        (interrupted, "turned back on the way up; the bottom hold is not in the mean tempo"),
        (_left_out("thrown_start", counted), "thrown, so not in the speed loss"),
        (_left_out("overshoot", counted), "leaned back, so not in the range loss"),
    ]
    return [f"{_named(numbers)}: {words}" for numbers, words in said if numbers]


def _named(numbers: Sequence[int]) -> str:
    return ("rep " if len(numbers) == 1 else "reps ") + ", ".join(map(str, numbers))


def _without(flag: str, counted: Sequence[CountedRep]) -> Sequence[CountedRep]:
    """The reps without this flag; all of them where these are fewer than two.

    A throw is fast, and leaning back makes a range, whatever strength is left: neither is the best
    that others are held against.
    """
    strict = [one for one in counted if flag not in one.rep.flags]
    return strict if len(strict) >= 2 else counted


def _left_out(flag: str, counted: Sequence[CountedRep]) -> list[int]:
    kept = {one.number for one in _without(flag, counted)}
    return [one.number for one in counted if one.number not in kept]


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Sequence[float | None]) -> float | None:
    known = _known(values)
    return float(np.mean(known)) if known else None


def _under_tension_s(measures: Sequence[Measures]) -> float:
    """From the beginning of each rep's descent to the end of its rise."""
    spans = ((m.start_s, m.end_s) for m in measures)
    return sum((end - start for start, end in spans if start is not None and end is not None), 0.0)


def _loss_pct(values: Sequence[float | None]) -> float | None:
    """By how much the last two fall short of the best."""
    known = _known(values)
    if len(known) < 2 or max(known) <= 0:
        return None
    return 100 * (1 - float(np.mean(known[-2:])) / max(known))


def _alike_pct(*columns: Sequence[float | None]) -> float | None:
    """100 less the mean of the coefficients of variation (Hopkins 2000,
    doi:10.2165/00007256-200030010-00001), never under 0.
    """
    known = [_known(column) for column in columns]
    if min(map(len, known)) < _FEWEST_ALIKE:
        return None
    variations = [float(np.std(one, ddof=1) / np.mean(one)) for one in known]
    return max(0.0, 100 * (1 - float(np.mean(variations))))
