"""Which calibration holds is asked of a book on the disk; what it measures, of a real lever."""

from collections.abc import Callable
from math import cos, sin, tau
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from analysis import LeverScale, Play
from config import (
    Calibration,
    CalibrationBook,
    FormStandard,
    MachineProfile,
    Settings,
    StationSettings,
)
from firmware_bridge.errors import MachineMismatch, NotCalibrated
from firmware_bridge.floor.calibration.in_force import (
    Calibrations,
    check_machine,
    degrees_by,
    measuring_by,
)
from tests.config.test_calibrations import LATER, Hello, saved
from tests.floor.calibration.lifter import Machine


def by_hand(device_id: str = "a", **machine: Any) -> Settings:
    """Somebody has written into the settings how this device is to be read."""
    calibration = Calibration(neutral_counts=1000, device_id=device_id)
    return Settings(machine=MachineProfile(**machine), calibration=calibration)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calibrations.json"


@pytest.fixture
def book(path: Path) -> CalibrationBook:
    return CalibrationBook.load(path)


# Which one holds.


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("with_book", [True, False])
def test_where_nothing_was_calibrated_the_settings_hold(
    asks: bool, with_book: bool, book: CalibrationBook
) -> None:
    for settings in (Settings(), by_hand()):
        found = Calibrations(settings, book if with_book else None, asks=asks).of(Hello())
        assert found == (settings, None)


@pytest.mark.parametrize("asks", [True, False])
def test_each_device_has_its_own(asks: bool, book: CalibrationBook) -> None:
    for one in (saved(device_id="a", neutral_counts=10), saved(device_id="b", neutral_counts=20)):
        book.keep(one)
    calibrations = Calibrations(Settings(), book, asks=asks)
    for name, neutral in (("a", 10), ("b", 20), ("a", 10)):
        settings, calibration = calibrations.of(Hello(name))
        assert calibration == book.newest(name)
        assert settings.calibration.neutral_counts == neutral
        assert (settings.machine.gear, settings.machine.direction) == (1.5, -1)


def test_the_newest_of_a_device_holds(book: CalibrationBook) -> None:
    for neutral in (10, 20, 30):
        book.keep(saved(neutral_counts=neutral))
    settings, _ = Calibrations(Settings(), book, asks=True).of(Hello())
    assert settings.calibration.neutral_counts == 30


def test_what_was_found_beats_what_was_written_by_hand(book: CalibrationBook) -> None:
    book.keep(saved())
    settings, calibration = Calibrations(by_hand(), book, asks=True).of(Hello())
    assert calibration == saved()
    assert settings.calibration.neutral_counts == 312.25


def test_what_else_the_settings_say_stays(book: CalibrationBook) -> None:
    book.keep(saved())
    standards = {"standard": FormStandard(), "mine": FormStandard(top_zone_deg=7)}
    before = Settings(station=StationSettings(standard="mine"), standards=standards)
    settings, _ = Calibrations(before, book, asks=True).of(Hello())
    assert settings.form.top_zone_deg == 7
    assert (settings.station, settings.display) == (before.station, before.display)


def test_another_firmware_on_the_same_board_needs_no_new_one(book: CalibrationBook) -> None:
    book.keep(saved(firmware="0.0.1"))
    assert Calibrations(Settings(), book, asks=True).of(Hello())[1] is not None


# Which one does not.


def test_another_device_is_to_be_calibrated_where_that_can_be(book: CalibrationBook) -> None:
    book.keep(saved(device_id="a"))
    book.keep(saved(device_id="c"))
    with pytest.raises(NotCalibrated) as told:
        Calibrations(Settings(), book, asks=True).of(Hello("b"))
    words = "this is device b, the calibration is of a, c: calibrate again"
    assert str(told.value) == words


def test_and_is_read_by_the_settings_where_it_cannot(book: CalibrationBook) -> None:
    book.keep(saved(device_id="a"))
    assert Calibrations(Settings(), book, asks=False).of(Hello("b")) == (Settings(), None)


@pytest.mark.parametrize("asks", [True, False])
def test_a_device_that_was_measured_by_hand_is_never_asked_for(
    asks: bool, book: CalibrationBook
) -> None:
    book.keep(saved(device_id="a"))
    assert Calibrations(by_hand("b"), book, asks=asks).of(Hello("b")) == (by_hand("b"), None)


