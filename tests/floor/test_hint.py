"""The one hint for the next set, on made-up sets."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from analysis import Rep, SetReport
from analysis.measures import Measures
from analysis.score import rep_deductions
from config import FormStandard
from firmware_bridge.floor.hint import HINTS, hint
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord

FORM = FormStandard()
GRAVEST_FIRST = (
    "shaky_top",
    "too_deep",
    "overshoot",
    "thrown_start",
    "drifting",
    "rushed_lowering",
)
USUAL = Plan(load_kg=40.0, target_reps=8)


def rep(number: int, flags: Sequence[str] = (), range_deg: float = 40.0) -> Rep:
    measures = Measures(bottom_deg=range_deg, top_deg=0.0)
    return Rep(number, None, measures, tuple(flags), rep_deductions(flags, (None,) * 4, FORM))


def done(
    *flags: str,
    times: int = 2,
    reps: int = 8,
    partials: int = 0,
    removed: Collection[int] = (),
    ended_by: str = "button",
    discomfort: bool = False,
    lost_deg: float = 0.0,
    plan: Plan = USUAL,
) -> SetRecord:
    """A set: the first `times` reps have the flags, the last two are `lost_deg` of 40 shorter."""
    tried = [
        rep(n, flags if n <= times else (), 40.0 - (lost_deg if n > reps - 2 else 0.0))
        for n in range(1, reps + 1)
    ]
    tried += [Rep(None, "shallow", Measures(), flags)] * partials
    report = SetReport(tuple(tried)).without(removed).to_dict()
    return SetRecord(1, plan, FORM, report, ended_by, rest_from_s=0.0, discomfort=discomfort)


# The last set, so that just one row of the table speaks of it.
ROWS = {
    "discomfort": done(discomfort=True),
    None: done(reps=0),
    "less_load": done("shaky_top"),
    "shorter_range": done("too_deep"),
    "stop_tall": done("overshoot"),
    "smooth_start": done("thrown_start"),
    "set_pads": done("drifting"),
    "slower_down": done("rushed_lowering"),
    "more_load": done(),
    "same_again": done(reps=7),
}


def test_every_row_has_its_set() -> None:
    assert [name for name, _ in HINTS] == list(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_every_row_speaks(name: str | None) -> None:
    assert hint([done(), ROWS[name]]) == name


@pytest.mark.parametrize(
    ("graver", "lesser"),
    list(pairwise(GRAVEST_FIRST)),
)
def test_the_gravest_is_said(graver: str, lesser: str) -> None:
    assert hint([done(graver, lesser)]) == hint([done(graver)]) != hint([done(lesser)])


def test_pain_comes_before_all_and_a_set_without_reps_says_nothing() -> None:
    assert hint([done("shaky_top", "overshoot", discomfort=True)]) == "discomfort"
    assert hint([done(reps=0, discomfort=True)]) == "discomfort"
    assert hint([done("overshoot", reps=2, partials=3, removed=[1, 2])]) is None


def test_after_no_set_there_is_nothing_to_say() -> None:
    assert hint([]) is None


@pytest.mark.parametrize("name", ["less_load", "shorter_range", "stop_tall", "smooth_start"])
@pytest.mark.parametrize("better", [{"times": 1}, {"removed": [1]}, {"times": 1, "partials": 2}])
def test_once_is_chance_and_only_reps_that_count_tell(name: str, better: dict[str, object]) -> None:
    (flag,) = ROWS[name].report["reps"][0]["flags"]
    assert hint([done(flag, **better)]) == "same_again"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lost_deg", "says"), [(5.9, "same_again"), (6.0, "less_load"), (20.0, "less_load")]
)
def test_a_range_that_shrinks_is_too_much_load(lost_deg: float, says: str) -> None:
    assert hint([done(lost_deg=lost_deg)]) == says


def test_a_range_that_is_not_known_says_nothing() -> None:
    assert hint([done(reps=1)]) == "same_again"


def test_only_the_last_set_is_spoken_of() -> None:
    assert hint([done("overshoot", times=8), done(discomfort=True), done()]) == "same_again"


def test_restarted_sets_are_skipped() -> None:
    restarted = done("overshoot", ended_by="restarted")
    assert hint([restarted]) is None
    assert hint([done("too_deep"), restarted]) == "shorter_range"
    assert hint([done(), restarted, done(), restarted]) == "more_load"


def test_pain_in_a_restarted_set_is_not_skipped() -> None:
    assert hint([done(), done(ended_by="restarted", discomfort=True)]) == "discomfort"


def test_more_load_after_two_clean_sets() -> None:
    assert hint([done()]) == "same_again"
    assert hint([done(), done()]) == "more_load"
    assert hint([done("overshoot", times=8), done(), done()]) == "more_load"


@pytest.mark.parametrize(
    "spoilt",
    [
        done(reps=7),
        done(partials=1),
        done(reps=9, removed=[4]),
        done(discomfort=True),
        *(done(flag, times=1) for flag in ("overshoot", "too_deep", "thrown_start", "shaky_top")),
        done("rushed_lowering", "drifting", times=3),
        done(plan=Plan(load_kg=37.5, target_reps=8)),
        done(plan=Plan(target_reps=8)),
        done(plan=Plan(load_kg=40.0, target_reps=8, standard="gentle")),
        done(plan=Plan(load_kg=40.0, target_reps=9)),
        done(reps=4, plan=Plan(load_kg=40.0)),
    ],
)
def test_a_set_that_is_not_clean_or_not_the_same_is_no_reason_for_more(spoilt: SetRecord) -> None:
    assert hint([spoilt, done()]) == "same_again"
    assert hint([done(), spoilt]) != "more_load"


@pytest.mark.parametrize(
    "also",
    [
        done("rushed_lowering", times=1),
        done("no_top_pause", times=8),
        done(reps=12),
        done(reps=5, plan=Plan(load_kg=40.0)),
        done(reps=3, plan=Plan(load_kg=40.0, target_reps=3)),
        done(plan=Plan(load_kg=40.0, target_tempo="3-1-2-1")),
    ],
)
def test_small_things_do_not_spoil_a_set(also: SetRecord) -> None:
    assert hint([also, done()]) == "more_load"
    assert hint([done(), also]) == "more_load"


def test_a_rep_put_back_makes_the_set_clean_again() -> None:
    struck = done(reps=9, removed=[4])
    back = replace(struck, report=struck.report_without([]))
    assert hint([struck, done()]) == "same_again"
    assert hint([back, done()]) == "more_load"
