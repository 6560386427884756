"""What goes on the board: the program, and the driver of its sensor."""

import ast
import re
from pathlib import Path

from firmware_bridge.device.bundled import FIRMWARE
from firmware_bridge.errors import FlashError

USUAL_SENSOR = "as5600"
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
    path = Path(sensor)
    if not path.is_file():
        raise FlashError(f"{sensor} does not exist: name a driver file, or one of the sensors")
    taken = path.stem not in drivers() and (FIRMWARE / path.name).exists()
    if taken or not path.stem.isidentifier():
        raise FlashError(f"{sensor} cannot have that name on the board: call it like its sensor")
    if not _driver_class(path):
        raise FlashError(f"{sensor} has no class with KIND, read and health: it is no driver")


def _driver_class(path: Path) -> str:
    """The name of the driver's class in this file; empty if there is none."""
    try:
        tree = ast.parse(path.read_text())
    except (SyntaxError, ValueError, OSError):
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
