"""The running process: what the link brings goes through the analysis to the displays and files.

`Chain` is one sample's way, pure: link event -> readings -> lever degrees -> analysis -> events.
`Station` is the thin shell around it; the only other thread is the link's reader.
"""

import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from types import FrameType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis import Event, LeverScale
from config import MachineProfile, Settings
from firmware_bridge.device.events import Chunk, Connected, Lost, Searching
from firmware_bridge.device.events import Event as LinkEvent
from firmware_bridge.device.frames import Hello, SensorError
from firmware_bridge.device.ledger import Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.recording import Recorder, play
from firmware_bridge.device.trace import Trace
from firmware_bridge.errors import MachineMismatch, OutputError, TraceError
from firmware_bridge.floor.board import Board
from firmware_bridge.floor.board import Link as LinkState
from firmware_bridge.floor.commands import Command
from firmware_bridge.floor.display.display import Display
from firmware_bridge.floor.eventlines import EventLines
from firmware_bridge.floor.training import Training

TICK_S = 0.05  # how long to wait for news of the machine before those of people are looked at
TROUBLE_SAMPLES = 20  # so many bad ones in a row are no glitch
SHOWN_SAMPLES = 5  # a display takes their median, so that a spike does not flash up


def lever_scale(settings: Settings) -> LeverScale:
    """How this machine's counts become lever degrees."""
    machine = settings.machine
    return LeverScale(
        settings.calibration.neutral_counts,
        machine.counts_per_turn,
        machine.gear,
        machine.direction,
    )


def check_machine(hello: Hello, settings: Settings) -> None:
    """Raise MachineMismatch if the device is not the one that the settings describe."""
    machine, calibration = settings.machine, settings.calibration
    if hello.counts_per_turn != machine.counts_per_turn:
        raise MachineMismatch(
            f"the machine's sensor has {hello.counts_per_turn} counts a turn, the settings say "
            f"{machine.counts_per_turn}: correct machine.counts_per_turn"
        )
    if calibration.device_id not in (None, hello.device_id):
        raise MachineMismatch(
            f"this is device {hello.device_id}, the calibration is of {calibration.device_id}: "
            "calibrate this machine, or name its port with --port"
        )


class Chain:
    """Takes what the link tells; returns the events that follow, and keeps a board up to date."""

    def __init__(self, settings: Settings) -> None:
        self._training = Training(settings)
        self.board = self._training.board
        self._settings = settings
        self._scale = lever_scale(settings)
        self._shown: list[float] = []
        self._now_s = 0.0
        self._bad_in_a_row = 0
        self._trouble: SensorError | None = None
        self._was_connected = False

    @property
    def sets(self) -> list[dict[str, Any]]:
        """The last ones that are over, as reported."""
        return [record.report for record in self.board.sets]

    def take(self, event: LinkEvent, at: float) -> list[Event]:
        """Follow one event of the link, which came at the second `at` of a steady clock.

        Raises the reason if there is no machine to begin with, MachineMismatch if it is another.
        """
        match event:
            case Chunk():
                events = self._follow(event, at)
            case Connected():
                check_machine(event.hello, self._settings)
                self._was_connected = True
                self.board.connect(LinkState.LIVE, event.port)
                who = {"port": event.port, "device_id": event.hello.device_id}
                events = self._sensor(link="connected", **who)
            case Lost():
                self.board.connect(LinkState.LOST, why=str(event.why))
                events = self._sensor(link="lost", why=str(event.why))
            case Searching():
                if not self._was_connected:
                    raise event.why
                self.board.connect(LinkState.LOST, why=str(event.why))
                events = []
        return events

    def obey(self, command: Command) -> list[Event]:
        """Do what somebody has asked for at a display."""
        return self._training.obey(command)

    def close(self) -> list[Event]:
        """The end: the set under way is closed."""
        return self._training.close()

    def _follow(self, chunk: Chunk, at: float) -> list[Event]:
        times: list[float] = []
        angles: list[float] = []
        events: list[Event] = []
        for readings in chunk.items:
            if not isinstance(readings, Readings):
                continue
            self._now_s = readings.t_s[-1]
            events += self._watch_sensor(readings)
            times += [t_s for t_s, _ in readings.good]
            angles += [self._scale.degrees(counts) for _, counts in readings.good]
        if times:
            self._shown = [*self._shown, *angles][-SHOWN_SAMPLES:]
            self.board.see(times[-1], median(self._shown), at)
            events += self._training.feed(times, angles)
        return events

    def _watch_sensor(self, readings: Readings) -> list[Event]:
        """Tell when the sensor stops giving counts, and when it is well again."""
        before = self._trouble
        for error in readings.errors:
            self._bad_in_a_row = 0 if error is None else self._bad_in_a_row + 1
            if error is None:
                self._trouble = None
            elif self._bad_in_a_row >= TROUBLE_SAMPLES:
                self._trouble = error
        if self._trouble is before:
            return []
        return self._sensor(error=self._trouble and self._trouble.name.lower())

    def _sensor(self, **data: str | None) -> list[Event]:
        event = Event("sensor", self._now_s, self._now_s, data)
        self.board.apply(event)
        return [event]


