"""Flashing, by the real mpremote, a board that runs MicroPython; its cable pulled at every step."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.device import flash as flash_module
from firmware_bridge.device import flash_files, flash_mpremote
from firmware_bridge.device.bundled import BUNDLED_VERSION, FIRMWARE
from firmware_bridge.device.flash import Flashed, flash, only_port
from firmware_bridge.device.frames import Ack, Hello, Ping, Result, Samples, Start, Stop, wire
from firmware_bridge.device.port import FoundPort, Port
from firmware_bridge.errors import FlashError, NoSuchPort, PortBusy
from tests.device.rawrepl import Board
from tests.waiting import wait_for

pytest.importorskip("micropython_unix")

ID = b"sim-lever".hex()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    """A board with firmware 0.1.0."""
    with Board(tmp_path, files=old_firmware()) as board:
        yield board


def old_firmware() -> dict[str, str]:
    files = {path.name: path.read_text() for path in FIRMWARE.glob("*.py")}
    files["lever.py"] = files["lever.py"].replace(f'"{BUNDLED_VERSION}"', '"0.1.0"')
    return files


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A firmware that says nothing is what would be put on the board: quicker to copy."""
    folder = tmp_path / "firmware"
    folder.mkdir()
    (folder / "main.py").write_text("import as5600\nwhile True: as5600.SENSOR.read()\n")
    for name in ("sensor.py", "as5600.py"):
        shutil.copy(FIRMWARE / name, folder)
    monkeypatch.setattr(flash_files, "FIRMWARE", folder)
    return folder


def version(board: Board) -> str:
    hello = flash_module._hello(board.port, 10)
    assert hello is not None
    return hello.firmware


def test_a_board_with_nothing_but_micropython_gets_the_firmware_at_the_second_try(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flash_module, "HELLO_S", 0.5)
    monkeypatch.setattr(flash_module, "OBEY_S", 0.1)
    with Board(tmp_path) as board:
        board.pull_at = b"update/lever.py"
        assert "run this again" in refused(board)
        board.pull_at = b""
        board.plug_in()
        done = flash(board.port, None, said.append)
        assert done == Flashed(ID, BUNDLED_VERSION, "as5600")
        here = {path.name for path in board.memory.iterdir()}
        assert here == {path.name for path in FIRMWARE.glob("*.py")}
    copied = {line.removeprefix("copying ") for line in said if line.startswith("copying ")}
    assert {"main.py", "lever.py", "sensor.py"} < copied
    assert said[:2] == [f"looking at {board.port}", "no lever firmware answers on it"]
    assert said[-1] == "starting it"


def test_a_board_left_streaming_by_a_host_that_died_is_flashed_and_keeps_its_sensor(
    tmp_path: Path, said: list[str]
) -> None:
    files = old_firmware() | {"sensor.py": "from potentiometer import Potentiometer as Sensor\n"}
    with Board(tmp_path, files=files) as board:
        (board.memory / "note").write_text("mine")
        with Port(board.port) as port:
            for command in (Ping(), Start()):
                port.write(wire(command))
            while Samples.TYPE not in port.read():
                pass
        done = flash(board.port, None, said.append)
        assert (board.memory / "note").read_text() == "mine"
    assert done == Flashed(ID, BUNDLED_VERSION, "potentiometer")
    assert "firmware 0.1.0 runs on it" in said


def test_firmware_no_older_is_replaced_too_and_a_silent_board_is_not_called_done(
    tmp_path: Path, said: list[str], tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flash_module, "RESTART_S", 0.1)
    files = {path.name: path.read_text() for path in FIRMWARE.glob("*.py")}
    with Board(tmp_path, files=files) as board, pytest.raises(FlashError, match="says nothing"):
        flash(board.port, None, said.append)
    assert said[1].endswith(f"replaced by {BUNDLED_VERSION} all the same")


@pytest.mark.parametrize(
    "saying",
    ["sys.implementation", "os.mkdir", "update/main.py", "finisher.py", "wanted =", "sleep_ms(200"],
)
def test_a_board_whose_cable_was_pulled_has_its_old_firmware_or_all_of_the_new_one(
    board: Board, tiny: Path, saying: str
) -> None:
    board.pull_at = saying.encode()
    with pytest.raises(FlashError, match="check its cable and run this again"):
        flash(board.port, None, lambda line: None)
    board.pull_at = b""
    board.plug_in()
    if saying != "sleep_ms(200":
        assert version(board) == "0.1.0"
    else:
        wait_for(lambda: not (board.memory / "update").exists())
        assert (board.memory / "main.py").read_text() == (tiny / "main.py").read_text()


SLOW = """
from time import sleep
def kbd_intr(self, char, real=MicroPython.kbd_intr):
    if char < 0:
        real(self, char)
        sleep(0.3)  # before it says HELLO
    else:
        sleep(0.3)
        real(self, char)
MicroPython.kbd_intr = kbd_intr
"""


