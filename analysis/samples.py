"""The cells that measures are taken from, kept for as long as a rep may still need them."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CELL_S, Cell, Cells

HOLE_S = 0.05  # longer than this without a sample is not measured over
_TRIM_AT = 1024

Hole = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """Cell means (deg) every CELL_S from `begin_s`, and the holes (from, to; s) in them."""

    begin_s: float
    mean_deg: NDArray[np.float64]
    holes: tuple[Hole, ...]

    def index(self, t_s: float) -> int:
        """The place of the cell nearest to `t_s`, kept inside the series."""
        return min(max(round((t_s - self.begin_s) / CELL_S), 0), len(self.mean_deg) - 1)

    def time(self, place: float) -> float:
        """The time (s) at a place, which may lie between two cells."""
        return self.begin_s + place * CELL_S


class Samples(Protocol):
    """The cells of the recent past, or of a whole trace."""

    def window(self, from_s: float, to_s: float) -> Series | None:
        """The cells of from_s <= t < to_s as an even series; None if there are none."""
        ...


class LiveSamples:
    """Cells as they come; what is forgotten takes no memory."""

    def __init__(self) -> None:
        self._t: list[float] = []
        self._mean: list[float] = []
        self._holes: list[Hole] = []

    def add(self, cell: Cell) -> None:
        """The next cell in time."""
        self._t.append(cell.t_s)
        self._mean.append(cell.mean_deg)

    def add_hole(self, hole: Hole) -> None:
        """No sample for more than HOLE_S."""
        self._holes.append(hole)

    def window(self, from_s: float, to_s: float) -> Series | None:
        """As in Samples."""
        part = slice(bisect_left(self._t, from_s), bisect_left(self._t, to_s))
        holes = tuple(hole for hole in self._holes if hole[1] > from_s and hole[0] < to_s)
        return _even(np.array(self._t[part]), np.array(self._mean[part]), holes)

    def forget_before(self, t_s: float) -> None:
        """Nobody will ask for cells before `t_s`; done now and then, as it moves all that stays."""
        if len(self._t) > _TRIM_AT and self._t[_TRIM_AT] < t_s:
            old = bisect_left(self._t, t_s)
            del self._t[:old], self._mean[:old]
            self._holes = [hole for hole in self._holes if hole[1] >= t_s]


class TraceSamples:
    """The cells of a whole trace, and the times (s) of its good samples."""

    def __init__(self, cells: Cells, sample_s: NDArray[np.float64]) -> None:
        self._t, self._mean = cells.t_s, cells.mean_deg
        wide = np.flatnonzero(np.diff(sample_s) > HOLE_S)
        self._from, self._to = sample_s[wide], sample_s[wide + 1]

    def window(self, from_s: float, to_s: float) -> Series | None:
        """As in Samples."""
        part = slice(*np.searchsorted(self._t, (from_s, to_s)))
        here = slice(
            np.searchsorted(self._to, from_s, side="right"), np.searchsorted(self._from, to_s)
        )
        holes = tuple(zip(self._from[here].tolist(), self._to[here].tolist(), strict=True))
        return _even(self._t[part], self._mean[part], holes)


def _even(
    t_s: NDArray[np.float64], mean_deg: NDArray[np.float64], holes: tuple[Hole, ...]
) -> Series | None:
    if not len(t_s):
        return None
    begin_s = float(t_s[0])
    n = round((float(t_s[-1]) - begin_s) / CELL_S) + 1
    if n > len(t_s):
        mean_deg = np.interp(begin_s + CELL_S * np.arange(n), t_s, mean_deg)
    return Series(begin_s, mean_deg, holes)
