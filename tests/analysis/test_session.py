"""Sets, partials and drift as the session keeps them."""

from itertools import pairwise

import numpy as np
import pytest

from analysis import analyse_trace
from analysis.cells import CELL_S, CELLS_PER_S, Cell, Cells
from analysis.session import Done, Happening, RepCounted, Session, SetOver, SetStarted
from config import FormStandard
from tests.motion import session
from tests.sensor import SENSORS, sense


def test_a_visit_to_the_top_hidden_by_a_gap_is_uncertain_and_not_guessed() -> None:
    truth = session("fast", 1)
    seen = sense(truth.motion, SENSORS["clean"], np.random.default_rng(0))
    finish_s = truth.sets[0].reps[1].end_s
    (visit,) = [(a, b) for a, b in truth.visits() if a < finish_s < b]
    here = (seen.t_s < visit[0] - 0.01) | (seen.t_s > visit[1] + 0.01)
    (one,) = analyse_trace(seen.t_s[here], seen.angle_deg[here]).sets
    (uncertain,) = [rep for rep in one.reps if rep.measures.uncertain]
    assert uncertain.number is None
    assert "sensor_gap" in uncertain.flags
    assert len(one.counted) == len(truth.sets[0].reps) - 1


def test_a_rep_that_may_hide_another_is_uncertain() -> None:
    truth = session("fast", 0)
    seen = sense(truth.motion, SENSORS["clean"], np.random.default_rng(0))
    second = truth.sets[0].reps[1]
    here = (seen.t_s < second.start_s + 0.3) | (seen.t_s > second.end_s + 0.6)
    (one,) = analyse_trace(seen.t_s[here], seen.angle_deg[here]).sets
    assert len(one.counted) == len(truth.sets[0].reps) - 1
    assert [rep.measures.uncertain for rep in one.counted] == [
        n == 1 for n in range(len(one.counted))
    ]


def test_no_data_for_as_long_as_a_rest_ends_the_set() -> None:
    truth = session("steady", 3)
    seen = sense(truth.motion, SENSORS["clean"], np.random.default_rng(0))
    third = truth.sets[0].reps[2]
    t = seen.t_s + np.where(seen.t_s > third.start_s + 1, 25.0, 0)
    first, second = analyse_trace(t, seen.angle_deg).sets
    assert len(first.counted) == 2
    assert len(second.counted) == len(truth.sets[0].reps) - 3


def test_the_last_top_hold_runs_to_the_final_descent() -> None:
    truth = session("two_sets", 0)
    seen = sense(truth.motion, SENSORS["ordinary"], np.random.default_rng(0))
    for got, want in zip(analyse_trace(seen.t_s, seen.angle_deg).sets, truth.sets, strict=True):
        assert got.counted[-1].measures.top_hold_s == pytest.approx(
            want.reps[-1].top_hold_s, abs=0.1
        )


STOP_DEG = 60.0


def way(*legs: tuple[float, float], from_deg: float = STOP_DEG) -> np.ndarray:
    """Angles of cells along straight lines, each to an angle (deg) in so many seconds."""
    turns = [(from_deg, 0.0), *legs]
    return np.concatenate(
        [np.linspace(a, b, round(s / CELL_S)) for (a, _), (b, s) in pairwise(turns)]
    )


LIFT_IN, LET_DOWN = ((60, 3), (0, 2), (0, 1)), ((60, 2), (60, 1))
REP = ((40, 2), (40, 0.5), (0, 1.5), (0, 1))
SHALLOW = ((12, 1), (0, 1), (0, 1))
UNFINISHED = ((40, 2), (20, 1), *REP)


class Lifter:
    """Somebody on the lever, cell by cell, and all that happened."""

    def __init__(self) -> None:
        self.session = Session(FormStandard())
        self.happened: list[Happening] = []
        self._cell, self._deg = 0, STOP_DEG

    def do(self, *legs: tuple[float, float]) -> "Lifter":
        """By straight lines, each to an angle (deg) in so many seconds."""
        for angle in way(*legs, from_deg=self._deg).tolist():
            self.happened += self.session.step(Cell(self._cell, angle, 0.0, angle))
            self._cell, self._deg = self._cell + 1, angle
        return self

    def stop(self) -> "Lifter":
        self.happened += self.session.stop("button")
        return self

    def of(self, kind: type[Happening]) -> list[Happening]:
        return [one for one in self.happened if isinstance(one, kind)]

    @property
    def numbers(self) -> list[int | None]:
        """Of the reps that were done; None for a partial."""
        return [one.number for one in self.happened if isinstance(one, Done)]


