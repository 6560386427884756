import pytest

from analysis import Event
from config import FormStandard
from firmware_bridge.floor.board import BEGIN, STALE_S, Board, Link, set_line


def board() -> Board:
    made = Board(FormStandard())
    made.connect(Link.LIVE, "/dev/x")
    return made


def event(kind: str, t_s: float = 0.0, **data: object) -> Event:
    return Event(kind, t_s, t_s, data)  # type: ignore[arg-type]


def test_it_counts_what_the_analysis_says() -> None:
    b = board()
    b.apply(event("set_started"))
    b.apply(event("rep", number=3))
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
    b.apply(event("rep", number=5))
    done = {"rep_count": 5, "partial_count": 1, "overshoot_count": 2}
    b.apply(event("set_ended", set=done))
    assert b.reps == 5
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
