"""The cells of many reps laid end to end, so that all of them are measured at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis import polynomial
from analysis.cells import Array, cell_middle_s
from analysis.samples import Series
from analysis.segments import Places

_ROUGH = (3, 3)  # reach and degree of the curve that turning points are found on


class Strip(NamedTuple):
    """Cells (deg), and a rough curve through them and its speed (deg/s).

    The cells of each rep lie from place `first` to `last`, between mirrored ones; `offset` turns
    their numbers into places.
    """

    cells: Array
    rough: Array
    speed: Array
    first: Places
    last: Places
    offset: Places

    def place(self, numbers: Sequence[int]) -> Places:
        """Where these cells lie, one of each rep; within what there is of it."""
        places: Places = np.clip(np.array(numbers) + self.offset, self.first, self.last)
        return places

    def time_s(self, places: Array, origin_s: float) -> Array:
        """When the middles of the cells were; a place may lie between two."""
        return cell_middle_s(origin_s, places - self.offset)


def lay_out(series: Sequence[Series], guard: int) -> Strip:
    """Each series with `guard` mirrored cells on both sides, one after the other."""
    guarded = [_guarded(one.mean_deg, guard) for one in series]
    sizes = np.array([len(cells) for cells in guarded])
    cells = np.concatenate(guarded)
    reach, _ = _ROUGH
    rough, speed = cells.copy(), np.zeros_like(cells)
    rough[reach:-reach] = polynomial.angle(cells, *_ROUGH)
    speed[reach:-reach] = polynomial.speed(cells, *_ROUGH)
    first = np.cumsum(sizes) - sizes + guard
    last = first + sizes - 2 * guard - 1
    return Strip(cells, rough, speed, first, last, first - np.array([one.begin for one in series]))


def highest_places(x: Array, first: Places, last: Places) -> Places:
    """The place of the greatest value from each of `first` to its `last`."""
    bounds = zip(first.tolist(), last.tolist(), strict=True)
    return np.array([a + int(x[a : b + 1].argmax()) for a, b in bounds], dtype=np.int64)


def _guarded(mean_deg: Array, guard: int) -> Array:
    if len(mean_deg) <= guard:
        return np.pad(mean_deg, guard, mode="reflect", reflect_type="odd")
    before = 2 * mean_deg[0] - mean_deg[guard:0:-1]
    after = 2 * mean_deg[-1] - mean_deg[-2 : -guard - 2 : -1]
    return np.concatenate((before, mean_deg, after))
