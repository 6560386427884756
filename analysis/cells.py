"""Near-regular samples become regular cells of smooth motion: what is counted on.

A cell is the mean of the motion (straight lines between samples) over `CELL_S`, so sensors of 50
and of 500 Hz, jitter and lost samples all end in the same even series. Its neighbours then smooth
it: a parabola through seven cells, which takes noise away without flattening the turning points of
fast reps. A lever that hardly moves bears more: where the last `STEADY_CELLS` stay within
`STEADY_DEG`, a cell is their mean.
"""

from collections import deque
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.checks import steps_over

CELL_S = 0.02
CELLS_PER_S = 50  # its reciprocal
GAP_S = 0.1  # longer than this without a sample is not bridged
HOLE_S = 0.05  # longer than this without one is not measured over
STEADY_CELLS = 10
STEADY_DEG = 1.6
# Angles are rounded to this part of a degree, so that what is alike live and in a whole trace, but
# for the last bits, is equal. No sensor has steps that lie half-way between: these are decimal, or
# parts of a turn.
GRID = 2.0**20

# Parabola through 2m+1 cells, read at the middle one (Savitzky and Golay 1964), for m = 0..3;
# fewer neighbours beside a gap.
_PARABOLA = (
    (1.0,),
    (0.0, 1.0, 0.0),
    (-3 / 35, 12 / 35, 17 / 35, 12 / 35, -3 / 35),
    (-2 / 21, 3 / 21, 6 / 21, 7 / 21, 6 / 21, 3 / 21, -2 / 21),
)
REACH = len(_PARABOLA) - 1
_FINER = 16 * GRID  # a mean of ten on GRID lies on no half of it
_MEAN = np.full(STEADY_CELLS, 1 / STEADY_CELLS)
_BLOCK = 1 << 13  # cells of a trace at a time: as many as the processor keeps close

Array = NDArray[np.float64]
_Floats = TypeVar("_Floats", float, Array)


class Cell(NamedTuple):
    """Which cell since the first sample, the smooth angle to count on (deg), the time missing
    before it (s), and the plain mean of the motion over the cell (deg), which measures are taken
    from.
    """

    number: int
    angle_deg: float
    gap_s: float
    mean_deg: float


def cell_middle_s(origin_s: float, number: _Floats) -> _Floats:
    """When the middle of a cell was, the first sample being of `origin_s`."""
    return origin_s + (number + 0.5) * CELL_S


def place_of(t_s: _Floats, origin_s: float) -> _Floats:
    """Where `t_s` lies, in cells since the first sample: one formula for all, so that rounding
    cannot tell two tales.
    """
    return (t_s - origin_s) * CELLS_PER_S


class CellMaker:
    """Streaming form: `push` good samples in order, get the cells that are complete."""

    def __init__(self) -> None:
        self._averager = _Averager()
        self._smoother = _Smoother()

    def push(self, t_s: float, angle_deg: float) -> list[Cell]:
        """The cells that this sample completes: none, one, or a few."""
        means = self._averager.push(t_s, angle_deg)
        return [cell for mean in means for cell in self._smoother.push(mean)] if means else means

    def flush(self) -> list[Cell]:
        """The end of the stream: the last cells, smoothed by what there is."""
        return self._smoother.flush()


