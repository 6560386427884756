"""Spikes and runs of bad readings go, motion stays, live as in whole traces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.despike import MAX_SPEED_DPS, PROOF, Despiker, despike_trace

T = np.arange(2000) / 200
MOTION = 22 * (1 - np.cos(2 * np.pi * T / 0.9))  # strokes of 0.45 s


def live(t: np.ndarray, angle: np.ndarray) -> list[tuple[float, float]]:
    despiker = Despiker()
    good = [
        s for pair in zip(t.tolist(), angle.tolist(), strict=True) for s in despiker.push(*pair)
    ]
    return [*good, *despiker.flush()]


def kept(t: np.ndarray, angle: np.ndarray) -> np.ndarray:
    good_t, good = despike_trace(t, angle)
    assert live(t, angle) == list(zip(good_t.tolist(), good.tolist(), strict=True))
    return np.isin(t, good_t)


def test_fast_motion_passes_whole() -> None:
    assert kept(T, MOTION).all()


@pytest.mark.parametrize("size", [5.0, 20.0, -180.0])
def test_single_spikes_go_and_nothing_else(size: float) -> None:
    angle = MOTION.copy()
    angle[100::97] += size
    spiked = np.zeros(len(T), dtype=bool)
    spiked[100::97] = True
    assert (kept(T, angle) == ~spiked).all()


@pytest.mark.parametrize("level", [-40.0, 150.0])
@pytest.mark.parametrize("length", [3, 10, 25])
def test_runs_at_a_wrong_level_go(level: float, length: int) -> None:
    angle = MOTION.copy()
    angle[500 : 500 + length] = level
    assert (np.flatnonzero(~kept(T, angle)) == np.arange(500, 500 + length)).all()


def test_a_first_reading_that_is_wrong_is_not_believed() -> None:
    angle = MOTION.copy()
    angle[:5] = 170
    assert not kept(T, angle)[:5].any()


def test_a_lever_that_moved_on_in_a_gap_is_believed() -> None:
    seen = (T < 1.0) | (T > 1.4)
    assert kept(T[seen], MOTION[seen]).all()


def test_a_sensor_that_has_moved_is_believed_after_a_while() -> None:
    angle = MOTION + np.where(T > 5, 60.0, 0)
    assert kept(T, angle)[-700:].all()


def test_a_stream_too_short_to_prove_anything_gives_nothing() -> None:
    assert not kept(T[: PROOF - 1], MOTION[: PROOF - 1]).any()


@given(st.lists(st.floats(-180, 180), max_size=80), st.floats(0.002, 0.05))
def test_live_and_whole_trace_agree_on_anything(angles: list[float], step_s: float) -> None:
    kept(np.arange(len(angles)) * step_s, np.array(angles))


def test_no_lever_is_as_fast_as_the_limit() -> None:
    assert np.abs(np.diff(MOTION)).max() * 200 < 0.5 * MAX_SPEED_DPS
