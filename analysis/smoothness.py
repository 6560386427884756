"""How smooth a stroke was."""

import numpy as np

from analysis import polynomial
from analysis.cells import CELL_S, Array
from analysis.segments import Segments, in_rows, or_none
from analysis.strip import ROUGH
from analysis.strokes import Strokes

_SMOOTH_HZ, _SMOOTH_SHARE = 10.0, 0.05
_FINER = 8  # times as many lines as there are values


def smoothness(cells: Array, rise: Strokes) -> list[float | None]:
    """Spectral arc length of each rise's speed (Balasubramanian et al. 2015,
    doi:10.1186/s12984-015-0090-9).
    """
    start, end = (np.rint(edge).astype(np.int64) for edge in (rise.start, rise.end))
    parts = Segments(cells, start, end, ROUGH[0])
    speed = np.abs(polynomial.speed(parts.x, *ROUGH))
    smooth = np.full(len(start), np.nan)
    for same, rows in in_rows(speed, parts.lo, end - start + 1):
        smooth[same] = _arc_length(rows)
    return or_none(smooth)


def _arc_length(speed: Array) -> Array:
    """Of the spectrum of each row, up to the last line within _SMOOTH_HZ that is a _SMOOTH_SHARE
    of the first.
    """
    size = _FINER * speed.shape[1]
    hz = np.fft.rfftfreq(size, CELL_S)
    hz = hz[hz <= _SMOOTH_HZ]
    lines = np.fft.rfft(speed, size)[:, : len(hz)]
    lines = np.sqrt(lines.real**2 + lines.imag**2)  # quicker than np.abs
    with np.errstate(invalid="ignore"):
        lines /= lines[:, :1]
    last = len(hz) - 1 - np.argmax(lines[:, ::-1] >= _SMOOTH_SHARE, axis=1)
    step = hz[1] / np.maximum(hz[last], hz[1])
    arcs = np.sqrt(step[:, None] ** 2 + np.diff(lines) ** 2)
    length: Array = np.where(np.arange(len(hz) - 1) < last[:, None], arcs, 0.0).sum(axis=1)
    return -length
