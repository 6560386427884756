import json
from typing import Any

import msgspec
import pytest

from analysis import Event, SetReport
from config import STANDARDS, FormStandard
from firmware_bridge.device.people import SCRIPTS, Hold, Stroke
from firmware_bridge.floor.board import Board, Kept, Link
from firmware_bridge.floor.commands import Discomfort, RemoveRep
from firmware_bridge.floor.display.snapshot import (
    SCHEMA,
    SETS_SHOWN,
    form,
    lever,
    set_line,
    state,
    whole_set,
)
from firmware_bridge.floor.plan import Plan
from tests.floor.test_training import CLOCK_S, REP, at, doing, drive, reps, whole

KEYS = {
    "calibration",
    "guide",
    "standards",
    "schema",
    "screen",
    "link",
    "trouble",
    "failure",
    "plan",
    "form",
    "set",
    "sets",
    "hint",
}
SET_KEYS = {
    "number",
    "reps",
    "bottom_deg",
    "partials",
    "partial",
    "removed",
    "phase",
    "phase_since_s",
    "tempo_s",
    "over",
    "past_neutral_deg",
    "cue",
}
LINE_KEYS = {
    "id",
    "suspect",
    "number",
    "rest_from_s",
    "ended_by",
    "discomfort",
    "standard",
    "load_kg",
    "target_reps",
    "target_tempo",
    "rep_count",
    "partial_count",
    "overshoot_count",
    "mean_range_deg",
    "mean_tempo_s",
    "form_score",
    "removed",
}


def as_json(document: dict[str, Any]) -> dict[str, Any]:
    """As it arrives. Strict: no number that is none, and the same by either library."""
    read: dict[str, Any] = json.loads(json.dumps(document, allow_nan=False))
    assert msgspec.json.decode(msgspec.json.encode(document)) == read
    return read


def test_a_station_that_has_seen_nothing() -> None:
    told = as_json(state(Board(FormStandard())))
    assert told == {
        "schema": SCHEMA,
        "screen": "before",
        "link": {"state": "searching", "port": "", "why": ""},
        "trouble": None,
        "failure": None,
        "calibration": {"can": False, "needed": None, "slip_deg": None, "never": False},
        "guide": None,
        "standards": [],
        "plan": {
            "standard": "standard",
            "load_kg": None,
            "target_reps": None,
            "target_tempo": None,
        },
        "form": msgspec.structs.asdict(FormStandard()),
        "set": {
            "number": 1,
            "reps": 0,
            "bottom_deg": 0,
            "partials": 0,
            "partial": None,
            "removed": [],
            "phase": None,
            "phase_since_s": 0,
            "tempo_s": {},
            "over": False,
            "past_neutral_deg": 0,
            "cue": None,
        },
        "sets": [],
        "hint": None,
    }
    assert as_json(lever(Board(FormStandard()))) == {"t_s": 0, "angle_deg": 0}


@pytest.mark.parametrize("script", SCRIPTS)
def test_after_every_script_it_has_the_same_keys(script: str) -> None:
    session = whole(script)
    told = as_json(state(session.board))
    assert set(told) == KEYS
    assert set(told["set"]) == SET_KEYS
    assert [set(line) for line in told["sets"]] == [LINE_KEYS] * len(SCRIPTS[script].reps)
    assert told["hint"] is not None
    for record in session.sets:
        one = as_json(whole_set(record, Kept(41)))
        assert set(one) == LINE_KEYS | {"form", "report", "trace"}


@pytest.mark.parametrize("when", ["at the top", "at the bottom", "rising again", "letting down"])
def test_in_the_midst_of_a_set_too(when: str) -> None:
    told = as_json(state(at(when).board))
    assert set(told) == KEYS
    assert set(told["set"]) == SET_KEYS
    assert told["set"]["phase"] is not None
    assert told["set"]["reps"] == at(when).board.count


def test_it_stays_the_same_while_only_the_lever_moves() -> None:
    session = drive(reps(2)[:20])
    changes = 0
    while session.fed < 6900:
        before, told = state(session.board), len(session.events)
        session.follow(reps(2), until_s=(session.fed + 4) / 200)
        if len(session.events) == told:
            assert state(session.board) == before
        changes += state(session.board) != before
    assert 10 < changes < 30


def test_where_the_lever_is() -> None:
    board = Board(FormStandard())
    board.see(12.34567, -3.21987, at=CLOCK_S)
    assert as_json(lever(board)) == {"t_s": 12.346, "angle_deg": -3.22}


@pytest.mark.parametrize("name", STANDARDS)
def test_a_form_standard_is_its_fields(name: str) -> None:
    told = as_json(form(STANDARDS[name]))
    assert FormStandard(**told) == STANDARDS[name]


