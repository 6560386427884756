"""The whole-trace path: the same analysis as the live one, with the work done in arrays."""

from collections.abc import Sequence

from analysis.cells import Array, cells_of_trace
from analysis.checks import check_samples
from analysis.despike import despike_trace
from analysis.rep import reps_of
from analysis.report import Report, judged
from analysis.samples import TraceSamples
from analysis.session import Done, Session, SetOver
from config import FormStandard


def analyse_trace(
    t_s: Sequence[float] | Array,
    angle_deg: Sequence[float] | Array,
    *,
    standard: FormStandard | None = None,
) -> Report:
    """Sets and reps of a whole trace: times (s) and lever angles (deg), 1-D, spacing near-regular.

    Raises ValueError for lengths that differ, values that are not finite, and time that goes
    backwards.
    """
    standard = standard or FormStandard()
    cells = cells_of_trace(*despike_trace(*check_samples(t_s, angle_deg)))
    session = Session(standard)
    sets: list[list[Done]] = [[]]
    for happening in (*session.run(cells), *session.end_set("closed")):
        if isinstance(happening, Done):
            sets[-1].append(happening)
        elif isinstance(happening, SetOver):
            sets.append([])
    done = [one for one_set in sets for one in one_set]
    reps = iter(reps_of(TraceSamples(cells), done, standard))
    return Report(tuple(judged([next(reps) for _ in one_set], standard) for one_set in sets[:-1]))
