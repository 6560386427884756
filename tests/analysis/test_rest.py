"""When a set is over, and what never ends it."""

import numpy as np
import pytest

from analysis.cells import CELL_S, Cell, Cells
from analysis.rest import CalmWatch, Rest, RestJudge, looks
from config import FormStandard


def cell(t_s: float, angle_deg: float, gap_s: float = 0.0) -> Cell:
    return Cell(round(t_s / CELL_S), angle_deg, gap_s, angle_deg)


def verdicts(angle: np.ndarray, getting_in_s: float = 0.0) -> list[tuple[float, Rest]]:
    """What is said when, looking at every second."""
    watch, judge = CalmWatch(FormStandard()), RestJudge(FormStandard())
    said = []
    for n, x in enumerate(angle.tolist()):
        calm = watch.step(Cell(n, x, 0.0, x))
        rest = judge.judge(calm, n * CELL_S < getting_in_s) if calm else None
        said += [(n * CELL_S, rest)] if rest else []
    assert said[:1] == verdicts_of_looks(angle, getting_in_s)[:1]
    return said


def verdicts_of_looks(angle: np.ndarray, getting_in_s: float) -> list[tuple[float, Rest]]:
    """The same, looking where a trace is looked at."""
    n = np.arange(len(angle))
    judge, said = RestJudge(FormStandard()), []
    for look in looks(Cells(n, angle, np.zeros(len(n)), angle), FormStandard()):
        part = angle[look.begin : look.end]
        assert (look.low, look.high) == (part.min(), part.max())
        getting_in = look.begin * CELL_S < getting_in_s
        rest = judge.judge(look.calm, getting_in) if look.calm else None
        said += [(look.begin * CELL_S, rest)] if rest else []
    return said


def hold(angle_deg: float, seconds: float) -> np.ndarray:
    return np.full(round(seconds / CELL_S), angle_deg)


def sweep(from_deg: float, to_deg: float, seconds: float) -> np.ndarray:
    return np.linspace(from_deg, to_deg, round(seconds / CELL_S))


def test_stillness_for_the_rest_time_ends_a_set() -> None:
    (first, why), *_ = verdicts(np.concatenate([sweep(0, 40, 3), hold(40, 30)]))
    assert why is Rest.STILL
    assert 22 <= first <= 25


def test_fidgeting_at_the_stop_is_resting() -> None:
    fidgets = np.concatenate([hold(60, 3), sweep(60, 54, 0.5), sweep(54, 60, 0.5)] * 10)
    assert verdicts(fidgets)


@pytest.mark.parametrize(
    "motion",
    [
        pytest.param([sweep(0, 50, 60)], id="a stroke of a minute"),
        pytest.param([sweep(0, 40, 3), hold(40, 18), sweep(40, 0, 12)], id="a long bottom hold"),
        pytest.param([sweep(40, 0, 3), hold(0, 18), sweep(0, 40, 12)], id="a long top hold"),
    ],
)
def test_what_never_ends_a_set(motion: list[np.ndarray]) -> None:
    assert verdicts(np.concatenate(motion)) == []


def test_left_at_its_stop() -> None:
    rep = [sweep(60, 0, 2), sweep(0, 40, 2), hold(40, 15), sweep(40, 0, 2), sweep(0, 60, 3)]
    (said_s, why), *_ = verdicts(np.concatenate([hold(60, 4), *rep, hold(60, 15)]), 5)
    assert why is Rest.AT_STOP
    assert said_s == pytest.approx(28 + 13, abs=1.1)


def test_a_restless_rest_takes_a_little_longer() -> None:
    t = np.arange(0, 40, CELL_S)
    (said_s, why), *_ = verdicts(60 + 3.5 * np.sin(2 * np.pi * t))
    assert why is Rest.STILL
    assert 25 <= said_s <= 27


def test_a_place_that_the_lever_goes_past_was_not_its_stop() -> None:
    motion = [hold(40, 4), sweep(40, 0, 2), sweep(0, 45, 2), sweep(45, 0, 2), sweep(0, 40, 2)]
    assert verdicts(np.concatenate([*motion, hold(40, 15)]), 5) == []


def test_no_data_for_as_long_as_a_rest() -> None:
    watch, judge = CalmWatch(FormStandard()), RestJudge(FormStandard())
    said = []
    for t_s, gap_s in ((0.0, 0.0), (15.0, 15.0), (40.0, 25.0)):
        calm = watch.step(cell(t_s, 40.0, gap_s))
        said.append(judge.judge(calm, False) if calm else None)
    assert said == [None, None, Rest.UNSEEN]


def test_a_calm_too_short_to_be_one_says_nothing() -> None:
    assert verdicts(hold(60, 1.5)) == []
    assert verdicts(hold(60, 15)) == []


def test_of_a_trace_without_cells_there_is_nothing_to_look_at() -> None:
    nothing = np.empty(0)
    assert list(looks(Cells(nothing.astype(int), *[nothing] * 3), FormStandard())) == []