class _Averager:
    """Means of the motion over cells that begin at whole multiples of CELL_S from the first
    sample.
    """

    def __init__(self) -> None:
        self._origin_s: float | None = None
        self._newest = (0.0, 0.0)
        self._cell = 0  # the cell that the newest sample lies in
        self._first_whole = 0  # the first cell since the last gap that has data from its beginning
        self._area = 0.0  # under the motion, from that cell's beginning to the newest sample
        self._gap_s = 0.0

    def push(self, t_s: float, angle_deg: float) -> list[Cell]:
        if self._origin_s is None:
            self._origin_s = t_s
            self._newest = (t_s, angle_deg)
            return []
        last_s, last_deg = self._newest
        self._newest = (t_s, angle_deg)
        at = place_of(t_s, self._origin_s)
        if t_s - last_s > GAP_S:
            self._cell, self._first_whole = floor(at), ceil(at)
            self._area = 0.0
            self._gap_s += t_s - last_s
            return []
        cells = []
        while self._cell < floor(at):
            since = self._origin_s + (self._cell + 1) * CELL_S - last_s
            slope = (angle_deg - last_deg) / (t_s - last_s)
            area = self._area + since * (last_deg + 0.5 * slope * since)
            if self._cell >= self._first_whole:
                mean = round(area / CELL_S * GRID) / GRID
                cells.append(Cell(self._cell, mean, self._gap_s, mean))
                self._gap_s = 0.0
            self._area -= area
            self._cell += 1
        self._area += (t_s - last_s) * 0.5 * (last_deg + angle_deg)
        return cells


class _Smoother:
    """The parabola through each cell and its neighbours on both sides; the mean of steady ones."""

    def __init__(self) -> None:
        self._means: deque[Cell] = deque(maxlen=2 * REACH + 1)
        self._smooth: deque[float] = deque(maxlen=STEADY_CELLS)

    def push(self, mean: Cell) -> list[Cell]:
        cells = self.flush() if mean.gap_s else []
        self._means.append(mean)
        if len(self._means) > REACH:
            cells.append(self._smoothed(len(self._means) - 1 - REACH))
        return cells

    def flush(self) -> list[Cell]:
        """Smooth what is left before a gap or the end, by the neighbours there are."""
        left = range(max(0, len(self._means) - REACH), len(self._means))
        cells = [self._smoothed(i) for i in left]
        self._means.clear()
        self._smooth.clear()
        return cells

    def _smoothed(self, i: int) -> Cell:
        reach = min(i, len(self._means) - 1 - i, REACH)
        near = [self._means[j].mean_deg for j in range(i - reach, i + reach + 1)]
        angle = sum(w * a for w, a in zip(_PARABOLA[reach], near, strict=True))
        angle = round(angle * GRID) / GRID
        last = self._smooth
        last.append(angle)
        if len(last) == STEADY_CELLS and max(last) - min(last) < STEADY_DEG:
            angle = round(sum(last) / STEADY_CELLS * _FINER) / _FINER
        mean = self._means[i]
        return Cell(mean.number, angle, mean.gap_s, mean.mean_deg)


class Cells(NamedTuple):
    """The cells of a whole trace, an array a field; the time of its first sample (s), and the holes
    between its samples, from and to (s).
    """

    number: NDArray[np.int64]
    angle_deg: Array
    gap_s: Array
    mean_deg: Array
    origin_s: float = 0.0
    holes: tuple[Array, Array] = (np.empty(0), np.empty(0))

    def cell(self, place: int) -> Cell:
        """One of them."""
        return Cell(*(column[place].item() for column in self[:4]))


def cells_of_trace(t_s: Array, angle_deg: Array) -> Cells:
    """The same for a whole trace of good samples with increasing times (s)."""
    runs = []
    wide = steps_over(t_s, HOLE_S)
    holes = (t_s[wide], t_s[wide + 1])
    after_gap = wide[holes[1] - holes[0] > GAP_S] + 1
    origin_s = float(t_s[0]) if len(t_s) else 0.0
    gap_s = 0.0
    for begin, end in pairwise([0, *after_gap.tolist(), len(t_s)]):
        gap_s += float(t_s[begin] - t_s[begin - 1]) if begin else 0.0
        first, mean = _means(t_s[begin:end], angle_deg[begin:end], origin_s) if end else (0, t_s)
        if len(mean):
            before = np.zeros(len(mean))
            before[0], gap_s = gap_s, 0.0
            number = np.arange(first, first + len(mean))
            runs.append((number, _steadied(_smooth(mean)), before, mean))
    if len(runs) == 1:  # nothing to copy
        return Cells(*runs[0], origin_s, holes)
    runs.append((np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0)))
    number, angle, before, mean = (np.concatenate(columns) for columns in zip(*runs, strict=True))
    return Cells(number, angle, before, mean, origin_s, holes)


