"""Asks the station that runs on this computer how things stand; by no proxy, and not for long."""

import http.client
import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from config import DisplaySettings
from firmware_bridge.floor.display.snapshot import SCHEMA

WAIT_S = 1.0
# What a station of this version knows of its machine; one of an older version may know less.
FIELDS = {"port", "why", "device_id", "firmware", "bundled_firmware", "update_needed", "sensor"}
FIELDS |= {"counts_per_turn", "protocol", "rate_hz", "measured_hz", "jitter_us", "reset", "sent"}
FIELDS |= {"received", "missing", "late", "reboots", "overruns", "bad_frames", "bus_faults"}
FIELDS |= {"magnet", "streaming", "silent_s", "clock"}
_MOST_BYTES = 1 << 22


@dataclass(frozen=True)
class RunningStation:
    """Who answers at `address`: a station, something `other`, something `silent` that only takes
    the call, `nobody`; `elsewhere`: that is no address of this computer, and was not asked.

    `machine`: what the station knows of its machine (MachineHealth.view); None: it does not tell.
    """

    address: str
    who: Literal["station", "other", "silent", "nobody", "elsewhere"]
    machine: dict[str, Any] | None = None


def ask_station(display: DisplaySettings, token_file: Path) -> RunningStation:
    """The station that has this display. The token is told to nobody but this computer."""
    host = _reached_at(display.host)
    address = (
        f"http://[{host}]:{display.port}/" if ":" in host else f"http://{host}:{display.port}/"
    )
    if not _is_here(host):
        return RunningStation(address, "elsewhere")
    try:
        status, body = _get(host, display.port, {})
        if status == http.client.UNAUTHORIZED and _is_loopback(host):
            status, body = _get(host, display.port, _bearer(token_file))
    except (http.client.HTTPException, ValueError):  # it does not speak HTTP
        return RunningStation(address, "other")
    except TimeoutError:
        return RunningStation(address, "silent")
    except OSError:
        return RunningStation(address, "nobody")
    if status == http.client.UNAUTHORIZED and b"token" in body:
        return RunningStation(address, "station")
    state = _parsed(body)
    if state.get("schema") != SCHEMA:
        return RunningStation(address, "other")
    machine = state.get("machine")
    knows = isinstance(machine, dict) and machine.keys() >= FIELDS
    return RunningStation(address, "station", machine if knows else None)


def _reached_at(host: str) -> str:
    """Where this computer finds what is served at `host`."""
    with suppress(ValueError):
        address = ip_address(host)
        if address.is_unspecified:
            return "127.0.0.1" if address.version == 4 else "::1"
    return host


def _is_here(host: str) -> bool:
    """Is this an address of this computer? Nothing is sent."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))
            return True
    except (OSError, UnicodeError):
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bearer(token_file: Path) -> dict[str, str]:
    try:
        token = token_file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:  # it is of another user's station
        return {}
    return {"Authorization": f"Bearer {token}"} if token.isprintable() else {}


def _get(host: str, port: int, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, port, timeout=WAIT_S)
    try:
        connection.request("GET", "/api/state", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST_BYTES)
    finally:
        connection.close()


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        state = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}
