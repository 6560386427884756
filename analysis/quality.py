"""How well a rep was moved: thrown or smooth from the bottom, steady or shaking at the top."""

import numpy as np
from numpy.typing import NDArray

from analysis import polynomial
from analysis.cells import CELL_S, Array
from analysis.segments import Places, Segments, over
from analysis.strokes import Strokes

_ACCEL = (5, 4)  # reach and degree: the quartic over +-0.1 s passes what is below 10 Hz
_SHAKE_HZ = (3.0, 12.0)
_SHAKE_HOLD_S = 0.5
_SMOOTH_HZ, _SMOOTH_SHARE = 10.0, 0.05
_FINER = 16  # times as many lines as there are values


def start_accel_dps2(cells: Array, rise: Strokes) -> Array:
    """Peak upward acceleration in the first third of each rise's travel (deg/s^2)."""
    start, end = (np.rint(edge).astype(np.int64) for edge in (rise.start, rise.end))
    parts = Segments(cells, start - 1, np.maximum(end, start + 2), _ACCEL[0])
    angle = polynomial.angle(parts.x, *_ACCEL)
    upward = -polynomial.acceleration(parts.x, *_ACCEL)
    third_deg = angle[parts.lo + 1] + rise.travel_deg / 3
    begun = np.arange(len(angle)) > parts.spread(parts.lo)
    third = parts.first_true((angle <= parts.spread(third_deg)) & begun)
    return over(np.maximum, upward, parts.lo, np.clip(third + 1, parts.lo + 4, parts.hi))


def shake_deg(cells: Array, first: Places, end: Places) -> list[float | None]:
    """RMS (deg) of the 3-12 Hz band in holds from place `first` to `end`; None for short ones."""
    lengths = end - first
    shake = np.full(len(first), np.nan)
    sizes = _powers_of_two(lengths)
    sizes[lengths * CELL_S < _SHAKE_HOLD_S] = 0
    for size in np.unique(sizes[sizes > 0]).tolist():
        same = sizes == size
        rows, within = _side_by_side(cells, first[same], lengths[same], size)
        shake[same] = _band_rms(rows, within, lengths[same])
    return [None if np.isnan(value) else value for value in shake.tolist()]


def smoothness(speed_dps: Array, rise: Strokes) -> list[float | None]:
    """Spectral arc length of each rise's speed (Balasubramanian et al. 2015,
    doi:10.1186/s12984-015-0090-9).
    """
    start, end = (np.rint(edge).astype(np.int64) for edge in (rise.start, rise.end))
    lengths = end - start + 1
    smooth = np.full(len(start), np.nan)
    sizes = _powers_of_two(lengths)
    for size in np.unique(sizes).tolist():
        same = sizes == size
        rows, _ = _side_by_side(np.abs(speed_dps), start[same], lengths[same], size)
        smooth[same] = _arc_length(rows)
    return [None if np.isnan(value) else value for value in smooth.tolist()]


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


def _band_rms(x: Array, within: NDArray[np.bool_], lengths: Places) -> Array:
    n, size = lengths[:, None], x.shape[1]
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / (n - 1))
    tapered = np.where(within, (x - x.sum(axis=1, keepdims=True) / n) * taper, 0.0)
    hz = np.fft.rfftfreq(size, CELL_S)
    band = (hz >= _SHAKE_HZ[0]) & (hz <= _SHAKE_HZ[1])
    # What the mean over a cell leaves of an oscillation.
    power = (np.abs(np.fft.rfft(tapered)[:, band]) / np.sinc(hz[band] * CELL_S)) ** 2
    # Of a one-sided spectrum each line stands for two; the taper kept 3/8 of the power.
    rms: Array = np.sqrt(2 * power.sum(axis=1) / (size * lengths * 0.375))
    return rms


def _powers_of_two(lengths: Places) -> Places:
    """The least that is not under each length."""
    return 1 << np.ceil(np.log2(np.maximum(lengths, 2))).astype(np.int64)


def _side_by_side(
    x: Array, first: Places, lengths: Places, size: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Stretches as rows of `size`, and which of these places are theirs; the others are 0."""
    along = np.arange(size)
    within = along < lengths[:, None]
    return np.where(within, x[np.minimum(first[:, None] + along, len(x) - 1)], 0.0), within
