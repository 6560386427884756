"""What goes on a board: every file of the firmware, and the line that names the driver."""

from pathlib import Path

import pytest

from firmware_bridge.device.bundled import FIRMWARE
from firmware_bridge.device.flash_files import check, drivers, program, sensor_for
from firmware_bridge.errors import FlashError

DRIVER = "class Mine:\n    KIND = 'mine'\n    def read(self): ...\n    def health(self): ...\n"
POTENTIOMETER = '"""Doc."""\n\nfrom potentiometer import Potentiometer as Sensor\n'


def test_the_drivers_are_the_files_that_look_like_one() -> None:
    assert drivers() == {"as5600": "AS5600", "potentiometer": "Potentiometer"}


def test_every_file_of_the_firmware_is_there_and_the_driver_is_named() -> None:
    files = program("potentiometer")
    assert set(files) == {path.name for path in FIRMWARE.glob("*.py")}
    assert files["lever.py"] == (FIRMWARE / "lever.py").read_bytes()
    assert b"\nfrom potentiometer import Potentiometer as Sensor" in files["sensor.py"]
    assert b"as5600 import" not in files["sensor.py"]


def test_a_driver_of_ones_own_comes_along(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(DRIVER)
    check(str(own))
    files = program(str(own))
    assert files["mine.py"] == DRIVER.encode()
    assert b"\nfrom mine import Mine as Sensor" in files["sensor.py"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("mine.py", "class Mine:\n    KIND = 'mine'\n", "is no driver"),
        ("mine.py", "class", "is no driver"),
        ("mine.py", None, "does not exist"),
        ("lever.py", DRIVER, "cannot have that name"),
        ("as-5048.py", DRIVER, "cannot have that name"),
        ("class.py", DRIVER, "cannot have that name"),
        ("größe.py", DRIVER, "cannot have that name"),
        ("finisher.py", DRIVER, "cannot have that name"),
        ("update.py", DRIVER, "cannot have that name"),
        ("machine.py", DRIVER, "cannot have that name"),
        ("time.py", DRIVER, "cannot have that name"),
        ("utime.py", DRIVER, "cannot have that name"),
        ("_thread.py", DRIVER, "cannot have that name"),
        ("mine.py", DRIVER.replace("Mine", "Größe"), "has a class Größe"),
        ("mine.py", "x=" + "-" * 90_000 + "1\n" + DRIVER, "is no driver"),
        ("mine.py", "#" * 100_000 + DRIVER, "larger than 100 kB"),
        ("mine.py", DRIVER + "\0\udcff", "is no driver"),
    ],
)
def test_what_is_no_driver_is_refused(
    tmp_path: Path, name: str, text: str | None, says: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8", "surrogateescape")
    with pytest.raises(FlashError, match=says):
        check(str(tmp_path / name))


@pytest.mark.parametrize(
    ("board_has", "asked", "sensor"),
    [
        ("", None, "as5600"),
        (
            '"""Doc."""\n\nfrom potentiometer import Potentiometer as Sensor\n',
            None,
            "potentiometer",
        ),
        ("from potentiometer import Potentiometer as Sensor", "as5600", "as5600"),
    ],
)
def test_the_sensor_is_what_was_asked_for_or_what_the_board_has(
    board_has: str, asked: str | None, sensor: str
) -> None:
    assert sensor_for(board_has, asked) == sensor


def test_a_sensor_that_only_the_board_knows_is_not_replaced_unasked() -> None:
    with pytest.raises(FlashError, match=r"--sensor as5048\.py"):
        sensor_for("from as5048 import AS5048 as Sensor", None)