OTHER_SENSOR = Hello(sensor="potentiometer")
OTHER_COUNTS = Hello(counts_per_turn=1024)


@pytest.mark.parametrize("settings", [Settings(), by_hand()])
@pytest.mark.parametrize(
    ("device", "words"),
    [
        (OTHER_SENSOR, "the sensor is potentiometer, it was as5600 when calibrated"),
        (OTHER_COUNTS, "the sensor has 1024 counts a turn, it had 4096 when calibrated"),
    ],
)
def test_another_sensor_on_the_same_board_is_to_be_calibrated(
    settings: Settings, device: Hello, words: str, book: CalibrationBook
) -> None:
    book.keep(saved())
    with pytest.raises(NotCalibrated) as told:
        Calibrations(settings, book, asks=True).of(device)
    assert str(told.value) == f"{words}: calibrate again"


def test_in_a_recording_it_is_read_by_the_settings(book: CalibrationBook) -> None:
    book.keep(saved())
    assert Calibrations(by_hand(), book, asks=False).of(OTHER_SENSOR) == (by_hand(), None)
    fitting = by_hand(counts_per_turn=1024)
    assert Calibrations(fitting, book, asks=False).of(OTHER_COUNTS) == (fitting, None)


def test_unless_they_are_of_another_too(book: CalibrationBook) -> None:
    book.keep(saved())
    with pytest.raises(MachineMismatch, match=r"correct machine\.counts_per_turn") as told:
        Calibrations(Settings(), book, asks=False).of(OTHER_COUNTS)
    assert not isinstance(told.value, NotCalibrated)


# What somebody else does to the book meanwhile.


def test_a_calibration_undone_elsewhere_holds_no_more(path: Path, book: CalibrationBook) -> None:
    for neutral in (10, 20):
        book.keep(saved(neutral_counts=neutral))
    calibrations = Calibrations(Settings(), book, asks=True)
    for neutral in (20, 10):
        assert calibrations.of(Hello())[0].calibration.neutral_counts == neutral
        CalibrationBook.load(path).undo(LATER)
    assert calibrations.of(Hello()) == (Settings(), None)


def test_one_made_elsewhere_holds_from_then_on(path: Path, book: CalibrationBook) -> None:
    calibrations = Calibrations(Settings(), book, asks=True)
    assert calibrations.of(Hello())[1] is None
    CalibrationBook.load(path).keep(saved())
    assert calibrations.of(Hello())[1] == saved()


# Settings that cannot be.


@pytest.mark.parametrize("changes", [{"gear": 3.0}, {"neutral_counts": 5000.0}])
@pytest.mark.parametrize("asks", [True, False])
def test_a_calibration_that_cannot_be_true_is_told_in_a_line(
    changes: dict[str, Any], asks: bool, book: CalibrationBook
) -> None:
    book.keep(saved(**changes))
    (name,) = changes
    with pytest.raises(MachineMismatch) as told:
        Calibrations(Settings(), book, asks=asks).of(Hello())
    assert not isinstance(told.value, NotCalibrated)  # to calibrate would not mend it
    assert str(told.value).startswith("settings and calibration contradict: ")
    assert name in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            Settings(machine=MachineProfile(counts_per_turn=16_384)),
            "the machine's sensor has 4096 counts a turn, the settings say 16384: "
            "correct machine.counts_per_turn",
        ),
        (
            by_hand("other"),
            "this is device a, the calibration is of other: calibrate this machine, or name its "
            "port with --port",
        ),
    ],
)
def test_settings_of_another_machine_are_told(settings: Settings, words: str) -> None:
    with pytest.raises(MachineMismatch) as told:
        check_machine(Hello(), settings)
    assert str(told.value) == words
    with pytest.raises(MachineMismatch):
        Calibrations(settings, asks=True).of(Hello())


@pytest.mark.parametrize("settings", [Settings(), by_hand("a")])
def test_settings_of_this_machine_or_of_any_are_fine(settings: Settings) -> None:
    check_machine(Hello(), settings)


