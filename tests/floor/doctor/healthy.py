"""A station with nothing wrong, to be made ill in one place at a time."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config import Settings
from firmware_bridge.floor.doctor.calibration_facts import CalibrationFacts
from firmware_bridge.floor.doctor.facts import Facts
from firmware_bridge.floor.doctor.folder_facts import FolderFacts
from firmware_bridge.floor.doctor.running import RunningStation
from firmware_bridge.floor.doctor.store_facts import StoreFacts
from tests.config.test_calibrations import saved

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
FOLDER = Path("/var/lib/leverrep")
ADDRESS = "http://127.0.0.1:8765/"


def machine(**changed: Any) -> dict[str, Any]:
    """As MachineHealth.view tells it."""
    return {
        "port": "/dev/ttyACM0",
        "why": None,
        "device_id": "a",
        "firmware": "0.2.0",
        "bundled_firmware": "0.2.0",
        "update_needed": False,
        "sensor": "as5600",
        "counts_per_turn": 4096,
        "protocol": 1,
        "rate_hz": 200,
        "measured_hz": 200.0,
        "jitter_us": {"rms": 90, "max": 2100},
        "reset": "power",
        "sent": 720_000,
        "received": 720_000,
        "missing": 0,
        "late": 0,
        "reboots": 0,
        "overruns": 0,
        "bad_frames": 0,
        "bus_faults": 0,
        "magnet": {"state": "ok", "agc": 64, "magnitude": 2000},
        "streaming": True,
        "silent_s": 0.02,
        "clock": {"drift_ppm": 12.4, "jitter_ms": 0.8},
    } | changed


def port(**changed: Any) -> dict[str, Any]:
    """As PortFacts.to_dict tells it."""
    return {
        "path": "/dev/ttyACM0",
        "candidates": ("/dev/ttyACM0",),
        "exists": True,
        "serial": True,
        "usable": True,
        "group": "dialout",
        "in_group": True,
        "user": "kim",
        "holder": None,
        "udev_rule": 'SUBSYSTEM=="tty", SYMLINK+="leverrep"',
        "udev_file": "/etc/udev/rules.d/60-leverrep.rules",
    } | changed


def store(**changed: Any) -> StoreFacts:
    usual = {"size": 24_000_000, "whole": True, "sets": 231, "newest": NOW}
    return StoreFacts(FOLDER / "sets.db", **(usual | changed))


def folder(**changed: Any) -> FolderFacts:
    return replace(FolderFacts(FOLDER, free=20_000_000_000, writable=True, station=812), **changed)


def facts(**changed: Any) -> Facts:
    usual: dict[str, Any] = {
        "settings": Settings(),
        "unreadable": "",
        "machine": machine(),
        "why": "",
        "port": port(),
        "store": store(),
        "calibration": CalibrationFacts(saved=saved(made_utc="2026-11-01T09:00:00Z"), stops=31),
        "folder": folder(),
        "station": RunningStation(ADDRESS, "station", machine()),
        "synchronised": True,
        "now": NOW,
    }
    return Facts(**(usual | changed))
