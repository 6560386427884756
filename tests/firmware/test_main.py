"""What the board runs at power-up: errors, and somebody who wants to work on the board."""

import runpy
import sys
from types import SimpleNamespace

import pytest

from firmware_bridge.device.simulated import FIRMWARE

POWER, ERROR = 0, 2


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What main.py does, in order: reasons for a run of the program, pauses, the watchdog."""
    done: list[object] = []
    endings: list[type[BaseException]] = [OSError, MemoryError, KeyboardInterrupt]

    def run(reset: int) -> None:
        done.append(reset)
        raise endings.pop(0)

    board = SimpleNamespace(
        ERROR=ERROR, reset_cause=lambda: POWER, stop_watchdog=lambda: done.append("stopped")
    )
    monkeypatch.setitem(sys.modules, "board", board)
    monkeypatch.setitem(sys.modules, "lever", SimpleNamespace(run=run))
    time = SimpleNamespace(sleep_ms=lambda ms: done.append(f"{ms} ms"))
    monkeypatch.setitem(sys.modules, "time", time)
    return done


def test_an_error_starts_the_program_anew_and_ctrl_c_leaves_the_board_to_the_one_who_pressed_it(
    runs: list[object],
) -> None:
    with pytest.raises(KeyboardInterrupt):
        runpy.run_path(str(FIRMWARE / "main.py"))
    assert runs == [POWER, "1000 ms", ERROR, "1000 ms", ERROR, "stopped"]
