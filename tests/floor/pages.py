"""Whole pages with pictures on them: sets to draw, and what matplotlib placed where."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations, cycle, islice

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis import SetReport, analyse_trace
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import kept

_A4 = (11.69, 8.27)
FROM_S = 5120.3  # by the machine's clock
Trace = tuple[StoredSet, list[float], list[float]]


def of_motion(motion: np.ndarray, lost: tuple[float, float] = (0, 0), **facts: object) -> Trace:
    """A kept set of a motion of which the samples between two times (s) are lost."""
    t = np.arange(len(motion[::5])) / 200
    seen = (t < lost[0]) | (t >= lost[1])
    t, angle = t[seen] + FROM_S, motion[::5][seen]
    one = kept(**facts)
    sets = analyse_trace(t, angle, standard=one.record.form).to_dict()["sets"]
    report = sets[0] if sets else SetReport(()).to_dict()
    one = replace(one, record=replace(one.record, report=report))
    return one, t.tolist(), angle.tolist()


def of_reps(count: int, **facts: object) -> Trace:
    """So many reps of all kinds, good and bad; 0: only the stop."""
    lift_in, mixed, let_down = np.split(SCRIPTS["mixed"].motion(), [5_000, 55_000])
    reps = [
        *np.split(SCRIPTS["good"].motion()[5_000:15_000], 2),
        *np.split(SCRIPTS["overshoots"].motion()[5_000:10_800], 1),
        *np.split(SCRIPTS["shaking"].motion()[5_000:10_000], 1),
    ]
    del mixed
    if not count:
        return of_motion(np.full(20_000, 62.0), **facts)
    return of_motion(np.concatenate([lift_in, *islice(cycle(reps), count), let_down]), **facts)
