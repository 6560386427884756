import errno
import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest

from config import (
    CalibrationBook,
    ConfigError,
    FieldError,
    FormStandard,
    MachineProfile,
    Reading,
    SavedCalibration,
    Settings,
    StationSettings,
)

LATER = "2026-03-01T12:00:00Z"


def saved(**changes: Any) -> SavedCalibration:
    values: dict[str, Any] = {
        "made_utc": "2026-02-01T12:00:00Z",
        "device_id": "a",
        "sensor": "as5600",
        "firmware": "0.1.0",
        "counts_per_turn": 4096,
        "gear": 1.5,
        "direction": -1,
        "neutral_counts": 312.25,
        "sine_deg": 0.6,
        "cosine_deg": -0.4,
        "play_deg": 0.5,
        "stop_deg": 61.5,
        "sure_deg": 0.2,
        "readings": (
            Reading(step="neutral", counts=312.25, spread_deg=0.1),
            Reading(step="check", counts=-200.5, spread_deg=0.1, angle_deg=30.0),
        ),
        "residuals_deg": (0.05, -0.1),
    }
    return SavedCalibration(**{**values, **changes})


@dataclass(frozen=True)
class Hello:
    device_id: str = "a"
    sensor: str = "as5600"
    counts_per_turn: int = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "calibrations.json"


def kept(path: Path, *calibrations: SavedCalibration) -> CalibrationBook:
    book = CalibrationBook.load(path)
    for one in calibrations:
        book.keep(one)
    return book


def test_without_a_file_the_book_is_empty(path: Path) -> None:
    book = CalibrationBook.load(path)
    assert book.newest("a") is None
    assert book.devices == ()
    assert book.undo(LATER) is None


def test_what_was_saved_is_loaded(path: Path) -> None:
    kept(path, saved(working_top_deg=1.0, working_bottom_deg=44.5))
    (loaded,) = CalibrationBook.load(path).history
    assert loaded == saved(working_top_deg=1.0, working_bottom_deg=44.5)
    assert json.loads(path.read_text())["schema"] == "leverrep.calibrations/1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_device_has_its_newest_whatever_the_clock_said(path: Path) -> None:
    old, new = saved(made_utc=LATER), saved(stop_deg=70)
    kept(path, old, new, saved(device_id="b"))
    book = CalibrationBook.load(path)
    assert book.newest("a") == new
    assert book.devices == ("a", "b")


