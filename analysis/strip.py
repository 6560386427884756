"""The cells of many reps laid end to end, so that all of them are measured at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis import polynomial
from analysis.cells import GRID, Array, rounded
from analysis.samples import Series
from analysis.segments import Places

ROUGH = (3, 3)  # reach and degree of the curve that turning points are found on


class Strip(NamedTuple):
    """Cells (deg), and a rough curve through them.

    The cells of each rep lie from place `first` to `last`, between mirrored ones; `offset` turns
    their numbers into places.
    """

    cells: Array
    rough: Array
    first: Places
    last: Places
    offset: Places

    def place(self, numbers: Sequence[int]) -> Places:
        """Where these cells lie, one of each rep; within what there is of it."""
        places: Places = np.clip(np.array(numbers) + self.offset, self.first, self.last)
        return places

    def part(self, begin: int, end: int) -> "Strip":
        """Some of the reps."""
        first, last, offset = (x[begin:end] for x in (self.first, self.last, self.offset))
        return self._replace(first=first, last=last, offset=offset)


def lay_out(series: Sequence[Series], guard: int) -> Strip:
    """Each series with `guard` mirrored cells on both sides, one after the other."""
    parts, sizes = [], np.array([len(one.mean_deg) for one in series])
    for one in series:
        before, after = _beside(one.mean_deg, guard)
        parts += [before, one.mean_deg, after]
    cells = np.concatenate(parts)
    first = np.cumsum(sizes + 2 * guard) - sizes - guard
    last = first + sizes - 1
    for edge, beside in ((first, -1), (last, 1)):  # mirrored in the place and in the angle
        mirrored = edge[:, None] + beside * np.arange(1, guard + 1)
        cells[mirrored] = 2 * cells[edge][:, None] - cells[mirrored]
    reach, _ = ROUGH
    rough = cells.copy()
    # On the cells' grid, so that no last bit decides which place of a held angle is the highest.
    rough[reach:-reach] = rounded(polynomial.angle(cells, *ROUGH), GRID)
    return Strip(cells, rough, first, last, first - np.array([one.begin for one in series]))


def _beside(x: Array, n: int) -> tuple[Array, Array]:
    """The n values on both sides when x is mirrored at its ends, again and again if it is short."""
    if len(x) > n:
        return x[n:0:-1], x[-2 : -n - 2 : -1]
    mirrored = np.pad(x, n, mode="reflect")
    return mirrored[:n], mirrored[-n:]


def highest_places(x: Array, first: Places, last: Places) -> Places:
    """The place of the greatest value from each of `first` to its `last`."""
    bounds = zip(first.tolist(), last.tolist(), strict=True)
    return np.array([a + int(x[a : b + 1].argmax()) for a, b in bounds], dtype=np.int64)
