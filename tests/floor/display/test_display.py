"""The display's thread, from the station's side."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from config import DisplaySettings, FormStandard, Settings
from firmware_bridge.floor.board import Board
from firmware_bridge.floor.display import display as module
from firmware_bridge.floor.display.display import Display
from tests.waiting import wait_for


@pytest.fixture
def display() -> Iterator[Display]:
    settings = replace(Settings(), display=DisplaySettings(port=0))
    with Display(settings) as display:
        yield display


def test_the_state_tells_how_the_machine_is(display: Display) -> None:
    board = Board(FormStandard())
    board.machine = {"device_id": "lever-1"}
    display.show(board, 0.0)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{display.address}api/state", timeout=20) as answer:
        assert json.load(answer)["machine"] == {"device_id": "lever-1"}


def test_a_display_that_goes_round_serves(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert display.serves(time.monotonic())  # it may still be starting
    wait_for(lambda: display._loop is not None)
    monkeypatch.setattr(module, "BEAT_S", 0.0)
    began = time.monotonic()
    wait_for(lambda: display.serves(time.monotonic()) and display._answered_at > began)


def test_a_display_that_hangs_does_not_serve_until_it_goes_round_again(
    display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.0)
    began = time.monotonic()
    wait_for(lambda: display.serves(time.monotonic()) and display._answered_at > began)
    hangs = threading.Event()
    display._post(hangs.wait)
    monkeypatch.setattr(module, "SERVES_S", 0.2)
    wait_for(lambda: not display.serves(time.monotonic()))
    hangs.set()
    wait_for(lambda: display.serves(time.monotonic()))
