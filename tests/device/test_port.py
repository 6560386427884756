"""The port: each way of not opening is told in one line, each way of dying is LinkLost."""

import contextlib
import errno
import fcntl
import grp
import os
import pty
import pwd
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import serial

from firmware_bridge.device import port as port_module
from firmware_bridge.device.port import FoundPort, Port, find_ports
from firmware_bridge.errors import LinkLost, NoSuchPort, PortBusy, PortError, PortForbidden


@pytest.fixture
def cable() -> Iterator[tuple[int, str]]:
    """(the device's end, the path of the host's end)."""
    master, slave = pty.openpty()
    yield master, os.ttyname(slave)
    os.close(slave)
    with contextlib.suppress(OSError):
        os.close(master)


def test_bytes_go_both_ways(cable: tuple[int, str]) -> None:
    master, path = cable
    with Port(path) as port:
        assert port.read() == b""
        os.write(master, b"\x00\x03\x11\x13\x1a\xff\r\n")
        assert port.read() == b"\x00\x03\x11\x13\x1a\xff\r\n"
        port.write(b"\x00\x03\r\n")
        assert os.read(master, 100) == b"\x00\x03\r\n"


def refused(path: str, kind: type[PortError]) -> str:
    with pytest.raises(PortError) as caught:
        Port(path)
    assert caught.type is kind
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_no_such_port() -> None:
    assert "/dev/no-such does not exist" in refused("/dev/no-such", NoSuchPort)


@pytest.mark.parametrize("content", ["file", "folder"])
def test_not_a_serial_port(tmp_path: Path, content: str) -> None:
    path = tmp_path
    if content == "file":
        path = tmp_path / "x"
        path.touch()
    assert "is not a serial port" in refused(str(path), PortError)