@pytest.fixture
def lifter() -> Lifter:
    return Lifter().do(*LIFT_IN)


def test_cell_by_cell_the_same_happens_as_in_a_whole_trace(lifter: Lifter) -> None:
    legs = (*LIFT_IN, *REP, *SHALLOW, *UNFINISHED, *REP, *LET_DOWN, (60, 30))
    lifter.do(*legs[len(LIFT_IN) :])
    angle = way(*legs)
    numbers = np.arange(len(angle))
    whole = Session(FormStandard()).run(Cells(numbers, angle, np.zeros(len(angle)), angle))
    assert lifter.happened == list(whole)
    assert lifter.numbers == [1, None, None, 2, 3]
    assert [over.reason for over in lifter.of(SetOver)] == ["left_at_stop"]
    assert len(lifter.of(SetStarted)) == 1


def test_what_somebody_is_doing_can_be_asked(lifter: Lifter) -> None:
    assert not Session(FormStandard()).lifting
    one = lifter.session
    assert (one.lifting, one.trying, one.stop_deg) == (True, False, 60.0)
    lifter.do((40, 2))
    assert one.trying
    lifter.do((40, 0.5), (0, 1.5))
    assert (one.lifting, one.trying) == (True, False)


def test_of_a_rep_as_much_is_known_as_there_has_been(lifter: Lifter) -> None:
    one = lifter.session
    assert one.rep_so_far() is None
    lifter.do(*REP)
    stays = one.rep_so_far()
    assert stays is not None
    assert (stays.number, stays.next_left) == (1, None)
    lifter.do((20, 1))
    leaves = one.rep_so_far()
    assert leaves is not None
    assert leaves.next_left is not None
    assert stays.over < leaves.next_left < leaves.over
    lifter.do((40, 1), (0, 1.5))
    (done,) = lifter.of(Done)
    assert done.next_left == leaves.next_left
    assert done.over < leaves.over + 2 * CELLS_PER_S


def test_cells_are_needed_from_two_seconds_before_the_top_that_a_rep_began_at(
    lifter: Lifter,
) -> None:
    lifter.do(*REP, *REP)
    first, second = (one.at for one in lifter.of(RepCounted) if isinstance(one, RepCounted))
    assert lifter.session.needs_from == first - 2 * CELLS_PER_S  # the second is not over
    lifter.do((40, 2), (30, 1))
    assert lifter.session.needs_from == second - 2 * CELLS_PER_S


def test_no_more_than_five_minutes_of_cells_are_needed(lifter: Lifter) -> None:
    lifter.do(*[(40, 10), (20, 10)] * 20)  # rises that turn back, of one attempt
    now = round((6 + 400) / CELL_S)
    assert lifter.session.needs_from == now - 300 * CELLS_PER_S


def test_the_button_ends_the_set_and_what_is_tried(lifter: Lifter) -> None:
    lifter.do(*REP, (40, 2)).stop()
    assert lifter.numbers == [1]
    (over,) = lifter.of(SetOver)
    assert over.reason == "button"
    assert not lifter.session.trying
    lifter.do((0, 1.5), (0, 1), *REP)
    assert [rep.number for rep in lifter.of(RepCounted)] == [1, 1]


def test_the_button_before_any_cell_changes_nothing() -> None:
    one = Session(FormStandard())
    assert one.stop("button") == []
    assert not one.lifting


@pytest.mark.parametrize(("pause_s", "reps"), [(1.0, 1), (4.0, 0)])
def test_after_the_button_at_the_top_letting_down_and_lifting_in_is_no_rep(
    lifter: Lifter, pause_s: float, reps: int
) -> None:
    """Only who lies at the stop for longer than anybody pauses has let the lever down."""
    lifter.do(*REP).stop()
    lifter.do((60, 2), (60, pause_s), (0, 2), (0, 1))
    assert len(lifter.of(RepCounted)) == 1 + reps
    lifter.do(*REP)
    assert len(lifter.of(RepCounted)) == 2 + reps


def test_a_gap_in_a_rep_is_told_with_it_and_one_beside_it_is_not() -> None:
    angle = way(*LIFT_IN, *REP, *REP)
    numbers = np.arange(len(angle))
    gap_s = np.zeros(len(angle))
    at = round(7 / CELL_S)  # in the first way down
    numbers[at:] += CELLS_PER_S
    gap_s[at] = 1.0
    done = [one for one in Session(FormStandard()).run(Cells(numbers, angle, gap_s, angle))]
    first, *_ = [one for one in done if isinstance(one, Done)]
    assert [gap.seconds for gap in first.gaps] == [1.0]
    assert first.gaps[0].middle_deg == pytest.approx(20.0, abs=1)
