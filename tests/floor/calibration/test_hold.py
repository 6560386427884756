from collections.abc import Callable

import numpy as np
import pytest

from firmware_bridge.floor.calibration.hold import HOLD_CELLS, HOLD_S, Stretch, Stretches

DEG_PER_COUNT = 360 / 4096


def held(
    angle_deg: Callable[[float], float], seconds: float = 2.3, rate_hz: int = 200, noise: float = 0
) -> Stretches:
    rng = np.random.default_rng(0)
    stretches = Stretches(DEG_PER_COUNT)
    for at in range(int(seconds * rate_hz)):
        t_s = at / rate_hz
        stretches.push(t_s, [(angle_deg(t_s) + rng.normal(0, noise)) / DEG_PER_COUNT])
    return stretches


def last(stretches: Stretches) -> Stretch:
    stretch = stretches.last(HOLD_CELLS)
    assert stretch
    return stretch


@pytest.mark.parametrize(("noise_deg", "rate_hz"), [(0.015, 500), (0.043, 200), (0.4, 50)])
def test_the_noise_of_any_sensor_is_still(noise_deg: float, rate_hz: int) -> None:
    stretch = last(held(lambda t_s: 30.0, rate_hz=rate_hz, noise=noise_deg))
    assert stretch.still
    assert stretch.counts * DEG_PER_COUNT == pytest.approx(30, abs=0.15)
    assert stretch.spread_deg == pytest.approx(noise_deg, rel=0.3)


def test_breathing_is_still_where_it_turns() -> None:
    breath = held(lambda t_s: 0.5 * np.cos(2 * np.pi * (t_s - 1.0) / 4))
    assert last(breath).still


@pytest.mark.parametrize("speed_dps", [0.4, 1.0, 5.0, -0.4])
def test_a_steady_movement_is_not(speed_dps: float) -> None:
    assert not last(held(lambda t_s: speed_dps * t_s)).still


def test_swinging_to_and_fro_is_not() -> None:
    assert not last(held(lambda t_s: 2 * float(np.sin(2 * np.pi * t_s)))).still


def test_shaking_too_quick_for_the_medians_is_not() -> None:
    assert not last(held(lambda t_s: 3 * float(np.sin(2 * np.pi * 8 * t_s)))).still


def test_nothing_is_known_before_its_time_or_across_a_pause() -> None:
    assert held(lambda t_s: 0.0, seconds=1.9).last(HOLD_CELLS) is None
    stretches = held(lambda t_s: 0.0)
    stretches.push(10.0, [0.0])
    assert stretches.last(HOLD_CELLS) is None
    assert stretches.still_s() == 0


def test_what_was_before_can_be_forgotten() -> None:
    stretches = held(lambda t_s: 0.0)
    stretches.forget()
    assert stretches.last(HOLD_CELLS) is None


def test_wrong_and_missing_readings_are_counted() -> None:
    stretches = Stretches(DEG_PER_COUNT)
    for at in range(460):
        stretches.push(at / 200, [] if at % 20 == 0 else [100.0])
        if at % 40 == 0:
            stretches.miss(2)
    stretch = last(stretches)
    assert stretch.bad == pytest.approx(0.05 + 0.05, abs=0.01)
    assert not stretch.sound


def test_the_time_in_one_place_grows_from_the_last_movement_on() -> None:
    assert held(lambda t_s: 50.0 if t_s < 1.0 else 0.0).still_s() == pytest.approx(1.25)
    assert held(lambda t_s: 0.0).still_s() == HOLD_S