def test_a_port_locked_by_another_process_is_busy(cable: tuple[int, str]) -> None:
    _, path = cable
    program = (
        "import fcntl, sys; f = open(sys.argv[1], 'rb', buffering=0)\n"
        "fcntl.flock(f, fcntl.LOCK_EX); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert "in use by another program" in refused(path, PortBusy)
        other.communicate()
    with Port(path):
        assert "in use by another program" in refused(path, PortBusy)
    with Port(path):  # and free again
        pass


def failing_open(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """As root nothing is forbidden, so the refusal is made up."""
    real = os.open

    def fail(path: str, *args: int) -> int:
        if str(path).startswith("/dev/"):
            raise OSError(code, os.strerror(code))
        return real(path, *args)

    monkeypatch.setattr(os, "open", fail)


def test_no_permission_names_the_group_and_the_cure(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = cable
    group = grp.getgrgid(os.stat(path).st_gid).gr_name
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: SimpleNamespace(pw_name="kim"))
    monkeypatch.setattr(os, "getgroups", list)
    monkeypatch.setattr(os, "getegid", lambda: -1)
    failing_open(monkeypatch, errno.EACCES)
    text = refused(path, PortForbidden)
    assert f"group {group}" in text
    assert f"sudo usermod -aG {group} kim" in text


def test_who_is_in_the_group_already_is_told_the_mode(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getgroups", lambda: [os.stat(cable[1]).st_gid])
    failing_open(monkeypatch, errno.EACCES)
    text = refused(cable[1], PortForbidden)
    assert "is in its group" in text
    assert "its mode is crw" in text


def test_a_user_without_a_name_is_a_number(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(uid: int) -> str:
        raise KeyError(f"uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(os, "getgroups", list)
    monkeypatch.setattr(os, "getegid", lambda: -1)
    failing_open(monkeypatch, errno.EACCES)
    assert f"{os.getuid()} is not in it" in refused(cable[1], PortForbidden)


def test_who_is_in_no_group_that_has_a_name_is_sent_to_somebody_who_knows(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(gid: int) -> str:
        raise KeyError(f"gid not found: {gid}")

    monkeypatch.setattr(grp, "getgrgid", nobody)
    failing_open(monkeypatch, errno.EPERM)
    assert "may not be opened: ask" in refused(cable[1], PortForbidden)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
def test_too_many_open_files_are_not_the_fault_of_the_port(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    failing_open(monkeypatch, code)
    assert "too many files are open" in refused(cable[1], PortError)


def test_a_port_whose_number_is_too_high_to_be_waited_for_tells_of_too_many_files(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ValueError("filedescriptor out of range in select()")

    with Port(cable[1]) as port:
        monkeypatch.setattr(port_module.select, "select", full)
        with pytest.raises(LinkLost, match="too many files are open"):
            port.read()


def test_a_port_that_goes_while_it_is_opened_does_not_exist(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise termios.error(errno.EIO, "Input/output error")

    monkeypatch.setattr(termios, "tcgetattr", gone)
    files = os.listdir("/proc/self/fd")
    assert "does not exist" in refused(cable[1], NoSuchPort)
    assert len(os.listdir("/proc/self/fd")) == len(files)


def test_a_port_another_program_has_reserved_is_busy(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_open(monkeypatch, errno.EBUSY)
    refused(cable[1], PortBusy)


def test_a_pulled_cable_is_a_lost_link(cable: tuple[int, str]) -> None:
    master, path = cable
    with Port(path) as port:
        os.close(master)
        with pytest.raises(LinkLost, match=f"{path} is gone"):
            port.read()
        with pytest.raises(LinkLost):
            port.write(b"x")


@pytest.mark.parametrize(
    "death",
    [
        serial.SerialException("gone"),
        OSError(errno.EIO, "gone"),
        termios.error(5, "gone"),
        TypeError("no descriptor"),
        ValueError("filedescriptor out of range in select()"),
    ],
)
def test_every_way_in_which_pyserial_dies_is_a_lost_link(
    cable: tuple[int, str], monkeypatch: pytest.MonkeyPatch, death: Exception
) -> None:
    def die(*_: object) -> None:
        raise death

    with Port(cable[1]) as port:
        for name in ("read", "write"):
            monkeypatch.setattr(port._serial, name, die)
        with pytest.raises(LinkLost):
            port.read()
        with pytest.raises(LinkLost):
            port.write(b"x")
        real_close = port._serial.close
        monkeypatch.setattr(port._serial, "close", die)
        port.close()
        real_close()


def test_a_device_that_takes_no_bytes_is_a_lost_link(cable: tuple[int, str]) -> None:
    with Port(cable[1]) as port, pytest.raises(LinkLost):
        port.write(bytes(1_000_000))


def fake_port(device: str, **known: object) -> SimpleNamespace:
    nothing = dict.fromkeys(("vid", "pid", "manufacturer", "product", "serial_number"))
    return SimpleNamespace(device=device, description="n/a", **(nothing | known))


def test_ports_are_ranked_by_hints_then_by_maker(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [
        fake_port("/dev/ttyS0"),
        fake_port("/dev/ttyUSB0", vid=0x1A86, pid=0x7523, product="USB Serial"),
        fake_port("/dev/ttyACM0", vid=0x2E8A, pid=5, product="Board in FS mode"),
        fake_port("/dev/ttyACM1", vid=0x1234, pid=1, product="LeverRep", serial_number="42"),
        fake_port("/dev/ttyACM2", vid=0x1234, pid=2, product="Label printer"),
    ]
    monkeypatch.setattr(port_module.list_ports, "comports", lambda: ports)
    found = find_ports(["leverrep"])
    likely = [port.path for port in found if port.likely]
    assert likely == ["/dev/ttyACM1", "/dev/ttyACM0", "/dev/ttyUSB0"]
    assert FoundPort("/dev/ttyACM2", "Label printer", False) in found
    assert find_ports(["printer"])[0].path == "/dev/ttyACM2"
    assert find_ports(["1a86:7523"])[0].path == "/dev/ttyUSB0"


def test_ports_of_which_little_is_known_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [
        fake_port("/dev/ttyACM3", vid=0x2E8A),
        fake_port("/dev/ttyACM4", vid=0x2E8A, pid=0),
        fake_port("/dev/ttyUSB4", vid=0x1A86, pid=0x7523, product=""),
    ]
    monkeypatch.setattr(port_module.list_ports, "comports", lambda: ports)
    assert find_ports() == [
        FoundPort("/dev/ttyACM4", "Raspberry Pi Pico", True),
        FoundPort("/dev/ttyUSB4", "CH340 adapter", True),
        FoundPort("/dev/ttyACM3", "n/a", False),
    ]


@pytest.mark.parametrize("error", [TypeError, ValueError, FileNotFoundError])
def test_a_port_that_is_pulled_while_ports_are_listed_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def pulled() -> None:
        raise error

    monkeypatch.setattr(port_module.list_ports, "comports", pulled)
    assert find_ports() == []


def test_a_closed_port_leaves_no_lock(cable: tuple[int, str]) -> None:
    Port(cable[1]).close()
    with open(cable[1], "rb", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