def test_the_link_and_a_failure() -> None:
    board = Board(FormStandard())
    board.connect(Link.LIVE, "/dev/x")
    assert state(board)["link"] == {"state": "live", "port": "/dev/x", "why": ""}
    board.connect(Link.LOST, why="/dev/x is gone")
    board.cannot_write = "disk full"
    told = state(board)
    assert told["link"] == {"state": "lost", "port": "/dev/x", "why": "/dev/x is gone"}
    assert told["failure"] == "disk full"


@pytest.mark.parametrize("error", ["no_answer", "no_magnet", "nonsense"])
def test_trouble_of_the_sensor_has_a_name(error: str) -> None:
    board = Board(FormStandard())
    board.apply(Event("sensor", 0.0, 0.0, {"error": error}))
    assert state(board)["trouble"] == error


def test_trouble_that_is_over_is_none() -> None:
    board = Board(FormStandard())
    board.apply(Event("sensor", 0.0, 0.0, {"error": "no_magnet"}))
    assert state(board)["trouble"]
    board.apply(Event("sensor", 0.0, 0.0, {"error": None}))
    assert state(board)["trouble"] is None


def test_the_set_under_way() -> None:
    assert state(at("at the top").board)["set"]["number"] == 1
    told = state(at("rising again").board)["set"]
    assert (told["number"], told["reps"], told["phase"]) == (1, 1, "concentric")
    assert list(told["tempo_s"]) == ["eccentric", "bottom_hold"]
    assert told["tempo_s"]["eccentric"] == pytest.approx(2.0, abs=0.4)


def test_a_partial_is_told_until_the_next_rep() -> None:
    motion = doing(Stroke(11.5, 1.0), Stroke(0.0, 1.0), Hold(1.0), *REP)
    tried = state(drive(motion[:8_400]).board)["set"]
    assert (tried["reps"], tried["partials"], tried["partial"]) == (0, 1, "shallow")
    done = state(drive(motion[:12_900]).board)["set"]
    assert (done["reps"], done["partials"], done["partial"]) == (1, 1, None)


def test_the_cue_names_its_rep() -> None:
    rushed = (Stroke(44.0, 0.7), *REP[1:])
    told = state(drive(doing(*rushed)[:9_000]).board)["set"]
    assert told["cue"] == {"rep": 1, "flag": "rushed_lowering"}


def test_over_as_long_as_it_is_over() -> None:
    board = Board(FormStandard())
    board.apply(Event("overshoot", 0.0, 0.0, {"angle_deg": -3.5}))
    assert state(board)["set"]["over"]
    board.apply(Event("overshoot_cleared", 0.0, 0.0, {"angle_deg": -2.0}))
    assert not state(board)["set"]["over"]


def test_a_set_that_is_over_in_a_line() -> None:
    session = at("after the set").ask(RemoveRep())
    (record,) = session.sets
    line = as_json(set_line(record, Kept(41)))
    assert (line["number"], line["rep_count"], line["removed"]) == (1, 1, [2])
    assert (line["ended_by"], line["discomfort"]) == ("left_at_stop", False)
    assert line["rest_from_s"] == pytest.approx(CLOCK_S + record.report["end_s"], abs=0.01)
    session.board.kept = {1: Kept(41)}
    assert state(session.board)["sets"] == [line]


def test_the_newest_sets_are_shown() -> None:
    board = Board(FormStandard(), Plan(load_kg=40.0))
    for _ in range(SETS_SHOWN + 3):
        board.apply(Event("set_started", 0.0, 0.0))
        done = {"reason": "rest", "set": SetReport(()).to_dict()}
        board.apply(Event("set_ended", 0.0, 0.0, done))
    told = as_json(state(board))["sets"]
    assert [line["number"] for line in told] == list(range(4, SETS_SHOWN + 4))
    assert {line["load_kg"] for line in told} == {40.0}


def test_a_whole_set_has_its_report_its_form_and_the_way_of_the_lever() -> None:
    (record,) = whole("mixed").sets
    one = as_json(whole_set(record, Kept(41)))
    assert one["report"] == as_json(record.report)
    assert one["form"] == as_json(form(FormStandard()))
    times, angles = one["trace"]["t_s"], one["trace"]["angle_deg"]
    assert len(times) == len(angles) > 500
    assert times == sorted(times)


def test_a_set_without_reps_is_a_whole_set_too() -> None:
    (record,) = at("at the top").ask(Discomfort()).sets
    one = as_json(whole_set(record, Kept(41)))
    assert (one["rep_count"], one["form_score"], one["mean_range_deg"]) == (0, None, None)
    assert (one["discomfort"], one["report"]["reps"]) == (True, [])
    assert one["trace"]["t_s"][-1] == pytest.approx(5.0, abs=0.06)


@pytest.mark.parametrize("script", ["partials", "fidgeting"])
def test_after_a_set_the_next_one_has_nothing_yet(script: str) -> None:
    session = drive(SCRIPTS[script].motion(), (18.0, RemoveRep())).close()
    told = state(session.board)["set"]
    assert told["number"] == 2
    assert told | {"number": 1, "phase_since_s": 0.0} == state(Board(FormStandard()))["set"]
