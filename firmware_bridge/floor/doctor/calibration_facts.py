"""What is known of the calibration by which a machine is read, and of how well it has held."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from config import Calibration, CalibrationBook, ConfigError, SavedCalibration, Settings
from firmware_bridge.errors import MachineMismatch
from firmware_bridge.floor.calibration.in_force import Calibrations, measuring_by
from firmware_bridge.floor.calibration.slip import slip_ever
from firmware_bridge.floor.store.store import Stop


class Device(NamedTuple):
    """Who a machine says it is."""

    device_id: str
    sensor: str
    counts_per_turn: int


@dataclass(frozen=True)
class CalibrationFacts:
    """`unreadable`: why nobody can read it; `problem`: why nothing is counted by it. `saved`: the
    one in force; `by_hand`: it is in the settings. `stops`: how many sets have seen the lever's
    stop under it; `slip_deg`: by how many degrees that has drifted, if by too many.
    """

    unreadable: str = ""
    problem: str = ""
    saved: SavedCalibration | None = None
    by_hand: bool = False
    stops: int = 0
    slip_deg: float | None = None


def calibration_facts(
    settings: Settings, file: Path, device: Device | None, stops: Sequence[Stop]
) -> CalibrationFacts:
    """As a station would read `device`; None: no machine is there, so the one that is calibrated.

    `file`: the book of calibrations. `stops`: of the kept sets, oldest first.
    """
    try:
        book = CalibrationBook.load(file)
        who = device or book.only
        if who is None:
            return CalibrationFacts(by_hand=settings.calibration != Calibration())
        settings, saved = Calibrations(settings, book, asks=True).of(who)
    except ConfigError as error:
        return CalibrationFacts(unreadable=str(error))
    except MachineMismatch as error:
        return CalibrationFacts(problem=str(error))
    measuring = measuring_by(settings, who.device_id, saved)
    mine = [stop.stop_deg for stop in stops if measuring.measured(stop)]
    return CalibrationFacts(
        saved=saved,
        by_hand=saved is None and settings.calibration != Calibration(),
        stops=sum(stop is not None for stop in mine),
        slip_deg=slip_ever(mine, measuring.calibrated_stop_deg),
    )
