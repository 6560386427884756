"""The score is a plain sum of what is listed."""

from analysis.flags import FLAGS
from analysis.score import Deduction, SetDeduction, rep_deductions, score, set_deductions
from config import FormStandard

PLAIN = FormStandard()
TEMPO = FormStandard(target_tempo="3-1-2-1")


def test_a_rep_loses_the_points_of_its_flags() -> None:
    found = rep_deductions(("overshoot", "no_top_pause"), (2.0, 0.4, 1.3, 0.8), PLAIN)
    assert found == (Deduction("overshoot", 15), Deduction("no_top_pause", 5))
    assert score(found) == 80
    assert score(()) == 100


def test_missing_samples_cost_nothing() -> None:
    assert rep_deductions(("sensor_gap",), (None, None, None, None), TEMPO) == ()


def test_a_tempo_costs_a_point_for_each_tenth_that_it_is_off_by() -> None:
    assert rep_deductions((), (3.0, 1.0, 2.0, 1.0), TEMPO) == ()
    assert rep_deductions((), (2.5, 0.8, 1.8, 1.2), TEMPO) == (Deduction("off_tempo", 1),)
    assert rep_deductions((), (2.5, None, None, None), TEMPO) == (Deduction("off_tempo", 1),)
    assert rep_deductions((), (0.5, 9.0, 0.5, 0.0), TEMPO) == (Deduction("off_tempo", 10),)
    assert rep_deductions((), (0.5, 9.0, 0.5, 0.0), PLAIN) == ()


def test_a_set_loses_the_mean_of_its_reps_rounded_up() -> None:
    reps = [
        (n, rep_deductions(("overshoot",) if n in (2, 5) else (), (), PLAIN)) for n in range(1, 10)
    ]
    found = set_deductions(reps)
    assert found == (SetDeduction("overshoot", 4, (2, 5)),)  # 15 * 2 / 9 = 3.3
    assert score(found) == 96
    assert set_deductions([]) == ()


def test_a_fault_of_every_rep_costs_the_set_all_its_points() -> None:
    reps = [(n, (Deduction("overshoot", 15),)) for n in (1, 2, 3)]
    assert set_deductions(reps) == (SetDeduction("overshoot", 15, (1, 2, 3)),)


def test_no_score_is_under_0() -> None:
    every = [flag.name for flag in FLAGS if flag.name != "short_range"]  # none is too deep as well
    worst = rep_deductions(every, (30.0, 30.0, 30.0, 30.0), TEMPO)
    assert score(worst) >= 0
    assert score(set_deductions([(1, worst), (2, worst)])) == score(worst)
