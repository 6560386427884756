"""The potentiometer: its angle by the host's own geometry, and wires that are off."""

from types import SimpleNamespace
from typing import Any

import pytest

from analysis.angle import LeverScale
from firmware_bridge.device.frames import ERROR_BIT, Sensor, SensorError
from tests.firmware.conftest import Bench


def sensor_at(bench: Bench, *fractions: float) -> Any:
    """A potentiometer whose wiper reads these fractions of the supply, in turn."""
    reads = [round(65535 * fraction) for fraction in fractions]

    def read_u16() -> int:
        reads.append(reads.pop(0))
        return reads[-1]

    adc = SimpleNamespace(read_u16=read_u16)
    return bench.modules["potentiometer"].Potentiometer(SimpleNamespace(adc=lambda: adc))


@pytest.mark.parametrize("shaft_deg", [6, 45, 135, 200, 264])
def test_counts_are_lever_degrees_by_the_counts_per_turn_that_it_names(
    bench: Bench, shaft_deg: float
) -> None:
    sensor = sensor_at(bench, shaft_deg / 270)
    neutral = sensor_at(bench, 100 / 270).read()
    scale = LeverScale(neutral, sensor.COUNTS_PER_TURN, direction=-1 if shaft_deg < 100 else 1)
    assert scale.degrees(sensor.read()) == pytest.approx(abs(shaft_deg - 100), abs=0.1)
    assert sensor.health() == (Sensor.MAGNET, 0, 0)


def test_noise_is_averaged(bench: Bench) -> None:
    sensor = sensor_at(bench, 0.5, 0.501, 0.499, 0.5, 0.502, 0.498, 0.5, 0.5)
    assert sensor.read() == pytest.approx(2048, abs=1)


@pytest.mark.parametrize("fraction", [0, 0.01, 0.99, 1])
def test_a_wire_that_is_off_is_no_answer(bench: Bench, fraction: float) -> None:
    sensor = sensor_at(bench, fraction)
    assert SensorError(sensor.read() ^ ERROR_BIT) is SensorError.NO_ANSWER
    assert sensor.health() == (Sensor.NO_ANSWER, 0, 0)
