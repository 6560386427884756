"""The good samples that measures are taken from, kept for as long as a rep may still need them."""

from bisect import bisect_left
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_TRIM_AT = 4096


class Samples(Protocol):
    """Good samples of the recent past, or of a whole trace."""

    def window(self, from_s: float, to_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times (s) and angles (deg) of the samples in from_s <= t < to_s."""
        ...

    def forget_before(self, t_s: float) -> None:
        """Nobody will ask for samples before `t_s` any more."""
        ...


class LiveSamples:
    """Samples as they come; what is forgotten takes no memory."""

    def __init__(self) -> None:
        self._t: list[float] = []
        self._angle: list[float] = []

    def add(self, t_s: float, angle_deg: float) -> None:
        """The next sample in time."""
        self._t.append(t_s)
        self._angle.append(angle_deg)

    def window(self, from_s: float, to_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """As in Samples."""
        part = slice(bisect_left(self._t, from_s), bisect_left(self._t, to_s))
        return np.array(self._t[part]), np.array(self._angle[part])

    def forget_before(self, t_s: float) -> None:
        """As in Samples; done now and then, as it moves all that stays."""
        if len(self._t) > _TRIM_AT and self._t[_TRIM_AT] < t_s:
            old = bisect_left(self._t, t_s)
            del self._t[:old], self._angle[:old]


class TraceSamples:
    """The samples of a whole trace."""

    def __init__(self, t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> None:
        self._t, self._angle = t_s, angle_deg

    def window(self, from_s: float, to_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """As in Samples."""
        part = slice(*np.searchsorted(self._t, (from_s, to_s)))
        return self._t[part], self._angle[part]

    def forget_before(self, t_s: float) -> None:
        """A trace is kept whole."""
