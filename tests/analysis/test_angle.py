"""Counts to lever degrees."""

from math import radians, sin

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


@pytest.mark.parametrize("neutral", [0, 1234.5, 4090])
@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("gear", [0.5, 1.0, 2.0])
def test_the_error_of_an_off_centre_magnet_is_taken_out(
    neutral: float, direction: int, gear: float
) -> None:
    """Where it reads phi, the sensor reads 1.2 sin(phi) - 0.7 cos(phi) degrees too much."""
    scale = LeverScale(neutral, 4096, gear, direction, sine_deg=1.2, cosine_deg=-0.7)

    def magnet_deg(counts: float) -> float:
        phi = counts * 360 / 4096
        return phi - 1.2 * sin(radians(phi)) + 0.7 * sin(radians(phi + 90))

    for counts in range(-200, 1000, 50):
        reading = neutral + direction * counts
        turned = magnet_deg(reading) - magnet_deg(neutral)
        assert scale.degrees(reading % 4096) == pytest.approx(turned * direction / gear)


def test_without_an_error_nothing_is_changed_to_the_last_bit() -> None:
    scale = LeverScale(1234.5, 4096, 1.3, -1)
    for counts in range(4096):
        angle = (counts - 1234.5) * -1 * (360.0 / 1.3) / 4096
        assert scale.degrees(counts) == (angle + 60) % (360.0 / 1.3) - 60
