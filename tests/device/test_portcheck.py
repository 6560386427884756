"""The facts of a port: who may use it, who does, and the rule that would let us."""

import grp
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.device import portcheck
from firmware_bridge.device.port import FoundPort
from firmware_bridge.device.portcheck import check_port


@pytest.fixture
def path() -> Iterator[str]:
    master, slave = pty.openpty()
    yield os.ttyname(slave)
    os.close(slave)
    os.close(master)


def usb_device(sys_folder: Path, tty: str, **attributes: str) -> Path:
    """A device as the kernel shows it: the port is two folders below its USB device."""
    device = sys_folder / "devices" / "1-1"
    port = device / "1-1:1.0"
    port.mkdir(parents=True)
    for name, text in attributes.items():
        (device / name).write_text(f"{text}\n")
    link = sys_folder / "class" / "tty" / tty / "device"
    link.parent.mkdir(parents=True)
    link.symlink_to(port)
    return sys_folder


def test_a_port_that_may_be_used(path: str) -> None:
    facts = check_port(path)
    assert (facts.path, facts.exists, facts.usable) == (path, True, True)
    assert facts.group == grp.getgrgid(os.stat(path).st_gid).gr_name
    assert facts.udev_rule is None


def test_a_port_that_is_not_there() -> None:
    facts = check_port("/dev/no-such")
    assert (facts.path, facts.exists, facts.usable, facts.holder) == (
        "/dev/no-such",
        False,
        False,
        None,
    )


def test_auto_is_the_likeliest_and_the_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [FoundPort("/dev/nx", "", True), FoundPort("/dev/ny", "", False)]
    monkeypatch.setattr(portcheck, "find_ports", lambda hints: ports)
    facts = check_port()
    assert (facts.path, facts.candidates) == ("/dev/nx", ("/dev/nx", "/dev/ny"))
    monkeypatch.setattr(portcheck, "find_ports", lambda hints: ports[1:])
    assert check_port().path is None


def test_a_forbidden_port_names_its_group(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "getgroups", list)
    monkeypatch.setattr(os, "getegid", lambda: -1)
    facts = check_port(path)
    assert (facts.usable, facts.in_group) == (False, False)
    assert facts.group


@pytest.mark.parametrize("other", ["/dev/null", "/etc/passwd", "/tmp"])
def test_what_is_no_serial_port_is_told_and_in_use_by_nobody(other: str) -> None:
    facts = check_port(other)
    assert (facts.exists, facts.serial, facts.holder) == (True, False, None)


def test_a_port_that_the_system_knows_is_serial(path: str, tmp_path: Path) -> None:
    assert check_port(path).serial
    usb_device(tmp_path, "null")
    assert check_port("/dev/null", sys=tmp_path).serial


def test_who_has_it_open_is_named(path: str) -> None:
    program = "import sys; f = open(sys.argv[1], 'rb', buffering=0); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        holder = check_port(path).holder
        assert holder is not None
        assert holder.pid == other.pid
        assert "python" in holder.name
        other.communicate(b"\n")
    assert check_port(path).holder is None


def test_a_process_may_call_itself_anything(path: str, tmp_path: Path) -> None:
    (tmp_path / "1234" / "fd").mkdir(parents=True)
    (tmp_path / "1234" / "fd" / "3").symlink_to(path)
    (tmp_path / "1234" / "comm").write_bytes(b"\x1b[2J\xff\n")
    assert check_port(path, proc=tmp_path).holder == (1234, "\x1b[2J\ufffd")


def test_a_process_that_ends_meanwhile_is_no_error(path: str, tmp_path: Path) -> None:
    (tmp_path / "1234").mkdir()
    (tmp_path / "1235" / "fd").mkdir(parents=True)
    (tmp_path / "1235" / "fd" / "3").symlink_to(tmp_path / "gone")
    assert check_port(path, proc=tmp_path).holder is None


def test_the_rule_is_of_this_very_device(path: str, tmp_path: Path) -> None:
    tty = os.path.basename(path)
    usb_device(tmp_path, tty, idVendor="2e8a", idProduct="0005", serial="e66118604b")
    rule = check_port(path, sys=tmp_path).udev_rule
    assert rule is not None
    for part in (
        'SUBSYSTEM=="tty"',
        'ATTRS{idVendor}=="2e8a"',
        'ATTRS{idProduct}=="0005"',
        'ATTRS{serial}=="e66118604b"',
        'MODE="0660"',
        'TAG+="uaccess"',
        'SYMLINK+="leverrep"',
    ):
        assert part in rule
    assert max(map(len, rule.splitlines())) < 80
    assert all(line.endswith("\\") for line in rule.splitlines()[:-1])


def test_an_adapter_without_a_serial_number_is_known_by_its_kind(path: str, tmp_path: Path) -> None:
    usb_device(tmp_path, os.path.basename(path), idVendor="1a86", idProduct="7523")
    rule = check_port(path, sys=tmp_path).udev_rule
    assert rule is not None
    assert "serial" not in rule


def test_what_a_device_calls_itself_cannot_add_to_the_rule(path: str, tmp_path: Path) -> None:
    hostile = 'x", RUN+="/bin/sh'
    usb_device(tmp_path, os.path.basename(path), idVendor="1a86", idProduct="1", serial=hostile)
    rule = check_port(path, sys=tmp_path).udev_rule
    assert rule is not None
    assert "RUN+=" not in rule
    assert 'serial}=="x???RUN????bin?sh"' in rule


def test_a_port_of_root_is_given_to_the_group_of_serial_ports(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portcheck, "_group", lambda number: "root")
    usb_device(tmp_path, os.path.basename(path), idVendor="1a86", idProduct="1")
    assert 'GROUP="dialout"' in str(check_port(path, sys=tmp_path).udev_rule)


def test_the_facts_are_ready_for_json(path: str) -> None:
    facts = check_port(path).to_dict()
    assert facts["path"] == path
    assert facts["udev_file"].startswith("/etc/udev/rules.d/")
