"""The motion by its frequencies: how it shakes, and how it accelerates.

A whole stretch of cells, the strokes beside a hold with it, goes through the gain that a
Butterworth filter of order 4 has forwards and backwards: no delay, and no end of a hold weighs less
than its middle.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CELL_S

SHAKE_HZ = (3.0, 12.0)
ACCEL_HZ = 10.0

_ORDER = 4
_EDGE = 25  # cells that are mirrored at both ends

# Below this acceleration stands out of any noise. What is quicker is believed by how much it stands
# out, half of it at so many standard deviations; beside a knock not at all.
_SURE_HZ = 6.0
_HALF_BELIEVED = 1.75
# A knock rings much quicker than people move, which differences of this order tell.
_QUICK = 6
_KNOCK = 5.0  # standard deviations of noise
_RINGS = 2  # cells before and after those that tell

Array = NDArray[np.float64]


def shake_deg(mean_deg: Array, first: int, last: int, noise_deg: float) -> float:
    """RMS (deg) of the 3-12 Hz band from cell `first` up to `last`, less what the cells' noise
    alone makes.
    """
    gain = _shake_gain(_frequencies_hz(mean_deg))
    hold = _through(gain, mean_deg)[first:last]
    noise = noise_deg**2 * float(np.mean(gain**2))
    return float(np.sqrt(max(float(np.mean(hold**2)) - noise, 0.0)))


def raising_dps2(mean_deg: Array, noise_deg: float) -> Array:
    """Acceleration (deg/s^2) upwards, below 10 Hz, at each cell."""
    hz = _frequencies_hz(mean_deg)
    slow_gain, whole_gain = _raising_gain(hz, _SURE_HZ), _raising_gain(hz, ACCEL_HZ)
    slow, quick = _through(slow_gain, mean_deg), _through(whole_gain - slow_gain, mean_deg)
    doubt = (_HALF_BELIEVED * _QUICKER_NOISE * noise_deg) ** 2
    quick *= quick**2 / (quick**2 + doubt)
    knocked = _knocked(mean_deg, noise_deg)
    quick[knocked] = np.minimum(quick[knocked], 0)
    return slow + quick


def _knocked(mean_deg: Array, noise_deg: float) -> NDArray[np.bool_]:
    quick = np.abs(np.diff(mean_deg, _QUICK)) > _KNOCK * _QUICK_NOISE * noise_deg
    near = np.convolve(quick, np.ones(_QUICK + 1 + 2 * _RINGS))[_RINGS:-_RINGS]
    return near > 0


def _through(gain: Array, mean_deg: Array) -> Array:
    padded = np.pad(mean_deg, _EDGE, mode="reflect", reflect_type="odd")
    # A spectrum takes the end to go on to the beginning: without the line there is no step.
    line = np.linspace(padded[0], padded[-1], len(padded))
    passed = np.fft.irfft(np.fft.rfft(padded - line) * gain, len(padded))
    return passed[_EDGE:-_EDGE].astype(np.float64, copy=False)


def _frequencies_hz(mean_deg: Array) -> Array:
    return np.fft.rfftfreq(len(mean_deg) + 2 * _EDGE, CELL_S).astype(np.float64, copy=False)


def _shake_gain(hz: Array) -> Array:
    low, high = SHAKE_HZ
    hz = np.maximum(hz, 1e-3)
    away = (hz**2 - low * high) / (hz * (high - low))
    return _of_motion(hz) / (1 + away ** (2 * _ORDER))


def _raising_gain(hz: Array, below_hz: float) -> Array:
    return (2 * np.pi * hz) ** 2 * _of_motion(hz) / (1 + (hz / below_hz) ** (2 * _ORDER))


def _of_motion(hz: Array) -> Array:
    """What makes the motion again of cells, which are means over their width."""
    gain: Array = 1 / np.sinc(hz * CELL_S)
    return gain


_ALL_HZ = np.linspace(0, 0.5 / CELL_S, 501)
_QUICKER = _raising_gain(_ALL_HZ, ACCEL_HZ) - _raising_gain(_ALL_HZ, _SURE_HZ)
_QUICKER_NOISE = float(np.sqrt(np.mean(_QUICKER**2)))
_QUICK_NOISE = float(np.linalg.norm(np.diff(np.eye(1, 2 * _QUICK + 1, _QUICK), _QUICK)))
