"""Which calibration is in force for a device, and how counts become lever degrees by it."""

from collections.abc import Callable, Mapping
from typing import Any

from analysis import LeverScale, Play
from config import CalibrationBook, ConfigError, FieldError, SavedCalibration, Settings
from config.calibrations import Device
from firmware_bridge.errors import MachineMismatch, NotCalibrated
from firmware_bridge.floor.store.keeping import Measuring


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
    scale = LeverScale(**{name: measuring[name] for name in names})
    if not measuring["play_deg"]:
        return scale.degrees  # a call less for each sample
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
    """What the settings say of a device, and what the guide has found (`book`).

    `asks`: is there a machine that could be calibrated? A recording has what it has.
    """

    def __init__(
        self, settings: Settings, book: CalibrationBook | None = None, *, asks: bool
    ) -> None:
        self.settings = settings
        self._book = book
        self._asks = asks

    def of(self, device: Device) -> tuple[Settings, SavedCalibration | None]:
        """The settings by which this device is read, and the calibration that they are of.

        Raises MachineMismatch if they are of another device, and NotCalibrated, which is one, if
        the guide has to find them; ConfigError if nobody can read what it has found.
        """
        if self._book:
            self._book.read()  # somebody may have gone back to the one before
            found = self._found(self._book, device)
            if found:
                return found
        check_machine(device, self.settings)
        return self.settings, None

    def of_unnamed(self) -> tuple[Settings, SavedCalibration | None]:
        """The same where nothing says which device it was: that of the one that is calibrated, if
        it is one. A machine that is there says it. Raises MachineMismatch.
        """
        saved = None if self._asks or self._book is None else self._book.only
        return (self._applied(saved), saved) if saved else (self.settings, None)

    def changed(self) -> bool:
        """Has somebody made or undone a calibration since `of` was asked, or spoilt the file?"""
        if self._book is None:
            return False
        known = self._book.history
        try:
            self._book.read()
        except ConfigError:
            return True
        return self._book.history != known

    def _found(
        self, book: CalibrationBook, device: Device
    ) -> tuple[Settings, SavedCalibration] | None:
        saved = book.newest(device.device_id)
        by_hand = self.settings.calibration.device_id == device.device_id
        why = saved.misfit(device) if saved else _of_others(book, device)
        if why and self._asks and (saved or not by_hand):
            raise NotCalibrated(why)
        if saved is None or why:
            return None
        return self._applied(saved), saved

    def _applied(self, saved: SavedCalibration) -> Settings:
        try:
            return saved.applied_to(self.settings)
        except FieldError as error:
            raise MachineMismatch(f"settings and calibration contradict: {error}") from None


def _of_others(book: CalibrationBook, device: Device) -> str | None:
    """Why what is calibrated is not this device."""
    if not book.devices:
        return None
    known = ", ".join(book.devices)
    return f"this is device {device.device_id}, the calibration is of {known}: calibrate again"
