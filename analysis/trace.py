"""The whole-trace path: the same analysis as the live one, with the sample work done in arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.cells import Cell, cells_of_trace
from analysis.checks import check_samples
from analysis.despike import despike_trace
from analysis.report import Report
from analysis.samples import TraceSamples
from analysis.session import Session
from config import FormStandard


def analyse_trace(
    t_s: Sequence[float] | NDArray[np.float64],
    angle_deg: Sequence[float] | NDArray[np.float64],
    *,
    standard: FormStandard | None = None,
) -> Report:
    """Sets and reps of a whole trace: times (s) and lever angles (deg), 1-D, spacing near-regular.

    Raises ValueError for lengths that differ, values that are not finite, and time that goes
    backwards.
    """
    t, angle = check_samples(t_s, angle_deg)
    t, angle = despike_trace(t, angle)
    cells = cells_of_trace(t, angle)
    session = Session(standard or FormStandard(), TraceSamples(cells, t))
    end_s = float(t[-1]) if len(t) else 0.0
    for cell in map(Cell._make, zip(*(column.tolist() for column in cells), strict=True)):
        session.step(cell, end_s)
    session.end_set("closed", end_s, end_s)
    return session.report
