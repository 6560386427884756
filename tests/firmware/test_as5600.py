"""The AS5600: good angles, and everything that must not pass for one."""

import pytest

from firmware_bridge.device.frames import ERROR_BIT, Sensor, SensorError
from tests.firmware.conftest import Bench

GOOD = {0x0B: 0x27, 0x0C: 0x0A, 0x0D: 0xBC, 0x0E: 0x0A, 0x1A: 99, 0x1B: 0x07, 0x1C: 0xD0}
NO_MAGNET = GOOD | {0x0B: 0x17, 0x1A: 128, 0x1B: 0, 0x1C: 3}
LOST = (Sensor.NO_ANSWER, 0, 0)


class Board:
    """A bus with a sensor on it that has this memory, or does not answer. `answers`: how many
    bytes it fills of each answer; the rest is left as it was, or `then` reads as ones.
    """

    def __init__(self, memory: dict[int, int] | None) -> None:
        self.memory = memory
        self.answers, self.then_ones = 99, False
        self.buses = 0

    def i2c(self) -> "Board":
        self.buses += 1
        return self

    def readfrom_mem_into(self, address: int, register: int, buffer: bytearray) -> None:
        if self.memory is None or address != 0x36:
            raise OSError(5)
        for i in range(len(buffer)):
            if i < self.answers:
                buffer[i] = self.memory[register + i]
            elif self.then_ones:
                buffer[i] = 0xFF


def error_of(value: int) -> SensorError:
    assert value & ERROR_BIT
    return SensorError(value ^ ERROR_BIT)


@pytest.mark.parametrize(
    ("memory", "error"),
    [
        (None, SensorError.NO_ANSWER),
        (NO_MAGNET, SensorError.NO_MAGNET),
        (GOOD | {0x0B: 0x07}, SensorError.NO_MAGNET),
        (GOOD | {0x0B: 0x3F}, SensorError.NONSENSE),  # too weak and too strong at once
        (GOOD | {0x0C: 0x10}, SensorError.NONSENSE),  # more than a turn
    ],
)
def test_what_is_no_angle_is_an_error(
    bench: Bench, memory: dict[int, int] | None, error: SensorError
) -> None:
    assert error_of(bench.modules["as5600"].AS5600(Board(memory)).read()) is error


@pytest.mark.parametrize("byte", range(256))
def test_a_bus_on_which_all_bytes_read_the_same_is_nonsense(bench: Bench, byte: int) -> None:
    board = Board(dict.fromkeys(GOOD, byte))
    sensor = bench.modules["as5600"].AS5600(board)
    assert error_of(sensor.read()) is SensorError.NONSENSE
    assert sensor.health() == LOST


@pytest.mark.parametrize("then_ones", [False, True])
@pytest.mark.parametrize("answers", [0, 1, 2, 3])
def test_an_answer_that_breaks_off_is_nonsense(bench: Bench, answers: int, then_ones: bool) -> None:
    board = Board(GOOD)
    sensor = bench.modules["as5600"].AS5600(board)
    assert sensor.read() == 0xABC
    board.answers, board.then_ones = answers, then_ones
    assert error_of(sensor.read()) is SensorError.NONSENSE
    board.answers = 99
    assert sensor.read() == 0xABC


def test_angle_and_health(bench: Bench) -> None:
    make = bench.modules["as5600"].AS5600
    assert make(Board(GOOD)).read() == 0xABC
    assert make(Board(GOOD)).health() == (1, 99, 2000)
    assert make(Board(GOOD | {0x0B: 0x37})).health() == (3, 99, 2000)
    assert make(Board(GOOD | {0x0B: 0x2F})).health() == (5, 99, 2000)
    assert make(Board(NO_MAGNET)).health() == (2, 128, 3)


def test_a_still_lever_is_never_an_error_whatever_its_angle(bench: Bench) -> None:
    board = Board(GOOD)
    sensor = bench.modules["as5600"].AS5600(board)
    for counts in range(4096):
        board.memory = GOOD | {0x0C: counts >> 8, 0x0D: counts & 0xFF, 0x0E: counts >> 8}
        assert sensor.read() == sensor.read() == counts


@pytest.mark.parametrize(
    "memory", [None, dict.fromkeys(GOOD, 0x00), GOOD | {0x1B: 0xFF}, GOOD | {0x0B: 0x38}]
)
def test_a_bus_that_makes_no_sense_is_set_up_anew_until_it_does(
    bench: Bench, memory: dict[int, int] | None
) -> None:
    board = Board(GOOD)
    sensor = bench.modules["as5600"].AS5600(board)
    sensor.health()
    assert board.buses == 1
    board.memory = memory
    assert [sensor.health(), sensor.health()] == [LOST, LOST]
    assert board.buses == 3
    board.memory = GOOD
    assert sensor.health() == (1, 99, 2000)
    assert board.buses == 3
