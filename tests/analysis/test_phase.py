"""Phases for a display: each is said once, when it begins, and jitter begins none."""

from itertools import pairwise

import numpy as np
import pytest

from analysis.cells import CELL_S, Cell
from analysis.phase import Change, PhaseWatch
from config import FormStandard

ZONE_DEG = FormStandard().top_zone_deg
REP = ["eccentric", "bottom_hold", "concentric", "top_hold"]


def changes(angles: np.ndarray, gap_at: int | None = None) -> list[tuple[int, Change]]:
    """What begins at which cell; before the cell `gap_at` a second is missing."""
    watch, found = PhaseWatch(ZONE_DEG), []
    missing = 0
    for n, angle in enumerate(angles.tolist()):
        missing += 50 if n == gap_at else 0
        change = watch.step(Cell(n + missing, angle, 1.0 if n == gap_at else 0.0, angle))
        if change:
            found.append((n, change))
    return found


def way(*legs: tuple[float, float]) -> np.ndarray:
    """From the top by straight lines, each to an angle (deg) in so many seconds."""
    turns = [(0.0, 0.0), *legs]
    return np.concatenate(
        [np.linspace(a, b, round(s / CELL_S)) for (a, _), (b, s) in pairwise(turns)]
    )


ONE_REP = way((0, 1), (40, 2), (40, 1), (0, 1.5), (0, 1))


def test_a_rep_has_its_four_phases_in_order() -> None:
    assert [change.phase for _, change in changes(ONE_REP)] == ["top_hold", *REP]


def test_a_phase_names_the_one_before_and_how_long_that_was() -> None:
    told = [change for _, change in changes(ONE_REP)]
    assert told[0] == Change("top_hold", None, 0.0)
    assert [change.before for change in told[1:]] == ["top_hold", *REP[:3]]
    # A display's phases begin with what can be seen: some tenths of a second late.
    assert [change.lasted_s for change in told[1:]] == pytest.approx([1, 2, 1, 1.5], abs=0.5)


def test_a_phase_begins_soon_after_it_does() -> None:
    (_, _), (lowering, _), (bottom, _), (rising, _), (top, _) = changes(ONE_REP)
    for cell, began_s in ((lowering, 1), (bottom, 3), (rising, 4), (top, 5.5)):
        assert 0 <= cell * CELL_S - began_s <= 0.6


@pytest.mark.parametrize("at_deg", [0.0, 40.0])
def test_trembling_begins_no_phase(at_deg: float) -> None:
    angles = at_deg + 0.4 * np.sin(np.arange(500))
    assert len(changes(angles)) == 1


def test_settling_back_from_past_neutral_is_no_lowering() -> None:
    told = changes(way((0, 1), (-6, 1), (-6, 0.5), (0, 1), (0, 1)))
    assert "eccentric" not in [change.phase for _, change in told]


def test_a_slow_stroke_goes_on_though_it_hardly_moves() -> None:
    told = changes(way((0, 1), (30, 3), (32, 1.5), (50, 3), (50, 1)))
    assert [change.phase for _, change in told] == ["top_hold", "eccentric", "bottom_hold"]


def test_across_a_gap_no_movement_is_guessed() -> None:
    angles = way((0, 1), (0, 1)) + np.repeat([0.0, 30.0], 50)
    (_, first), (cell, second) = changes(angles, gap_at=50)
    assert (first.phase, second.phase, cell) == ("top_hold", "bottom_hold", 50)
    assert second.lasted_s == pytest.approx(2.0)  # by the clock, the gap too
