"""The table of checks, and all of them run on the facts."""

from collections.abc import Callable
from dataclasses import replace

from firmware_bridge.floor.doctor import machine_checks, station_checks
from firmware_bridge.floor.doctor.check import Check
from firmware_bridge.floor.doctor.facts import Facts

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


def examine(facts: Facts) -> list[Check]:
    """Every check of the table."""
    return [replace(check(facts), name=name) for name, check in CHECKS.items()]
