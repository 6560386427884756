"""Shaking and acceleration against the filters that define them, on the motion at 1 kHz."""

import numpy as np
import pytest
from scipy import signal

from analysis import bands
from analysis.cells import CELL_S
from analysis.segments import Segments

HZ = 1000
CELL = round(CELL_S * HZ)
T = np.arange(5 * HZ) / HZ


def cells(motion: np.ndarray) -> np.ndarray:
    return motion[: len(motion) // CELL * CELL].reshape(-1, CELL).mean(axis=1)


def shake_deg(cells: np.ndarray, first: int, end: int, noise_deg: float) -> float:
    reach = bands.SHAKE_REACH
    padded = np.pad(cells, reach, mode="reflect", reflect_type="odd")
    places = np.array([first + reach]), np.array([end + reach])
    (shake,) = bands.shake_deg(padded, *places, np.array([noise_deg]))
    assert shake is not None
    return shake


def raising_dps2(cells: np.ndarray, noise_deg: float) -> np.ndarray:
    reach = bands._ACCEL_REACH
    padded = np.pad(cells, reach, mode="reflect", reflect_type="odd")
    whole = Segments(padded, np.array([reach]), np.array([reach + len(cells) - 1]), reach)
    return bands._raising_dps2(whole, np.array([noise_deg]))[: len(cells)]


def stroke(seconds: float) -> np.ndarray:
    """Held at 40, up to 0 by minimum jerk, held there."""
    u = np.clip((T - 1) / seconds, 0, 1)
    return 40 - 40 * (10 * u**3 - 15 * u**4 + 6 * u**5)


@pytest.mark.parametrize("hz", [3.5, 5.0, 7.0, 9.0, 11.0])
@pytest.mark.parametrize("hold_s", [0.5, 1.0, 2.5])
def test_shaking_is_that_of_the_band_pass(hz: float, hold_s: float) -> None:
    end = int((1.7 + hold_s) * HZ)
    fading = np.clip((T - 1.7) / 0.1, 0, 1) * (end / HZ > T)
    motion = stroke(0.7) + fading * np.sin(2 * np.pi * hz * T) + 2.5 * np.sin(2 * np.pi * 0.5 * T)
    band = signal.butter(4, (3, 12), "bandpass", fs=HZ, output="sos")
    want = np.sqrt(np.mean(signal.sosfiltfilt(band, motion)[1700:end] ** 2))
    assert shake_deg(cells(motion), 85, end // CELL, 0.0) == pytest.approx(want, rel=0.02)


def test_sway_and_settling_back_are_no_shaking() -> None:
    sway = 2.5 * np.sin(2 * np.pi * 1.0 * (T - 1.7)) * np.clip((T - 1.7) / 0.5, 0, 1)
    assert shake_deg(cells(stroke(0.7) + sway), 85, 200, 0.0) < 0.05
    settling = stroke(0.7) / 40 * 8 - 8  # from 0 to 8 past neutral, turned round: back in 0.7 s
    assert shake_deg(cells(settling), 40, 150, 0.0) < 0.03


def test_noise_is_no_shaking() -> None:
    rng = np.random.default_rng(1)
    found = [shake_deg(rng.normal(0, 0.1, 200), 50, 150, 0.1) for _ in range(50)]
    assert np.sqrt(np.mean(np.square(found))) < 0.04


@pytest.mark.parametrize("seconds", [0.4, 0.6, 1.0, 3.0])
def test_acceleration_is_that_of_the_low_pass(seconds: float) -> None:
    motion = stroke(seconds) + 0.01 * np.sin(2 * np.pi * 27 * T)
    low = signal.butter(4, 10, fs=HZ, output="sos")
    want = -np.gradient(np.gradient(signal.sosfiltfilt(low, motion))) * HZ**2
    found = raising_dps2(cells(motion), 0.01)
    peak = np.abs(want[500:4500]).max()
    assert found[25:225] == pytest.approx(cells(want)[25:225], abs=0.03 * peak + 5)


def test_noise_is_hardly_an_acceleration() -> None:
    noise = np.random.default_rng(2).normal(0, 0.05, 4000)
    assert raising_dps2(noise, 0.05).std() < 40


def test_a_knock_is_no_throw() -> None:
    noise = np.random.default_rng(3).normal(0, 0.04, len(T) // CELL)
    since = np.maximum(T - 1.1, 0)
    knock = 1.5 * np.exp(-since / 0.08) * np.sin(2 * np.pi * 27 * since)
    quiet = raising_dps2(cells(stroke(0.9)) + noise, 0.04).max()
    assert raising_dps2(cells(stroke(0.9) + knock) + noise, 0.04).max() < quiet + 60
    thrown = raising_dps2(cells(stroke(0.35)) + noise, 0.04).max()
    assert raising_dps2(cells(stroke(0.35) + knock) + noise, 0.04).max() > 0.7 * thrown


@pytest.mark.parametrize("count", [10, 25, 26, 51])
def test_short_stretches(count: int) -> None:
    upward = raising_dps2(np.linspace(0, 40, count), 0.01)
    assert len(upward) == count
    assert np.abs(upward).max() < 10
