"""Asking the station that runs: told from strangers, not waited for, no token given away."""

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config import DisplaySettings, Settings
from firmware_bridge.floor.board import Board
from firmware_bridge.floor.display.display import Display
from firmware_bridge.floor.doctor import running
from firmware_bridge.floor.doctor.running import RunningStation, ask_station
from tests.floor.doctor.healthy import machine

Answer = Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]


class Server:
    """Something on a port of this computer that answers like this."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[str | None] = []  # with which authorization
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.headers["Authorization"])
                status, body = answer(self)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def display(self) -> DisplaySettings:
        return DisplaySettings(port=self.http.server_address[1])


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    servers: list[Server] = []

    def start(answer: Answer) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.http.shutdown()
        server.thread.join()
        server.http.server_close()


def state(**more: object) -> Answer:
    body = json.dumps({"schema": "leverrep.state/1", **more}).encode()
    return lambda _: (200, body)


def test_a_station_tells_of_its_machine(serve: Callable[[Answer], Server], tmp_path: Path) -> None:
    server = serve(state(machine=machine()))
    found = ask_station(server.display, tmp_path / "token")
    assert (found.who, found.machine) == ("station", machine())
    assert found.address == f"http://127.0.0.1:{server.display.port}/"
    assert server.asked == [None]


@pytest.mark.parametrize("told", [{}, {"machine": None}, {"machine": {"port": "/dev/x"}}])
def test_a_station_of_an_older_version_tells_less(
    serve: Callable[[Answer], Server], tmp_path: Path, told: dict[str, object]
) -> None:
    found = ask_station(serve(state(**told)).display, tmp_path / "token")
    assert (found.who, found.machine) == ("station", None)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[1]",
        b'{"schema": "other/1"}',
        b'{"schema": "\xff"}',
        b"[" * 100_000,
        b" " * running.MOST_BYTES + b'{"schema": "leverrep.state/1"}',
    ],
)
def test_another_program_is_told_from_a_station(
    serve: Callable[[Answer], Server], tmp_path: Path, body: bytes
) -> None:
    assert ask_station(serve(lambda _: (200, body)).display, tmp_path / "t").who == "other"


def test_a_program_that_speaks_no_http_is_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            caller, _ = listening.accept()
            with caller:
                caller.recv(1000)
                caller.sendall(b"220 mail\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        display = DisplaySettings(port=listening.getsockname()[1])
        assert ask_station(display, tmp_path / "token").who == "other"
        thread.join()


def test_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert ask_station(DisplaySettings(port=port), tmp_path / "token").who == "nobody"


def test_one_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WAIT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        began = time.monotonic()
        display = DisplaySettings(port=listening.getsockname()[1])
        assert ask_station(display, tmp_path / "token").who == "silent"
        assert time.monotonic() - began < 5


def test_an_address_of_another_computer_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_get", lambda *_: pytest.fail("asked"))
    assert ask_station(DisplaySettings(host="192.0.2.7"), tmp_path / "token").who == "elsewhere"


def needs_token(handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
    if handler.headers["Authorization"] == "Bearer s3cret":
        return 200, json.dumps({"schema": "leverrep.state/1", "machine": machine()}).encode()
    return 401, b"A token is needed"


def test_the_token_is_used_if_it_is_asked_for(
    serve: Callable[[Answer], Server], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    server = serve(needs_token)
    assert ask_station(server.display, tmp_path / "token", os.getpid()).machine == machine()
    assert server.asked == [None, "Bearer s3cret"]


def test_no_other_process_is_told_the_token(
    serve: Callable[[Answer], Server], tmp_path: Path
) -> None:
    """Our station is away, or has found its port taken and is at another."""
    (tmp_path / "token").write_text("s3cret\n")
    for station in (None, os.getppid()):
        server = serve(needs_token)
        found = ask_station(server.display, tmp_path / "token", station)
        assert (found.who, found.machine) == ("station", None)
        assert server.asked == [None]


def test_a_token_that_is_a_pipe_is_not_waited_for(
    serve: Callable[[Answer], Server], tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "token")
    found = ask_station(serve(needs_token).display, tmp_path / "token", os.getpid())
    assert found.who == "station"


@pytest.mark.parametrize("text", [None, "wrong", "two\nlines"])
def test_a_station_of_another_user_is_still_a_station(
    serve: Callable[[Answer], Server], tmp_path: Path, text: str | None
) -> None:
    if text:
        (tmp_path / "token").write_text(text)
    found = ask_station(serve(needs_token).display, tmp_path / "token", os.getpid())
    assert (found.who, found.machine) == ("station", None)


def test_one_that_never_comes_to_an_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WAIT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            caller, _ = listening.accept()
            with caller, suppress(OSError):
                caller.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
                while True:
                    caller.sendall(b" ")
                    time.sleep(0.01)

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        display = DisplaySettings(port=listening.getsockname()[1])
        assert ask_station(display, tmp_path / "token").who == "silent"
        assert time.monotonic() - began < 5
        thread.join()


def test_one_that_hangs_up_is_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reset() -> None:
            caller, _ = listening.accept()
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.close()

        thread = threading.Thread(target=reset)
        thread.start()
        display = DisplaySettings(port=listening.getsockname()[1])
        assert ask_station(display, tmp_path / "token").who == "other"
        thread.join()


@pytest.mark.parametrize("host", ["192.0.2.7", "a\0b", "no such name", "x" * 200])
def test_what_is_no_address_of_this_computer(tmp_path: Path, host: str) -> None:
    assert ask_station(DisplaySettings(host=host), tmp_path / "token").who == "elsewhere"


def test_a_machine_is_known_by_its_port_under_whatever_name(tmp_path: Path) -> None:
    device, link = tmp_path / "device", tmp_path / "link"
    link.symlink_to(device)
    station = RunningStation("", "station", machine(port=str(device)))
    for port in (None, str(device), str(link)):
        assert station.machine_at(port) == station.machine
    assert station.machine_at(str(tmp_path / "other")) is None
    assert RunningStation("", "station", machine(port=None)).machine_at(str(tmp_path)) is None
    assert RunningStation("", "nobody").machine_at(str(device)) is None


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8765/"),
        ("::", "http://[::1]:8765/"),
        ("localhost", "http://localhost:8765/"),
    ],
)
def test_a_display_for_all_networks_is_asked_for_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, address: str
) -> None:
    monkeypatch.setattr(running, "_get", lambda *_: (404, b""))
    monkeypatch.setattr(running, "_is_here", lambda host: True)
    assert ask_station(DisplaySettings(host=host), tmp_path / "token").address == address


def test_a_real_display_is_known_as_a_station(tmp_path: Path) -> None:
    settings = Settings(display=DisplaySettings(port=0))
    with Display(settings) as display:
        port = int(display.address.rstrip("/").rpartition(":")[2])
        until = time.monotonic() + 20
        while time.monotonic() < until:
            display.show(Board(settings.form), time.monotonic())
            found = ask_station(DisplaySettings(port=port), tmp_path / "token")
            if found.who == "station":
                break
            time.sleep(0.05)
    assert found.who == "station"
