"""One screen for people, JSON for programs, a status for scripts."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from firmware_bridge.floor.doctor.check import Check, State
from firmware_bridge.floor.doctor.examine import examine
from firmware_bridge.floor.doctor.report import Report
from tests.floor.doctor.healthy import facts, machine, port

HEALTHY = Report(examine(facts()))
NO_MACHINE = facts(machine=None, port=port(usable=False, in_group=False), why="it is gone: look")
ILL = Report(examine(replace(NO_MACHINE, unreadable="/x.toml: station.rate_hz: 5")))


def screen(report: Report, width: int = 80, terminal: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal)
    console.print(report.screen())
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_all_is_well_on_one_screen_of_80_by_24() -> None:
    lines = screen(HEALTHY).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert lines[-1].strip() == "Nothing is wrong."


def test_what_is_wrong_is_told_with_a_fix_under_it() -> None:
    text = screen(ILL)
    assert len(text.splitlines()) <= 32
    assert "WRONG settings    /x.toml: station.rate_hz: 5" in text
    assert "-> correct that in the file" in text
    assert text.splitlines()[-1].strip() == "2 things are wrong."


def test_one_thing_is_one() -> None:
    report = Report([Check(State.WRONG, "it is full", "free some", name="disk")])
    assert "1 thing is wrong." in screen(report)


def test_the_rule_for_the_port_can_be_copied_and_is_shown_only_if_it_helps() -> None:
    rule = 'SUBSYSTEM=="tty", \\\n  SYMLINK+="leverrep"'
    forbidden = facts(machine=None, port=port(usable=False, udev_rule=rule), why="it is gone: look")
    assert rule in screen(Report(examine(forbidden)))
    assert "SUBSYSTEM" not in screen(HEALTHY)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_nothing_is_cut_off_at_any_width(width: int) -> None:
    words = " ".join(screen(ILL, width).split())
    assert "its group is dialout, and kim is not in it" in words


def test_without_colour_it_says_the_same() -> None:
    assert "\x1b" not in screen(ILL)
    assert "\x1b" in screen(ILL, terminal=True)


def test_names_in_brackets_are_not_taken_for_markup() -> None:
    report = Report([Check(State.WRONG, "[bold]x[/nope] is bad", "do", name="port")])
    assert "[bold]x[/nope] is bad" in screen(report)


def test_what_others_have_written_can_steer_no_terminal_and_add_no_line() -> None:
    hostile = "\x1b[2J\x1b]0;x\x07\nok    store   fine\r\u202e\udcff"
    rule = f'SUBSYSTEM=="tty", \\\n  GROUP="{hostile[:4]}"'
    values = {"udev_rule": rule, "usable": False}
    text, plain = (
        screen(Report([Check(State.WRONG, words, words, values, name="port")]), 200)
        for words in (hostile, "x")
    )
    assert "\\x1b[2J\\x1b]0;x\\x07\\nok    store   fine\\r\\u202e\\udcff" in text
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text.splitlines()) == len(plain.splitlines())


@pytest.mark.parametrize(
    ("state", "status"),
    [(State.OK, 0), (State.WARNING, 0), (State.UNKNOWN, 0), (State.WRONG, 1)],
)
def test_only_what_is_wrong_gives_status_1(state: State, status: int) -> None:
    report = Report([Check(State.OK, "x", name="a"), Check(state, "x", name="b")])
    assert report.exit_code == status
    assert report.to_dict()["ok"] is (status == 0)


def test_json_has_every_check_with_its_figures() -> None:
    told = json.loads(json.dumps(Report(examine(facts())).to_dict()))
    assert told["schema"] == "leverrep.doctor/1"
    assert set(told) == {"schema", "ok", "program", "checks"}
    by_name = {check["name"]: check for check in told["checks"]}
    assert by_name["magnet"] == {
        "name": "magnet",
        "state": "ok",
        "words": "gain 64, magnitude 2000",
        "fix": None,
        "values": machine()["magnet"],
    }
    assert told["program"]["libraries"]["numpy"]


def test_json_has_no_number_that_is_none() -> None:
    json.dumps(ILL.to_dict(), allow_nan=False)
