"""Scripted people on the lever, and somebody at the buttons."""

import pickle
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from analysis import Event, LiveAnalyser
from config import STANDARDS, FormStandard, Settings
from firmware_bridge.device.people import SCRIPTS, STOP_DEG, Hold, Segment, Stroke, perform
from firmware_bridge.floor.board import BEGIN, NOT_KEPT, Board
from firmware_bridge.floor.commands import (
    Again,
    ChangePlan,
    Command,
    Discomfort,
    EndSet,
    RemoveRep,
)
from firmware_bridge.floor.display.snapshot import state, whole_set
from firmware_bridge.floor.setrecord import SetRecord
from firmware_bridge.floor.training import Training

RATE_HZ = 200
CLOCK_S = 5000.0  # the station's clock less the machine's
Asked = tuple[float, Command]

_GOOD = SCRIPTS["good"].segments
LIFT_IN, REP, LET_DOWN = _GOOD[:3], _GOOD[3:7], _GOOD[-3:]
LEFT = Hold(14.0)  # at the stop, until the set is over

# Seconds of a person who does two REPs, which are counted at 9.1 and 14.1, and leaves.
MOMENTS = {
    "before anything": -1.0,
    "at the stop": 1.0,
    "lifting in": 3.0,
    "at the top": 5.0,
    "lowering": 6.8,
    "at the bottom": 8.0,
    "rising": 8.8,
    "at the top after a rep": 10.0,
    "lowering again": 11.8,
    "at the bottom again": 13.0,
    "rising again": 13.8,
    "at the top after two": 15.0,
    "letting down": 17.0,
    "left at the stop": 25.0,
    "after the set": 34.0,
}
TRIED = ("lowering", "at the bottom", "rising")  # a rep is under way, and so "again"
COMMANDS = (
    EndSet(),
    Again(),
    Discomfort(),
    RemoveRep(),
    ChangePlan(load_kg=40.0),
    ChangePlan(standard="beginner", target_tempo="3-1-2-1"),
)


