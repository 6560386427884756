from typing import Literal

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from analysis.angle import LeverScale
from config import Calibration, FieldError, MachineProfile
from config.machine import check_together


def test_the_defaults_fit_together() -> None:
    check_together(MachineProfile(), Calibration())


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"sensor": 5600}, "sensor = 5600: must be text, not empty"),
        ({"direction": 0}, "direction = 0: must be 1 or -1"),
        ({"counts_per_turn": 4096.5}, "counts_per_turn = 4096.5: must be a whole number from"),
        ({"gear": 0}, "gear = 0: must be a number over 0, up to 100"),
        ({"play_deg": 10.5}, "play_deg = 10.5: must be a number from 0 to 10"),
        ({"port": ""}, 'port = "": must be text, not empty'),
        ({"port_hints": ["a", 1]}, 'port_hints = ["a", 1]: must be a list, each item text'),
    ],
)
def test_wrong_profiles(profile: dict[str, object], words: str) -> None:
    with pytest.raises(FieldError) as caught:
        MachineProfile(**profile)  # type: ignore[arg-type]
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    "calibration",
    [
        {"min_deg": 1},
        {"max_deg": 0},
        {"neutral_counts": -1},
        {"sine_deg": 5.1},
        {"cosine_deg": -5.1},
    ],
)
def test_wrong_calibrations(calibration: dict[str, float]) -> None:
    with pytest.raises(FieldError):
        Calibration(**calibration)  # type: ignore[arg-type]


def test_neutral_must_be_a_count_the_sensor_has() -> None:
    with pytest.raises(FieldError, match=r"below machine.counts_per_turn \(1024\)"):
        check_together(MachineProfile(counts_per_turn=1024), Calibration(neutral_counts=1024))


def test_the_travel_must_stay_within_one_turn_of_the_sensor() -> None:
    travel = Calibration(min_deg=-20, max_deg=60)
    check_together(MachineProfile(gear=2.9), travel)
    with pytest.raises(FieldError, match=r"machine.gear = 3.0: must be below 3: .*-60 .* \(60\)"):
        check_together(MachineProfile(gear=3), travel)


def test_a_machine_has_no_play_and_no_magnet_error_unless_said() -> None:
    assert MachineProfile().play_deg == 0
    assert (Calibration().sine_deg, Calibration().cosine_deg) == (0, 0)


@given(
    gear=st.floats(0.2, 4),
    direction=st.sampled_from([1, -1]),
    neutral=st.integers(0, 4095),
    max_deg=st.floats(20, 180),
    where=st.floats(0, 1),
)
def test_what_is_allowed_gives_one_angle_for_every_reading(
    gear: float, direction: Literal[1, -1], neutral: int, max_deg: float, where: float
) -> None:
    machine = MachineProfile(gear=gear, direction=direction)
    calibration = Calibration(neutral_counts=neutral, max_deg=max_deg)
    try:
        check_together(machine, calibration)
    except FieldError:
        reject()
    scale = LeverScale(neutral, machine.counts_per_turn, gear, direction)
    angle = calibration.min_deg + where * (max_deg - calibration.min_deg)
    counts = (neutral + angle * gear * direction / 360 * 4096) % 4096
    assert scale.degrees(counts) == pytest.approx(angle, abs=1e-6)
