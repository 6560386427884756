"""The serial port: the one file that imports serial; every way of dying becomes one LinkLost."""

import contextlib
import errno
import grp
import os
import pwd
import select
import stat
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import serial
from serial.tools import list_ports

from firmware_bridge.errors import LinkLost, NoSuchPort, PortBusy, PortError, PortForbidden

BAUD = 115_200  # of a serial adapter; USB boards ignore it
READ_S = 0.02
WRITE_S = 0.2
READ_BYTES = 4096

# USB makers of the boards we know, those least likely to be something else first.
KNOWN_MAKERS = {
    "2e8a": "Raspberry Pi Pico",
    "303a": "Espressif ESP32",
    "10c4": "CP210x adapter",
    "1a86": "CH340 adapter",
    "0403": "FTDI adapter",
}

# What pyserial 3.5 raises when the device goes: SerialException (an OSError), plain OSError,
# termios.error (which is neither), TypeError when its descriptor is already gone; and ValueError
# when the process has so many files open that select cannot take this one.
_DEATHS = (OSError, termios.error, TypeError, ValueError)
_GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO)
_BUSY = (errno.EBUSY, errno.EWOULDBLOCK)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
_TOO_MANY = (errno.EMFILE, errno.ENFILE)


@dataclass(frozen=True, slots=True)
class FoundPort:
    """A serial port of this computer. `likely`: a hint or its maker says it may be the machine."""

    path: str
    name: str
    likely: bool


class Port:
    """An open serial port, ours alone. Raises PortError if it cannot be opened, later LinkLost."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._serial = serial.Serial(
                path, BAUD, timeout=0, write_timeout=WRITE_S, exclusive=True
            )
        except _DEATHS as error:
            raise _refusal(path, error) from error

    def read(self) -> bytes:
        """What there is as soon as there is something; empty if nothing comes within READ_S."""
        try:
            # pyserial would wait on, until it has all the bytes that it was asked for.
            select.select([self._serial], [], [], READ_S)
            return bytes(self._serial.read(READ_BYTES))
        except _DEATHS as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except _DEATHS as error:
            raise self._lost(error) from error

    def close(self) -> None:
        with contextlib.suppress(*_DEATHS):  # it may be dead already
            self._serial.close()

    def _lost(self, error: Exception) -> LinkLost:
        if isinstance(error, ValueError):
            return LinkLost(_too_many(self.path))
        return LinkLost(f"{self.path} is gone: check the USB cable; it is searched for again")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def find_ports(hints: Sequence[str] = ()) -> list[FoundPort]:
    """The serial ports of this computer, best first.

    A hint is a part of anything known about a port, in any case: its path, its name under
    /dev/serial/by-id, maker, product, serial number, or USB ids such as 2e8a:0005.
    None while one is just being pulled: what is known of it goes piece by piece.
    """
    try:
        by_id = {os.path.realpath(link): str(link) for link in Path("/dev/serial/by-id").glob("*")}
        ports = list_ports.comports()
    except (OSError, TypeError, ValueError):
        return []
    ranked = []
    for port in ports:
        path = by_id.get(os.path.realpath(port.device), port.device)
        usb = "" if None in (port.vid, port.pid) else f"{port.vid:04x}:{port.pid:04x}"
        known = (path, port.device, usb, port.manufacturer, port.product, port.serial_number)
        text = " ".join(filter(None, known)).lower()
        signs = [hint.lower() in text for hint in hints]
        signs += [usb.startswith(maker) for maker in KNOWN_MAKERS]
        name = port.product or KNOWN_MAKERS.get(usb[:4], port.description)
        rank = signs.index(True) if any(signs) else len(signs)
        ranked.append((rank, path, FoundPort(path, name, any(signs))))
    return [found for *_, found in sorted(ranked, key=lambda row: row[:2])]


def _refusal(path: str, error: Exception) -> PortError:
    code = _code(error)
    if code in _GONE:
        return NoSuchPort(f"{path} does not exist: plug the machine in, or name another --port")
    if code in _BUSY:
        return PortBusy(
            f"{path} is in use by another program: stop the station, or whatever else it is"
        )
    if code in _FORBIDDEN:
        return PortForbidden(f"{path} {_why_forbidden(path)}")
    if code in _TOO_MANY:
        return PortError(_too_many(path))
    return PortError(f"{path} is not a serial port: name the machine's port with --port")


def _code(error: BaseException) -> int | None:
    """The errno of what pyserial raised, or of what it was raised for: it does not always say."""
    code = getattr(error, "errno", None)
    if isinstance(error, termios.error):
        code = error.args[0]
    return _code(error.__context__) if code is None and error.__context__ else code


def _too_many(path: str) -> str:
    return f"{path} cannot be used, too many files are open: end and start this program again"


def _why_forbidden(path: str) -> str:
    try:
        node = os.stat(path)
        group = grp.getgrgid(node.st_gid).gr_name
    except (OSError, KeyError):
        return "may not be opened: ask whoever looks after this computer"
    user = user_name()
    if node.st_gid in (os.getegid(), *os.getgroups()):
        mode = f"its mode is {stat.filemode(node.st_mode)}"
        return f"may not be opened, though {user} is in its group {group}: {mode}"
    cure = f"run 'sudo usermod -aG {group} {user}' and log in again"
    return f"may be opened by group {group}, {user} is not in it: {cure}"


def user_name() -> str:
    """Who runs this program."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in no list of users
        return str(os.getuid())
