"""The cells that measures are taken from, kept for as long as a rep may still need them."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from analysis.cells import Array, Cell, Cells, place_of

_TRIM_AT = 1024

Hole = tuple[float, float]


class Series(NamedTuple):
    """Cell means (deg), one after the other from cell `begin`, and the holes in them, from and to
    places between cells.
    """

    begin: int
    mean_deg: Array
    holes: tuple[Hole, ...]


class Samples(Protocol):
    """The cells of the recent past, or of a whole trace."""

    origin_s: float

    def series(self, spans: Sequence[tuple[int, int]]) -> list[Series]:
        """The cells from the first of each span up to the second, as far as there are any."""
        ...


class LiveSamples:
    """Cells as they come; what is forgotten takes no memory."""

    def __init__(self) -> None:
        self.origin_s = 0.0
        self._numbers: list[int] = []
        self._mean: list[float] = []
        self._holes: list[Hole] = []

    def add(self, cell: Cell) -> None:
        """The next cell in time."""
        self._numbers.append(cell.number)
        self._mean.append(cell.mean_deg)

    def add_hole(self, from_s: float, to_s: float) -> None:
        """No sample for more than HOLE_S."""
        hole = (place_of(from_s, self.origin_s) - 0.5, place_of(to_s, self.origin_s) - 0.5)
        self._holes.append(hole)

    def series(self, spans: Sequence[tuple[int, int]]) -> list[Series]:
        """As in Samples."""
        return [self._one(begin, end) for begin, end in spans]

    def _one(self, begin: int, end: int) -> Series:
        part = slice(bisect_left(self._numbers, begin), bisect_left(self._numbers, end))
        holes = tuple(hole for hole in self._holes if hole[1] > begin and hole[0] < end)
        return _even(np.array(self._numbers[part]), np.array(self._mean[part]), holes)

    def forget_before(self, number: int) -> None:
        """Nobody will ask for cells before `number`; done now and then, as it moves all others."""
        if len(self._numbers) > _TRIM_AT and self._numbers[_TRIM_AT] < number:
            old = bisect_left(self._numbers, number)
            del self._numbers[:old], self._mean[:old]
            self._holes = [hole for hole in self._holes if hole[1] >= number]


class TraceSamples:
    """The cells of a whole trace."""

    def __init__(self, cells: Cells) -> None:
        self.origin_s = cells.origin_s
        self._numbers, self._mean = cells.number, cells.mean_deg
        self._from, self._to = (place_of(t_s, self.origin_s) - 0.5 for t_s in cells.holes)

    def series(self, spans: Sequence[tuple[int, int]]) -> list[Series]:
        """As in Samples."""
        begins, ends = np.array(spans).T
        bounds = np.searchsorted(self._numbers, (begins, ends)).T.tolist()
        first = np.searchsorted(self._to, begins, side="right").tolist()
        last = np.searchsorted(self._from, ends).tolist()
        return [
            _even(self._numbers[a:b], self._mean[a:b], self._holes(h, k))
            for (a, b), h, k in zip(bounds, first, last, strict=True)
        ]

    def _holes(self, first: int, last: int) -> tuple[Hole, ...]:
        if first >= last:
            return ()
        return tuple(
            zip(self._from[first:last].tolist(), self._to[first:last].tolist(), strict=True)
        )


def _even(numbers: np.ndarray, mean_deg: Array, holes: tuple[Hole, ...]) -> Series:
    if not len(numbers):
        return Series(0, mean_deg, holes)
    begin, n = int(numbers[0]), int(numbers[-1] - numbers[0]) + 1
    if n > len(numbers):
        mean_deg = np.interp(np.arange(begin, begin + n), numbers, mean_deg)
    return Series(begin, mean_deg, holes)
