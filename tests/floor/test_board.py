import pytest

from analysis import Event, SetReport
from config import FormStandard
from firmware_bridge.floor.board import BEGIN, SETS_KEPT, STALE_S, Board, Link, set_line
from firmware_bridge.floor.plan import Plan


def board() -> Board:
    made = Board(FormStandard())
    made.connect(Link.LIVE, "/dev/x")
    return made


def event(kind: str, t_s: float = 0.0, **data: object) -> Event:
    return Event(kind, t_s, t_s, data)  # type: ignore[arg-type]


def end_set(b: Board, reason: str = "button", **figures: object) -> None:
    b.apply(event("set_ended", reason=reason, set=SetReport(()).to_dict() | figures))


def begin_set(b: Board, reps: int) -> None:
    b.apply(event("phase", phase="top_hold"))
    b.apply(event("set_started"))
    for number in range(1, reps + 1):
        b.apply(event("rep", number=number, bottom_deg=44.0))


def test_it_counts_what_the_analysis_says() -> None:
    b = board()
    b.apply(event("set_started"))
    b.apply(event("rep", number=3, bottom_deg=44.0))
    assert (b.set_number, b.reps, b.in_set) == (1, 3, True)
    b.apply(event("partial", reason="shallow"))
    assert b.reps == 3
    assert b.partials == 1
    assert "not deep enough" in b.message


def test_tempo_grows_phase_by_phase_and_starts_anew_with_each_lowering() -> None:
    b = board()
    for t_s, phase in ((1.0, "eccentric"), (3.0, "bottom_hold"), (3.5, "concentric")):
        b.apply(event("phase", t_s, phase=phase))
    b.see(4.7, 20.0, at=0.0)
    assert b.tempo == {"eccentric": 2.0, "bottom_hold": 0.5}
    assert b.phase_lasts_s() == pytest.approx(1.2)
    b.apply(event("phase", 5.0, phase="eccentric"))
    assert b.tempo == {}


def test_overshoot_shows_the_furthest_and_goes_when_it_is_over() -> None:
    b = board()
    b.apply(event("overshoot", angle_deg=-3.1))
    b.see(1.0, -6.0, at=0.0)
    b.see(1.1, -4.0, at=0.0)
    assert b.over
    assert b.past_neutral_deg == 6.0
    b.apply(event("overshoot_cleared", angle_deg=-2.0))
    assert not b.over
    assert "6°" in b.message


def test_it_is_fresh_only_while_data_arrive_on_a_live_link() -> None:
    b = board()
    b.see(1.0, 10.0, at=100.0)
    assert b.is_fresh(100.0 + STALE_S - 0.01)
    assert not b.is_fresh(100.5)
    b.connect(Link.LOST)
    assert not b.is_fresh(100.0)


def test_a_lost_link_takes_the_warning_back() -> None:
    b = board()
    b.apply(event("overshoot", angle_deg=-3.1))
    b.connect(Link.LOST)
    assert not b.over


def test_the_count_stays_after_the_set_and_starts_anew_with_the_next() -> None:
    b = board()
    b.apply(event("set_started"))
    b.apply(event("rep", number=5, bottom_deg=44.0))
    end_set(b, rep_count=5, partial_count=1, overshoot_count=2)
    assert (b.reps, b.count) == (5, 5)
    assert b.message == "Set 1 done: 5 reps, 1 not counted, 2 leaned back too far"
    b.apply(event("set_started"))
    assert (b.reps, b.set_number) == (0, 2)


def test_a_flag_is_said_as_advice() -> None:
    b = board()
    b.apply(event("flag", flag="rushed_lowering", number=4))
    assert b.message == "Rep 4: Lower more slowly"


def test_of_several_flags_of_a_rep_the_gravest_is_said() -> None:
    b = board()
    for flag in ("rushed_lowering", "overshoot", "no_top_pause"):
        b.apply(event("flag", flag=flag, number=4))
    assert b.message == "Rep 4: Stop tall, do not lean back"
    b.apply(event("flag", flag="no_top_pause", number=5))
    assert b.message == "Rep 5: Pause at the top"


def test_every_kind_of_event_is_known() -> None:
    b = board()
    b.apply(event("sensor", missing_s=0.2))
    assert "missing" in b.message


def test_a_set_in_a_few_words() -> None:
    assert set_line({"rep_count": 5, "partial_count": 0, "overshoot_count": 0}) == "5 reps"
    assert set_line({"rep_count": 1, "partial_count": 0, "overshoot_count": 0}) == "1 rep"


