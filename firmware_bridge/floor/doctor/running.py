"""Asks the station that runs on this computer how things stand; by no proxy, and not for long."""

import os
import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import UNAUTHORIZED
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

import msgspec

from config import DisplaySettings
from firmware_bridge.floor.display.snapshot import SCHEMA
from firmware_bridge.floor.display.token import read_token
from firmware_bridge.floor.doctor.listener import listens_alone
from firmware_bridge.floor.doctor.told_machine import told_machine

WAIT_S = 1.0  # for all of it, however slowly it comes
MOST_BYTES = 1 << 18  # a state has some thousand
_STATUS = re.compile(rb"HTTP/1\.\d (\d{3}) ")


@dataclass(frozen=True)
class RunningStation:
    """Who answers at `address`: a station, something `other`, something `silent` that does not say
    all in time, `nobody`; `elsewhere`: that is no address of this computer, and was not asked.

    `machine`: what the station knows of its machine (MachineHealth.view); None: it does not tell.
    """

    address: str
    who: Literal["station", "other", "silent", "nobody", "elsewhere"]
    machine: dict[str, Any] | None = None

    def machine_at(self, port: str | None) -> dict[str, Any] | None:
        """What it knows of the machine at this port, by whatever name; None: of its machine."""
        if port is None or self.machine is None:
            return self.machine
        its = self.machine["port"]
        return self.machine if its and os.path.realpath(its) == os.path.realpath(port) else None


class _State(msgspec.Struct):
    schema: str = ""
    machine: msgspec.Raw = msgspec.Raw(b"null")


def ask_station(
    display: DisplaySettings, token_file: Path, process: int | None = None
) -> RunningStation:
    """The station that has this display. `process`: of the one that keeps its sets in our folder.

    That process alone is told the token: while it is away, anybody may listen where it would.
    """
    host, port = _reached_at(display.host), display.port
    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    if not _is_here(host):
        return RunningStation(address, "elsewhere")
    until = time.monotonic() + WAIT_S
    try:
        status, body = _get(host, port, "", until)
        if status == UNAUTHORIZED and process and listens_alone(port, process):
            status, body = _get(host, port, _bearer(token_file), until)
    except TimeoutError:
        return RunningStation(address, "silent")
    except (ConnectionResetError, BrokenPipeError):
        return RunningStation(address, "other")
    except OSError:
        return RunningStation(address, "nobody")
    if status == UNAUTHORIZED and b"token" in body:
        return RunningStation(address, "station")
    state = _parsed(body)
    if state.schema != SCHEMA:
        return RunningStation(address, "other")
    return RunningStation(address, "station", told_machine(bytes(state.machine)))


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
    except (OSError, UnicodeError, TypeError):  # TypeError: a name with a NUL in it
        return False


def _bearer(token_file: Path) -> str:
    """The header that shows the token, if there is one that we may read."""
    try:
        token = read_token(token_file)
    except OSError:
        return ""
    return f"Authorization: Bearer {token}\r\n" if token.isascii() and token.isprintable() else ""


def _get(host: str, port: int, header: str, until: float) -> tuple[int, bytes]:
    """Status and body of what is answered; (0, b"") if that is no HTTP.

    Raises TimeoutError if it has not ended at `until`, by the steady clock.
    """
    name = f"[{host}]" if ":" in host else host
    # HTTP/1.0: the answer comes in one piece, and then the line is closed.
    asked = f"GET /api/state HTTP/1.0\r\nHost: {name}:{port}\r\n{header}\r\n"
    with socket.create_connection((host, port), _left(until)) as line:
        line.sendall(asked.encode(errors="replace"))
        answer = bytearray()
        while len(answer) < MOST_BYTES:
            line.settimeout(_left(until))
            if not (piece := line.recv(1 << 16)):
                break
            answer += piece
    head, _, body = bytes(answer[:MOST_BYTES]).partition(b"\r\n\r\n")
    status = _STATUS.match(head)
    return (int(status[1]), body) if status else (0, b"")


def _left(until: float) -> float:
    """Seconds, more than none. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _parsed(body: bytes) -> _State:
    try:
        return msgspec.json.decode(body, type=_State)
    except (ValueError, RecursionError):
        return _State()
