"""Which calibration is in force for a device, and how counts become lever degrees by it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from analysis import LeverScale, Play
from config import CalibrationBook, FieldError, SavedCalibration, Settings
from config.calibrations import Device
from firmware_bridge.errors import MachineMismatch, NotCalibrated
from firmware_bridge.floor.calibration.guide import Guide
from firmware_bridge.floor.store.keeping import Measuring
from firmware_bridge.floor.store.listing import utc_text


def measuring_by(
    settings: Settings, device_id: str | None = None, saved: SavedCalibration | None = None
) -> Measuring:
    """How this machine's counts become lever degrees, as it is kept with each set."""
    machine, calibration = settings.machine, settings.calibration
    facts = {
        "made_utc": saved and saved.made_utc,
        "counts_per_turn": machine.counts_per_turn,
        "gear": machine.gear,
        "direction": machine.direction,
        "play_deg": machine.play_deg,
        "neutral_counts": calibration.neutral_counts,
        "sine_deg": calibration.sine_deg,
        "cosine_deg": calibration.cosine_deg,
        "stop_deg": saved and saved.stop_deg,
    }
    return Measuring(device_id, facts)


def degrees_by(measuring: Mapping[str, Any]) -> Callable[[float], float]:
    """Makes lever degrees of counts, one reading after the other."""
    names = ("neutral_counts", "counts_per_turn", "gear", "direction", "sine_deg", "cosine_deg")
    scale = LeverScale(*(measuring[name] for name in names))
    if not measuring["play_deg"]:
        return scale.degrees
    play = Play(measuring["play_deg"])
    return lambda counts: play.take(scale.degrees(counts))


def check_machine(device: Device, settings: Settings) -> None:
    """Raise MachineMismatch if the device is not the one that the settings describe."""
    machine, calibration = settings.machine, settings.calibration
    if device.counts_per_turn != machine.counts_per_turn:
        raise MachineMismatch(
            f"the machine's sensor has {device.counts_per_turn} counts a turn, the settings say "
            f"{machine.counts_per_turn}: correct machine.counts_per_turn"
        )
    if calibration.device_id not in (None, device.device_id):
        raise MachineMismatch(
            f"this is device {device.device_id}, the calibration is of {calibration.device_id}: "
            "calibrate this machine, or name its port with --port"
        )


class Calibrations:
    """What the settings say of a device, and what the guide has found (`book`)."""

    def __init__(self, settings: Settings, book: CalibrationBook | None = None) -> None:
        self.settings = settings
        self._book = book

    def of(self, device: Device) -> tuple[Settings, SavedCalibration | None]:
        """The settings by which this device is read.

        Raises MachineMismatch if they are of another device, and NotCalibrated, which is one, if
        the guide has to find them.
        """
        saved = self._book and self._book.newest(device.device_id)
        if saved:
            why = saved.misfit(device)
            if why:
                raise NotCalibrated(why)
            try:
                return saved.applied_to(self.settings), saved
            except FieldError as error:
                raise MachineMismatch(f"settings and calibration contradict: {error}") from None
        by_hand = self.settings.calibration.device_id == device.device_id
        if self._book and self._book.devices and not by_hand:
            known = ", ".join(self._book.devices)
            raise NotCalibrated(
                f"this is device {device.device_id}, the calibration is of {known}: calibrate again"
            )
        check_machine(device, self.settings)
        return self.settings, None

    def keep(self, guide: Guide) -> SavedCalibration:
        """Believe what the guide has found. Raises ConfigError if it cannot be saved."""
        assert self._book
        found = guide.saved(utc_text(datetime.now(UTC)))
        self._book.keep(found)
        return found
