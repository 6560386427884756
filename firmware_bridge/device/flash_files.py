"""What goes on the board: the program, and the driver of its sensor."""

import ast
import keyword
import re
import sys
from pathlib import Path

from firmware_bridge.device.bundled import FIRMWARE
from firmware_bridge.errors import FlashError

USUAL_SENSOR = "as5600"
MAX_DRIVER_BYTES = 100_000  # much more than a board could take in

# On a board these are found instead of a driver of that name, or are then missed by our program.
# MicroPython has more modules of its own than Python's; boot and the rest are there for flashing.
TAKEN = sys.stdlib_module_names | {
    *("bluetooth", "btree", "cryptolib", "deflate", "esp", "esp32", "espnow", "framebuf", "lwip"),
    *("machine", "micropython", "network", "rp2", "tls", "uctypes", "vfs", "websocket"),
    *("boot", "finisher", "update"),
}
SENSOR_LINE = re.compile(rb"^from (\w+) import \w+ as Sensor", re.MULTILINE)  # of sensor.py


def drivers() -> dict[str, str]:
    """The sensors that the firmware knows: file name without .py, and the class in that file."""
    found = {path.stem: _driver_class(path) for path in sorted(FIRMWARE.glob("*.py"))}
    return {name: kind for name, kind in found.items() if kind}


def check(sensor: str | None) -> None:
    """FlashError if `flash` could not put this sensor's driver on a board."""
    if sensor is None or sensor in drivers():
        return
    if not sensor.endswith(".py"):
        names = ", ".join(drivers())
        raise FlashError(f"no sensor {sensor!r}: there are {names}, or name a driver file (.py)")
    trouble = _trouble(Path(sensor))
    if trouble:
        raise FlashError(f"{sensor} {trouble}")


def _trouble(path: Path) -> str:
    """Why this file cannot be the driver, and what to do; empty if it can."""
    if not path.is_file():
        return "does not exist: name a driver file, or one of the sensors"
    if not _importable(path.stem):
        return "cannot have that name on the board: call it like its sensor, in plain letters"
    if path.stat().st_size > MAX_DRIVER_BYTES:
        return f"is larger than {MAX_DRIVER_BYTES // 1000} kB: it is no driver"
    name = _driver_class(path)
    if not name:
        return "has no class with KIND, read and health: it is no driver"
    if not name.isascii():
        return f"has a class {name}: give it a name in plain letters"
    return ""


def _importable(name: str) -> bool:
    """Whether sensor.py can import the driver by this name, and all else still finds its own."""
    if name in drivers():  # one of ours, changed
        return True
    if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) or keyword.iskeyword(name):
        return False
    # To MicroPython utime is another name of time.
    taken = {name, name.removeprefix("u")} & TAKEN
    return not taken and not (FIRMWARE / f"{name}.py").exists()


def _driver_class(path: Path) -> str:
    """The name of the driver's class in this file; empty if there is none."""
    try:
        tree = ast.parse(path.read_text("utf-8"))  # all that MicroPython reads
    except (SyntaxError, ValueError, OSError, MemoryError, RecursionError):  # the last two: nesting
        return ""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and {"KIND", "read", "health"} <= set(_members(node)):
            return node.name
    return ""


def _members(node: ast.ClassDef) -> list[str]:
    names = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
    for part in node.body:
        if isinstance(part, ast.Assign):
            names += [target.id for target in part.targets if isinstance(target, ast.Name)]
    return names


def sensor_for(board_has: str, asked: str | None) -> str:
    """What to put on: what was asked for, or else what the board's sensor.py says it has."""
    found = SENSOR_LINE.search(board_has.encode())
    sensor = asked or (found[1].decode() if found else USUAL_SENSOR)
    if not asked and sensor not in drivers():
        raise FlashError(
            f"the board has a sensor of its own, {sensor}: name its driver file with"
            f" --sensor {sensor}.py, or one of {', '.join(drivers())}"
        )
    return sensor


def program(sensor: str) -> dict[str, bytes]:
    """All files of the board, by name."""
    files = {path.name: path.read_bytes() for path in FIRMWARE.glob("*.py")}
    path = Path(sensor) if sensor.endswith(".py") else FIRMWARE / f"{sensor}.py"
    files[path.name] = path.read_bytes()
    line = f"from {path.stem} import {_driver_class(path)} as Sensor"
    files["sensor.py"] = SENSOR_LINE.sub(line.encode(), files["sensor.py"])
    return files
