"""A calibration under way: the guide on one device, told what is asked for, ready to be shown."""

from typing import Any, Protocol

from config import CalibrationBook, ConfigError, SavedCalibration, Settings
from config.calibrations import Device
from firmware_bridge.floor.board import STALE_S
from firmware_bridge.floor.calibration.guide import Guide
from firmware_bridge.floor.commands import Calibrate

FORGOTTEN_S = 300.0  # three slow reps and six readings take less, one after the other


class Machine(Device, Protocol):
    """A device that says what runs on it, too (a HELLO)."""

    @property
    def firmware(self) -> str: ...


class Calibrating:
    """`guide` is to be fed by whoever has one; `at`: seconds of a steady clock."""

    def __init__(
        self,
        settings: Settings,
        machine: Machine,
        at: float,
        before: SavedCalibration | None = None,
    ) -> None:
        """`before`: the calibration of this machine that is in force."""
        self.device_id = machine.device_id
        facts = (machine.device_id, machine.sensor, machine.firmware, machine.counts_per_turn)
        self.guide = Guide(settings, *facts, before=before)
        self._now = self._heard_at = self._asked_at = at
        self._silent = False
        self._problem: str | None = None

    def heard(self, at: float) -> None:
        """Samples have come."""
        self._now = self._heard_at = at
        self._silent = False

    @property
    def is_forgotten(self) -> bool:
        """Has nobody asked for anything for long? The machine is to count again."""
        return self._now - self._asked_at > FORGOTTEN_S

    def tick(self, at: float) -> None:
        """It is so late now; how long has nothing come?"""
        self._now = at
        silent_s = at - self._heard_at
        self._silent = silent_s > STALE_S
        self.guide.tick(silent_s)

    def obey(self, command: Calibrate) -> None:
        """Do what somebody beside the machine asks of the guide."""
        self._asked_at = self._now
        match command.step:
            case "take":
                self.guide.take()
            case "skip":
                self.guide.skip()
            case "check" if command.angle_deg is not None:
                self.guide.check(command.angle_deg)

    def keep(self, book: CalibrationBook, made_utc: str) -> SavedCalibration | None:
        """Believe what the guide has found; None if it cannot be saved, which `view` then says."""
        found = self.guide.saved(made_utc)
        try:
            book.keep(found)
        except ConfigError as error:
            self._problem = str(error)
            return None
        self._problem = None
        return found

    def view(self) -> dict[str, Any]:
        """How it stands, ready for JSON."""
        return {**self.guide.view(), "silent": self._silent, "problem": self._problem}
