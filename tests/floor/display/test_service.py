"""The service file: systemd understands it, and it asks for what the program can do."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import firmware_bridge.floor.display
from firmware_bridge.arguments import parser
from firmware_bridge.notify import OFTEN

SERVICE = Path(firmware_bridge.floor.display.__path__[0]) / "leverrep.service"
THRESHOLD = "--threshold=25"  # tenths of its ten; the rest is what serial ports and phones need
STALL_S = 10.0  # what a memory card or a computer short of memory may take


def values(key: str) -> list[str]:
    lines = (line.partition("=") for line in SERVICE.read_text().splitlines())
    return [value for name, _, value in lines if name == key]


def test_its_command_is_one_of_ours_and_waits_for_the_machine() -> None:
    (command,) = values("ExecStart")
    program, *arguments = shlex.split(command)
    assert Path(program).name == "leverrep"
    args = parser().parse_args(arguments)
    assert (args.command, args.wait) == ("run", True)


def test_the_program_that_it_waits_for_is_the_one_that_says_it_is_ready() -> None:
    assert values("Type") == ["notify"]
    assert values("NotifyAccess") == ["main"]


def test_a_stall_is_no_reason_to_restart_and_a_hang_is() -> None:
    (patience_s,) = map(float, values("WatchdogSec"))
    assert patience_s * (1 - 1 / OFTEN) >= STALL_S
    assert patience_s <= 30
    assert values("Restart") == ["always"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
@pytest.mark.parametrize(
    "check",
    [["verify", "--man=no", "--recursive-errors=no"], ["security", "--offline=true", THRESHOLD]],
)
def test_systemd_understands_it_and_finds_it_tight(tmp_path: Path, check: list[str]) -> None:
    program = shlex.split(values("ExecStart")[0])[0]
    here = tmp_path / SERVICE.name
    here.write_text(SERVICE.read_text().replace(program, "/bin/true"))
    command = ["systemd-analyze", *check, str(here)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
