"""The table of checks, and all of them run on the facts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config import ConfigError, Settings
from firmware_bridge.floor.doctor import machine_checks, station_checks
from firmware_bridge.floor.doctor.check import Check
from firmware_bridge.floor.doctor.facts import Facts, gather

# In the order of a look round: from the plug to the screen.
CHECKS: dict[str, Callable[[Facts], Check]] = {
    "port": machine_checks.port,
    "machine": machine_checks.machine,
    "firmware": machine_checks.firmware,
    "rate": machine_checks.rate,
    "jitter": machine_checks.jitter,
    "lost": machine_checks.lost,
    "sensor": machine_checks.sensor,
    "magnet": machine_checks.magnet,
    "calibration": station_checks.calibration,
    "slip": station_checks.slip,
    "store": station_checks.store,
    "disk": station_checks.disk,
    "files": station_checks.files,
    "clock": station_checks.clock,
    "display": station_checks.display,
    "settings": station_checks.settings,
    "records": station_checks.records,
}


def collect(
    settings: Settings | ConfigError,
    state_folder: Path,
    machine: Mapping[str, Any] | None,
    why: str,
    port_facts: Mapping[str, Any],
    now: datetime,
) -> list[Check]:
    """Look at everything and say how it is.

    settings: or why they cannot be read. machine: MachineHealth.view of a live link, or as
    `ask_station` gives it; None: there is none, because of `why` (an error's line). port_facts:
    PortFacts.to_dict. now: aware, local time.
    """
    return examine(gather(settings, state_folder, machine, why, port_facts, now))


def examine(facts: Facts) -> list[Check]:
    """Every check of the table."""
    return [replace(check(facts), name=name) for name, check in CHECKS.items()]
