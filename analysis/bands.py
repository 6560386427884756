"""The motion by its frequencies: how it shakes, and how it accelerates.

A whole stretch of cells, the strokes beside a hold with it, goes through the gain that a Butterworth
filter of order 4 has forwards and backwards: no delay, and no end of a hold to be weighed less.
"""

import numpy as np

from analysis.cells import CELL_S
from analysis.polynomial import Array

SHAKE_HZ = (3.0, 12.0)
ACCEL_HZ = 10.0

_ORDER = 4
_EDGE = 25  # cells that are mirrored at both ends
_LUCKY = 0.45  # standard deviations of noise that the peak of a few accelerations is too high by


def shake_deg(mean_deg: Array, first: int, last: int, noise_deg: float) -> float:
    """RMS (deg) of the 3-12 Hz band from cell `first` up to `last`, less what the cells' noise
    alone makes.
    """
    gain = _shake_gain(_frequencies_hz(mean_deg))
    hold = _through(gain, mean_deg)[first:last]
    noise = noise_deg**2 * float(np.mean(gain**2))
    return float(np.sqrt(max(float(np.mean(hold**2)) - noise, 0.0)))


def acceleration_dps2(mean_deg: Array) -> Array:
    """Acceleration (deg/s^2) of the motion below 10 Hz at each cell."""
    return _through(_acceleration_gain(_frequencies_hz(mean_deg)), mean_deg)


def lucky_dps2(noise_deg: float) -> float:
    """By how much the cells' noise raises the peak acceleration in the start of a stroke."""
    return _LUCKY * _ACCEL_NOISE * noise_deg


def _through(gain: Array, mean_deg: Array) -> Array:
    padded = np.pad(mean_deg, _EDGE, mode="reflect", reflect_type="odd")
    # A spectrum takes the end to go on to the beginning: without the line there is no step.
    line = np.linspace(padded[0], padded[-1], len(padded))
    passed = np.fft.irfft(np.fft.rfft(padded - line) * gain, len(padded))
    return passed[_EDGE:-_EDGE].astype(np.float64, copy=False)


def _frequencies_hz(mean_deg: Array) -> Array:
    hz: Array = np.fft.rfftfreq(len(mean_deg) + 2 * _EDGE, CELL_S)
    return hz


def _shake_gain(hz: Array) -> Array:
    low, high = SHAKE_HZ
    hz = np.maximum(hz, 1e-3)
    away = (hz**2 - low * high) / (hz * (high - low))
    return _of_motion(hz) / (1 + away ** (2 * _ORDER))


def _acceleration_gain(hz: Array) -> Array:
    return -((2 * np.pi * hz) ** 2) * _of_motion(hz) / (1 + (hz / ACCEL_HZ) ** (2 * _ORDER))


def _of_motion(hz: Array) -> Array:
    """What makes the motion again of cells, which are means over their width."""
    gain: Array = 1 / np.sinc(hz * CELL_S)
    return gain


_ACCEL_NOISE = float(np.sqrt(np.mean(_acceleration_gain(np.linspace(0, 0.5 / CELL_S, 501)) ** 2)))
