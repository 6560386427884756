"""Even cells out of uneven samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cells import GAP_S, Cell, CellMaker, Cells, cell_middle_s, cells_of_trace


def live(t: np.ndarray, angle: np.ndarray) -> list[Cell]:
    maker = CellMaker()
    cells = [c for pair in zip(t.tolist(), angle.tolist(), strict=True) for c in maker.push(*pair)]
    return cells + maker.flush()


def middle_s(cells: Cells, origin_s: float = 0.0) -> np.ndarray:
    return cell_middle_s(origin_s, cells.number.astype(float))


def assert_same(t: np.ndarray, angle: np.ndarray) -> None:
    whole, cells = cells_of_trace(t, angle), live(t, angle)
    assert len(cells) == len(whole.number)
    if cells:
        np.testing.assert_allclose(np.array(cells), np.array(whole[:4]).T, atol=1e-7)


@pytest.mark.parametrize("rate_hz", [50, 73, 200, 500])
def test_a_parabola_is_kept_at_every_rate(rate_hz: float) -> None:
    t = 5 + np.arange(int(3 * rate_hz)) / rate_hz
    cells = cells_of_trace(t, 10 * (t - 4) ** 2)
    inner = slice(3, -3)  # at both ends there are not the neighbours for it
    expected = 10 * (middle_s(cells, t[0])[inner] - 4) ** 2
    np.testing.assert_allclose(cells.angle_deg[inner], expected, atol=0.01)
    assert (np.diff(cells.number) == 1).all()


def test_a_steady_lever_is_averaged() -> None:
    t = np.arange(2000) / 200
    noise = np.random.default_rng(1).normal(0, 0.4, len(t))
    assert np.std(cells_of_trace(t, noise).angle_deg) < 0.08
    assert_same(t, noise)


def test_lost_samples_are_bridged_and_gaps_are_not() -> None:
    t = np.arange(400) / 200
    seen = ~np.isin(np.arange(400), [50, 51, 52, *range(200, 240)])
    cells = cells_of_trace(t[seen], 20 * t[seen])
    np.testing.assert_allclose(cells.angle_deg, 20 * middle_s(cells), atol=1e-6)
    (after,) = np.flatnonzero(cells.gap_s)
    assert cells.gap_s[after] == pytest.approx(0.205)
    assert middle_s(cells)[after - 1] <= 200 / 200 <= middle_s(cells)[after]
    assert_same(t[seen], 20 * t[seen])


def test_an_edge_that_rounding_puts_on_a_sample_is_the_same_for_both() -> None:
    assert_same(np.array([0.25, 0.35]), np.array([0.0, 1.0]))


def test_a_clock_that_jumps_by_years_loses_no_cells() -> None:
    t = np.arange(400) / 200
    t[200:] += 1.7e9
    assert_same(t, 20 * np.arange(400) / 200)
    assert len(cells_of_trace(t, t).number) == 98


@given(st.lists(st.tuples(st.floats(0, 3 * GAP_S), st.floats(-90, 90)), max_size=60))
def test_live_and_whole_trace_agree_on_anything(samples: list[tuple[float, float]]) -> None:
    t = np.cumsum([step for step, _ in samples])
    increasing = np.diff(t, prepend=-1.0) > 1e-6
    assert_same(t[increasing], np.array([angle for _, angle in samples])[increasing])
