"""The firmware in this process, on a fake board."""

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from firmware_bridge.device.decoder import Decoder, Fault
from firmware_bridge.device.frames import Command, DeviceFrame, wire
from firmware_bridge.device.simulated import FIRMWARE

MODULES = ("wire", "as5600", "potentiometer", "sensor", "board", "lateness", "lever")


class FakeTime:
    """Time that passes in sleep, and by `cost_us` in every look at the clock."""

    def __init__(self) -> None:
        self.us = 0
        self.cost_us = 0

    def ticks_us(self) -> int:
        self.us += self.cost_us
        return self.us % 2**30

    def ticks_diff(self, a: int, b: int) -> int:
        return (a - b + 2**29) % 2**30 - 2**29

    def sleep_us(self, us: int) -> None:
        assert us > 0
        self.us += us


class FakePort:
    """A serial port whose host may stop reading."""

    takes = 7  # bytes at a time

    def __init__(self) -> None:
        self.to_board = bytearray()
        self.to_host = bytearray()
        self.room = sys.maxsize

    def read(self) -> int | None:
        return self.to_board.pop(0) if self.to_board else None

    def write(self, data: bytes, start: int) -> int:
        taken = data[start : start + min(self.room, self.takes)]
        self.to_host += taken
        self.room -= len(taken)
        return len(taken)


class FakeSensor:
    KIND, COUNTS_PER_TURN = "fake", 4096
    value = 1234

    def read(self) -> int:
        return self.value

    def health(self) -> tuple[int, int, int]:
        return 1, 64, 2000


class FakeWatchdog:
    fed = 0

    def feed(self) -> None:
        self.fed += 1


class Bench:
    """A board with the firmware on it, and a host's end of its port."""

    def __init__(self, modules: dict[str, Any], time: FakeTime, ctrl_c: list[int]) -> None:
        self.modules, self.time, self.ctrl_c = modules, time, ctrl_c
        self.port, self.sensor, self.watchdog = FakePort(), FakeSensor(), FakeWatchdog()
        self.clock = modules["board"].Clock()
        parts = self.sensor, self.port, self.clock, self.watchdog
        self.lever = modules["lever"].Lever(*parts, boot=77, reset=0)
        self._decoder = Decoder()

    def run(self, seconds: float) -> list[DeviceFrame]:
        """The frames that the host gets in that time; there must be no faults."""
        end = self.time.us + round(seconds * 1e6)
        while self.time.us < end:
            self.lever.step()
        found = self._decoder.feed(bytes(self.port.to_host))
        self.port.to_host.clear()
        frames = [frame for frame in found if not isinstance(frame, Fault)]
        assert frames == found
        return frames

    def tell(self, command: Command | bytes) -> None:
        self.port.to_board += command if isinstance(command, bytes) else wire(command)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    ctrl_c: list[int] = []
    machine: Any = ModuleType("machine")
    machine.unique_id = lambda: b"\x01\x02\xab"
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "micropython", SimpleNamespace(kbd_intr=ctrl_c.append))
    monkeypatch.syspath_prepend(str(FIRMWARE))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    modules = {name: importlib.import_module(name) for name in MODULES}
    for name in MODULES:  # gone again when the test is over
        monkeypatch.delitem(sys.modules, name)
    time = FakeTime()
    monkeypatch.setattr(modules["lever"], "time", time)
    monkeypatch.setattr(modules["board"], "time", time)
    return Bench(modules, time, ctrl_c)
