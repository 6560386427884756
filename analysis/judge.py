"""What was done becomes reps and sets as they are reported: measured, and judged by a standard."""

from collections.abc import Sequence

from analysis.flags import flags_of
from analysis.measures import measure
from analysis.rep import Rep
from analysis.samples import Samples
from analysis.session import Done
from config import FormStandard


def judge(samples: Samples, done: Sequence[Done], standard: FormStandard) -> list[Rep]:
    """The reps and partials that are over, in their order, each judged by itself."""
    measured = measure(samples, done, standard)
    reps = []
    for one, measures in zip(done, measured, strict=True):
        if one.number is None:
            flags: tuple[str, ...] = ("sensor_gap",) if measures.uncertain else ()
        else:
            flags = flags_of(measures, standard)
        reps.append(Rep(one.number, one.reason, measures, flags, measures.uncertain))
    return reps
