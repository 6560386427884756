"""What this computer says of the machine's port, without opening it: doctor asks."""

import grp
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from firmware_bridge.device.port import find_ports, user_name

RULES = "/etc/udev/rules.d/60-leverrep.rules"  # before 73: from there on uaccess is not looked at
GROUP = "dialout"  # of serial ports on Debian; where there is no port to see it by


PSEUDO_TERMINALS = range(136, 144)  # major numbers; they are in no class of /sys


class Usb(NamedTuple):
    """What a USB device calls itself: hexadecimal ids, and a serial number or nothing."""

    vendor: str
    product: str
    serial: str


class Holder(NamedTuple):
    """A process that has the port open."""

    pid: int
    name: str


@dataclass(frozen=True)
class PortFacts:
    """`path`: as asked for, or the likeliest; None: none is likely. `candidates`: all there are.

    `serial`: it is a serial port, as far as can be seen. `group`: whose members may use it.
    `holder`: who has it open, as far as we may see. `udev_rule`: what to put into RULES, so that
    whoever is logged in may use this very device and it is called /dev/leverrep too; None if it is
    no USB device.
    """

    path: str | None
    candidates: tuple[str, ...] = ()
    exists: bool = False
    serial: bool = False
    usable: bool = False
    group: str | None = None
    in_group: bool = False
    user: str = ""
    holder: Holder | None = None
    udev_rule: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        facts = asdict(self)
        return facts | {"holder": self.holder and self.holder._asdict(), "udev_file": RULES}


def check_port(
    asked: str = "auto",
    hints: Sequence[str] = (),
    proc: Path = Path("/proc"),
    sys: Path = Path("/sys"),
) -> PortFacts:
    """The facts of the port `asked` for ("auto": the likeliest, see port.find_ports)."""
    found = find_ports(hints)
    candidates = tuple(port.path for port in found)
    likely = (port.path for port in found if port.likely)
    path = next(likely, None) if asked == "auto" else asked
    try:
        node = os.stat(path) if path else None
    except (OSError, ValueError):  # ValueError: no file can have such a name
        node = None
    if path is None or node is None:
        return PortFacts(path, candidates, user=user_name())
    group, usb, serial = _group(node.st_gid), _usb(path, sys), _is_serial(path, node, sys)
    return PortFacts(
        path,
        candidates,
        exists=True,
        serial=serial,
        usable=os.access(path, os.R_OK | os.W_OK),
        group=group,
        in_group=node.st_gid in (os.getegid(), *os.getgroups()),
        user=user_name(),
        holder=next(_holders(node.st_rdev, proc), None) if serial else None,
        udev_rule=usb and _rule(usb, GROUP if group in (None, "root") else str(group)),
    )


def _group(number: int) -> str | None:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return None


def _is_serial(path: str, node: os.stat_result, sys: Path) -> bool:
    known = (sys / "class" / "tty" / os.path.basename(os.path.realpath(path))).exists()
    return stat.S_ISCHR(node.st_mode) and (known or os.major(node.st_rdev) in PSEUDO_TERMINALS)


def _holders(port: int, proc: Path) -> Iterator[Holder]:
    """Other processes that have the port open; into those of other users we do not see."""
    for process in proc.glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            if any(_is_of(fd, port) for fd in (process / "fd").iterdir()):
                name = (process / "comm").read_text(errors="replace")  # it may call itself anything
                yield Holder(int(process.name), name.strip())
        except OSError:  # it has ended, or is another user's
            continue


def _is_of(fd: Path, port: int) -> bool:
    try:
        return fd.stat().st_rdev == port
    except OSError:
        return False


def _usb(path: str, sys: Path) -> Usb | None:
    """The USB device behind a port."""
    at = (sys / "class" / "tty" / os.path.basename(os.path.realpath(path)) / "device").resolve()
    for folder in (at, *at.parents):
        if (folder / "idVendor").exists():
            return Usb(*(_attribute(folder / name) for name in ("idVendor", "idProduct", "serial")))
    return None


def _attribute(file: Path) -> str:
    try:
        text = file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:  # not every adapter has a serial number
        return ""
    return "".join(c if c.isalnum() or c in "-_.:" else "?" for c in text)  # "?": any, to udev


def _rule(usb: Usb, group: str) -> str:
    """Of this very device where it has a serial number; modem managers are to leave it alone."""
    serial = f'  ATTRS{{serial}}=="{usb.serial}", \\\n' if usb.serial else ""
    return (
        f'SUBSYSTEM=="tty", ATTRS{{idVendor}}=="{usb.vendor}", '
        f'ATTRS{{idProduct}}=="{usb.product}", \\\n'
        f'{serial}  SYMLINK+="leverrep", TAG+="uaccess", \\\n'
        f'  GROUP="{group}", MODE="0660", ENV{{ID_MM_DEVICE_IGNORE}}="1"'
    )
