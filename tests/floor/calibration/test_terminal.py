import io
import os
import pty
from collections.abc import Iterator
from functools import partial
from typing import Any, TextIO

import numpy as np
import pytest

from firmware_bridge.device.people import Hold
from firmware_bridge.floor.calibration.guide import Guide
from firmware_bridge.floor.calibration.terminal import CalibrationTerminal
from tests.floor.calibration.lifter import Machine, guide_of, to_stop, with_checks

MACHINE = Machine()


@pytest.fixture
def pipe() -> Iterator[tuple[TextIO, int]]:
    reader, writer = os.pipe()
    with os.fdopen(reader) as stdin:
        yield stdin, writer


def typed_at_once(text: str) -> TextIO:
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    return os.fdopen(reader)


def calibrated(stdin: TextIO | None) -> tuple[Guide, str]:
    """The guide and what was written, of somebody who does all that there is to do."""
    visit = with_checks(to_stop(), [(20, 20), (40, 40), (60, 60)]).do(Hold(4.0))
    guide, out = guide_of(MACHINE), io.StringIO()
    with CalibrationTerminal(stdin, out) as ui:
        values = MACHINE.samples(visit.motion, np.random.default_rng(0))
        values = [one for one in values if one[0] >= 3.2]  # begun when the lifter stands
        for begin in range(0, len(values), 10):
            guide.feed(values[begin : begin + 10])
            for act in ui.actions():
                act(guide)
            ui.show(guide.view())
    return guide, out.getvalue()


@pytest.mark.parametrize("closed", [True, False])
def test_with_no_input_it_takes_at_once_and_leaves_out_what_it_can(closed: bool) -> None:
    stdin = None
    if closed:
        stdin = typed_at_once("")
        stdin.close()
    guide, out = calibrated(stdin)
    assert guide.view()["step"] == "done"
    assert guide.view()["checks"] == []
    assert "4 Checks" in out
    assert "Sure to" in out


def test_an_empty_pipe_is_the_same() -> None:
    with typed_at_once("") as stdin:
        assert calibrated(stdin)[0].view()["step"] == "done"


def test_lines_that_are_there_at_once_wait_for_their_turn() -> None:
    with typed_at_once("\n\n62\n30,5\n\n") as stdin:  # take, no range, two checks, the end
        guide, out = calibrated(stdin)
    assert guide.view()["step"] == "done"
    assert [one["angle_deg"] for one in guide.view()["checks"]] == [62, 30.5]
    steps = [line[0] for line in out.splitlines() if line[:2] in ("1 ", "2 ", "3 ", "4 ")]
    assert steps == ["1", "2", "3", "4"]


def test_a_q_stops_it() -> None:
    with typed_at_once("\nq\n") as stdin:
        guide, out = calibrated(stdin)
    assert guide.view()["refusal"]["name"] == "cancelled"
    assert "the one before stays in force" in out


def test_what_is_neither_is_told_and_the_guide_goes_on() -> None:
    with typed_at_once("help\n\n\n\n") as stdin:
        guide, out = calibrated(stdin)
    assert "'help'? Enter, an angle like 42.5, or q to stop" in out
    assert guide.view()["step"] == "done"


def view(**changes: Any) -> dict[str, Any]:
    return {**guide_of(MACHINE).view(), **changes}


def test_half_a_line_is_waited_for(pipe: tuple[TextIO, int]) -> None:
    stdin, writer = pipe
    ui = CalibrationTerminal(stdin, io.StringIO())
    ui.show(view(step="checks"))
    os.write(writer, b"4")
    assert ui.actions() == []
    os.write(writer, b"2.5\n")
    (check,) = ui.actions()
    assert isinstance(check, partial)
    assert check.keywords == {"angle_deg": 42.5}
    assert ui.actions() == []
    os.close(writer)


def test_lines_are_written_for_steps_quarters_checks_and_notes() -> None:
    out = io.StringIO()
    ui = CalibrationTerminal(None, out)
    for progress in (0.0, 0.1, 0.3, 0.4, 0.6, 1.0):
        ui.show(view(progress=progress))
    check = {"number": 1, "angle_deg": 20.0, "measured_deg": 19.62, "residual_deg": None}
    ui.show(view(step="checks", checks=[check]))
    note = {"name": "hold_still", "words": "hold it", "values": {}}
    ui.show(view(step="checks", checks=[check], note=note))
    ui.show(view(step="checks", checks=[check], note=note))
    refusal = {"name": "moving", "words": "it moved", "values": {}}
    ui.show(view(step="refused", refusal=refusal))
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("1 Neutral: ")
    assert lines[1:4] == ["  25%", "  50%", "  100%"]
    assert lines[4].startswith("4 Checks: ")
    assert lines[5:7] == ["  check 1: shows 20°, the sensor 19.6°", "  hold it"]
    assert lines[7:] == ["No calibration was made; the one before stays in force."]


def test_the_end_of_a_terminal_stops_the_guide_and_takes_nothing() -> None:
    master, slave = pty.openpty()
    with open(slave, closefd=False) as stdin:
        ui = CalibrationTerminal(stdin, io.StringIO())
        os.write(master, b"\x04")  # Ctrl-D
        assert ui.actions() == [Guide.cancel]
        os.close(master)
        assert ui.actions() == []
    os.close(slave)


def test_on_a_terminal_it_draws_and_drops_what_is_typed_too_early() -> None:
    master, slave = pty.openpty()
    with open(slave, closefd=False) as stdin, open(slave, "w", closefd=False) as stdout:
        with CalibrationTerminal(stdin, stdout) as ui:
            ui.show(view(step="stop", taking=True, progress=0.5, lacks="moving", turned_deg=-12.0))
            os.write(master, b"\n")
            assert ui.actions() == []
            ui.show(view(step="range", angle_deg=12.34, reps=1, rushed=2))
            assert ui.actions() == []
            os.write(master, b"\n")
            assert ui.actions() == [Guide.skip]
        drawn = os.read(master, 100_000).decode()
    os.close(slave)
    os.close(master)
    for words in ("hold still", "turned by 12.0°", "lever at 12.3°", "2 too fast to count"):
        assert words in drawn
