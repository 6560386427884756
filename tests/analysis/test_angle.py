"""Counts to lever degrees."""

import pytest

from analysis import LeverScale


def test_one_count_of_a_12_bit_sensor() -> None:
    scale = LeverScale(neutral_counts=1000)
    assert scale.degrees(1001) == pytest.approx(360 / 4096)
    assert scale.degrees(1000) == 0


@pytest.mark.parametrize("neutral", [0, 3, 2048, 4090])
@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("gear", [1.0, 1.5, 2.0])
def test_wraps_do_not_show_wherever_the_magnet_was_put(
    neutral: int, direction: int, gear: float
) -> None:
    scale = LeverScale(neutral, gear=gear, direction=direction)
    for lever in range(-25, 111, 5):
        counts = (neutral + direction * gear * lever * 4096 / 360) % 4096
        assert scale.degrees(counts) == pytest.approx(lever)
