"""The clock: follows both clocks through stalls, sleeps, steps and restarts, and says when not."""

import pickle
import time
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device import clock as module
from firmware_bridge.device.clock import Clock

CHUNK_S = 0.02
Arrivals = list[tuple[float, float]]


def even(seconds: float, *, from_s: float = 0.0, late_s: float = 0.0, ppm: float = 0.0) -> Arrivals:
    """Chunks of a board whose clock runs so much faster than the host's, all equally late."""
    times = [from_s + CHUNK_S * n for n in range(round(seconds / CHUNK_S))]
    return [(t_s, host_s(t_s, ppm) + late_s) for t_s in times]


def host_s(device_s: float, ppm: float = 0.0) -> float:
    return 5000 + device_s * (1 - ppm * 1e-6)


def fed(*parts: Arrivals) -> Clock:
    clock = Clock()
    feed(clock, *parts)
    return clock


def feed(clock: Clock, *parts: Arrivals) -> None:
    for part in parts:
        for device_s, arrival_s in part:
            clock.take(device_s, arrival_s)


def told(clock: Clock, device_s: float) -> float:
    answer = clock.arrival_of(device_s)
    assert answer is not None
    return answer


delays = st.lists(st.floats(0, 0.5), min_size=60, max_size=400)


@st.composite
def arrivals(draw: st.DrawFn) -> Arrivals:
    """Any delays, and gaps now and then; nothing overtakes."""
    late_s = draw(delays)
    steps = draw(st.lists(st.sampled_from([CHUNK_S] * 9 + [0.5, 70.0]), min_size=400, max_size=400))
    ppm = draw(st.floats(-200, 200))
    times = list(accumulate(steps[: len(late_s)]))
    came = accumulate((host_s(t, ppm) + late for t, late in zip(times, late_s, strict=True)), max)
    return list(zip(times, came, strict=True))


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 35.0, 200.0])
def test_arrivals_that_are_never_late_tell_all(ppm: float) -> None:
    clock = fed(even(70, ppm=ppm))
    assert told(clock, 59.0) == pytest.approx(host_s(59.0, ppm), abs=1e-6)
    assert clock.drift_ppm == pytest.approx(ppm, abs=0.1)
    assert clock.jitter_ms == pytest.approx(0, abs=0.05)


def test_nothing_is_told_in_the_first_second() -> None:
    clock = fed(even(0.98))
    assert (clock.arrival_of(0.5), clock.jitter_ms, clock.drift_ppm) == (None, None, None)
    feed(clock, even(1, from_s=0.98))
    assert told(clock, 1.5) == pytest.approx(host_s(1.5))
    assert clock.jitter_ms is not None
    assert clock.drift_ppm is None


def test_drift_is_told_after_a_minute() -> None:
    assert fed(even(60)).drift_ppm is None
    assert fed(even(63, ppm=50)).drift_ppm == pytest.approx(50, abs=0.1)


def test_jitter_is_the_mean_delay_of_late() -> None:
    quick, late = even(60), even(60, late_s=0.006)
    by_turns = [pair[n % 2] for n, pair in enumerate(zip(quick, late, strict=True))]
    assert fed(by_turns).jitter_ms == pytest.approx(3, abs=0.01)


def test_one_quick_arrival_in_ten_seconds_is_enough() -> None:
    slow, quick = even(60, late_s=0.05, ppm=20), even(60, ppm=20)
    seldom = [quick[n] if n % 500 == 250 else slow[n] for n in range(len(slow))]
    assert told(fed(seldom), 60.0) == pytest.approx(host_s(60.0, 20), abs=1e-4)


def test_a_delay_that_all_share_cannot_be_known() -> None:
    assert told(fed(even(60, late_s=0.05)), 60.0) == pytest.approx(host_s(60.0) + 0.05)


def test_a_busy_host_is_not_believed_for_half_a_minute() -> None:
    clock = fed(even(100), even(28, from_s=100, late_s=0.01))
    assert told(clock, 128) == pytest.approx(host_s(128), abs=1e-5)
    feed(clock, even(10, from_s=128, late_s=0.01))
    assert told(clock, 138) == pytest.approx(host_s(138) + 0.01, abs=2e-3)


def test_a_line_that_was_lowered_a_little_is_believed_at_once() -> None:
    clock = fed(even(100, late_s=0.004), even(0.02, from_s=100))
    assert told(clock, 100) == pytest.approx(host_s(100))


def test_a_host_whose_clock_stood_still_is_found_out_at_once() -> None:
    clock = fed(even(100, ppm=80))
    asleep = [(t, at - 8) for t, at in even(60, from_s=100, ppm=80)]
    feed(clock, asleep[:40])
    assert clock.arrival_of(100.9) is None
    feed(clock, asleep[40:150])
    assert told(clock, 103) == pytest.approx(host_s(103, 80) - 8, abs=1e-5)
    feed(clock, asleep[150:])
    assert told(clock, 160) == pytest.approx(host_s(160, 80) - 8, abs=1e-5)


