"""Log, incidents and signs of life of a station, on made-up link events."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ConfigError
from firmware_bridge.device.events import Chunk, Connected, Lost, Searching
from firmware_bridge.device.frames import Hello, wire
from firmware_bridge.device.recording import replay
from firmware_bridge.device.stream import Stream
from firmware_bridge.errors import LinkLost, NoSuchPort
from firmware_bridge.upkeep import Upkeep

HELLO = Hello(1, 200, 4096, 0, 0, "lever-1", "0.2.0", "as5600")


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(1)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "10000000")
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
        yield listening


def said(listening: socket.socket) -> list[str]:
    listening.setblocking(False)
    told = []
    try:
        while True:
            told.append(listening.recv(1000).decode())
    except BlockingIOError:
        return told


def chunk() -> Chunk:
    data = wire(HELLO)
    return Chunk(data, Stream().feed(data))


def incidents(folder: Path) -> list[Path]:
    return sorted((folder / "incidents").glob("*.lever"))


def test_what_happens_to_the_link_is_in_the_log(tmp_path: Path) -> None:
    with Upkeep(tmp_path) as upkeep:
        upkeep.saw(Searching(NoSuchPort("plug it in")), 0.0)
        upkeep.saw(Connected(HELLO, "/dev/x"), 1.0)
        upkeep.turn("the disk is full", "", True, 2.0)
        upkeep.turn("the disk is full", "", True, 2.1)
        upkeep.turn("", "", True, 3.0)
    lines = [line.split(" ", 1)[1] for line in (tmp_path / "station.log").read_text().splitlines()]
    assert [line.split()[0] for line in lines] == [
        "start",
        "searching",
        "connected",
        "complaint",
        "well",
        "stop",
    ]
    assert "device_id=lever-1" in lines[2]
    assert "the disk is full" in lines[3]


def test_a_lost_link_saves_the_bytes_before_it_to_be_played_again(tmp_path: Path) -> None:
    with Upkeep(tmp_path) as upkeep:
        upkeep.saw(Connected(HELLO, "/dev/x"), 0.0)
        upkeep.saw(chunk(), 0.1)
        upkeep.saw(Lost(LinkLost("gone")), 0.2)
    (saved,) = incidents(tmp_path)
    assert saved.name.endswith("-link-lost.lever")
    assert any(isinstance(event, Connected) for event in replay(saved))
    assert saved.name in (tmp_path / "station.log").read_text()


def test_a_fault_of_ours_is_an_incident_and_says_where(tmp_path: Path) -> None:
    def fail() -> None:
        with Upkeep(tmp_path) as upkeep:
            upkeep.saw(chunk(), 0.1)
            raise ZeroDivisionError("by hand")

    with pytest.raises(ZeroDivisionError):
        fail()
    log = (tmp_path / "station.log").read_text()
    assert "ZeroDivisionError" in log
    assert "test_upkeep.py:" in log
    assert incidents(tmp_path)[0].name.endswith("-crash.lever")


@pytest.mark.parametrize(
    "error", [NoSuchPort("none"), ConfigError(Path("a"), "bad"), BrokenPipeError()]
)
def test_an_error_that_is_told_to_the_user_and_a_reader_who_has_left_are_no_fault_of_ours(
    error: Exception, tmp_path: Path
) -> None:
    with pytest.raises(type(error)), Upkeep(tmp_path):
        raise error
    assert "fault" not in (tmp_path / "station.log").read_text()


def test_systemctl_shows_why_there_is_no_machine(tmp_path: Path, systemd: socket.socket) -> None:
    with Upkeep(tmp_path / "state") as upkeep:
        upkeep.turn("", "gone", True, 1.0)
        upkeep.turn("", "", True, 2.0)
    told = [one for one in said(systemd) if "STATUS" in one]
    assert ["gone" in told[0], "all is well" in told[1]] == [True, True]


def test_an_incident_that_cannot_be_saved_is_a_line_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "incidents").write_text("a file is in the way")
    with Upkeep(tmp_path) as upkeep:
        upkeep.saw(chunk(), 0.1)
        upkeep.saw(Lost(LinkLost("gone")), 0.2)
    assert "not_saved" in (tmp_path / "station.log").read_text()


def test_systemd_hears_that_it_is_ready_alive_and_stopping(
    tmp_path: Path, systemd: socket.socket
) -> None:
    with Upkeep(tmp_path / "state") as upkeep:
        upkeep.ready()
        upkeep.turn("no card", "", True, 100.0)
    told = said(systemd)
    assert "READY=1" in told[0]
    assert any("WATCHDOG=1" in one for one in told)
    assert any("STATUS=no card" in one for one in told)
    assert "STOPPING=1" in told[-1]


def test_a_display_that_does_not_serve_ends_the_signs_of_life(
    tmp_path: Path, systemd: socket.socket
) -> None:
    with Upkeep(tmp_path / "state") as upkeep:
        upkeep.turn("", "", False, 100.0)
        upkeep.turn("", "", False, 200.0)
    assert not any("WATCHDOG=1" in one for one in said(systemd))