def test_the_invitation_goes_when_the_top_is_reached() -> None:
    b = board()
    assert b.message == BEGIN
    b.apply(event("phase", 1.0, phase="top_hold"))
    assert b.message == ""


def test_while_the_link_is_lost_it_says_why() -> None:
    b = board()
    b.connect(Link.LOST, why="/dev/x is gone")
    assert b.message == "/dev/x is gone"
    b.connect(Link.LIVE, "/dev/x")
    assert b.message == ""


def test_the_screens_of_a_set() -> None:
    b = board()
    assert b.screen == "before"
    b.apply(event("phase", phase="top_hold"))
    assert b.screen == "during"
    b.apply(event("set_started"))
    end_set(b)
    assert b.screen == "after"
    b.apply(event("phase", phase="top_hold"))  # the last rep, which a hand has ended, comes up
    assert b.screen == "after"
    for phase in ("eccentric", "bottom_hold", "concentric"):
        b.apply(event("phase", phase=phase))
        assert b.screen == "after"
    b.apply(event("phase", phase="top_hold"))
    assert b.screen == "during"


@pytest.mark.parametrize(
    ("reason", "screen"),
    [
        ("button", "after"),
        ("restarted", "after"),
        ("discomfort", "after"),
        ("left_at_stop", "during"),
        ("rest", "during"),
        ("no_data", "during"),
    ],
)
def test_a_set_ended_by_hand_is_shown_until_the_lever_was_down(reason: str, screen: str) -> None:
    b = board()
    begin_set(b, 1)
    end_set(b, reason)
    b.apply(event("phase", phase="top_hold"))
    assert b.screen == screen
    b.leave()
    b.apply(event("phase", phase="top_hold"))
    assert b.screen == "during"


def test_a_set_begun_shows_it_whatever_was_shown() -> None:
    b = board()
    b.apply(event("set_started"))
    assert b.screen == "during"


def test_the_lever_left_without_a_set_shows_what_was_before() -> None:
    b = board()
    b.apply(event("phase", phase="top_hold"))
    b.apply(event("phase", 1.0, phase="eccentric"))
    b.leave()
    assert (b.screen, b.phase, b.tempo) == ("before", None, {})
    begin_set(b, 1)
    b.leave()
    assert b.screen == "during"
    end_set(b)
    b.apply(event("phase", phase="top_hold"))
    b.leave()
    assert b.screen == "after"


@pytest.mark.parametrize(("lifting", "screen"), [(True, "during"), (False, "before")])
def test_to_start_again_is_to_count_from_0(lifting: bool, screen: str) -> None:
    b = board()
    begin_set(b, 3)
    b.apply(event("partial", reason="shallow"))
    b.apply(event("flag", flag="overshoot", number=3))
    b.strike({1})
    end_set(b, "restarted")
    b.start_again(lifting)
    assert b.screen == screen
    assert b.message == ("" if lifting else BEGIN)
    assert (b.reps, b.count, b.partials, b.partial) == (0, 0, 0, None)
    assert (b.removed, b.cue) == (set(), (0, ""))


def test_reps_struck_out_do_not_count() -> None:
    b = board()
    begin_set(b, 4)
    b.strike({4, 2})
    assert (b.reps, b.count, b.removed) == (4, 2, {2, 4})
    b.strike({2})
    assert (b.reps, b.count, b.removed) == (4, 3, {2})
    b.apply(event("rep", number=5, bottom_deg=44.0))
    assert b.count == 4
    end_set(b)
    b.apply(event("set_started"))
    assert (b.count, b.removed) == (0, set())


def test_a_cue_goes_with_its_rep() -> None:
    b = board()
    begin_set(b, 4)
    b.apply(event("flag", flag="overshoot", number=4))
    b.strike({3})
    assert b.cue == (4, "overshoot")
    b.strike({3, 4})
    assert (b.cue, b.message) == ((0, ""), "")


@pytest.mark.parametrize(
    "then", [event("rep", number=2, bottom_deg=44.0), event("phase", phase="eccentric")]
)
def test_a_cue_is_said_until_the_next_rep_and_long_enough(then: Event) -> None:
    b = board()
    begin_set(b, 1)
    b.see(10.0, 0.0, at=10.0)
    b.apply(event("flag", flag="no_top_pause", number=1))
    b.see(12.9, 0.0, at=12.9)
    b.apply(then)
    assert b.cue == (1, "no_top_pause")
    b.see(13.1, 0.0, at=13.1)
    b.apply(then)
    assert b.cue == (0, "")


