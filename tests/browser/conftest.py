"""A real browser on the page of a real station, whose machine is played by the test."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from config import CalibrationBook, DisplaySettings, Settings
from firmware_bridge.device.events import Chunk, Connected, Event, Lost
from firmware_bridge.device.frames import Hello, Samples, Sensor, Status, wire
from firmware_bridge.device.ledger import Totals
from firmware_bridge.device.people import MOTION_HZ, Hold, Segment, Stroke, perform
from firmware_bridge.device.simulated import counts_of
from firmware_bridge.device.stream import Stream
from firmware_bridge.errors import LinkLost
from firmware_bridge.floor.display.display import Display
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.station import Chain, Station, recover
from tests.browser.chromium import launched, require_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

HD = {"width": 1920, "height": 1080}
SCREENS = {
    "full HD": HD,
    "720p": {"width": 1280, "height": 720},
    "tablet upright": {"width": 800, "height": 1280},
    "phone": {"width": 390, "height": 844},
}
HELLO = Hello(1, 200, 4096, 0, 0, "lever-1", "0.1.0", "as5600")
STOP_DEG = 60.0
LIFT_IN = (Hold(0.5), Stroke(0.0, 1.5), Hold(1.0))
REP = (Stroke(44.0, 1.6), Hold(0.4), Stroke(0.0, 1.2), Hold(0.8))
LEAN_BACK = (
    Stroke(44.0, 1.6),
    Hold(0.4),
    Stroke(-7.0, 1.4),
    Hold(0.8),
    Stroke(0.0, 0.8),
    Hold(1.0),
)
LET_DOWN = (Stroke(STOP_DEG, 2.0), Hold(0.5))


class PlayedMachine:
    """Stands for the link: the lever rests until `perform` is called. Times pass `speed` fold.

    `neutral_counts`, `direction`: how its sensor really sits.
    """

    def __init__(self, speed: float, neutral_counts: float = 2048, direction: int = 1) -> None:
        self.neutral_counts, self.direction = neutral_counts, direction
        self._every_s = 4 / 200 / speed
        self._script: Queue[list[int]] = Queue()
        self._told: Queue[Event] = Queue()
        self._told.put(Connected(HELLO, "/dev/lever"))
        self._stream = Stream()
        self._angle_deg, self._index = STOP_DEG, 0
        self._due = time.monotonic()
        self.silent = False

    @property
    def totals(self) -> Totals:
        return self._stream.totals

    def __enter__(self) -> "PlayedMachine":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def events(self) -> Iterator[Event]:
        return iter(())

    def next_event(self, timeout_s: float) -> Event | None:
        try:
            return self._told.get_nowait()
        except Empty:
            pass
        if self.silent:
            time.sleep(timeout_s)
            return None
        self._due = max(self._due + self._every_s, time.monotonic() - 0.1)
        time.sleep(max(0.0, self._due - time.monotonic()))
        return self._chunk()

    def _chunk(self) -> Chunk:
        """The next samples, and once a second what the sensor says of its magnet."""
        try:
            counts = self._script.get_nowait()
        except Empty:
            counts = self._counts(np.full(4, self._angle_deg))
        first, self._index = self._index, self._index + len(counts)
        frames: list[Hello | Samples | Status] = [] if first else [HELLO]
        offsets = tuple(5000 * n for n in range(len(counts)))
        frames.append(Samples(1, first % 2**16, 5000 * first % 2**32, offsets, tuple(counts)))
        if first // 200 < self._index // 200:
            frames.append(Status(1, 5000 * first, self._index, 0, 200, Sensor.MAGNET, 128, 2010))
        data = b"".join(map(wire, frames))
        return Chunk(data, self._stream.feed(data))

    def _counts(self, angle_deg: NDArray[np.float64]) -> list[int]:
        sits = {"neutral_counts": self.neutral_counts, "direction": self.direction}
        return [int(c) for c in counts_of(angle_deg, seed=self._index, **sits)]

    def perform(self, *segments: Segment) -> None:
        """Have somebody do this, and wait until it is done."""
        motion: NDArray[np.float64] = perform(self._angle_deg, segments)[:: MOTION_HZ // 200]
        counts = self._counts(motion)
        self._angle_deg = float(motion[-1])
        for at in range(0, len(counts), 4):
            self._script.put(counts[at : at + 4])
        while not self._script.empty():
            time.sleep(0.01)

    def unplug(self) -> None:
        self._told.put(Lost(LinkLost("/dev/lever is gone")))
        self.silent = True

    def plug_in(self) -> None:
        self._told.put(Connected(HELLO, "/dev/lever"))
        self._index += 400
        self.silent = False


class Floor:
    """A station with its display and its machine."""

    def __init__(
        self, display: Display, machine: PlayedMachine, station: Station, book: CalibrationBook
    ) -> None:
        self.display = display
        self.machine = machine
        self.station = station
        self.book = book

    @property
    def address(self) -> str:
        return self.display.address


@contextmanager
def opened_floor(
    settings: Settings | None = None,
    host: str | None = None,
    speed: float = 1.0,
    machine: PlayedMachine | None = None,
    folder: Path | None = None,
) -> Iterator[Floor]:
    """A station that serves its page until it is left; what it keeps is in `folder`, or gone."""
    settings = settings or Settings(display=DisplaySettings(port=0))
    machine = machine or PlayedMachine(speed)
    with ExitStack() as stack:
        folder = folder or Path(stack.enter_context(TemporaryDirectory()))
        book = CalibrationBook.load(folder / "calibrations.json")
        keeper = stack.enter_context(Keeper(folder / "sets.db", recover))
        display = stack.enter_context(Display(settings, host, store=folder / "sets.db"))
        station = Station(Chain(settings, book, keeper), display=display)
        thread = Thread(target=station.run, args=(machine,))
        thread.start()
        try:
            yield Floor(display, machine, station, book)
        finally:
            station.stop.asked = True
            thread.join()


@pytest.fixture
def floor() -> Iterator[Floor]:
    with opened_floor(speed=8.0) as opened:
        yield opened


@pytest.fixture
def slow_floor() -> Iterator[Floor]:
    """At real time."""
    with opened_floor() as opened:
        yield opened


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    require_chromium()
    with launched() as opened:
        yield opened


Open = Callable[..., "Page"]


@pytest.fixture
def visit(browser: "Browser") -> "Iterator[Open]":
    """Opens an address, by default on a full HD screen; nothing may go wrong on the page."""
    wrong: list[str] = []
    with ExitStack() as stack:

        def open_page(address: str, **options: object) -> "Page":
            context = browser.new_context(**{"viewport": HD, "locale": "en-GB", **options})
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda line: _note(wrong, line))
            page.on("request", lambda request: _note_foreign(wrong, request.url))
            page.goto(address)
            return page

        yield open_page
    assert wrong == []


def _note(wrong: list[str], line: "ConsoleMessage") -> None:
    # A socket that cannot be opened while the station is away is what the test is about.
    if line.type in ("error", "warning") and "WebSocket" not in line.text:
        wrong.append(line.text)


def _note_foreign(wrong: list[str], url: str) -> None:
    host = url.split("/")[2]
    if host.split(":")[0] != "127.0.0.1":
        wrong.append(f"asks {url}")
