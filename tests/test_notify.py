"""What systemd is told, over a real socket like its own."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.notify import OFTEN, Notifier

Heard = Callable[[], list[str]]


@pytest.fixture(params=["a path", "an abstract name"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{tmp_path}/notify" if request.param == "a path" else f"@{tmp_path}/notify"


@pytest.fixture
def heard(address: str) -> Iterator[Heard]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address.replace("@", "\0"))
        systemd.setblocking(False)

        def messages() -> list[str]:
            found = []
            while True:
                try:
                    found.append(systemd.recv(4096).decode())
                except BlockingIOError:
                    return found

        yield messages


def environment(address: str, usec: object = 20_000_000, pid: object = None) -> dict[str, str]:
    told = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(usec)}
    return told if pid is None else {**told, "WATCHDOG_PID": str(pid)}


def test_a_life(address: str, heard: Heard) -> None:
    notifier = Notifier.from_environment(environment(address))
    notifier.status("looking for the machine")
    notifier.ready()
    notifier.alive(1000.0)
    notifier.stopping()
    assert heard() == [
        "STATUS=looking for the machine",
        "READY=1",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_signs_of_life_leave_room_for_a_stall_and_are_few(address: str, heard: Heard) -> None:
    patience_s, told = 20.0, []
    notifier = Notifier.from_environment(environment(address, round(patience_s * 1e6)))
    for at in np.arange(0.0, 100.0, 0.05):
        notifier.alive(at)
        told += [at] * len(heard())
    assert told[0] == 0
    assert max(np.diff(told)) <= patience_s / 2
    assert max(np.diff(told)) == pytest.approx(patience_s / OFTEN, abs=0.06)
    assert len(told) <= 1 + OFTEN * 100 / patience_s


def test_after_a_stall_the_next_round_says_so_at_once(address: str, heard: Heard) -> None:
    notifier = Notifier.from_environment(environment(address))
    for at in (0.0, 1.0, 19.0):
        notifier.alive(at)
    assert heard() == ["WATCHDOG=1"] * 2


@pytest.mark.parametrize(("usec", "pid"), [("", None), ("x", None), (1000, 1)])
def test_without_a_watchdog_of_ours_there_are_none(
    address: str, heard: Heard, usec: object, pid: int | None
) -> None:
    notifier = Notifier.from_environment(environment(address, usec, pid))
    notifier.alive(1.0)
    notifier.ready()
    assert heard() == ["READY=1"]


def test_a_watchdog_that_names_this_process_is_ours(address: str, heard: Heard) -> None:
    Notifier.from_environment(environment(address, pid=os.getpid())).alive(1.0)
    assert heard() == ["WATCHDOG=1"]


def test_a_status_is_one_line_told_when_it_changes(address: str, heard: Heard) -> None:
    notifier = Notifier(address)
    for text in ("set 1", "set 1", "set 2\nREADY=1", "set 2 READY=1", "set 1"):
        notifier.status(text)
    assert heard() == ["STATUS=set 1", "STATUS=set 2 READY=1", "STATUS=set 1"]


def test_nobody_listens() -> None:
    notifier = Notifier.from_environment({})
    notifier.ready()
    notifier.alive(0.0)
    notifier.status("x")
    notifier.stopping()


@pytest.mark.parametrize("address", ["/nowhere/notify", "@nobody", "/dev/null", "x" * 300])
def test_a_socket_that_is_none_is_in_nobodys_way(address: str) -> None:
    Notifier(address).ready()


def test_one_that_does_not_read_is_not_waited_for(address: str, heard: Heard) -> None:
    notifier = Notifier(address)
    for _ in range(2000):
        notifier.ready()
    assert 0 < len(heard()) < 2000
    notifier.ready()
    assert heard() == ["READY=1"]


def test_nonsense_from_systemd_is_no_watchdog() -> None:
    Notifier.from_environment({"WATCHDOG_USEC": "9" * 400}).alive(1.0)
