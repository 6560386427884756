"""What is run on the board, in MicroPython: interrupted at any point, it comes to its end later."""

import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.device.flash_mpremote import FINISHER, PREPARE

pytest.importorskip("micropython_unix")

NEW = {name: f"print('new {name}')\n" for name in ("board.py", "lever.py", "main.py")}

# MicroPython's os, on a board that loses its power before one of the changes it makes.
LOSES_POWER = """
import os as real, sys
class Os:
    left = {changes}
    def __getattr__(self, name):
        if name in ("rename", "rmdir", "mkdir"):
            if not self.left: sys.exit(9)
            self.left -= 1
        return getattr(real, name)
sys.modules["os"] = Os()
"""


def micropython(code: str, memory: Path, changes: int = 99) -> subprocess.CompletedProcess[str]:
    program = memory.parent / "program.py"
    program.write_text(LOSES_POWER.format(changes=changes) + code)
    return subprocess.run(
        [sys.executable, "-m", "micropython_unix", program],
        cwd=memory,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """Of a board on which an update is decided on."""
    folder = tmp_path / "memory"
    (folder / "update").mkdir(parents=True)
    for name, text in NEW.items():
        (folder / name).write_text("old")
        (folder / "update" / name).write_text(text)
    (folder / "main.py").write_text(FINISHER)
    return folder


def there(memory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in memory.iterdir() if path.is_file()}


@pytest.mark.parametrize("first", range(5))
def test_an_update_interrupted_at_any_change_and_once_more_is_finished_by_a_later_start(
    memory: Path, first: int
) -> None:
    for changes in (first, 1):
        main = (memory / "main.py").read_text()
        micropython(main, memory, changes)
    assert micropython((memory / "main.py").read_text(), memory).stdout == "new main.py\n"
    assert there(memory) == NEW


def test_a_finished_update_runs_the_new_program_at_once(memory: Path) -> None:
    assert micropython(FINISHER, memory).stdout == "new main.py\n"
    assert not (memory / "update").exists()


@pytest.mark.parametrize("first", range(5))
def test_the_next_update_first_finishes_the_one_that_was_decided_on(
    memory: Path, first: int
) -> None:
    micropython(FINISHER, memory, first)
    result = micropython(PREPARE, memory)
    assert (result.stdout, result.stderr) == ("", "")
    assert there(memory) == NEW
    assert list((memory / "update").iterdir()) == []


def test_an_update_that_was_not_decided_on_is_left_for_the_next_to_go_on_with(
    memory: Path,
) -> None:
    (memory / "main.py").write_text("old")
    micropython(PREPARE, memory)
    assert (memory / "main.py").read_text() == "old"
    assert len(list((memory / "update").iterdir())) == len(NEW)
