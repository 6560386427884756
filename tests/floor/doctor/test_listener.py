"""Who listens at a port, by what the kernel tells."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.floor.doctor.listener import listens_alone

PARENT = os.getppid()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::")]
)
def test_a_process_that_listens(family: socket.AddressFamily, host: str) -> None:
    if family is socket.AF_INET6 and not socket.has_dualstack_ipv6():
        pytest.skip("this computer has no IPv6")
    with socket.create_server((host, 0), family=family) as listening:
        port = listening.getsockname()[1]
        assert listens_alone(port, os.getpid())
        assert not listens_alone(port, PARENT)
    assert not listens_alone(port, os.getpid())


def test_a_line_to_a_port_is_no_listening() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as line,
    ):
        assert not listens_alone(line.getsockname()[1], os.getpid())


def test_another_at_another_address_of_the_same_port_is_one_too_many() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        program = (
            "import socket, sys; s = socket.create_server(('127.0.0.2', int(sys.argv[1])));"
            "print(flush=True); input()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as other:
            assert other.stdout is not None
            other.stdout.readline()
            assert not listens_alone(port, os.getpid())
            other.communicate(b"\n")
        assert listens_alone(port, os.getpid())


def test_what_may_not_be_seen_is_no(tmp_path: Path) -> None:
    assert not listens_alone(free_port(), os.getpid(), tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        (tmp_path / "net").symlink_to("/proc/net")
        assert not listens_alone(listening.getsockname()[1], os.getpid(), tmp_path)
