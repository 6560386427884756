"""What one connection may cost, on a real server."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.request import urlopen

import pytest
from websockets.sync.client import connect

from config import DisplaySettings, Settings
from firmware_bridge.floor.display import connections
from firmware_bridge.floor.display.display import Display

REQUEST = b"GET /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPGRADE = (
    b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)
PING = b"\x89\x80\0\0\0\0"


@pytest.fixture
def display(capfd: pytest.CaptureFixture[str]) -> Iterator[Display]:
    settings = Settings(display=DisplaySettings(port=0))
    with Display(settings) as opened:
        answers(opened)
        yield opened
    assert capfd.readouterr().err == ""


def answers(display: Display) -> bool:
    with urlopen(display.address + "api/state", timeout=10) as answer:
        return bool(answer.status == 200)


def called(display: Display, said: bytes = b"") -> socket.socket:
    host, port = display.address.removeprefix("http://").rstrip("/").split(":")
    caller = socket.create_connection((host, int(port)), timeout=5)
    caller.sendall(said)
    return caller


def is_dropped(caller: socket.socket) -> bool:
    try:
        while heard := caller.recv(65_536):
            if b"\x88" in heard:  # a closing frame: it is waited for ours
                return True
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def test_a_connection_is_for_one_request(display: Display) -> None:
    with called(display, (REQUEST + b"\r\n") * 3) as caller:
        said = b""
        while more := caller.recv(65_536):
            said += more
    assert said.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("said", [b"", b"GET / HT", REQUEST])
def test_who_does_not_come_to_the_point_is_dropped(
    said: bytes, display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_S", 0.3)
    with called(display, said) as caller:
        assert is_dropped(caller)


def test_a_viewer_is_not(display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_S", 0.3)
    with connect(display.address.replace("http", "ws") + "live") as viewer:
        assert "hello" in viewer.recv(5)
        time.sleep(0.6)
        assert viewer.ping().wait(5)


def test_one_too_many_is_turned_away_and_there_is_room_again(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS", 20)
    with ExitStack() as held:
        for _ in range(20):
            held.enter_context(called(display, REQUEST))
        time.sleep(0.2)
        with called(display) as caller:
            assert is_dropped(caller)
    time.sleep(0.2)
    assert answers(display)


def test_who_says_too_much_is_dropped(display: Display) -> None:
    with called(
        display, b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n\r\n"
    ) as c:
        try:
            for _ in range(100):
                c.sendall(bytes(1024))
                time.sleep(0.002)
        except ConnectionError:
            return
        assert is_dropped(c)


def test_a_viewer_that_floods_is_dropped_and_the_others_are_not(display: Display) -> None:
    with (
        connect(display.address.replace("http", "ws") + "live") as other,
        called(display, UPGRADE + b"\r\n") as flood,
    ):
        other.recv(5)
        try:
            for _ in range(10_000):
                flood.sendall(PING * 10)
        except ConnectionError:
            pass
        else:
            assert is_dropped(flood)
        assert other.ping().wait(5)


def test_a_viewer_that_taps_as_fast_as_it_can_is_not(display: Display) -> None:
    with connect(display.address.replace("http", "ws") + "live", max_queue=None) as viewer:
        for _ in range(60):
            viewer.send('{"do":"remove_rep"}')
            time.sleep(0.01)
        assert viewer.ping().wait(5)


@pytest.mark.parametrize(
    "said",
    [
        UPGRADE + b"Origin: http://evil.com\r\n\r\n",
        UPGRADE.replace(b"127.0.0.1", b"evil.com") + b"\r\n",
        UPGRADE.replace(b"/live", b"/nothing") + b"\r\n",
        b"\r\n\r\n\0\1\2nonsense\r\n\r\n",
        b"GET /?token=%F0%9F%98%80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_a_request_of_no_use_is_refused_without_a_word(said: bytes, display: Display) -> None:
    with called(display, said) as caller:
        assert is_dropped(caller)
    assert answers(display)


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x82\0\0\0\0\xff\xfe",  # no UTF-8
        b"\x81\x02{}",  # not masked
        b"\x83\x80\0\0\0\0",  # no such kind
        b"\x82\x81\0\0\0\0x",  # bytes
        b"\x81\xfe\x08\x00\0\0\0\0" + bytes(2048),  # too large
    ],
)
def test_a_viewer_that_talks_nonsense_is_dropped_without_a_word(
    frame: bytes, display: Display
) -> None:
    with called(display, UPGRADE + b"\r\n") as caller:
        assert b" 101 " in caller.recv(4096)
        caller.sendall(frame)
        began = time.monotonic()
        assert is_dropped(caller)
        assert time.monotonic() - began < 3  # for this, not for a ping
    assert answers(display)
