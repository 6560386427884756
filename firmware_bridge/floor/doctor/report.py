"""What doctor has found: a screen for people, JSON for programs, a status for scripts."""

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from firmware_bridge import VERSION
from firmware_bridge.errors import printable
from firmware_bridge.floor.doctor.check import Check, State

SCHEMA = "leverrep.doctor/1"
LIBRARIES = ("numpy", "scipy", "pyserial", "msgspec", "rich", "starlette", "uvicorn", "websockets")

# Words, not colours alone: it is read in pipes, too.
_MARKS = {
    State.OK: Text("ok", style="green"),
    State.WARNING: Text("note", style="yellow"),
    State.WRONG: Text("WRONG", style="bold red"),
    State.UNKNOWN: Text("?", style="dim"),
}


class Report:
    """The checks, as they are told."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = tuple(checks)

    @property
    def exit_code(self) -> int:
        """1 if anything is wrong. What is merely to be known, or not known, is not."""
        return int(any(check.state is State.WRONG for check in self.checks))

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "schema": SCHEMA,
            "ok": not self.exit_code,
            "program": program(),
            "checks": [check_dict(check) for check in self.checks],
        }

    def screen(self) -> RenderableType:
        """One screen of 80 columns, without colours just as clear."""
        about = program()
        head = f"LeverRep {about['leverrep']}, Python {about['python']}, {about['system']}"
        table = Table.grid(padding=(0, 1))
        table.add_column(width=5)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for check in self.checks:
            table.add_row(_MARKS[check.state], check.name, Text(printable(check.words)))
            if check.fix:
                table.add_row("", "", Text(f"-> {printable(check.fix)}", style="bold"))
        return Group(Text(head), Text(), table, *self._rule(), Text(), Text(self._summary()))

    def _rule(self) -> list[Text]:
        """For who may not open the port, to be copied: its lines are short."""
        port = next((one for one in self.checks if one.name == "port"), None)
        if port is None or not port.values.get("udev_rule") or port.values["usable"]:
            return []
        return [Text(), *(Text(printable(line)) for line in port.values["udev_rule"].split("\n"))]

    def _summary(self) -> str:
        wrong = sum(check.state is State.WRONG for check in self.checks)
        if not wrong:
            return "Nothing is wrong."
        return "1 thing is wrong." if wrong == 1 else f"{wrong} things are wrong."


def program() -> dict[str, Any]:
    """What runs here: versions, and the kind of system. Nothing of whose it is."""
    return {
        "leverrep": VERSION,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": {name: _version(name) for name in LIBRARIES},
        "bits": 64 if sys.maxsize > 1 << 32 else 32,
    }


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def check_dict(check: Check) -> dict[str, Any]:
    """A check, ready for JSON."""
    return {
        "name": check.name,
        "state": check.state.value,
        "words": check.words,
        "fix": check.fix or None,
        "values": dict(check.values),
    }
