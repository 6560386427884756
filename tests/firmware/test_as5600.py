"""The sensor: good angles, and everything that must not pass for one."""

import pytest

from firmware_bridge.device.frames import ERROR_BIT, SensorError
from tests.firmware.conftest import Bench

GOOD = {0x0B: 0x27, 0x0C: 0x0A, 0x0D: 0xBC, 0x1A: 99, 0x1B: 0x07, 0x1C: 0xD0}


class I2C:
    def __init__(self, memory: dict[int, int] | None) -> None:
        self.memory = memory

    def readfrom_mem_into(self, address: int, register: int, buffer: bytearray) -> None:
        if self.memory is None or address != 0x36:
            raise OSError(5)
        buffer[:] = bytes(self.memory[register + i] for i in range(len(buffer)))


@pytest.mark.parametrize(
    ("memory", "error"),
    [
        (None, SensorError.NO_ANSWER),
        (dict.fromkeys(GOOD, 0x00), SensorError.NO_MAGNET),  # bus stuck low
        (dict.fromkeys(GOOD, 0xFF), SensorError.NONSENSE),  # bus stuck high
        (GOOD | {0x0B: 0x07}, SensorError.NO_MAGNET),
        (GOOD | {0x0B: 0x3F}, SensorError.NONSENSE),  # too weak and too strong at once
    ],
)
def test_what_is_no_angle_is_an_error(
    bench: Bench, memory: dict[int, int] | None, error: SensorError
) -> None:
    value = bench.modules["as5600"].AS5600(I2C(memory)).read()
    assert value & ERROR_BIT
    assert SensorError(value ^ ERROR_BIT) is error


def test_angle_and_health(bench: Bench) -> None:
    make = bench.modules["as5600"].AS5600
    assert make(I2C(GOOD)).read() == 0xABC
    assert make(I2C(GOOD)).health() == (1, 99, 2000)
    assert make(I2C(GOOD | {0x0B: 0x37})).health() == (3, 99, 2000)
    assert make(I2C(GOOD | {0x0B: 0x2F})).health() == (5, 99, 2000)
    assert make(I2C(None)).health() == (8, 0, 0)
