"""Drift through a set."""

import pytest

from analysis.drift import carried_deg

WALK = [40.0 + n for n in range(8)]


def test_a_steady_walk_carries_each_rep_further() -> None:
    assert carried_deg(WALK) == pytest.approx(list(range(8)))
    assert carried_deg([-angle for angle in WALK]) == pytest.approx([-n for n in range(8)])


def test_a_slide_is_a_walk() -> None:
    assert abs(carried_deg([40.0, 40, 40, 43, 46, 46, 46, 46])[-1]) > 4


@pytest.mark.parametrize(
    "angles",
    [
        [40.0 + 5 * (-1) ** n for n in range(8)],  # scatter
        [40.0] * 7 + [25.0],  # one odd rep
        [25.0] + [40.0] * 7,
        WALK[:4],  # too few
        [None] * 8,
        [],
    ],
)
def test_what_is_no_walk(angles: list[float | None]) -> None:
    assert carried_deg(angles) == [0.0] * len(angles)


def test_unknown_angles_are_passed_over() -> None:
    known = [None, *WALK[1:4], None, *WALK[5:]]
    assert carried_deg(known) == pytest.approx([-1, 0, 1, 2, 3, 4, 5, 6])
