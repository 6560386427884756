"""Every fault in the real MicroPython: it says what is wrong, and the stream goes on by itself."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.angle import LeverScale
from firmware_bridge.device.events import Lost
from firmware_bridge.device.frames import (
    Ack,
    Health,
    Hello,
    ResetCause,
    Sensor,
    SensorError,
    SetRate,
    Start,
    Status,
    wire,
)
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.port import Port
from firmware_bridge.device.simulated import FIRMWARE, Fault, SimulatedMachine
from firmware_bridge.device.stream import Item, Stream
from tests.device.listen import Heard

pytest.importorskip("micropython_unix")

GOOD = 1000
# The AS5048B as the wiring page shows how to write a driver.
AS5048 = (FIRMWARE / "README.md").read_text().split("```python\n")[1].split("```")[0]


class Played(Heard):
    """All that a fast machine said until it was unplugged."""

    def __init__(self, motion: Any, rate_hz: int = 200, firmware: Path = FIRMWARE) -> None:
        with (
            SimulatedMachine(
                motion, fast=True, interpreter="micropython", firmware=firmware
            ) as machine,
            Link(machine.port, rate_hz=rate_hz) as link,
        ):
            super().__init__(link)
            self.first(Lost)
            assert machine.wait() == 0
        self.totals = link.totals
        self.t_s = [t for readings in self.of(Readings) for t in readings.t_s]
        self.counts = [count for readings in self.of(Readings) for count in readings.counts]
        self.errors = [error for readings in self.of(Readings) for error in readings.errors]

    def flags(self) -> list[tuple[float, Sensor]]:
        """What each STATUS of a streaming machine says, and the time of the newest sample then."""
        found, t_s = [], 0.0
        for item in self.items:
            if isinstance(item, Readings):
                t_s = item.t_s[-1]
            elif isinstance(item, Status) and item.flags & Sensor.STREAMING:
                found.append((t_s, item.flags & ~Sensor.STREAMING))
        return found

    def last(self, kind: type[Any]) -> Any:
        return self.of(kind)[-1]


def held(*parts: tuple[int, float]) -> Any:
    """A motion that stays at each value for so many seconds."""
    return np.concatenate([np.full(round(1000 * seconds), value) for value, seconds in parts])


def board_with(folder: Path, **files: str) -> Path:
    """The firmware with some modules changed or added."""
    shutil.copytree(FIRMWARE, folder / "board", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in files.items():
        (folder / "board" / f"{name}.py").write_text(text)
    return folder / "board"


@pytest.mark.parametrize(
    ("fault", "error", "flags"),
    [
        (Fault.NO_ANSWER, SensorError.NO_ANSWER, Sensor.NO_ANSWER),
        (Fault.NO_MAGNET, SensorError.NO_MAGNET, Sensor.TOO_WEAK),
        (Fault.STUCK_LOW, SensorError.NONSENSE, Sensor.NO_ANSWER),
        (Fault.STUCK_HIGH, SensorError.NONSENSE, Sensor.NO_ANSWER),
        (Fault.STALE, SensorError.NONSENSE, Sensor.NO_ANSWER),
        (Fault.CUT, SensorError.NONSENSE, Sensor.NO_ANSWER),
    ],
)
def test_a_bad_sensor_is_told_within_a_second_and_well_again_by_itself(
    fault: Fault, error: SensorError, flags: Sensor
) -> None:
    played = Played(held((GOOD, 3), (fault, 3), (GOOD, 3)))
    assert played.errors[:600] == played.errors[1200:1800] == [None] * 600
    assert played.errors[600:1200] == [error] * 600
    assert played.totals.missing == 0
    for t_s, told in played.flags():
        if not 2.9 < t_s < 3.9 and not 5.9 < t_s < 6.9:
            assert told == (flags if 3 < t_s < 6 else Sensor.MAGNET), t_s
    assert played.last(Health).bus_faults == 600


def test_no_byte_that_a_bus_is_stuck_at_passes_for_an_angle() -> None:
    stuck = [(Fault.STUCK_LOW + byte, 0.02) for byte in range(256)]
    played = Played(held((GOOD, 1), *stuck, (GOOD, 1)))
    assert played.errors[200 : 200 + 4 * 256] == [SensorError.NONSENSE] * 4 * 256
    assert set(played.counts[200 + 4 * 256 :]) == {GOOD}


def test_a_bus_that_the_sensor_holds_is_freed_within_a_second() -> None:
    played = Played(held((GOOD, 1.5), (Fault.HELD, 0.005), (GOOD, 3)))
    bad = [t for t, error in zip(played.t_s, played.errors, strict=True) if error]
    assert bad[0] == pytest.approx(1.5)
    assert bad[-1] - bad[0] < 1.0
    assert set(played.counts) == {GOOD, None}
    assert played.flags()[-1][1] == Sensor.MAGNET
    assert played.totals.missing == 0


def test_a_lever_that_is_still_for_ten_minutes_is_no_error() -> None:
    played = Played(held((GOOD, 600)), rate_hz=50)
    assert len(played.t_s) >= 600 * 50
    assert set(played.counts) == {GOOD}
    assert {told for _, told in played.flags()} == {Sensor.MAGNET}


def test_a_host_that_does_not_read_gets_an_exact_count_of_what_it_missed() -> None:
    played = Played(held((GOOD, 2), (Fault.DEAF, 20), (GOOD, 3)))
    overruns = played.last(Status).overruns
    assert played.totals.missing == overruns
    assert 17 * 200 < overruns < 20 * 200  # the board's queue holds 2 s
    assert played.totals.received == len(played.t_s)
    assert played.totals.reboots == 0
    assert set(played.counts[-400:]) == {GOOD}


def test_the_clock_wraps_unnoticed_after_71_minutes(tmp_path: Path) -> None:
    late = "import board\n\n\nclass Late(board.Clock):\n    def __init__(self):\n"
    late += "        super().__init__()\n        self._us = 2**32 - 3_500_000\n\n\n"
    late += "board.Clock = Late\n"
    firmware = board_with(tmp_path, main=late + (FIRMWARE / "main.py").read_text())
    played = Played(np.arange(8000) % 4096, firmware=firmware)
    uptimes = [status.uptime_us for status in played.of(Status)]
    assert uptimes[0] < 2**32 - 3_000_000 < 2**32 + 3_000_000 < uptimes[-1]
    assert np.allclose(np.diff(played.t_s), 0.005)
    assert played.counts[:1600] == [count % 4096 for count in range(0, 8000, 5)]
    assert played.totals.missing == 0
    assert not played.of(Gap)


def test_every_legal_rate_is_obeyed_and_costs_no_sample(tmp_path: Path) -> None:
    still = tmp_path / "still"
    with still.open("wb") as file:
        file.truncate(2 * 20_000_000)  # hours: what the host has not read yet comes at each rate
    stream = Stream()
    with (
        SimulatedMachine(still, fast=True, interpreter="micropython") as machine,
        Port(machine.port) as port,
    ):
        port.write(wire(Start()))
        for rate_hz in range(50, 501):
            port.write(wire(SetRate(rate_hz)))
            items: list[Item] = []
            while sum(isinstance(item, Readings) for item in _since(items, rate_hz)) < 3:
                items += stream.feed(port.read())
            readings = [item for item in _since(items, rate_hz) if isinstance(item, Readings)]
            steps = np.diff(readings[1].t_s + readings[2].t_s)
            assert np.allclose(steps, 1_000_000 // rate_hz / 1e6), rate_hz
    assert stream.totals.missing == 0


def _since(items: list[Item], rate_hz: int) -> list[Item]:
    """What came after the device said that this rate holds."""
    for at, item in enumerate(items):
        if isinstance(item, Ack) and item.command == SetRate.TYPE:
            assert item.rate_hz == rate_hz
            return items[at:]
    return []


@pytest.mark.parametrize(
    ("fault", "cause"), [(Fault.HANG, ResetCause.WATCHDOG), (Fault.CRASH, ResetCause.ERROR)]
)
def test_a_program_that_hangs_or_fails_starts_anew_and_says_why(
    fault: Fault, cause: ResetCause
) -> None:
    played = Played(held((GOOD, 3), (fault, 0.005), (GOOD, 20)))
    assert {health.reset for health in played.of(Health)} == {ResetCause.POWER, cause}
    assert played.last(Health).reset == cause
    assert played.totals.reboots == 1
    assert len({hello.boot for hello in played.of(Hello)}) == 2
    assert [gap.missing for gap in played.of(Gap)] == [None]
    assert played.counts[:600] == [GOOD] * 600
    assert set(played.counts[600:]) == {GOOD}
    assert len(played.counts) > 600 + 4 * 200
    assert played.flags()[-1][1] == Sensor.MAGNET


@pytest.mark.parametrize("lets_go", [True, False])
def test_after_ctrl_c_the_watchdog_leaves_the_board_alone(tmp_path: Path, lets_go: bool) -> None:
    main = (FIRMWARE / "main.py").read_text()
    if not lets_go:
        main = main.replace("board.stop_watchdog()", "pass")
    motion = held((GOOD, 1), (Fault.CTRL_C, 1))
    with (
        SimulatedMachine(
            motion,
            fast=True,
            interpreter="micropython",
            firmware=board_with(tmp_path, main=main),
        ) as machine,
        Link(machine.port),
    ):
        assert (machine.wait(30) == 3) == lets_go


def test_a_board_too_slow_for_its_rate_loses_samples_by_count_and_its_voice_never() -> None:
    played = Played(held((GOOD, 2), (Fault.SLOW, 5), (GOOD, 3)), rate_hz=500)
    assert played.totals.missing == played.last(Status).overruns > 0
    assert len(played.of(Status)) >= 10
    assert played.of(Health)[1].late_max_us == played.last(Health).late_max_us == 0
    slowest = max(played.of(Health), key=lambda health: health.late_max_us)
    assert 4 * 2_000 < slowest.late_max_us < 5 * 2_000  # a later one is skipped
    assert slowest.late_rms_us > 1_000
    assert slowest.samples == pytest.approx(1 / 0.003, rel=0.02)


def test_a_potentiometer_needs_nothing_but_its_name(tmp_path: Path) -> None:
    chosen = "from potentiometer import Potentiometer as Sensor\n"
    ramp = np.linspace(100, 4000, 4000).round().astype(int)
    firmware = board_with(tmp_path, sensor=chosen)
    played = Played(np.concatenate([ramp, np.zeros(1000, int)]), firmware=firmware)
    hello = played.of(Hello)[-1]
    assert (hello.sensor, hello.counts_per_turn) == ("potentiometer", 5461)
    degrees = LeverScale(100, hello.counts_per_turn).degrees
    angles = [degrees(count) for count in played.counts if count is not None]
    assert angles[-1] == pytest.approx(3900 / 4096 * 270, abs=0.4)
    assert np.allclose(np.diff(angles), 5 * 3900 / 4000 / 4096 * 270, atol=0.1)
    assert played.errors[-1] is SensorError.NO_ANSWER
    assert played.flags()[-1][1] == Sensor.NO_ANSWER


def test_one_driver_file_and_its_name_are_all_that_another_sensor_takes(tmp_path: Path) -> None:
    chosen = "from as5048 import AS5048 as Sensor\n"
    ramp = np.arange(0, 16384, 4)
    played = Played(ramp, firmware=board_with(tmp_path, as5048=AS5048, sensor=chosen))
    hello = played.of(Hello)[-1]
    assert (hello.sensor, hello.counts_per_turn) == ("as5048", 16384)
    assert played.counts[: len(ramp) // 5] == ramp[::5][: len(ramp) // 5].tolist()
