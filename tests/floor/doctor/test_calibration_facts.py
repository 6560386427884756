"""The calibration in force is the one that a station would count by."""

import os
from pathlib import Path

import pytest

from config import Calibration, CalibrationBook, SavedCalibration, Settings
from firmware_bridge.floor.calibration.in_force import measuring_by
from firmware_bridge.floor.doctor.calibration_facts import Device, calibration_facts
from firmware_bridge.floor.store.store import Stop
from tests.config.test_calibrations import saved

DEVICE = Device("a", "as5600", 4096)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calibrations.json"


def keep(file: Path, *calibrations: SavedCalibration) -> None:
    for one in calibrations:
        CalibrationBook.load(file).keep(one)


def stops(*degrees: float | None, saved_as: SavedCalibration) -> list[Stop]:
    measuring = measuring_by(saved_as.applied_to(Settings()), "a", saved_as)
    return [measuring.stop(one) for one in degrees]


def test_none_was_ever_made(file: Path) -> None:
    facts = calibration_facts(Settings(), file, DEVICE, ())
    assert (facts.saved, facts.by_hand, facts.problem) == (None, False, "")


def test_the_newest_of_the_device_holds(file: Path) -> None:
    keep(file, saved(), saved(neutral_counts=99), saved(device_id="b"))
    facts = calibration_facts(Settings(), file, DEVICE, ())
    assert facts.saved == saved(neutral_counts=99)


def test_one_of_another_device_does_not(file: Path) -> None:
    keep(file, saved(device_id="b"))
    facts = calibration_facts(Settings(), file, DEVICE, ())
    assert facts.saved is None
    assert "this is device a, the calibration is of b" in facts.problem


def test_another_sensor_is_told(file: Path) -> None:
    keep(file, saved())
    facts = calibration_facts(Settings(), file, Device("a", "potentiometer", 4096), ())
    assert "the sensor is potentiometer" in facts.problem


def test_by_hand(file: Path) -> None:
    settings = Settings(calibration=Calibration(neutral_counts=1000))
    for device in (DEVICE, None):
        assert calibration_facts(settings, file, device, ()).by_hand


def test_without_a_machine_it_is_the_one_that_is_calibrated(file: Path) -> None:
    keep(file, saved())
    assert calibration_facts(Settings(), file, None, ()).saved == saved()
    keep(file, saved(device_id="b"))
    assert calibration_facts(Settings(), file, None, ()).saved is None


def test_a_damaged_book_is_told(file: Path) -> None:
    file.write_text("{")
    assert "damaged" in calibration_facts(Settings(), file, DEVICE, ()).unreadable


def test_a_pipe_in_place_of_the_book_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    assert "it is a pipe" in calibration_facts(Settings(), file, DEVICE, ()).unreadable


def test_a_sensor_that_has_moved(file: Path) -> None:
    keep(file, saved())
    seen = stops(61.5, 61.4, None, 65.0, 65.1, 65.2, saved_as=saved())
    facts = calibration_facts(Settings(), file, DEVICE, seen)
    assert facts.stops == 5
    assert facts.slip_deg == pytest.approx(3.6)


def test_once_it_has_moved_it_has(file: Path) -> None:
    keep(file, saved())
    seen = stops(65.0, 65.1, 65.2, 61.5, 61.5, 61.5, saved_as=saved())
    assert calibration_facts(Settings(), file, DEVICE, seen).slip_deg == pytest.approx(3.6)


def test_sets_of_an_earlier_calibration_do_not_count(file: Path) -> None:
    before, now = saved(neutral_counts=99, made_utc="2026-01-01T00:00:00Z"), saved()
    keep(file, before, now)
    seen = stops(65.0, 65.0, 65.0, saved_as=before)
    facts = calibration_facts(Settings(), file, DEVICE, seen)
    assert (facts.stops, facts.slip_deg) == (0, None)
