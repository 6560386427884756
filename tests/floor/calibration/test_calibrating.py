"""The guide on one device, as the station tells it what happens and what is asked for."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from config import CalibrationBook, MachineProfile, Settings
from firmware_bridge.device.people import Hold, Segment, Stroke, perform
from firmware_bridge.floor.board import STALE_S
from firmware_bridge.floor.calibration.calibrating import Calibrating
from firmware_bridge.floor.commands import Calibrate
from tests.floor.calibration.lifter import Machine

NOW = "2026-02-01T12:00:00Z"
BEGAN = 1000.0
LEVER = Machine()


@dataclass(frozen=True)
class Hello:
    device_id: str = "lever-1"
    sensor: str = "as5600"
    firmware: str = "0.1.0"
    counts_per_turn: int = LEVER.turn


class Tried(Calibrating):
    """With somebody at the lever."""

    now_s = 0.0

    def do(self, start_deg: float, *segments: Segment) -> None:
        """The lever is moved, after what was done before."""
        values = LEVER.samples(perform(start_deg, segments), np.random.default_rng(0))[1:]
        self.guide.feed([(self.now_s + t_s, value) for t_s, value in values])
        self.now_s += values[-1][0]


def begun(settings: Settings | None = None) -> Tried:
    return Tried(settings or Settings(), Hello(), BEGAN)


def at_the_stop() -> Tried:
    """Neutral was taken, and the lever rests on its stop."""
    calibrating = begun()
    calibrating.do(0.0, Hold(1.0))
    calibrating.obey(Calibrate(step="take"))
    calibrating.do(0.0, Hold(3.0), Stroke(62.0, 3.0), Hold(3.5))
    return calibrating


def done() -> Tried:
    calibrating = at_the_stop()
    calibrating.obey(Calibrate(step="skip"))
    calibrating.obey(Calibrate(step="skip"))
    return calibrating


@pytest.fixture
def nowhere(tmp_path: Path) -> CalibrationBook:
    """Nothing can be saved in it, as long as its folder is a file."""
    (tmp_path / "file").write_text("no folder")
    return CalibrationBook(tmp_path / "file" / "book.json")


# Silence.


def test_it_is_silent_once_nothing_has_come_for_a_while() -> None:
    calibrating = begun()
    assert calibrating.view()["silent"] is False
    calibrating.tick(BEGAN + STALE_S)
    assert calibrating.view()["silent"] is False
    calibrating.tick(BEGAN + STALE_S + 0.01)
    assert calibrating.view()["silent"] is True
    assert calibrating.view()["refusal"] is None


def test_what_comes_ends_the_silence() -> None:
    calibrating = begun()
    calibrating.tick(BEGAN + 5)
    calibrating.heard(BEGAN + 5)
    assert calibrating.view()["silent"] is False
    calibrating.tick(BEGAN + 5 + STALE_S)
    assert calibrating.view()["silent"] is False


def test_after_ten_seconds_of_it_the_calibration_is_refused() -> None:
    calibrating = begun()
    calibrating.heard(BEGAN + 3)
    calibrating.tick(BEGAN + 12.9)
    assert calibrating.view()["refusal"] is None
    calibrating.tick(BEGAN + 13)
    refusal = calibrating.view()["refusal"]
    assert refusal["name"] == "no_data"
    assert refusal["words"] == "no samples for 10 s: check the cable and the power, and start again"


def test_it_stays_refused_when_something_comes_at_last() -> None:
    calibrating = begun()
    calibrating.tick(BEGAN + 10)
    calibrating.heard(BEGAN + 11)
    view = calibrating.view()
    assert (view["step"], view["silent"]) == ("refused", False)


def test_silence_after_the_end_takes_nothing_away() -> None:
    calibrating = done()
    calibrating.tick(BEGAN + 60)
    view = calibrating.view()
    assert (view["step"], view["refusal"], view["silent"]) == ("done", None, True)


# What is asked for.


def test_take_takes_neutral() -> None:
    calibrating = begun()
    calibrating.do(0.0, Hold(3.0))
    assert calibrating.view()["step"] == "neutral"  # nobody has said that the lifter stands
    calibrating.obey(Calibrate(step="take"))
    assert calibrating.view()["taking"] is True
    calibrating.do(0.0, Hold(3.0))
    assert calibrating.view()["step"] == "stop"


def test_skip_leaves_out_the_range_and_then_the_checks() -> None:
    calibrating = at_the_stop()
    steps = [calibrating.view()["step"]]
    for _ in range(2):
        calibrating.obey(Calibrate(step="skip"))
        steps.append(calibrating.view()["step"])
    assert steps == ["range", "checks", "done"]


def test_check_gives_the_angle_that_the_inclinometer_shows() -> None:
    calibrating = at_the_stop()
    calibrating.obey(Calibrate(step="skip"))
    calibrating.obey(Calibrate(step="check", angle_deg=61.8))
    calibrating.do(62.0, Hold(2.0))
    (check,) = calibrating.view()["checks"]
    assert check["angle_deg"] == 61.8
    assert check["measured_deg"] == pytest.approx(62, abs=0.1)


def test_an_angle_of_zero_is_one_and_none_is_none() -> None:
    calibrating = at_the_stop()
    calibrating.obey(Calibrate(step="skip"))
    calibrating.obey(Calibrate(step="check"))
    assert calibrating.view()["taking"] is False
    calibrating.obey(Calibrate(step="check", angle_deg=0.0))
    assert calibrating.view()["taking"] is True


@pytest.mark.parametrize("step", ["begin", "save", "cancel"])
def test_what_is_not_for_the_guide_changes_nothing(step: str) -> None:
    calibrating = at_the_stop()
    before = calibrating.view()
    calibrating.obey(Calibrate(step=step))  # type: ignore[arg-type]
    assert calibrating.view() == before


# What was found.


def test_what_was_found_is_kept_for_the_device(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    calibrating = done()
    found = calibrating.keep(CalibrationBook(path), NOW)
    assert found is not None
    assert CalibrationBook.load(path).newest("lever-1") == found
    assert calibrating.device_id == "lever-1"
    assert (found.made_utc, found.sensor, found.firmware) == (NOW, "as5600", "0.1.0")
    assert found.direction == LEVER.direction
    assert found.stop_deg == pytest.approx(62, abs=0.1)


def test_before_the_end_there_is_nothing_to_keep(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    with pytest.raises(ValueError, match="not done"):
        at_the_stop().keep(CalibrationBook(path), NOW)
    assert not path.exists()


def test_what_cannot_be_saved_is_told_until_it_is(nowhere: CalibrationBook, tmp_path: Path) -> None:
    calibrating = done()
    assert calibrating.view()["problem"] is None
    assert calibrating.keep(nowhere, NOW) is None
    told = calibrating.view()["problem"]
    assert told.startswith(f"{tmp_path / 'file' / 'book.json'}: cannot be saved")
    calibrating.do(62.0, Hold(1.0))
    calibrating.heard(BEGAN + 1)
    calibrating.tick(BEGAN + 2)
    calibrating.obey(Calibrate(step="skip"))
    view = calibrating.view()
    assert (view["problem"], view["step"]) == (told, "done")
    (tmp_path / "file").unlink()  # somebody has mended it
    assert calibrating.keep(nowhere, NOW) == nowhere.newest("lever-1") is not None


def test_the_settings_say_how_the_lever_is_geared() -> None:
    calibrating = begun(Settings(machine=MachineProfile(gear=2.0)))
    calibrating.do(0.0, Hold(1.0), Stroke(40.0, 2.0), Hold(1.0))
    assert calibrating.view()["turned_deg"] == pytest.approx(-20, abs=0.2)
