"""Stretches laid end to end: what is found in one is its own, and of few sizes."""

import numpy as np
import pytest

from analysis.segments import Segments, over

X = np.arange(1000.0)
FIRST, LAST = np.array([10, 5, 700]), np.array([40, 7, 720])


@pytest.mark.parametrize("reach", [0, 3])
def test_each_stretch_lies_there_with_its_neighbours(reach: int) -> None:
    parts = Segments(X, FIRST, LAST, reach)
    for lo, hi, first, last in zip(parts.lo, parts.hi, FIRST, LAST, strict=True):
        expected = X[first - reach : last + reach + 1]
        assert parts.x[lo : hi + 2 * reach].tolist() == expected.tolist()


@pytest.mark.parametrize("reach", [0, 3])
def test_a_value_of_each_is_spread_over_its_places(reach: int) -> None:
    parts = Segments(X, FIRST, LAST, reach)
    spread = parts.spread(np.array([1, 2, 3]))
    found = [set(spread[lo:hi].tolist()) for lo, hi in zip(parts.lo, parts.hi, strict=True)]
    assert found == [{1}, {2}, {3}]
    assert len(spread) == len(parts.x) - 2 * reach


def test_what_lies_beyond_the_last_is_in_none() -> None:
    parts = Segments(X + 1, FIRST, LAST)
    assert parts.x[-1] == 0
    assert over(np.minimum, parts.x, parts.lo, parts.hi).tolist() == [11, 6, 701]
    none = parts.x == 0
    assert (parts.first_true(none) >= len(parts.x)).all()
    assert (parts.last_true(none) == -1).all()


def test_the_results_of_a_kernel_are_of_few_sizes() -> None:
    stretches = ((reach, length) for reach in (0, 3, 40) for length in range(1, 500))
    sizes = {
        len(Segments(X, np.array([100]), np.array([99 + length]), reach).x) - 2 * reach
        for reach, length in stretches
    }
    assert sizes == {*range(64, 513, 64)}