def trace_of_recording(
    data: bytes, name: str, settings: Settings, calibrated: bool = True
) -> Trace:
    """The lever angles of a recording; not `calibrated`: from anywhere, but without a jump.

    `name` is what errors call it.

    Raises TraceError and MachineMismatch.
    """
    times: list[float] = []
    counts: list[int] = []
    for event in play(data, name, fast=True):
        if isinstance(event, Connected):
            if calibrated:
                check_machine(event.hello, settings)
            continue
        for item in event.items:
            if isinstance(item, Readings):
                times += [t_s for t_s, _ in item.good]
                counts += [count for _, count in item.good]
    if not times:
        raise TraceError(f"{name} has no samples in it")
    if calibrated:
        scale = lever_scale(settings)
        return Trace(np.array(times), np.array([scale.degrees(count) for count in counts]))
    return Trace(np.array(times), _unbroken_degrees(np.array(counts), settings.machine))


_BINS = 72
_RARE = 0.002  # a bin with less of the samples holds only spikes


def _unbroken_degrees(counts: NDArray[np.int64], machine: MachineProfile) -> NDArray[np.float64]:
    """Lever degrees, with the sensor's turn cut open in the middle of where it hardly ever is."""
    turns = counts / machine.counts_per_turn % 1.0
    share = np.histogram(turns, _BINS, (0.0, 1.0))[0] / len(turns)
    used = np.flatnonzero(share >= _RARE)
    ahead = np.diff(used, append=used[0] + _BINS)
    widest = int(np.argmax(ahead))
    cut = (used[widest] + 0.5 + ahead[widest] / 2) / _BINS
    return np.asarray((turns - cut) % 1.0 * machine.direction * 360 / machine.gear)


class View(Protocol):
    """A display for people."""

    def tell(self, events: Iterable[Event]) -> None:
        """These events have just happened."""

    def show(self, board: Board, at: float) -> None:
        """This is how things stand at the second `at` of the steady clock."""


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Whether somebody has asked to stop."""

    asked = False

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Inside, the usual signals only ask: what is under way is finished and written first."""
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:  # nohup, or a job in the background
                signal.signal(number, self._ask)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


@dataclass
class Station:
    """A chain and those who want to know: each but the chain is optional.

    What cannot be written any more (`failure`: the first such error) does not stop the counting.
    """

    chain: Chain
    events: EventLines | None = None
    recorder: Recorder | None = None
    view: View | None = None
    display: Display | None = None
    # Length of a scripted session: it is over then and nobody looks, or when its machine is gone.
    session_s: float | None = None
    stop: Stop = field(default_factory=Stop)
    failure: OutputError | None = None

    def run(self, link: Link) -> None:
        """Follow a link until asked to stop, or the session is over."""
        try:
            with link:
                while not (self.stop.asked or self._is_over()):
                    self._step(link.next_event(TICK_S))
            for event in link.events():
                if not isinstance(event, Lost):  # we let it go
                    self._take(event)
        finally:
            self._pass_on(self.chain.close())

    def replay(self, recorded: Iterator[Connected | Chunk]) -> None:
        """Follow a recording to its end, or until asked to stop."""
        try:
            for event in recorded:
                self._step(event)
                if self.stop.asked:
                    break
        finally:
            self._pass_on(self.chain.close())

    def _step(self, event: LinkEvent | None) -> None:
        if event is not None:
            self._take(event)
        if self.display:
            for command in self.display.commands():
                self._pass_on(self.chain.obey(command))
        if self.events:
            self.events.check()
        for view in self._views:
            view.show(self.chain.board, time.monotonic())

    @property
    def _views(self) -> list[View]:
        return [view for view in (self.view, self.display) if view]

    def _take(self, event: LinkEvent) -> None:
        if self.recorder and isinstance(event, Chunk):
            try:
                self.recorder.write(event)
            except OutputError as error:
                self.recorder = None
                self._note_failure(error)
        self._pass_on(self.chain.take(event, time.monotonic()))

    def _pass_on(self, events: list[Event]) -> None:
        if self.events:
            try:
                self.events.write(events)
            except OutputError as error:
                self.events = None
                self._note_failure(error)
        for view in self._views:
            view.tell(events)

    def _note_failure(self, error: OutputError) -> None:
        self.failure = self.failure or error
        self.chain.board.failure = str(error)

    def _is_over(self) -> bool:
        board = self.chain.board
        if self.session_s is None:
            return False
        watched = self.display and self.display.is_watched(time.monotonic())
        return board.link is LinkState.LOST or (board.now_s >= self.session_s and not watched)
