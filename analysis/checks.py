"""What samples must be before anything is made of them."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 15  # values that the processor keeps close


def steps_over(values: NDArray[np.float64], limit: float) -> NDArray[np.int64]:
    """Places of a long array from which it is further than `limit` to the next value."""
    parts = [np.empty(0, np.int64)]
    for begin in range(0, len(values), _BLOCK):
        step = np.diff(values[begin : begin + _BLOCK + 1])
        parts.append(begin + np.flatnonzero(np.abs(step, out=step) > limit))
    return np.concatenate(parts)


def are_sound(
    t_s: Sequence[float] | NDArray[np.float64],
    angle_deg: Sequence[float] | NDArray[np.float64],
    after_s: float | None,
) -> bool:
    """Are these two lists of floats that `check_samples` would give back as they are?

    For the few samples of a live chunk a look at each costs less than arrays.
    """
    if not (type(t_s) is type(angle_deg) is list and 0 < len(t_s) == len(angle_deg)):
        return False
    if {type(value) for value in (*t_s, *angle_deg)} != {float}:
        return False
    rises = all(before < after for before, after in pairwise(t_s))
    later = after_s is None or after_s < t_s[0]
    return rises and later and isfinite(t_s[0] + t_s[-1] + sum(angle_deg))


def check_samples(
    t_s: Sequence[float] | NDArray[np.float64],
    angle_deg: Sequence[float] | NDArray[np.float64],
    after_s: float | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both as 1-D float arrays, without samples that repeat the time stamp before them.

    Raises ValueError that says what is wrong and at which sample.
    """
    t, angle = np.asarray(t_s, dtype=np.float64), np.asarray(angle_deg, dtype=np.float64)
    if t.ndim != 1 or t.shape != angle.shape:
        raise ValueError(
            f"t_s and angle_deg must be 1-D and of one length, not {t.shape} and {angle.shape}"
        )
    later = after_s is None or not len(t) or after_s < t[0]
    increases = later and bool((t[1:] > t[:-1]).all())
    # A sum costs less than a look at each, and is finite only if all are.
    if increases and isfinite(t[:1].sum() + t[-1:].sum() + angle.sum()):
        return t, angle
    for name, values in (("t_s", t), ("angle_deg", angle)):
        if not np.isfinite(values).all():
            at = int(np.argmin(np.isfinite(values)))
            raise ValueError(f"{name}[{at}] is {values[at]}: leave out samples that are missing")
    step = np.diff(t, prepend=-np.inf if after_s is None else after_s)
    if (step < 0).any():
        at = int(np.argmax(step < 0))
        raise ValueError(f"time goes backwards at t_s[{at}] = {t[at]:g}")
    return t[step > 0], angle[step > 0]
