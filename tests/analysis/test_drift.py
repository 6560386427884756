"""Drift through a set."""

from analysis.drift import _walked


def test_a_steady_walk_is_drift_and_scatter_is_none() -> None:
    walk = [(n, 40 + 1.0 * n) for n in range(1, 9)]
    assert _walked(walk) == {5, 6, 7, 8}
    scatter = [(n, 40 + 5.0 * (-1) ** n) for n in range(1, 9)]
    assert _walked(scatter) == set()
    assert _walked(walk[:3]) == set()
