"""The motion by its frequencies: how it shakes at the top, and how it accelerates from the bottom.

The gain is that of a Butterworth filter of order 4 forwards and backwards, so there is no delay; it
is applied as weights of the cells around, the strokes beside a hold with it, so that no end of a
hold weighs less than its middle.
"""

import numpy as np

from analysis.cells import CELL_S, Array, greatest_of
from analysis.polynomial import correlate
from analysis.segments import Places, Segments, in_rows, or_none, over
from analysis.strokes import Strokes

SHAKE_HZ = (3.0, 12.0)
ACCEL_HZ = 10.0
SHAKE_REACH = 75  # cells to both sides: a narrower one lets the strokes beside through
_SHAKE_HOLD_S = 0.5
_ACCEL_REACH = 30
_ORDER = 4

# Acceleration below this stands out of any noise. What is quicker is believed by how much it stands
# out, half of it at so many standard deviations; beside a knock not at all.
_SURE_HZ = 6.0
_HALF_BELIEVED = 1.75
# A knock rings much quicker than people move, which sixth differences tell.
_KNOCK = np.array([1.0, -6.0, 15.0, -20.0, 15.0, -6.0, 1.0])
_CERTAIN = 5.0  # standard deviations of noise
_BESIDE = len(_KNOCK) // 2 + 3  # cells from the middle of those that tell


def shake_deg(cells: Array, first: Places, end: Places, noise_deg: Array) -> list[float | None]:
    """RMS (deg) of the 3-12 Hz band in holds from place `first` up to `end`, less what noise alone
    makes; None for short ones.
    """
    shake = np.full(len(first), np.nan)
    held = np.flatnonzero((end - first) * CELL_S >= _SHAKE_HOLD_S)
    reached = (end - first)[held] + 2 * SHAKE_REACH
    for same, rows in in_rows(cells, first[held] - SHAKE_REACH, reached):
        which = held[same]
        shake[which] = _band_rms(rows, (end - first)[which])
    mean = shake**2 - (noise_deg * np.linalg.norm(_SHAKE)) ** 2
    return or_none(np.sqrt(np.maximum(mean, 0.0)))


def _band_rms(rows: Array, lengths: Places) -> Array:
    """RMS (deg) of the band in holds of these lengths, which lie SHAKE_REACH cells from the
    beginnings of the rows; _SHAKE is applied by its lines.
    """
    along, size = np.arange(rows.shape[1]), rows.shape[1]
    weights = np.roll(np.pad(_SHAKE, (0, size - len(_SHAKE))), -SHAKE_REACH)
    band = np.fft.irfft(np.fft.rfft(rows) * np.fft.rfft(weights).real, size)
    held = (along >= SHAKE_REACH) & (along < SHAKE_REACH + lengths[:, None])
    rms: Array = np.sqrt(np.sum(band**2, axis=1, where=held) / lengths)
    return rms


def start_accel_dps2(cells: Array, rough: Array, rise: Strokes, noise_deg: Array) -> Array:
    """Peak upward acceleration (deg/s^2) below 10 Hz in the first third of each rise's travel.

    `rough` is an unbiased curve through the cells.
    """
    start, end = (np.rint(edge).astype(np.int64) for edge in (rise.start, rise.end))
    stroke = Segments(rough, start, np.maximum(end, start))
    third_deg = stroke.spread(rough[start] + rise.travel_deg / 3)
    third = stroke.first_true(stroke.x <= third_deg) - stroke.lo
    third = np.clip(third, 2, np.maximum(end - start, 2))
    parts = Segments(cells, start - 1, start + third, _ACCEL_REACH)
    return over(np.maximum, _raising_dps2(parts, noise_deg), parts.lo, parts.hi)


def _raising_dps2(parts: Segments, noise_deg: Array) -> Array:
    slow, quick = correlate(parts.x, _SLOW), correlate(parts.x, _QUICKER)
    noise = parts.spread(noise_deg)
    quick *= quick**2 / (quick**2 + (_HALF_BELIEVED * np.linalg.norm(_QUICKER) * noise) ** 2)
    ends = _ACCEL_REACH - len(_KNOCK) // 2 - _BESIDE
    ringing = np.abs(correlate(parts.x[ends:-ends], _KNOCK))
    near = greatest_of(ringing, 2 * _BESIDE + 1) > _CERTAIN * np.linalg.norm(_KNOCK) * noise
    raising: Array = np.where(near, slow + np.minimum(quick, 0), slow + quick)
    return raising


def _weights(gain: Array, reach: int, sidelobes: float) -> Array:
    """Of the cells around, for the gain at _HZ."""
    weights = np.roll(np.fft.irfft(gain), len(gain) - 1)
    middle = len(gain) - 1
    return weights[middle - reach : middle + reach + 1] * np.kaiser(2 * reach + 1, sidelobes)


_HZ = np.linspace(0.001, 0.5 / CELL_S, 1025)
_OF_MOTION = 1 / np.sinc(_HZ * CELL_S)  # makes the motion again of cells, means over their width


def _shake_gain() -> Array:
    low, high = SHAKE_HZ
    away = (_HZ**2 - low * high) / (_HZ * (high - low))
    return _OF_MOTION / (1 + away ** (2 * _ORDER))


def _raising_gain(below_hz: float) -> Array:
    return (2 * np.pi * _HZ) ** 2 * _OF_MOTION / (1 + (_HZ / below_hz) ** (2 * _ORDER))


_SHAKE = _weights(_shake_gain(), SHAKE_REACH, 3.0)
_SHAKE -= _SHAKE.mean()  # of a lever that stands still it makes nothing
_SLOW = _weights(_raising_gain(_SURE_HZ), _ACCEL_REACH, 0.0)
_SLOW -= _SLOW.mean()
_QUICKER = _weights(_raising_gain(ACCEL_HZ) - _raising_gain(_SURE_HZ), _ACCEL_REACH, 0.0)