def _means(t_s: Array, angle_deg: Array, origin_s: float) -> tuple[int, Array]:
    """The first of the cells that these samples, without a gap in them, cover; and their means."""
    first, end = ceil(place_of(float(t_s[0]), origin_s)), floor(place_of(float(t_s[-1]), origin_s))
    blocks = [*range(first, end, _BLOCK), end]
    edges_s = origin_s + np.array(blocks) * CELL_S
    before = np.maximum(np.searchsorted(t_s, edges_s, side="right") - 1, 0).tolist()
    after = np.searchsorted(t_s, edges_s).tolist()
    parts = [np.empty(0)]
    for k, (edge, last) in enumerate(pairwise(blocks)):
        part = slice(before[k], after[k + 1] + 1)
        parts.append(_block_means(t_s[part], angle_deg[part], origin_s, edge, last))
    return first, np.concatenate(parts)


def _block_means(t_s: Array, angle_deg: Array, origin_s: float, edge: int, last: int) -> Array:
    """Means between the edges `edge` and `last`, the samples reaching from the one to the other."""
    cell = place_of(t_s, origin_s).astype(np.int64)
    cell[0], cell[-1] = edge - 1, last
    left = np.flatnonzero(cell[1:] != cell[:-1])  # samples with an edge between them and the next
    if len(left) <= last - edge:  # or with several
        left = np.repeat(left, np.diff(cell)[left])
    step = np.diff(t_s)
    twice_area = (angle_deg[1:] + angle_deg[:-1]) * step
    between = np.add.reduceat(twice_area, left)[:-1]
    between[left[1:] == left[:-1]] = 0
    since = np.arange(edge, last + 1) * CELL_S + origin_s - t_s[left]
    from_deg, to_deg = angle_deg[left], angle_deg[left + 1]
    until_edge = since * (from_deg + 0.5 * since * (to_deg - from_deg) / step[left])
    return rounded((0.5 * between + np.diff(until_edge)) / CELL_S, GRID)


def _smooth(mean_deg: Array) -> Array:
    smooth = np.empty_like(mean_deg)
    if len(mean_deg) > 2 * REACH:
        smooth[REACH:-REACH] = np.convolve(mean_deg, _PARABOLA[REACH], mode="valid")
    n = len(mean_deg)
    for i in {*range(min(REACH, n)), *range(max(n - REACH, 0), n)}:  # fewer neighbours there
        reach = min(i, n - 1 - i)
        smooth[i] = np.dot(_PARABOLA[reach], mean_deg[i - reach : i + reach + 1])
    return rounded(smooth, GRID)


def _steadied(smooth: Array) -> Array:
    steadied = smooth.copy()
    for begin in range(0, len(smooth) - STEADY_CELLS + 1, _BLOCK):
        last = smooth[begin : begin + _BLOCK + STEADY_CELLS - 1]
        steady = range_of(last, last, STEADY_CELLS) < STEADY_DEG
        mean = rounded(np.convolve(last, _MEAN, mode="valid"), _FINER)
        np.copyto(steadied[begin + STEADY_CELLS - 1 :][: len(mean)], mean, where=steady)
    return steadied


def rounded(x: Array, grid: float) -> Array:
    """To the nearest of this many parts of a degree."""
    on_grid: Array = np.rint(x * grid) / grid
    return on_grid


def range_of(low: Array, high: Array, n: int) -> Array:
    """Least low to greatest high of each n in a row."""
    return greatest_of(high, n) + greatest_of(-low, n)


def greatest_of(x: Array, n: int) -> Array:
    """The greatest of each n in a row, by halves."""
    width = 1
    while 2 * width <= n:
        x = np.maximum(x[width:], x[:-width])
        width *= 2
    greatest: Array = np.maximum(x[n - width :], x[: len(x) - (n - width)])
    return greatest
