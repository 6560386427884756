"""The rep state machine, cell by cell."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reps import TABLE, Outcome, RepCounter, State
from config import FormStandard

O = Outcome  # noqa: E741


def follow(counter: RepCounter, angles: Sequence[float], at_once: int = 1) -> list[Outcome]:
    """What these angles bring to an end, so many given at once."""
    found, n = [], 0
    while n < len(angles):
        some = angles[n : n + at_once]
        passed = counter.follow(some, n)
        n += passed
        if passed < len(some):
            found.append(counter.conclude(n, angles[n]))
            n += 1
    return found


def outcomes(*turns: float, counter: RepCounter | None = None) -> list[Outcome]:
    """What straight lines between `turns` bring to an end."""
    counter = counter or RepCounter(FormStandard())
    way = np.concatenate([np.linspace(a, b, 40) for a, b in pairwise(turns)])
    return follow(counter, way.tolist())


IN = [O.REACHED_TOP]
REP = [O.LEFT_TOP, O.TURNED_UP, O.FINISHED]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        pytest.param([60, 0], IN, id="lifting in is no rep"),
        pytest.param([60, 0, 60], [*IN, O.LEFT_TOP], id="letting down is no rep"),
        pytest.param([60, 0, 40, 0], IN + REP, id="a rep"),
        pytest.param([0, 40, 0, 40, 0], IN + REP + REP, id="two, from the top"),
        pytest.param([60, 55, 60, 53, 60], [], id="fidgeting at the stop"),
        pytest.param([0, 7, -1, 6, 0], IN, id="swaying at the top"),
        pytest.param([0, 40, 35, 40, 34, 41, 0], IN + REP, id="rebounds at the bottom"),
        pytest.param([0, 40, 20, 14, 20, 0], IN + REP, id="a dip in the rise"),
        pytest.param([-9, 0, -4, 40, 0], IN + REP, id="settling back from an overshoot"),
        pytest.param(
            [0, 40, 15, 40, 0],
            [*IN, O.LEFT_TOP, O.TURNED_UP, O.TURNED_BACK, O.TURNED_UP, O.FINISHED],
            id="a rise that turns back",
        ),
        pytest.param(
            [0, 40, 9.2, 40, 8.8],
            [*IN, O.LEFT_TOP, O.TURNED_UP, O.TURNED_BACK, O.TURNED_UP, O.FINISHED],
            id="just not finished, then just finished",
        ),
        pytest.param([0, 12, 0], [*IN, O.LEFT_TOP, O.FINISHED], id="a shallow dip"),
        pytest.param([0, 9.6, 8.6, 40, 0], IN + REP, id="a sway over the edge of the zone"),
        pytest.param([-3, 7, -3], [*IN, O.LEFT_TOP, O.FINISHED], id="a dip inside the zone"),
    ],
)
def test_what_is_brought_to_an_end(turns: list[float], expected: list[Outcome]) -> None:
    assert outcomes(*turns) == expected


@pytest.mark.parametrize(("depth", "enough"), [(14.9, False), (15.1, True)])
def test_depth_decides_between_a_rep_and_a_shallow_dip(depth: float, enough: bool) -> None:
    counter = RepCounter(FormStandard())
    outcomes(0, depth, 0, counter=counter)
    assert counter.finished is not None
    assert counter.deep_enough(counter.finished) is enough


def test_rest_gives_up_what_was_being_tried() -> None:
    counter = RepCounter(FormStandard())
    outcomes(0, 40, 30, counter=counter)
    counter.rest(450, 30.0)
    assert counter.state is State.GETTING_IN
    assert counter.attempt is None
    outcomes(30, 0, counter=counter)
    counter.rest(450, 0.0)
    assert counter.state is State.TOP


def test_rest_at_the_top_is_a_rest_and_the_next_rep_may_have_begun_in_its_last_seconds() -> None:
    counter = RepCounter(FormStandard())
    outcomes(0, 40, 0, counter=counter)
    reached = counter.top_reached
    counter.rest(reached + 100, 0.0)
    assert (counter.state, counter.top_reached) == (State.TOP, reached)
    counter.rest(reached + 5000, 0.0)
    assert (counter.state, counter.top_reached) == (State.TOP, reached + 4500)
    assert follow(counter, [20.0]) == [O.LEFT_TOP]
    assert counter.trying.top_reached == reached + 4500


def test_a_dip_that_comes_to_rest_in_the_zone_is_at_the_top() -> None:
    counter = RepCounter(FormStandard())
    outcomes(0, 12, 8.5, counter=counter)
    assert counter.state is State.LOWERING
    counter.rest(1200, 8.5)
    assert (counter.state, counter.top_reached, counter.attempt) == (State.TOP, 1200, None)


def test_every_state_has_its_rows() -> None:
    assert set(TABLE) == set(State)


def test_where_no_guard_holds_nothing_can_be_concluded() -> None:
    counter = RepCounter(FormStandard())
    with pytest.raises(AssertionError, match="only where a guard holds"):
        counter.conclude(0, 60.0)
    assert counter.state is State.GETTING_IN


@given(st.lists(st.floats(-30, 90), min_size=2, max_size=60))
def test_only_the_turning_points_matter(turns: list[float]) -> None:
    """Cells on the way from one turning point to the next change what is noticed when, not what."""
    coarse = RepCounter(FormStandard())
    fine = RepCounter(FormStandard())
    few = follow(coarse, turns)
    many = outcomes(*turns, counter=fine)
    assert few.count(O.FINISHED) <= many.count(O.FINISHED)
    assert fine.state in State


def test_a_way_down_and_up_again_may_be_given_at_once() -> None:
    counter = RepCounter(FormStandard())
    assert follow(counter, [0.0, 10.0, 20.0, 40.0, 35.0, 20.0, 0.0], 7) == IN + REP


@given(st.lists(st.floats(-30, 90), max_size=60), st.integers(1, 20))
def test_many_angles_at_once_are_followed_like_one_after_the_other(
    angles: list[float], size: int
) -> None:
    whole, single = RepCounter(FormStandard()), RepCounter(FormStandard())
    assert follow(whole, angles, size) == follow(single, angles)
    assert vars(whole) == vars(single)


def test_what_lies_between_the_angles_that_matter_passes() -> None:
    counter = RepCounter(FormStandard())
    assert counter.passes(30.0, 60.0)  # at the stop
    assert not counter.passes(5.0, 60.0)
    outcomes(0, 40, counter=counter)
    assert counter.state is State.LOWERING
    assert counter.passes(35.0, 39.0)
    assert not counter.passes(35.0, 41.0)  # deeper
    assert not counter.passes(31.0, 39.0)  # turned


@given(st.lists(st.floats(-30, 90), max_size=60), st.lists(st.floats(-30, 90), min_size=1))
def test_what_passes_changes_nothing(before: list[float], angles: list[float]) -> None:
    counter = RepCounter(FormStandard())
    follow(counter, before)
    if counter.passes(min(angles), max(angles)):
        was = dict(vars(counter))
        assert follow(counter, angles) == []
        assert vars(counter) == was
