from itertools import pairwise

import pytest

from firmware_bridge.floor.trail import Trail


def trail(seconds: float, rate_hz: float = 200.0, begin_s: float = 0.0) -> Trail:
    made = Trail()
    for n in range(round(seconds * rate_hz)):
        made.add(begin_s + n / rate_hz, n / 7)
    return made


def test_an_empty_trail_is_two_empty_columns() -> None:
    assert Trail().between(0.0, 1e9) == ((), ())
    assert trail(1.0).between(5.0, 6.0) == ((), ())
    assert trail(1.0).between(0.5, 0.4) == ((), ())


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 500.0])
@pytest.mark.parametrize("begin_s", [0.0, 1.7e6])
def test_it_is_thin_and_leaves_no_gap(rate_hz: float, begin_s: float) -> None:
    times, _ = trail(10.0, rate_hz, begin_s).between(begin_s, begin_s + 10.0)
    steps = [b - a for a, b in pairwise(times)]
    assert min(steps) >= 0.049
    assert max(steps) <= 0.05 + 1 / rate_hz + 0.001
    assert times[0] == begin_s


def test_a_slow_sensor_is_kept_whole() -> None:
    times, angles = trail(10.0, 10.0).between(0.0, 10.0)
    assert len(times) == len(angles) == 100


def test_both_ends_belong_to_it() -> None:
    made = trail(3.0, 10.0)
    assert made.between(1.0, 1.2) == ((1.0, 1.1, 1.2), (1.43, 1.57, 1.71))


def test_times_are_told_to_the_millisecond_and_angles_to_a_hundredth() -> None:
    made = Trail()
    made.add(1.23456, -7.98765)
    assert made.between(0.0, 2.0) == ((1.235,), (-7.99,))


def test_ten_minutes_are_kept_and_no_more() -> None:
    made = trail(700.0, 20.0)
    times, angles = made.between(0.0, 700.0)
    assert len(times) == len(angles) <= 12_000
    assert times[0] <= 100.0
    assert times[-1] == pytest.approx(699.95)


def test_a_gap_stays_a_gap() -> None:
    made = trail(1.0, 10.0)
    made.add(100.0, 5.0)
    made.add(100.01, 6.0)
    assert made.between(0.85, 200.0) == ((0.9, 100.0), (1.29, 5.0))