def test_undo_goes_back_by_one_and_keeps_the_history(path: Path) -> None:
    first, second = saved(), saved(stop_deg=70)
    book = kept(path, first, second)
    assert book.undo(LATER) == (saved(stop_deg=70, undone_utc=LATER), first)
    book = CalibrationBook.load(path)
    assert [one.undone_utc for one in book.history] == [None, LATER]
    assert book.undo(LATER) == (saved(undone_utc=LATER), None)
    assert (book.undo(LATER), book.devices) == (None, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ('{"schema": "leverrep.calibrations/1", "calibrations": [{"gear": 1}]}', "damaged"),
        ('{"schema": "leverrep.calibrations/1"', "damaged"),
        ("\x00" * 50, "damaged"),
        ("[" * 100_000, "damaged"),
        ('{"schema": "leverrep.calibrations/2", "cards": 1}', "update LeverRep"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_left_alone(
    path: Path, text: str, problem: str
) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ConfigError, match=problem) as caught:
        CalibrationBook.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert path.read_text() == text


def test_a_value_that_cannot_be_is_found_when_loaded(path: Path) -> None:
    kept(path, saved())
    path.write_text(path.read_text().replace('"gear": 1.5', '"gear": -1.5'))
    with pytest.raises(ConfigError, match="gear"):
        CalibrationBook.load(path)


def steps_of_saving(record: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Call `record` before each step that saving takes."""

    def before(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            target = args[0]
            kind = ""
            if name == "fsync":
                kind = " folder" if stat.S_ISDIR(os.fstat(target).st_mode) else " file"
            record(name + kind)
            return real(*args, **kwargs)

        return call

    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, before(name, getattr(os, name)))


def test_the_order_is_write_fsync_rename_fsync_of_the_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, bool]] = []

    def record(step: str) -> None:
        whole = [p for p in path.parent.iterdir() if p.stat().st_size and p.read_text()[-2] == "}"]
        done.append((step, bool(whole)))

    steps_of_saving(record, monkeypatch)
    kept(path, saved())
    assert done == [("fsync file", True), ("replace", True), ("fsync folder", True)]


@pytest.mark.parametrize("killed_before", ["fsync file", "replace", "fsync folder"])
def test_killed_anywhere_the_file_is_the_old_or_the_new_one(
    path: Path, killed_before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(path, saved())
    child = os.fork()
    if not child:
        try:
            steps_of_saving(lambda step: step == killed_before and os._exit(9), monkeypatch)
            kept(path, saved(stop_deg=70))
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    stops = [one.stop_deg for one in CalibrationBook.load(path).history]
    assert stops == ([61.5, 70] if killed_before == "fsync folder" else [61.5])


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_full_disk_is_told_and_leaves_the_old_file_and_nothing_else(
    path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = kept(path, saved())

    def full(*args: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, name, full)
    for change in (lambda: book.keep(saved(stop_deg=70)), lambda: book.undo(LATER)):
        with pytest.raises(ConfigError, match="cannot be saved: No space left on device"):
            change()
    assert list(path.parent.iterdir()) == [path]
    assert book.history == CalibrationBook.load(path).history == (saved(),)


def test_settings_follow_a_calibration() -> None:
    settings = saved().applied_to(Settings(station=StationSettings(rate_hz=100)))
    machine, calibration = settings.machine, settings.calibration
    assert (machine.gear, machine.direction, machine.play_deg) == (1.5, -1, 0.5)
    assert (calibration.neutral_counts, calibration.device_id) == (312.25, "a")
    assert (calibration.sine_deg, calibration.cosine_deg) == (0.6, -0.4)
    assert calibration.min_deg == -40
    assert calibration.max_deg == 71.5
    assert settings.station.rate_hz == 100
    assert "own" not in settings.standards


def test_room_beyond_the_stop_ends_where_the_sensor_turns_over() -> None:
    settings = saved(gear=2, stop_deg=118).applied_to(Settings())
    assert 118 < settings.calibration.max_deg < 120


def test_a_travel_of_more_than_a_turn_cannot_be_applied() -> None:
    with pytest.raises(FieldError, match=r"machine\.gear"):
        saved(gear=2, stop_deg=125).applied_to(Settings())


def test_a_working_range_makes_a_standard_of_its_own() -> None:
    settings = Settings(station=StationSettings(standard="gentle"))
    own = saved(working_top_deg=0, working_bottom_deg=40).applied_to(settings).standards["own"]
    assert own.target_depth_deg == pytest.approx(36)
    assert own.max_depth_deg == pytest.approx(44)
    assert own.min_eccentric_s == settings.form.min_eccentric_s == 1.5


@pytest.mark.parametrize(("bottom_deg", "target_deg"), [(15.5, 15), (14, 15), (179, 161.1)])
def test_a_standard_of_ones_own_is_one_that_can_be(bottom_deg: float, target_deg: float) -> None:
    measured = saved(working_top_deg=0, working_bottom_deg=bottom_deg)
    own = measured.applied_to(Settings()).standards["own"]
    assert own.target_depth_deg == pytest.approx(target_deg)
    assert own.max_depth_deg == pytest.approx(min(1.1 * bottom_deg, 180))


def test_a_working_range_that_does_not_count_makes_no_standard() -> None:
    deep = Settings(standards={"standard": FormStandard(min_depth_deg=40)})
    measured = saved(working_top_deg=0, working_bottom_deg=30)
    assert "own" not in measured.applied_to(deep).standards


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        (Hello(), None),
        (Hello(device_id="b"), "this is device b, the calibration is of a: calibrate again"),
        (Hello(sensor="as5048"), "the sensor is as5048, it was as5600 when calibrated"),
        (Hello(counts_per_turn=16384), "16384 counts a turn, it had 4096 when calibrated"),
    ],
)
def test_another_sensor_asks_for_a_new_calibration(hello: Hello, reason: str | None) -> None:
    misfit = saved().misfit(hello)
    assert misfit == reason if reason is None else reason in str(misfit)


def test_another_firmware_of_the_same_sensor_does_not() -> None:
    assert saved(firmware="9.9").misfit(Hello()) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"made_utc": "yesterday"},
        {"direction": 0},
        {"sure_deg": float("nan")},
        {"readings": [{"step": "top"}]},
        {"residuals_deg": ["a"]},
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        saved(**changes)


def test_it_survives_json_as_it_is() -> None:
    text = msgspec.json.encode(saved())
    assert msgspec.json.decode(text, type=SavedCalibration) == saved()


def test_a_profile_of_the_settings_is_not_changed() -> None:
    settings = Settings()
    saved().applied_to(settings)
    assert settings.machine == MachineProfile()