@pytest.mark.parametrize("hello_s", [10.0, 0.1])
def test_a_slow_board_is_not_interrupted_before_it_minds_ctrl_c_even_if_its_hello_is_late(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, hello_s: float
) -> None:
    monkeypatch.setattr(flash_module, "OBEY_S", 10.0)
    with Board(tmp_path, files=old_firmware(), quirk=SLOW) as board:
        assert version(board) == "0.1.0"  # it has started
        monkeypatch.setattr(flash_module, "HELLO_S", hello_s)
        monkeypatch.setattr(flash_module, "PING_S", hello_s)
        board.pull_at = b"sys.implementation"  # the first words to a prompt
        assert "check its cable" in refused(board)


def test_whoever_asks_to_stop_before_the_board_is_touched_finds_it_as_it_was(
    board: Board, said: list[str]
) -> None:
    with pytest.raises(FlashError, match="nothing on the board has been changed"):
        flash(board.port, None, said.append, lambda: True)
    assert said == [f"looking at {board.port}", "firmware 0.1.0 runs on it"]
    assert version(board) == "0.1.0"


def refused(board: Board, sensor: str | None = None) -> str:
    with pytest.raises(FlashError) as caught:
        flash(board.port, sensor, lambda line: None)
    assert "\n" not in str(caught.value)
    return str(caught.value)


FULL = """
room = 9000
def opened(path, mode="r", real=open):
    return File(real(path, mode)) if mode == "wb" else real(path, mode)
class File:
    def __init__(self, file):
        self.close = file.close
        self.file = file
    def write(self, data):
        global room
        room -= len(data)
        if room < 0:
            raise OSError(28)
        return self.file.write(data)
builtins.open = opened
"""


def test_a_full_board_keeps_what_it_has(tmp_path: Path) -> None:
    with Board(tmp_path, files=old_firmware(), quirk=FULL) as board:
        assert "memory is full" in refused(board)
        board.unplug()
        board.plug_in()
        assert version(board) == "0.1.0"


def test_why_a_board_refuses_a_file_is_told(tmp_path: Path, tiny: Path) -> None:
    quirk = FULL.replace("9000", "0").replace("28", "30")
    with Board(tmp_path, files=old_firmware(), quirk=quirk) as board:
        assert "Read-only file system" in refused(board)


DAMAGING = FULL.replace("room < 0", "False").replace("write(data)", "write(data.upper())")


def test_a_damaged_copy_is_not_put_in_place(tmp_path: Path, tiny: Path) -> None:
    with Board(tmp_path, files=old_firmware(), quirk=DAMAGING) as board:
        assert "not what was sent" in refused(board)
        assert (board.memory / "main.py").read_text() == old_firmware()["main.py"]


def test_what_is_no_micropython_board_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flash_module, "HELLO_S", 0.1)
    monkeypatch.setattr(flash_module, "OBEY_S", 0.1)
    monkeypatch.setattr(flash_mpremote, "LOOK_S", 1.0)
    with Board(tmp_path, micropython=False) as board:
        assert "put MicroPython on it" in refused(board)


def test_an_old_micropython_is_refused(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flash_mpremote, "OLDEST_MICROPYTHON", (99, 2))
    text = refused(board)
    assert "put MicroPython 99.2 or newer on it" in text
    assert "micropython 1." in text
    assert not (board.memory / "update").exists()


def test_a_board_in_use_is_left_alone(board: Board) -> None:
    with Port(board.port), pytest.raises(PortBusy, match="stop the station"):
        flash(board.port, None, lambda line: None)


def test_no_board_at_the_port(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPort, match="does not exist"):
        flash(str(tmp_path / "none"), None, lambda line: None)


def test_a_sensor_that_is_not_known_is_refused_before_the_board_is_touched() -> None:
    with pytest.raises(FlashError, match="there are as5600, potentiometer"):
        flash("/dev/none", "as5601", lambda line: None)


def test_the_driver_that_the_wiring_page_shows_runs_on_the_board(
    board: Board, tmp_path: Path
) -> None:
    page = (FIRMWARE / "README.md").read_text()
    own = tmp_path / "as5048.py"
    own.write_text(page.split("```python\n")[1].split("```")[0])
    assert flash(board.port, str(own), lambda line: None).sensor == "as5048"
    assert "name its driver file" in refused(board)


def test_a_board_that_says_another_version_afterwards_is_not_called_done(
    board: Board, tiny: Path
) -> None:
    says = wire(Hello(1, 200, 4096, 0, 0, "id", "9.9.9", "as5600"))
    says += wire(Ack(Stop.TYPE, Result.OK, 200))
    main = f"import sys, time\nwhile True: sys.stdout.buffer.write({says!r}); time.sleep_ms(100)"
    (tiny / "main.py").write_text(main)
    assert "says firmware 9.9.9" in refused(board)


@pytest.mark.parametrize(
    ("likely", "says"), [([], "plug it in"), (["/dev/a", "/dev/b"], "/dev/a and /dev/b")]
)
def test_the_board_is_not_guessed(
    likely: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [FoundPort(path, "Board", True) for path in likely]
    found += [FoundPort("/dev/printer", "Printer", False)]
    monkeypatch.setattr(flash_module, "find_ports", lambda hints: found)
    with pytest.raises(NoSuchPort, match=says):
        only_port()
    found.insert(0, FoundPort("/dev/c", "Board", True))
    if not likely:
        assert only_port() == "/dev/c"