# How it is kept with a set.


def test_a_set_says_by_what_it_was_measured() -> None:
    one = saved()
    measuring = measuring_by(one.applied_to(Settings()), "a", one)
    assert measuring.device_id == "a"
    assert measuring.calibration["made_utc"] == one.made_utc
    assert measuring.calibrated_stop_deg == one.stop_deg


def test_by_hand_nobody_has_found_a_stop() -> None:
    measuring = measuring_by(by_hand())
    assert (measuring.device_id, measuring.calibrated_stop_deg) == (None, None)
    assert measuring.calibration["made_utc"] is None


def test_what_is_kept_gives_the_same_degrees_when_it_is_read_again() -> None:
    facts = measuring_by(saved().applied_to(Settings())).calibration
    again = msgspec.json.decode(msgspec.json.encode(facts))
    counts = [312, 200, 4000, 3500, 3900, 100, 300]
    assert [*map(degrees_by(again), counts)] == [*map(degrees_by(facts), counts)]


# Degrees.


def degrees_of(machine: Machine, play_deg: float = 0.0) -> Callable[[float], float]:
    """As the settings of this machine would have it."""
    off, phase = machine.eccentricity_deg, machine.phase * tau
    settings = Settings(
        machine=MachineProfile(
            counts_per_turn=machine.turn,
            gear=machine.gear,
            direction=1 if machine.direction > 0 else -1,
            play_deg=play_deg,
        ),
        calibration=Calibration(
            neutral_counts=machine.neutral_counts,
            sine_deg=off * cos(phase),
            cosine_deg=off * sin(phase),
        ),
    )
    return degrees_by(measuring_by(settings).calibration)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("gear", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("eccentricity_deg", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("turn", [1024, 4096])
def test_counts_become_the_degrees_that_the_lever_is_at(
    direction: int, gear: float, eccentricity_deg: float, turn: int
) -> None:
    for neutral_counts, phase in ((0.0, 0.0), (turn / 3, 0.4), (turn - 1.0, 0.8)):
        machine = Machine(neutral_counts, direction, gear, eccentricity_deg, phase, turn=turn)
        lever_deg = np.linspace(-20, 100, 61)
        counts = machine.counts(lever_deg) % turn
        seen = [*map(degrees_of(machine), counts.tolist())]
        assert np.abs(seen - lever_deg).max() < 0.01


def test_the_play_is_made_up_for_on_both_ways() -> None:
    machine, play_deg = Machine(gear=1.5), 2.0
    way = np.concatenate([np.arange(0, 60, 0.2), np.arange(60, 0, -0.2)])
    sensor, seen_by_sensor = 0.0, []
    for lever_deg in way.tolist():
        sensor = min(max(sensor, lever_deg - play_deg / 2), lever_deg + play_deg / 2)
        seen_by_sensor.append(sensor)
    counts = machine.counts(np.array(seen_by_sensor)) % machine.turn
    seen = np.array([*map(degrees_of(machine, play_deg), counts.tolist())])
    down, up = slice(60, 290), slice(360, 590)  # once the play is used up
    for part in (down, up):
        assert np.abs(seen[part] - way[part]).max() < 0.05
        blind = np.abs(np.array(seen_by_sensor)[part] - way[part])
        assert blind.min() > 0.9  # there was something to make up for


def test_it_is_the_scale_and_then_the_play() -> None:
    facts = measuring_by(saved().applied_to(Settings())).calibration
    scale, play = LeverScale(312.25, 4096, 1.5, -1, 0.6, -0.4), Play(0.5)
    counts = (np.linspace(312, -900, 300) % 4096).tolist()
    counts += counts[::-1]
    degrees = degrees_by(facts)
    assert [*map(degrees, counts)] == [play.take(scale.degrees(one)) for one in counts]


def test_two_that_follow_readings_do_not_disturb_each_other() -> None:
    facts = measuring_by(saved().applied_to(Settings())).calibration
    one, other, alone = (degrees_by(facts) for _ in range(3))
    down = [300.0 - 5 * n for n in range(50)]
    expected, seen = [*map(alone, down)], []
    for count in down:
        seen.append(one(count))
        other(count + 100)
    assert seen == expected