@dataclass
class Session:
    """A person at the lever, and what was told and shown."""

    training: Training
    events: list[Event] = field(default_factory=list)
    shown: list[tuple[float, str]] = field(default_factory=list)  # since when which screen
    fed: int = 0  # samples

    @property
    def board(self) -> Board:
        return self.training.board

    @property
    def sets(self) -> list[SetRecord]:
        return list(self.board.sets)

    @property
    def screens(self) -> list[str]:
        return [screen for _, screen in self.shown]

    def of_kind(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    def follow(self, motion: NDArray[np.float64], until_s: float = inf, size: int = 4) -> "Session":
        """See the motion, from where it was left until this second, in chunks of this size."""
        angles = motion[:: 1000 // RATE_HZ].tolist()
        end = int(min(len(angles), RATE_HZ * until_s))
        while self.fed < end:
            some = angles[self.fed : min(self.fed + size, end)]
            times = [(self.fed + n) / RATE_HZ for n in range(len(some))]
            for t_s, angle_deg in zip(times, some, strict=True):
                self.board.see(t_s, angle_deg, t_s + CLOCK_S)
            self.events += self.training.feed(times, some)
            self.fed += len(some)
            self.look()
        return self

    def ask(self, command: Command) -> "Session":
        self.events += self.training.obey(command)
        self.look()
        return self

    def close(self) -> "Session":
        self.events += self.training.close()
        self.look()
        return self

    def look(self) -> None:
        if not self.shown or self.board.screen != self.screens[-1]:
            self.shown.append((self.board.now_s, self.board.screen))


def drive(motion: NDArray[np.float64], *asked: Asked, size: int = 4) -> Session:
    """The motion goes in; each command is asked when its second has come, one below 0 at once."""
    session = Session(Training(Settings()))
    session.look()
    for second, command in sorted(asked, key=lambda one: one[0]):
        session.follow(motion, second, size).ask(command)
    return session.follow(motion, size=size)


@cache
def whole(script: str) -> Session:
    """All of a script, and then the lever is left."""
    return drive(perform(STOP_DEG, (*SCRIPTS[script].segments, LEFT)))


@cache
def reps(count: int) -> NDArray[np.float64]:
    """Somebody lifts in, does so many good reps and leaves."""
    return doing(*REP * count)


def doing(*segments: Segment) -> NDArray[np.float64]:
    return perform(STOP_DEG, (*LIFT_IN, *segments, *LET_DOWN, LEFT))


@cache
def _put_away(when: str) -> bytes:
    return pickle.dumps(drive(reps(2)[: max(0, round(1000 * MOMENTS[when]))]))


def at(when: str) -> Session:
    """A person who does two reps has come to this moment."""
    session: Session = pickle.loads(_put_away(when))
    return session


def counted(session: Session) -> list[int]:
    return [record.report["rep_count"] for record in session.sets]


def ended_by(session: Session) -> list[str]:
    return [record.ended_by for record in session.sets]


# A person alone.


@pytest.mark.parametrize("script", SCRIPTS)
def test_before_during_after(script: str) -> None:
    session = whole(script)
    sets = len(SCRIPTS[script].reps)
    assert session.screens == ["before", *["during", "after"] * sets]
    motion = SCRIPTS[script].motion()
    first_top_s = np.argmax(motion <= STANDARDS["standard"].top_zone_deg) / 1000
    assert 0 <= session.shown[1][0] - first_top_s < 1.0


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_reps_are_counted_and_the_sets_kept(script: str) -> None:
    session = whole(script)
    assert tuple(counted(session)) == SCRIPTS[script].reps
    assert [record.number for record in session.sets] == list(range(1, len(session.sets) + 1))
    ended = session.of_kind("set_ended")
    assert [record.report for record in session.sets] == [event["set"] for event in ended]
    assert ended_by(session) == [event["reason"] for event in ended]
    assert session.board.reps == session.board.count == SCRIPTS[script].reps[-1]


@pytest.mark.parametrize("script", ["mixed", "two-sets", "fast", "partials", "fidgeting"])
def test_left_alone_it_tells_what_the_analysis_tells(script: str) -> None:
    live = LiveAnalyser()
    motion = perform(STOP_DEG, (*SCRIPTS[script].segments, LEFT))
    angles = motion[:: 1000 // RATE_HZ]
    bare = live.feed(np.arange(len(angles)) / RATE_HZ, angles)
    assert whole(script).events == bare


@pytest.mark.parametrize("script", ["mixed", "two-sets"])
def test_the_trace_covers_the_set(script: str) -> None:
    for record in whole(script).sets:
        times, angles = record.trace.points()
        steps = [b - a for a, b in pairwise(times)]
        assert max(steps) < 0.06
        assert times[0] == pytest.approx(record.report["start_s"] - 3, abs=0.06)
        assert times[-1] == pytest.approx(record.report["end_s"] + 3, abs=0.06)
        deepest = max(rep["bottom_deg"] for rep in record.report["reps"])
        assert max(angles) > deepest - 0.5


@pytest.mark.parametrize("script", ["mixed", "two-sets", "slow"])
def test_the_rest_runs_from_the_end_of_the_last_rep(script: str) -> None:
    for record in whole(script).sets:
        assert record.rest_from_s == pytest.approx(record.report["end_s"] + CLOCK_S, abs=0.01)


@pytest.mark.parametrize("size", [1, 7, 64])
@pytest.mark.parametrize("script", ["mixed", "fast"])
def test_the_same_board_whatever_the_chunks(script: str, size: int) -> None:
    motion = perform(STOP_DEG, (*SCRIPTS[script].segments, LEFT))
    session, usual = drive(motion, size=size), whole(script)
    assert state(session.board) == state(usual.board)
    assert session.screens == usual.screens
    assert [whole_set(one, NOT_KEPT) for one in session.sets] == [
        whole_set(one, NOT_KEPT) for one in usual.sets
    ]


def test_a_lever_lifted_and_left_is_no_set() -> None:
    session = drive(doing())
    assert session.screens == ["before", "during", "before"]
    assert session.sets == []
    assert session.board.phase is None


def test_a_lever_lifted_and_left_after_a_set_shows_that_set_again() -> None:
    session = drive(np.concatenate((reps(1), doing())))
    assert session.screens == ["before", "during", "after", "during", "after"]
    assert counted(session) == [1]


def test_the_end_of_the_data_ends_the_set() -> None:
    session = at("letting down").close()
    assert (counted(session), ended_by(session)) == ([2], ["closed"])
    assert session.screens[-1] == "after"


def test_no_samples_are_nothing() -> None:
    assert at("at the top").training.feed([], []) == []


# Every button at every moment.


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("when", MOMENTS)
def test_any_button_at_any_moment(when: str, command: Command) -> None:
    ends = isinstance(command, EndSet | Again | Discomfort)
    session = at(when).ask(command).follow(reps(2), until_s=19.0).close()
    lost = ends and when.removesuffix(" again") in TRIED
    told = [event["number"] for event in session.of_kind("rep")]
    assert len(told) == 2 - lost
    done = [rep for record in session.sets for rep in record.report["reps"]]
    assert [rep["number"] for rep in done] == told
    struck = [rep["number"] for rep in done if not rep["counted"]]
    assert len(struck) == (command == RemoveRep() and MOMENTS[when] > 9)
    assert sum(counted(session)) == len(told) - len(struck)
    assert ends or session.screens == ["before", "during", "after"]


@pytest.mark.parametrize("seed", range(6))
def test_buttons_at_random(seed: int) -> None:
    rng = np.random.default_rng(seed)
    choices = (
        *COMMANDS[:-1],
        RemoveRep(rep=1),
        RemoveRep(set=1, removed=False, rep=1),
        ChangePlan(standard="gentle", target_reps=3),
        ChangePlan(standard="standard", load_kg=None),
    )
    motion = np.concatenate((doing(*SCRIPTS["partials"].segments[3:15]), reps(2)))
    seconds = np.sort(rng.uniform(0.2, len(motion) / 1000, 12))
    asked = [(float(s), choices[int(rng.integers(len(choices)))]) for s in seconds]
    session = drive(motion, *asked).close()
    ended = session.of_kind("set_ended")
    assert [r.number for r in session.sets] == list(range(1, len(session.sets) + 1))
    assert len([r for r in session.sets if r.report["reps"]]) == len(ended)
    numbers = [r["number"] for one in ended for r in one["set"]["reps"] if r["number"]]
    assert numbers == [event["number"] for event in session.of_kind("rep")]
    for one in session.sets:
        assert one.report["rep_count"] == sum(r["counted"] for r in one.report["reps"])


# End of the set.


@pytest.mark.parametrize("when", ["lowering again", "at the bottom again", "rising again"])
def test_a_set_ended_in_a_rep_leaves_that_rep_out_of_both(when: str) -> None:
    session = at(when).ask(EndSet()).follow(reps(3))
    assert (counted(session), ended_by(session)) == ([1, 1], ["button", "left_at_stop"])
    assert session.screens == ["before", *["during", "after"] * 2]


def test_a_set_ended_at_the_top_is_over_and_the_next_rep_is_of_the_next() -> None:
    session = drive(reps(3), (MOMENTS["at the top after a rep"], EndSet()))
    assert (counted(session), ended_by(session)) == ([1, 2], ["button", "left_at_stop"])
    first = session.of_kind("set_ended")[0]
    assert first.detected_s == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize("when", ["at the stop", "lifting in", "at the top", "after the set"])
def test_without_a_set_its_end_is_nothing(when: str) -> None:
    session = at(when).ask(EndSet()).follow(reps(2))
    assert session.events == at("after the set").follow(reps(2)).events
    assert len(session.sets) == 1


def test_a_set_ended_as_the_last_rep_comes_up_stays_shown() -> None:
    session = drive(reps(2), (14.4, EndSet()))
    assert session.screens == ["before", "during", "after"]


def test_after_the_button_the_way_to_the_stop_and_back_is_no_rep() -> None:
    motion = doing(*REP * 2, *LET_DOWN, *LIFT_IN, *REP)
    session = drive(motion, (MOMENTS["at the top after two"], EndSet()))
    assert counted(session) == [2, 1]


@pytest.mark.parametrize("when", ["at the stop", "lifting in", "at the top"])
def test_after_the_button_a_rep_down_to_the_stop_is_a_rep(when: str) -> None:
    deep = (Stroke(STOP_DEG, 2.2), *REP[1:])
    session = drive(doing(*deep * 2)[:16_000], (MOMENTS[when], Again())).close()
    assert counted(session) == [2]


@pytest.mark.parametrize("command", [EndSet(), Again(), Discomfort()])
@pytest.mark.parametrize("before", [[], [ChangePlan(load_kg=40.0)]])
def test_a_button_as_the_analysis_begins_makes_no_rep(
    command: Command, before: list[Command]
) -> None:
    when = 1.0 if before else -1.0
    session = drive(reps(1)[:10_500], *((when, one) for one in (*before, command))).close()
    assert counted(session) == [1]


# Again.


def test_again_in_a_set_keeps_it_struck_out_and_counts_from_0() -> None:
    session = drive(reps(3)[:15_500], (MOMENTS["at the top after a rep"], Again()))
    (kept,) = session.sets
    assert kept.restarted
    assert (kept.number, kept.report["rep_count"]) == (1, 1)
    assert (session.board.set_number, session.board.count, session.board.in_set) == (2, 1, True)
    assert session.screens[-1] == "during"


@pytest.mark.parametrize(
    ("when", "screen"),
    [
        ("at the stop", "before"),
        ("lifting in", "before"),
        ("at the top", "during"),
        ("lowering", "before"),
        ("at the top after a rep", "during"),
        ("lowering again", "before"),
        ("after the set", "before"),
    ],
)
def test_again_gets_ready(when: str, screen: str) -> None:
    board = at(when).ask(Again()).board
    assert board.screen == screen
    assert (board.in_set, board.reps, board.count, board.partials) == (False, 0, 0, 0)
    assert board.message == (BEGIN if screen == "before" else "")
    assert state(board)["set"]["reps"] == 0


def test_again_in_a_set_of_partials_alone_keeps_it_too() -> None:
    motion = doing(Stroke(11.5, 1.0), Stroke(0.0, 1.0), Hold(1.5), *REP)
    session = drive(motion, (8.5, Again()))
    assert ended_by(session) == ["restarted", "left_at_stop"]
    assert [r.report["partial_count"] for r in session.sets] == [1, 0]
    assert counted(session) == [0, 1]


# Discomfort.


@pytest.mark.parametrize(
    ("when", "sets"),
    [
        ("at the stop", [(2, "left_at_stop", False)]),
        ("at the top", [(0, "discomfort", True), (2, "left_at_stop", False)]),
        ("lowering", [(0, "discomfort", True), (1, "left_at_stop", False)]),
        ("rising", [(0, "discomfort", True), (1, "left_at_stop", False)]),
        ("at the top after a rep", [(1, "discomfort", True), (1, "left_at_stop", False)]),
        ("lowering again", [(1, "discomfort", True)]),
        ("at the top after two", [(2, "discomfort", True)]),
        ("letting down", [(2, "discomfort", True)]),
        ("after the set", [(2, "left_at_stop", True)]),
    ],
)
def test_discomfort_marks_the_set_it_was_in(when: str, sets: list[tuple[int, str, bool]]) -> None:
    session = at(when).ask(Discomfort()).follow(reps(2))
    told = [(r.report["rep_count"], r.ended_by, r.discomfort) for r in session.sets]
    assert told == sets
    assert [record.number for record in session.sets] == list(range(1, len(sets) + 1))


def test_discomfort_with_no_set_ever_is_only_said() -> None:
    session = at("at the stop").ask(Discomfort())
    assert session.sets == []
    assert session.screens == ["before"]
    assert session.board.message.startswith("Noted")


@pytest.mark.parametrize("when", ["lowering", "rising", "lowering again", "rising again"])
def test_whoever_it_hurts_reads_on_while_they_lift_the_lever_to_get_out(when: str) -> None:
    done = 2 if when.endswith("again") else 1
    session = drive(reps(done), (MOMENTS[when], Discomfort()))
    assert session.screens == ["before", "during", "after"]
    assert counted(session) == [done - 1]
    assert state(session.board)["hint"] == "discomfort"
    assert session.board.message.startswith("Noted")


def test_after_discomfort_the_next_rep_or_again_goes_on() -> None:
    asked = (MOMENTS["lowering again"], Discomfort())
    session = drive(reps(3), asked)
    assert session.screens == ["before", "during", "after", "during", "after"]
    assert session.shown[3][0] == pytest.approx(19.1, abs=0.1)
    ready = drive(reps(3), asked, (15.0, Again()))
    assert ready.screens == ["before", "during", "after", "during", "after"]
    assert ready.shown[3][0] == pytest.approx(15.0, abs=0.05)


def test_said_twice_it_is_one_set() -> None:
    session = drive(reps(2), (MOMENTS["lowering again"], Discomfort()), (12.3, Discomfort()))
    assert [(r.report["rep_count"], r.discomfort) for r in session.sets] == [(1, True)]


# Reps struck out.


@pytest.mark.parametrize(
    ("asked", "struck"),
    [
        ([RemoveRep()], {2}),
        ([RemoveRep(), RemoveRep()], {2, 1}),
        ([RemoveRep()] * 3, {2, 1}),
        ([RemoveRep(rep=1)], {1}),
        ([RemoveRep(rep=1), RemoveRep(rep=1)], {1}),
        ([RemoveRep(set=1, rep=1)], {1}),
        ([RemoveRep(rep=2), RemoveRep()], {2, 1}),
        ([RemoveRep(), RemoveRep(rep=2, removed=False)], set()),
        ([RemoveRep(rep=1), RemoveRep(), RemoveRep(rep=1, removed=False)], {2}),
        ([RemoveRep(rep=2, removed=False)], set()),
        ([RemoveRep(removed=False)], set()),
        ([RemoveRep(rep=3)], set()),
        ([RemoveRep(rep=10**30)], set()),
        ([RemoveRep(set=2)], set()),
        ([RemoveRep(set=2, rep=1)], set()),
    ],
)
@pytest.mark.parametrize("when", ["in the set", "after it"])
def test_reps_are_struck_out(asked: list[Command], struck: set[int], when: str) -> None:
    session = at("at the top after two" if when == "in the set" else "after the set")
    for one in asked:
        session.ask(one)
    session.close()
    (record,) = session.sets
    assert record.removed == struck
    assert record.report["rep_count"] == 2 - len(struck)
    assert [(r["number"], r["counted"], r["reason"]) for r in record.report["reps"]] == [
        (n, n not in struck, "removed" if n in struck else None) for n in (1, 2)
    ]
    (ended,) = session.of_kind("set_ended")
    assert ended["set"]["rep_count"] == (2 - len(struck) if when == "in the set" else 2)


def test_the_count_follows_what_is_struck_out() -> None:
    session = at("at the top after two").ask(RemoveRep())
    assert (session.board.reps, session.board.count) == (2, 1)
    assert state(session.board)["set"]["reps"] == 1
    session.ask(RemoveRep(rep=2, removed=False))
    assert session.board.count == 2


def test_a_rep_struck_out_keeps_its_number() -> None:
    session = drive(reps(3), (MOMENTS["at the top after a rep"], RemoveRep()))
    (ended,) = session.of_kind("set_ended")
    assert [event["number"] for event in session.of_kind("rep")] == [1, 2, 3]
    assert [(r["number"], r["counted"]) for r in ended["set"]["reps"]] == [
        (1, False),
        (2, True),
        (3, True),
    ]
    assert ended["set"]["rep_count"] == 2
    assert ended["set"]["reps"][0]["reason"] == "removed"


def test_reps_of_an_older_set_and_of_the_last() -> None:
    motion = np.concatenate((reps(2), reps(3)))
    session = drive(motion).ask(RemoveRep(set=1, rep=1)).ask(RemoveRep())
    assert [record.removed for record in session.sets] == [{1}, {3}]
    session.ask(RemoveRep(set=1, rep=1, removed=False))
    assert counted(session) == [2, 2]


def test_an_older_set_can_be_changed_in_the_midst_of_the_next() -> None:
    motion = np.concatenate((reps(2), reps(2)[:16_000]))
    session = drive(motion).ask(RemoveRep(set=1, rep=1))
    assert session.board.in_set
    assert session.board.count == 2
    assert session.sets[0].removed == {1}
    session.ask(RemoveRep())
    assert (session.board.count, session.sets[0].removed) == (1, {1})


def test_what_is_struck_out_of_a_set_is_not_of_the_next() -> None:
    motion = np.concatenate((reps(2), reps(2)))
    session = drive(motion, (MOMENTS["at the top after a rep"], RemoveRep()))
    assert [record.removed for record in session.sets] == [{1}, set()]


def test_nothing_else_of_the_set_changes() -> None:
    session = at("after the set")
    (before,) = session.sets
    session.ask(RemoveRep())
    (after,) = session.sets
    assert (after.trace, after.plan, after.rest_from_s, after.ended_by) == (
        before.trace,
        before.plan,
        before.rest_from_s,
        before.ended_by,
    )


def test_a_rep_struck_out_is_spoken_of_no_more() -> None:
    shaky = (*REP[:3], Hold(1.6, shake_deg=0.5))
    session = drive(doing(*shaky, *REP)[:14_500], (9.6, RemoveRep()))
    assert session.of_kind("flag")
    assert session.board.cue == (0, "")


# The plan.


def test_the_plan_is_what_was_asked_for_and_the_rest_of_it_stays() -> None:
    session = at("at the stop")
    assert session.board.plan.standard == "standard"
    session.ask(ChangePlan(load_kg=40.0, target_reps=8))
    session.ask(ChangePlan(target_tempo="3-1-2-1"))
    session.ask(ChangePlan(load_kg=None))
    plan = session.board.plan
    assert (plan.load_kg, plan.target_reps, plan.target_tempo) == (None, 8, "3-1-2-1")
    assert session.board.standard == FormStandard(target_tempo="3-1-2-1")


def test_the_settings_say_what_it_begins_with() -> None:
    mine = FormStandard(target_tempo="4-0-2-0")
    settings = replace(
        Settings(), standards={"mine": mine}, station=replace(Settings().station, standard="mine")
    )
    board = Training(settings).board
    assert (board.plan.standard, board.plan.target_tempo) == ("mine", "4-0-2-0")
    assert board.standard == mine


def test_a_load_changed_after_the_last_rep_is_that_of_the_next_set() -> None:
    loads = [(6.8, 40.0), (11.0, 42.5), (15.0, 45.0), (34.0, 47.5)]
    asked = [(s, ChangePlan(load_kg=kg)) for s, kg in loads]
    session = drive(np.concatenate((reps(2), reps(1))), *asked).close()
    assert [record.plan.load_kg for record in session.sets] == [42.5, 47.5]


@pytest.mark.parametrize("when", ["at the stop", "lifting in", "at the top", "after the set"])
def test_another_standard_is_taken_up_at_once_between_sets(when: str) -> None:
    session = at(when).ask(ChangePlan(standard="gentle"))
    assert session.board.standard == STANDARDS["gentle"]


@pytest.mark.parametrize("when", [*TRIED, "at the top after a rep", "lowering again"])
def test_another_standard_is_not_taken_up_in_a_rep_nor_in_a_set(when: str) -> None:
    session = at(when).ask(ChangePlan(standard="gentle")).follow(reps(2))
    (record,) = session.sets
    assert record.form == STANDARDS["standard"]
    assert not any("too_deep" in rep["flags"] for rep in record.report["reps"])
    assert session.board.standard == STANDARDS["gentle"]


@pytest.mark.parametrize("script", ["good", "fast"])
@pytest.mark.parametrize("second", [4.0, 4.8, 5.4, 5.5, 5.55, 5.6, 5.7, 5.8, 6.0, 6.3])
def test_another_standard_loses_no_rep(script: str, second: float) -> None:
    asked = (second, ChangePlan(standard="beginner"))  # the first rep begins at 5.5
    session = drive(SCRIPTS[script].motion()[:10_800], asked).close()
    assert counted(session) == [{"good": 1, "fast": 6}[script]]


def test_the_next_set_is_judged_by_it() -> None:
    asked = (MOMENTS["lowering again"], ChangePlan(standard="gentle", target_tempo="3-1-2-1"))
    session = drive(np.concatenate((reps(2), reps(2))), asked)
    first, second = session.sets
    assert (first.report["target_tempo"], second.report["target_tempo"]) == (None, "3-1-2-1")
    assert all("too_deep" in rep["flags"] for rep in second.report["reps"])
    assert second.form == replace(STANDARDS["gentle"], target_tempo="3-1-2-1")
    assert counted(session) == [2, 2]


def test_a_set_is_kept_with_the_standard_that_judged_it() -> None:
    asked = (MOMENTS["at the top after a rep"], ChangePlan(standard="gentle"))
    (record,) = drive(reps(3), asked).sets
    assert record.form == record.plan.form(STANDARDS)


def test_a_set_of_partials_too_is_kept_with_the_standard_that_judged_it() -> None:
    motion = doing(Stroke(11.5, 1.0), Stroke(0.0, 1.0), Hold(1.5))
    (record,) = drive(motion, (8.5, ChangePlan(standard="gentle"))).sets
    assert record.form == record.plan.form(STANDARDS)


@pytest.mark.parametrize(
    "change",
    [
        ChangePlan(load_kg=40.0, target_reps=8, standard="standard"),
        ChangePlan(standard="beginner"),
        ChangePlan(target_tempo="3-1-2-1"),
    ],
)
@pytest.mark.parametrize("when", ["lifting in", "at the top"])
def test_a_plan_changes_nothing_about_how_the_set_ends(when: str, change: Command) -> None:
    """After a set the lever is at its stop for 16 s: enough to end it there, not anywhere else."""
    motion = perform(STOP_DEG, (*LIFT_IN, *REP, *LET_DOWN, Hold(12.0), *LIFT_IN, *REP, *LET_DOWN))
    session = drive(motion, (MOMENTS[when], change)).close()
    assert (counted(session), ended_by(session)) == ([1, 1], ["left_at_stop", "closed"])


def test_another_standard_as_a_fast_lowering_leaves_the_top_loses_no_rep() -> None:
    asked = (5.66, ChangePlan(standard="beginner"))  # at 9°
    assert counted(drive(SCRIPTS["fast"].motion()[:10_800], asked).close()) == [6]


def test_another_standard_in_a_very_slow_lowering_loses_no_rep() -> None:
    motion = doing(Stroke(44.0, 30.0), *REP[1:])
    assert counted(drive(motion, (16.0, ChangePlan(standard="beginner")))) == [1]


@pytest.mark.parametrize("planned_s", [10.5, 11.6])
def test_another_standard_after_a_set_ended_in_lowering_loses_no_rep(planned_s: float) -> None:
    plan = (planned_s, ChangePlan(standard="beginner"))
    assert counted(drive(reps(3), (11.2, EndSet()))) == [1, 2]  # 8° down: a rep of the next
    assert counted(drive(reps(3), (11.2, EndSet()), plan)) == [1, 2]


def test_an_own_range_is_there_as_long_as_its_calibration_is() -> None:
    settings = Settings()
    own = Settings(standards={**settings.standards, "own": FormStandard(target_depth_deg=39.0)})
    training = Training(settings)
    training.measure_anew(own)
    training.obey(ChangePlan(standard="own"))
    assert training.board.standard.target_depth_deg == 39.0
    training.measure_anew(settings)
    assert training.board.plan.standard == "standard"
    assert training.obey(ChangePlan(standard="own", load_kg=50.0)) == []  # asked for before
    assert training.board.plan.standard == "standard"
    training.feed([0.0, 0.1], [50.0, 50.0])
    assert training.board.standard == FormStandard()
