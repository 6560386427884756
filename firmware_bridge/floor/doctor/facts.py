"""All that doctor looks at, gathered; what is wrong with it is for the checks to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config import Settings
from config.kept import CALIBRATIONS
from firmware_bridge.floor.doctor.calibration_facts import (
    CalibrationFacts,
    Device,
    calibration_facts,
)
from firmware_bridge.floor.doctor.folder_facts import FolderFacts
from firmware_bridge.floor.doctor.running import RunningStation
from firmware_bridge.floor.doctor.store_facts import StoreFacts, store_facts
from firmware_bridge.floor.doctor.wall_clock import is_synchronised

NOT_YET = "the station is still looking for its machine: ask again in some seconds"


@dataclass(frozen=True)
class Facts:
    """`machine`: MachineHealth.view; None: there is none, and `why`. `port`: PortFacts.to_dict.
    `settings`: the defaults where `unreadable` says why they cannot be read. `synchronised`: is
    the clock set by others; None: not known. `now`: aware.
    """

    settings: Settings
    unreadable: str
    machine: Mapping[str, Any] | None
    why: str
    port: Mapping[str, Any]
    store: StoreFacts
    calibration: CalibrationFacts
    folder: FolderFacts
    station: RunningStation
    synchronised: bool | None
    now: datetime


def gather(
    settings: Settings,
    unreadable: str,
    folder: FolderFacts,
    station: RunningStation,
    machine: Mapping[str, Any] | None,
    why: str,
    port: Mapping[str, Any],
    now: datetime,
) -> Facts:
    """Look at all the rest; changes nothing, and takes some seconds at most.

    settings: the defaults where `unreadable` says why they cannot be read. machine:
    MachineHealth.view of a live link, or as `station` gives it; None: there is none, because of
    `why` (an error's line). port: PortFacts.to_dict. now: aware, local time.
    """
    if machine is not None and (machine["why"] or not machine["device_id"]):
        why, machine = machine["why"] or NOT_YET, None  # a running station has none just now
    store = store_facts(folder.path)
    device = _device(machine)
    return Facts(
        settings=settings,
        unreadable=unreadable,
        machine=machine,
        why=why,
        port=port,
        store=store,
        calibration=calibration_facts(settings, folder.path / CALIBRATIONS, device, store.stops),
        folder=folder,
        station=station,
        synchronised=is_synchronised(),
        now=now,
    )


def _device(machine: Mapping[str, Any] | None) -> Device | None:
    if machine is None:
        return None
    return Device(machine["device_id"], machine["sensor"], machine["counts_per_turn"])
