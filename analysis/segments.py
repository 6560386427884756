"""Many stretches of one long array at once: numpy's cost is by the call, and reps are short."""

from collections.abc import Iterator
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cells import Array

Places = NDArray[np.int64]

# numpy keeps freed arrays of under 1 kB, some of each size, for ever: let there be few sizes.
_STEP = 64


class Segments:
    """Stretches of an array from the places `first` up to and with `last`, laid end to end with
    `reach` neighbours on both sides.

    In the results of a kernel of that reach ("valid"), stretch k lies from `lo[k]` up to `hi[k]`.
    """

    def __init__(self, x: Array, first: Places, last: Places, reach: int = 0) -> None:
        spans = last - first + 1 + 2 * reach
        self.lo = np.cumsum(spans) - spans
        self.hi = self.lo + spans - 2 * reach
        places = -(-int(self.hi[-1]) // _STEP) * _STEP
        bounds = zip((first - reach).tolist(), (last + reach + 1).tolist(), strict=True)
        beyond = np.zeros(places - int(self.hi[-1]))
        self.x = np.concatenate([*(x[a:b] for a, b in bounds), beyond])
        spans[-1] += len(beyond)
        self._owner = np.repeat(np.arange(len(first)), spans)[:places]

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Each stretch's value, at all of its places."""
        spread: NDArray[Any] = values[self._owner]
        return spread

    def first_true(self, mask: NDArray[np.bool_]) -> Places:
        """The first place in each stretch where `mask` holds; a great number if there is none."""
        places = np.where(mask, np.arange(len(mask)), _NONE)
        return over(np.minimum, places, self.lo, self.hi)

    def last_true(self, mask: NDArray[np.bool_]) -> Places:
        """The last place in each stretch where `mask` holds, -1 if there is none."""
        places = np.where(mask, np.arange(len(mask)), -1)
        return over(np.maximum, places, self.lo, self.hi)


_NONE = np.iinfo(np.int64).max


def over(ufunc: np.ufunc, x: NDArray[Any], lo: Places, hi: Places) -> NDArray[Any]:
    """`ufunc` reduced over each x[lo:hi]; no stretch is empty, none begins before the last ends."""
    bounds = np.stack((lo, hi), axis=1).ravel()
    if bounds[-1] == len(x):
        bounds = bounds[:-1]
    reduced: NDArray[Any] = ufunc.reduceat(x, bounds)[::2]
    return reduced


def in_rows(x: Array, first: Places, lengths: Places) -> Iterator[tuple[Places, Array]]:
    """Stretches of x from the places `first` on, as rows of a power of two filled with zeros: which
    of them fit the same one, and their rows.
    """
    sizes = 1 << np.ceil(np.log2(np.maximum(lengths, 2))).astype(np.int64)
    for size in np.unique(sizes).tolist():
        same, along = np.flatnonzero(sizes == size), np.arange(size)
        places = np.minimum(first[same, None] + along, len(x) - 1)
        yield same, np.where(along < lengths[same, None], x[places], 0.0)


def or_none(values: Array) -> list[float | None]:
    """As a list, None for what is not a number."""
    return [None if isnan(value) else value for value in values.tolist()]
