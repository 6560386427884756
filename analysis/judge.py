"""What was done becomes reps and sets as they are reported: measured, and judged by a standard."""

from collections.abc import Sequence

from analysis.drift import mark_drift
from analysis.flags import flags_of
from analysis.measures import Measures, measure
from analysis.report import Rep, SetReport
from analysis.samples import Samples
from analysis.session import Done
from config import FormStandard


def judge(samples: Samples, done: Sequence[Done], standard: FormStandard) -> list[Rep]:
    """The reps and partials that are over, in their order."""
    measured = measure(samples, done, standard)
    return [_rep(one, measures, standard) for one, measures in zip(done, measured, strict=True)]


def set_of(reps: Sequence[Rep]) -> SetReport:
    """The set that these reps and partials make."""
    return SetReport(mark_drift(reps))


def _rep(done: Done, measures: Measures, standard: FormStandard) -> Rep:
    if done.number is None:
        flags: tuple[str, ...] = ("sensor_gap",) if measures.uncertain else ()
    else:
        flags = flags_of(measures, standard)
    return Rep(done.number, done.reason, measures, flags, measures.uncertain)
