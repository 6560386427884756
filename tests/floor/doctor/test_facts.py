"""Everything is gathered, from an empty folder and from a broken one alike."""

from pathlib import Path
from typing import Any

from config import CalibrationBook, Settings
from config.kept import CALIBRATIONS
from firmware_bridge.floor.doctor.facts import NOT_YET, Facts, gather
from firmware_bridge.floor.doctor.folder_facts import folder_facts
from firmware_bridge.floor.doctor.running import RunningStation
from tests.config.test_calibrations import saved
from tests.floor.doctor.healthy import ADDRESS, NOW, machine, port


def of(
    folder: Path, settings: Settings | None = None, unreadable: str = "", **changed: Any
) -> Facts:
    told: dict[str, Any] = {"machine": machine(), "why": ""} | changed
    station = RunningStation(ADDRESS, "nobody")
    settings = settings or Settings()
    where = folder_facts(folder)
    return gather(settings, unreadable, where, station, told["machine"], told["why"], port(), NOW)


def test_an_empty_folder_is_left_empty(tmp_path: Path) -> None:
    facts = of(tmp_path / "none")
    assert (facts.store.size, facts.calibration.saved) == (0, None)
    assert not (tmp_path / "none").exists()


def test_the_calibration_is_that_of_the_machine(tmp_path: Path) -> None:
    for one in (saved(device_id="a"), saved(device_id="b")):
        CalibrationBook.load(tmp_path / CALIBRATIONS).keep(one)
    assert of(tmp_path).calibration.saved == saved(device_id="a")
    assert of(tmp_path, machine=None).calibration.saved is None


def test_a_station_that_has_lost_its_machine_has_none(tmp_path: Path) -> None:
    facts = of(tmp_path, machine=machine(why="/dev/ttyACM0 is gone: check the USB cable"))
    assert (facts.machine, facts.why) == (None, "/dev/ttyACM0 is gone: check the USB cable")


def test_a_station_that_has_not_found_one_yet_has_none(tmp_path: Path) -> None:
    facts = of(tmp_path, machine=machine(device_id=None))
    assert (facts.machine, facts.why) == (None, NOT_YET)
