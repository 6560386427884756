"""What a set was like as a whole: the means of its reps, what was lost on the way, how alike they
were.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.measures import Measures
from analysis.rep import Rep, rounded

_FEWEST_ALIKE = 3
_TEMPO = ("eccentric_s", "bottom_hold_s", "concentric_s", "top_hold_s")


def summary(counted: Sequence[Rep]) -> dict[str, Any]:
    """The measures of a set, by their names in the report, from its counted reps."""
    measures = [rep.measures for rep in counted]
    ranges = [m.range_deg for m in measures]
    speeds = [m.mean_concentric_dps for m in measures]
    tempo = [[getattr(m, name) for m in measures] for name in _TEMPO]
    return {
        "mean_range_deg": rounded(_mean(ranges)),
        "mean_tempo_s": [rounded(_mean(phase)) for phase in tempo],
        "time_under_tension_s": rounded(_under_tension_s(measures)),
        "concentric_speed_loss_pct": rounded(_loss_pct(speeds), 1),
        "range_loss_pct": rounded(_loss_pct(ranges), 1),
        "consistency_pct": rounded(_alike_pct(ranges, tempo[0], tempo[2]), 1),
    }


def notes(reps: Sequence[Rep]) -> list[str]:
    """What a reader of the figures must know, in plain words, from all reps and partials."""
    counted = [rep for rep in reps if rep.counts]
    after_partial = [
        rep for before, rep in pairwise(reps) if rep.counts and before.reason == "incomplete_top"
    ]
    fastest, widest = (_greatest(counted, name) for name in ("mean_concentric_dps", "range_deg"))
    said = [
        (
            [rep for rep in counted if "sensor_gap" in rep.flags],
            "samples are missing; what is unknown is in no mean",
        ),
        (
            [rep for rep in counted if rep.measures.uncertain],
            "samples are missing for so long that another rep may hide there",
        ),
        (after_partial, "turned back on the way up, which the bottom hold contains"),
        (
            [rep for rep in fastest if "thrown_start" in rep.flags],
            "the fastest, was thrown: the speed loss is held against it",
        ),
        (
            [rep for rep in widest if "overshoot" in rep.flags],
            "the widest, leaned back: the range loss is held against it",
        ),
    ]
    return [f"{_named(those)}: {words}" for those, words in said if those]


def _named(reps: Sequence[Rep]) -> str:
    return ("rep " if len(reps) == 1 else "reps ") + ", ".join(str(rep.number) for rep in reps)


def _greatest(reps: Sequence[Rep], measure: str) -> list[Rep]:
    """The rep with the greatest of this measure, alone in a list; none where losses are unknown."""
    known = [rep for rep in reps if getattr(rep.measures, measure) is not None]
    return [max(known, key=lambda rep: getattr(rep.measures, measure))] if len(known) > 1 else []


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
