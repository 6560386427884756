"""The board: a bus that a sensor holds, why it started, and a watchdog that can be left."""

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from firmware_bridge.device.frames import ResetCause
from firmware_bridge.device.simulated import FIRMWARE

RP2040, RP2350 = 0x40058000, 0x400D8000
ENABLE, RUNNING = 1 << 30, 0x7A1200
TIMER, FORCED = 1, 2


class Machine(ModuleType):
    """`machine`, with a sensor on the bus that holds SDA for some more clocks."""

    PWRON_RESET, HARD_RESET, WDT_RESET, SOFT_RESET = 1, 2, 3, 5

    def __init__(self) -> None:
        super().__init__("machine")
        self.mem32: dict[int, int] = {}
        self.cause = self.PWRON_RESET
        self.watchdogs: list[int] = []
        self.held = 0
        self.line: list[tuple[int, int]] = []  # levels of SDA and SCL after each change
        self.levels = {4: 1, 5: 1}
        machine = self

        class Pin:
            OPEN_DRAIN = PULL_UP = 1

            def __init__(self, number: int, *_: int, value: int | None = None) -> None:
                self.number = number
                if value is not None:
                    self.value(value)

            def value(self, level: int) -> None:
                if self.number == 5 and level < machine.levels[5]:
                    machine.held = max(0, machine.held - 1)
                machine.levels[self.number] = level
                machine.line.append(
                    (machine.levels[4] if not machine.held else 0, machine.levels[5])
                )

        self.Pin = Pin

    def I2C(self, *_: int, **settings: Any) -> dict[str, Any]:
        return settings

    def ADC(self, pin: Any, **settings: Any) -> tuple[int, dict[str, Any]]:
        return pin.number, settings

    def WDT(self, timeout: int) -> None:
        self.watchdogs.append(timeout)

    def reset_cause(self) -> int:
        return self.cause


Loaded = tuple[Any, Machine]


def load(monkeypatch: pytest.MonkeyPatch, platform: str, chip: str) -> Loaded:
    """board.py as it is on a board of this kind."""
    machine = Machine()
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "micropython", ModuleType("micropython"))
    monkeypatch.syspath_prepend(str(FIRMWARE))
    monkeypatch.delitem(sys.modules, "board", raising=False)
    with monkeypatch.context() as then:
        then.setattr(sys, "platform", platform)
        then.setattr(sys, "implementation", SimpleNamespace(_machine=chip, cache_tag=None))
        board: Any = importlib.import_module("board")
    monkeypatch.delitem(sys.modules, "board")
    monkeypatch.setattr(board, "time", SimpleNamespace(sleep_us=lambda us: None))
    return board, machine


@pytest.fixture
def pico(monkeypatch: pytest.MonkeyPatch) -> Loaded:
    return load(monkeypatch, "rp2", "Raspberry Pi Pico with RP2040")


@pytest.fixture
def pico_2(monkeypatch: pytest.MonkeyPatch) -> Loaded:
    return load(monkeypatch, "rp2", "Raspberry Pi Pico2 with RP2350")


@pytest.fixture
def esp32(monkeypatch: pytest.MonkeyPatch) -> Loaded:
    return load(monkeypatch, "esp32", "Generic ESP32 module with ESP32")


@pytest.mark.parametrize("held", range(10))
def test_a_bus_that_a_sensor_holds_is_freed_and_stopped(pico: Loaded, held: int) -> None:
    board, machine = pico
    machine.held = held
    assert board.i2c()["timeout"] == 1_000
    assert machine.held == 0
    assert machine.line[-2:] == [(0, 1), (1, 1)]  # STOP: SDA rises while SCL is high


def test_the_wiper_is_on_a_pin_with_an_adc(pico: Loaded, esp32: Loaded) -> None:
    assert pico[0].adc() == (26, {})
    esp32[1].ADC.__func__.ATTN_11DB = 3  # type: ignore[attr-defined]
    assert esp32[0].adc() == (34, {"atten": 3})


def test_a_pico_tells_its_watchdog_from_a_reset_by_a_program(pico: Loaded, pico_2: Loaded) -> None:
    for (board, machine), base in ((pico, RP2040), (pico_2, RP2350)):
        assert board.reset_cause() == ResetCause.POWER
        machine.cause = machine.WDT_RESET
        machine.mem32[base + 8] = TIMER
        assert board.reset_cause() == ResetCause.WATCHDOG
        machine.mem32[base + 8] = FORCED
        assert board.reset_cause() == ResetCause.OTHER
    assert board.ERROR == ResetCause.ERROR


def test_an_esp32_says_itself_what_reset_it(esp32: Loaded) -> None:
    board, machine = esp32
    for cause, expected in (
        (machine.PWRON_RESET, ResetCause.POWER),
        (machine.WDT_RESET, ResetCause.WATCHDOG),
        (machine.HARD_RESET, ResetCause.OTHER),
        (machine.SOFT_RESET, ResetCause.OTHER),
        (0, ResetCause.OTHER),
    ):
        machine.cause = cause
        assert board.reset_cause() == expected


def test_the_watchdog_fits_a_pico_and_can_be_stopped(pico: Loaded, pico_2: Loaded) -> None:
    for (board, machine), base in ((pico, RP2040), (pico_2, RP2350)):
        board.watchdog()
        assert machine.watchdogs == [8_000]
        assert machine.watchdogs[0] <= 8_388
        machine.mem32[base] = ENABLE | RUNNING
        board.stop_watchdog()
        assert machine.mem32 == {base: RUNNING}


def test_the_watchdog_of_an_esp32_waits_for_a_day_instead(esp32: Loaded) -> None:
    board, machine = esp32
    board.watchdog()
    board.stop_watchdog()
    assert machine.watchdogs == [8_000, 86_400_000]
    assert machine.mem32 == {}
