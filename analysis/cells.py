"""Near-regular samples become regular cells of smooth motion: what is counted on.

A cell is the mean of the motion (straight lines between samples) over `CELL_S`, so sensors of 50
and of 500 Hz, jitter and lost samples all end in the same even series. Its neighbours then smooth
it: a parabola through seven cells, which takes noise away without flattening the turning points of
fast reps. A lever that hardly moves bears more: where the last `STEADY_CELLS` stay within
`STEADY_DEG`, a cell is their mean.
"""

from collections import deque
from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CELL_S = 0.02
GAP_S = 0.1  # longer than this without a sample is not bridged
STEADY_CELLS = 10
STEADY_DEG = 1.6
DIGITS = 6  # of a degree: what is alike live and in a whole trace, is equal

# Parabola through 2m+1 cells, read at the middle one (Savitzky and Golay 1964), for m = 0..3;
# fewer neighbours beside a gap.
_PARABOLA = (
    (1.0,),
    (0.0, 1.0, 0.0),
    (-3 / 35, 12 / 35, 17 / 35, 12 / 35, -3 / 35),
    (-2 / 21, 3 / 21, 6 / 21, 7 / 21, 6 / 21, 3 / 21, -2 / 21),
)
REACH = len(_PARABOLA) - 1


class Cell(NamedTuple):
    """The middle of a cell (s), the smooth angle to count on (deg), the time missing before it (s),
    and the plain mean of the motion over the cell (deg), which measures are taken from.
    """

    t_s: float
    angle_deg: float
    gap_s: float
    mean_deg: float


def _cell_at(t_s: float, origin_s: float) -> tuple[int, int]:
    """The cell that `t_s` lies in, and the first one that begins at it or later.

    Said by the same comparison with the edges everywhere, so that rounding cannot tell two tales.
    """
    cell = floor((t_s - origin_s) / CELL_S)
    cell += int(origin_s + (cell + 1) * CELL_S <= t_s)
    return cell, cell + int(origin_s + cell * CELL_S < t_s)


class CellMaker:
    """Streaming form: `push` good samples in order, get the cells that are complete."""

    def __init__(self) -> None:
        self._averager = _Averager()
        self._smoother = _Smoother()

    def push(self, t_s: float, angle_deg: float) -> list[Cell]:
        """The cells that this sample completes: none, one, or a few."""
        return [
            cell
            for mean in self._averager.push(t_s, angle_deg)
            for cell in self._smoother.push(mean)
        ]

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
            self._start(t_s, angle_deg)
            return []
        last_s, last_deg = self._newest
        if t_s - last_s > GAP_S:
            self._start(t_s, angle_deg)
            self._gap_s += t_s - last_s
            return []
        cells = []
        slope = (angle_deg - last_deg) / (t_s - last_s)
        while (edge_s := self._origin_s + (self._cell + 1) * CELL_S) <= t_s:
            since = edge_s - last_s
            area = self._area + since * (last_deg + 0.5 * slope * since)
            if self._cell >= self._first_whole:
                middle_s = self._origin_s + self._cell * CELL_S + 0.5 * CELL_S
                mean = round(area / CELL_S, DIGITS)
                cells.append(Cell(middle_s, mean, self._gap_s, mean))
                self._gap_s = 0.0
            self._area -= area
            self._cell += 1
        self._area += (t_s - last_s) * 0.5 * (last_deg + angle_deg)
        self._newest = (t_s, angle_deg)
        return cells

    def _start(self, t_s: float, angle_deg: float) -> None:
        assert self._origin_s is not None
        self._cell, self._first_whole = _cell_at(t_s, self._origin_s)
        self._area = 0.0
        self._newest = (t_s, angle_deg)


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
        angle = round(sum(w * a for w, a in zip(_PARABOLA[reach], near, strict=True)), DIGITS)
        last = self._smooth
        last.append(angle)
        if len(last) == STEADY_CELLS and max(last) - min(last) < STEADY_DEG:
            angle = round(sum(last) / STEADY_CELLS, DIGITS + 1)
        return self._means[i]._replace(angle_deg=angle)


class Cells(NamedTuple):
    """The cells of a whole trace, an array a field."""

    t_s: NDArray[np.float64]
    angle_deg: NDArray[np.float64]
    gap_s: NDArray[np.float64]
    mean_deg: NDArray[np.float64]


def cells_of_trace(t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> Cells:
    """The same for a whole trace of good samples with increasing times (s)."""
    n = _cell_at(t_s[-1], t_s[0])[0] if len(t_s) else 0
    if not n:
        return Cells(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    edges = t_s[0] + np.arange(n + 1) * CELL_S
    left = np.minimum(np.searchsorted(t_s, edges, side="right") - 1, len(t_s) - 2)
    step = np.diff(t_s)
    area = np.concatenate([[0.0], np.cumsum(0.5 * step * (angle_deg[:-1] + angle_deg[1:]))])
    since = edges - t_s[left]
    slope = np.diff(angle_deg)[left] / step[left]
    means = np.diff(area[left] + since * (angle_deg[left] + 0.5 * slope * since)) / CELL_S
    whole = np.ones(n, dtype=bool)
    missing = np.zeros(n)
    for i in np.flatnonzero(step > GAP_S):
        first, after = _cell_at(t_s[i], t_s[0])[0], _cell_at(t_s[i + 1], t_s[0])[1]
        whole[first:after] = False
        missing[after : after + 1] += step[i]
    gap_s = np.diff(np.cumsum(missing)[whole], prepend=0.0)
    means = np.round(means[whole], DIGITS)
    return Cells((edges[:-1] + 0.5 * CELL_S)[whole], _smooth(means, gap_s), gap_s, means)


def _smooth(means: NDArray[np.float64], gap_s: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(means):
        return means
    smooth = (
        np.convolve(means, _PARABOLA[REACH], mode="same")
        if len(means) > 2 * REACH
        else means.copy()
    )
    begins = np.flatnonzero(gap_s)
    for begin, end in zip([0, *begins], [*begins, len(means)], strict=True):
        near_an_edge = {
            *range(begin, min(begin + REACH, end)),
            *range(max(end - REACH, begin), end),
        }
        for i in near_an_edge:
            reach = min(i - begin, end - 1 - i, REACH)
            smooth[i] = np.dot(_PARABOLA[reach], means[i - reach : i + reach + 1])
    return _steadied(np.round(smooth, DIGITS), begins)


def _steadied(smooth: NDArray[np.float64], begins: NDArray[np.int64]) -> NDArray[np.float64]:
    if len(smooth) < STEADY_CELLS:
        return smooth
    last = np.lib.stride_tricks.sliding_window_view(smooth, STEADY_CELLS)
    steady = last.max(axis=1) - last.min(axis=1) < STEADY_DEG
    for begin in begins:
        steady[max(0, begin - STEADY_CELLS + 1) : begin] = False
    steadied = smooth.copy()
    # One digit more, which ten values of DIGITS make: no half is left to round up or down.
    mean = np.round(last.sum(axis=1) / STEADY_CELLS, DIGITS + 1)
    steadied[STEADY_CELLS - 1 :][steady] = mean[steady]
    return steadied