def test_why_a_try_did_not_count_is_said_until_the_next_rep() -> None:
    b = board()
    b.apply(event("set_started"))
    b.apply(event("partial", reason="incomplete_top"))
    assert (b.partial, b.partials) == ("incomplete_top", 1)
    b.apply(event("rep", number=1, bottom_deg=44.0))
    assert (b.partial, b.partials) == (None, 1)


def test_a_set_is_kept_with_what_it_was_done_with() -> None:
    b = Board(FormStandard(), Plan(load_kg=40.0))
    begin_set(b, 1)
    for n in range(200):
        b.see(10.0 + n / 20, float(n), at=500.0 + n / 20)
    b.plan = Plan(load_kg=42.5)
    end_set(b, "rest", start_s=14.0, end_s=15.0)
    (one,) = b.sets
    assert (one.number, one.plan.load_kg, one.form) == (1, 40.0, FormStandard())
    assert (one.ended_by, one.restarted, one.discomfort) == ("rest", False, False)
    assert one.rest_from_s == pytest.approx(505.0)
    times, angles = one.trace.points()
    assert (times[0], times[-1]) == pytest.approx((11.0, 18.0), abs=0.11)
    assert angles[0] == pytest.approx(20.0, abs=2.1)
    assert b.plan.load_kg == 42.5


def test_a_set_whose_end_nobody_knows_ends_now() -> None:
    b = board()
    b.apply(event("set_started"))
    b.see(7.0, 20.0, at=107.0)
    end_set(b)
    assert b.sets[0].rest_from_s == 107.0
    assert b.sets[0].trace.points() == ([7.0], [20.0])


def test_the_next_set_has_the_next_plan_and_none_of_the_last_reps() -> None:
    b = Board(FormStandard(), Plan(load_kg=40.0))
    begin_set(b, 1)
    b.plan = Plan(load_kg=42.5)
    end_set(b)
    b.apply(event("set_started"))
    b.apply(event("partial", reason="shallow"))
    end_set(b)
    assert [one.plan.load_kg for one in b.sets] == [40.0, 42.5]


def test_so_many_sets_are_kept() -> None:
    b = board()
    for _ in range(SETS_KEPT + 1):
        b.apply(event("set_started"))
        end_set(b)
    assert [one.number for one in b.sets] == list(range(2, SETS_KEPT + 2))


def test_discomfort_before_any_set_is_said_and_kept_nowhere() -> None:
    b = board()
    b.note_discomfort()
    assert (b.screen, b.set_number, list(b.sets)) == ("before", 0, [])
    assert b.message.startswith("Noted")


def test_discomfort_marks_the_last_set_and_that_one_alone() -> None:
    b = board()
    for _ in range(2):
        begin_set(b, 1)
        end_set(b)
    b.note_discomfort()
    assert [one.discomfort for one in b.sets] == [False, True]
    assert b.screen == "after"


def test_discomfort_at_the_top_is_of_a_set_without_reps() -> None:
    b = board()
    begin_set(b, 3)
    end_set(b)
    b.leave()
    b.apply(event("phase", 5.0, phase="top_hold"))
    b.see(6.0, 0.0, at=106.0)
    b.note_discomfort()
    assert [(one.number, one.discomfort) for one in b.sets] == [(1, False), (2, True)]
    assert b.sets[1].report == SetReport(()).to_dict()
    assert (b.sets[1].ended_by, b.sets[1].rest_from_s) == ("discomfort", 106.0)
    assert (b.screen, b.phase) == ("after", None)


def test_after_discomfort_the_top_is_only_the_way_out() -> None:
    b = board()
    begin_set(b, 2)
    end_set(b, "discomfort")
    b.note_discomfort()
    b.apply(event("phase", phase="top_hold"))
    assert (b.screen, b.reps) == ("after", 2)
    b.leave()
    assert b.screen == "after"
    b.apply(event("set_started"))
    assert (b.screen, b.set_number) == ("during", 2)


def test_why_the_link_was_lost_is_kept_until_it_is_back() -> None:
    b = board()
    b.connect(Link.LOST, why="/dev/x is gone")
    assert (b.why_lost, b.port) == ("/dev/x is gone", "/dev/x")
    b.connect(Link.LIVE, "/dev/y")
    assert (b.why_lost, b.port) == ("", "/dev/y")
