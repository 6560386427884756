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

# Acceleration below this stands out of any noise. What is quicker is believed by how much it stands
# out, half of it at so many standard deviations; beside a knock not at all.
_SURE_HZ = 6.0
_HALF_BELIEVED = 1.75
# A knock rings much quicker than people move, which differences of this order tell.
_QUICK = 6
_KNOCK = 5.0  # standard deviations of noise
_RINGS = 2  # cells before and after those that tell

Array = NDArray[np.float64]


class Bands:
    """The spectrum of a stretch of cells (deg), whose noise has this standard deviation (deg)."""

    def __init__(self, mean_deg: Array, noise_deg: float) -> None:
        self._cells, self._noise = mean_deg, noise_deg
        self._edge = edge = min(_EDGE, len(mean_deg) - 1)
        before = 2 * mean_deg[0] - mean_deg[edge:0:-1]
        after = 2 * mean_deg[-1] - mean_deg[-2 : -2 - edge : -1]
        padded = np.concatenate([before, mean_deg, after])
        # A spectrum takes the end to go on to the beginning: without the line there is no step.
        self._lines = np.fft.rfft(padded - np.linspace(padded[0], padded[-1], len(padded)))
        self._hz = np.fft.rfftfreq(len(padded), CELL_S).astype(np.float64, copy=False)

    def shake_deg(self, first: int, last: int) -> float:
        """RMS (deg) of the 3-12 Hz band from cell `first` up to `last`, less what noise alone
        makes.
        """
        gain = _shake_gain(self._hz)
        hold = self._through(gain)[first:last]
        noise = self._noise**2 * float(np.mean(gain**2))
        return float(np.sqrt(max(float(np.mean(hold**2)) - noise, 0.0)))

    def raising_dps2(self) -> Array:
        """Acceleration (deg/s^2) upwards, below 10 Hz, at each cell."""
        slow_gain, gain = _raising_gain(self._hz, _SURE_HZ), _raising_gain(self._hz, ACCEL_HZ)
        slow, quick = self._through(slow_gain), self._through(gain - slow_gain)
        doubt = (_HALF_BELIEVED * _QUICKER_NOISE * self._noise) ** 2
        quick *= quick**2 / (quick**2 + doubt)
        knocked = _knocked(self._cells, self._noise)
        quick[knocked] = np.minimum(quick[knocked], 0)
        return slow + quick

    def _through(self, gain: Array) -> Array:
        n, edge = len(self._cells), self._edge
        passed = np.fft.irfft(self._lines * gain, n + 2 * edge)[edge : edge + n]
        return passed.astype(np.float64, copy=False)


def _knocked(mean_deg: Array, noise_deg: float) -> NDArray[np.bool_]:
    quick = np.abs(np.diff(mean_deg, _QUICK)) > _KNOCK * _QUICK_NOISE * noise_deg
    near = np.convolve(quick, np.ones(_QUICK + 1 + 2 * _RINGS))[_RINGS:-_RINGS]
    return near > 0


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