@pytest.mark.parametrize("away_s", [5.0, 60.0, 8 * 3600.0])
def test_what_was_kept_for_a_host_that_slept_is_not_taken_for_fresh(away_s: float) -> None:
    clock = fed(even(100, ppm=80))
    woke_s, ppm = 100 + away_s, 80.0
    kept = [(t, host_s(woke_s, ppm)) for t, _ in even(min(away_s, 10), from_s=100)]
    feed(clock, kept)
    feed(clock, even(0.5, from_s=woke_s, ppm=ppm))
    answer = clock.arrival_of(woke_s + 0.4)
    assert answer is None or answer == pytest.approx(host_s(woke_s + 0.4, ppm), abs=1e-3)
    feed(clock, even(2, from_s=woke_s + 0.5, ppm=ppm))
    assert told(clock, woke_s + 2) == pytest.approx(host_s(woke_s + 2, ppm), abs=1e-3)


def test_a_drift_is_remembered_over_a_long_silence() -> None:
    clock = fed(even(100, ppm=150), even(5, from_s=5000, ppm=150, late_s=0.001))
    assert clock.drift_ppm == pytest.approx(150, abs=0.1)
    assert told(clock, 5005) == pytest.approx(host_s(5005, 150) + 0.001, abs=1e-5)


def test_a_drift_that_changes_is_followed() -> None:
    clock = fed(even(200, ppm=10))
    at_s = host_s(200, 10)
    feed(clock, [(t, at_s + (t - 200) * (1 - 60e-6)) for t, _ in even(200, from_s=200)])
    assert clock.drift_ppm == pytest.approx(60, abs=0.1)
    assert told(clock, 400) == pytest.approx(at_s + 200 * (1 - 60e-6), abs=1e-5)


@pytest.mark.parametrize("ppm", [-2000.0, 2000.0])
def test_a_clock_that_is_off_by_more_than_a_thousandth_is_told_and_not_followed(ppm: float) -> None:
    clock = fed(even(60, ppm=ppm))
    assert clock.drift_ppm == pytest.approx(ppm, abs=0.1)
    assert clock.arrival_of(59) is None


def test_a_restart_forgets_all() -> None:
    clock = fed(even(100, ppm=200))
    clock.restart()
    assert (clock.arrival_of(1), clock.jitter_ms, clock.drift_ppm) == (None, None, None)
    again = even(40, ppm=-100)
    feed(clock, again)
    assert told(clock, 39) == told(fed(again), 39)


def test_what_came_again_or_out_of_order_is_not_looked_at() -> None:
    clock = fed(even(50))
    before = pickle.dumps(clock)
    feed(clock, [(49.0, 0.0), (49.98, 0.0)])
    assert pickle.dumps(clock) == before


@given(arrivals())
def test_no_sample_was_taken_after_it_came(chunks: Arrivals) -> None:
    clock = Clock()
    for device_s, arrival_s in chunks:
        clock.take(device_s, arrival_s)
        answer = clock.arrival_of(device_s)
        assert answer is None or answer <= arrival_s + 1e-9


@given(arrivals(), st.floats(0, 30), st.floats(0.001, 30))
def test_later_samples_were_taken_later(chunks: Arrivals, back_s: float, step_s: float) -> None:
    clock = fed(chunks)
    newest_s = chunks[-1][0]
    first, second = (
        clock.arrival_of(newest_s - back_s),
        clock.arrival_of(newest_s - back_s + step_s),
    )
    assert (first is None) == (second is None)
    assert first is None or second is None or second > first


@given(arrivals(), st.integers(0, 400))
def test_a_clock_can_be_kept_and_taken_up_again(chunks: Arrivals, at: int) -> None:
    clock = pickle.loads(pickle.dumps(fed(chunks[:at])))
    feed(clock, chunks[at:])
    assert pickle.dumps(clock) == pickle.dumps(fed(chunks))


@given(arrivals(), st.floats(-1e6, 1e6))
def test_it_does_not_matter_when_a_host_was_switched_on(chunks: Arrivals, earlier_s: float) -> None:
    one, other = fed(chunks), fed([(t, at + earlier_s) for t, at in chunks])
    newest_s = chunks[-1][0]
    here, there = one.arrival_of(newest_s), other.arrival_of(newest_s)
    assert (here is None) == (there is None)
    if here is not None and there is not None:
        assert there - earlier_s == pytest.approx(here, abs=1e-6)


def test_memory_is_bounded() -> None:
    clock = fed(even(300))
    size = len(pickle.dumps(clock))
    feed(clock, even(600, from_s=300))
    assert len(pickle.dumps(clock)) <= size + 100
    assert len(clock._quickest) == module.SLOPE_CELLS


@pytest.mark.cost
def test_it_costs_a_thousandth_of_real_time() -> None:
    chunks, clock = even(600, ppm=50), Clock()
    began = time.process_time()
    for device_s, arrival_s in chunks:
        clock.take(device_s, arrival_s)
        clock.arrival_of(device_s)
    elapsed = time.process_time() - began
    print(f"\n{1e6 * elapsed / len(chunks):.1f} µs for a chunk of {1e3 * CHUNK_S:.0f} ms")
    assert elapsed / 600 < 0.001
