"""Sets, partials and drift as the session keeps them."""

import numpy as np
import pytest

from analysis import analyse_trace
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
