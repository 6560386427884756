"""Whether the clock is set by others, however the computer says it."""

import sys
from pathlib import Path

import pytest

from firmware_bridge.floor.doctor import wall_clock
from firmware_bridge.floor.doctor.wall_clock import is_synchronised


def says(answer: str) -> list[str]:
    return [sys.executable, "-c", f"print({answer!r})"]


def test_the_marker_of_the_time_service_is_enough(tmp_path: Path) -> None:
    assert is_synchronised(tmp_path, ["/no/such/program"]) is True


@pytest.mark.parametrize(("answer", "known"), [("yes", True), ("no", False), ("", None)])
def test_otherwise_the_system_is_asked(tmp_path: Path, answer: str, known: bool | None) -> None:
    assert is_synchronised(tmp_path / "none", says(answer)) is known


def test_who_cannot_be_asked_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_synchronised(tmp_path / "none", ["/no/such/program"]) is None
    monkeypatch.setattr(wall_clock, "WAIT_S", 0.05)
    hangs = [sys.executable, "-c", "import time; time.sleep(9)"]
    assert is_synchronised(tmp_path / "none", hangs) is None
