"""A short form of `python -m tests.accuracy`, with the same limits."""

import pytest

from tests.accuracy import Case, cases, real_counts, within_one, wrong_count, wrong_live
from tests.flags_accuracy import flag_rows, walk_rows
from tests.lateness import lateness
from tests.measures_accuracy import rows
from tests.overshoot_accuracy import overshoot_counts


@pytest.mark.parametrize("case", list(cases(seeds=2)), ids=lambda case: case.name)
def test_every_rep_and_partial_is_counted_in_its_set(case: Case) -> None:
    assert wrong_count(case) is None


@pytest.mark.parametrize("case", list(cases(seeds=1))[::3], ids=lambda case: case.name)
def test_live_path_says_the_same_whatever_the_chunks(case: Case) -> None:
    assert wrong_live(case) is None


def test_measures_are_within_their_limits() -> None:
    missed = [str(row) for row in rows(seeds=6) if not row.holds]
    assert missed == []


def test_flags_are_right() -> None:
    missed = [str(row) for row in (*flag_rows(seeds=6), *walk_rows(sets=400)) if not row.holds]
    assert missed == []


def test_the_live_path_speaks_in_time() -> None:
    late = lateness(seeds=2)
    assert late.holds, str(late)


def test_nothing_but_the_lever_raises_an_overshoot() -> None:
    missed = [str(count) for count in overshoot_counts(seeds=1) if not count.holds]
    assert missed == []


def test_real_recordings_are_counted_within_one() -> None:
    assert within_one(real_counts()) >= 0.95
