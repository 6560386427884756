"""Everything is gathered, from an empty folder and from a broken one alike."""

from pathlib import Path
from typing import Any

import pytest

from config import CalibrationBook, ConfigError, DisplaySettings, Settings
from firmware_bridge.floor.display.token import token_path
from firmware_bridge.floor.doctor import facts as facts_module
from firmware_bridge.floor.doctor.facts import CALIBRATIONS, NOT_YET, TOKEN, Facts, gather
from firmware_bridge.floor.doctor.running import Station
from tests.config.test_calibrations import saved
from tests.floor.doctor.healthy import ADDRESS, NOW, machine, port


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs on the computer that tests this."""
    monkeypatch.setattr(facts_module, "ask_station", lambda *_: Station(ADDRESS, "nobody"))


def of(folder: Path, settings: Settings | ConfigError | None = None, **changed: Any) -> Facts:
    told: dict[str, Any] = {"machine": machine(), "why": ""} | changed
    return gather(settings or Settings(), folder, told["machine"], told["why"], port(), NOW)


def test_an_empty_folder_is_left_empty(tmp_path: Path) -> None:
    facts = of(tmp_path / "none")
    assert (facts.store.size, facts.calibration.saved) == (0, None)
    assert not (tmp_path / "none").exists()


def test_the_calibration_is_that_of_the_machine(tmp_path: Path) -> None:
    for one in (saved(device_id="a"), saved(device_id="b")):
        CalibrationBook.load(tmp_path / CALIBRATIONS).keep(one)
    assert of(tmp_path).calibration.saved == saved(device_id="a")
    assert of(tmp_path, machine=None).calibration.saved is None


def test_settings_that_cannot_be_read_are_the_defaults_and_told(tmp_path: Path) -> None:
    facts = of(tmp_path, ConfigError(Path("/x.toml"), "station.rate_hz: 5"))
    assert facts.unreadable == "/x.toml: station.rate_hz: 5"
    assert facts.settings == Settings()


def test_a_station_that_has_lost_its_machine_has_none(tmp_path: Path) -> None:
    facts = of(tmp_path, machine=machine(why="/dev/ttyACM0 is gone: check the USB cable"))
    assert (facts.machine, facts.why) == (None, "/dev/ttyACM0 is gone: check the USB cable")


def test_a_station_that_has_not_found_one_yet_has_none(tmp_path: Path) -> None:
    facts = of(tmp_path, machine=machine(device_id=None))
    assert (facts.machine, facts.why) == (None, NOT_YET)


def test_the_display_is_asked_for_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def ask(display: DisplaySettings, token_file: Path) -> Station:
        asked.append((display.port, token_file))
        return Station(ADDRESS, "station")

    monkeypatch.setattr(facts_module, "ask_station", ask)
    of(tmp_path, Settings(display=DisplaySettings(port=9000)))
    assert asked == [(9000, tmp_path / "token")]


def test_the_token_is_where_the_display_keeps_it() -> None:
    assert token_path().name == TOKEN
