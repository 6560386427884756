"""The running process: what the link brings goes through the analysis to the displays and files.

`Chain` is one sample's way: link event -> readings -> lever degrees -> analysis -> events, board.
A set that is over is on the board; `Keeping` finds it there and hands it, with its bytes off the
tape, to the keeper. `Station` is the shell around it. The other threads are named in
RELIABILITY.md; it waits for none of them but at its end.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from statistics import median
from typing import Any, Protocol

import numpy as np

from analysis import Event
from config import Calibration, CalibrationBook, ConfigError, SavedCalibration, Settings
from firmware_bridge.device.events import Chunk, Connected, Lost, Searching
from firmware_bridge.device.events import Event as LinkEvent
from firmware_bridge.device.frames import Hello, Status
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.machinehealth import MachineHealth
from firmware_bridge.device.recording import Recorder, at_real_time, play
from firmware_bridge.device.sensorwatch import SensorWatch
from firmware_bridge.device.stream import Stream, good_samples
from firmware_bridge.device.tape import Tape
from firmware_bridge.device.trace import Trace, decode_csv, unbroken_degrees
from firmware_bridge.errors import (
    CalibrationRefused,
    MachineMismatch,
    NotCalibrated,
    OutputError,
    TraceError,
    printable,
)
from firmware_bridge.floor.board import Board, trouble_words
from firmware_bridge.floor.board import Link as LinkState
from firmware_bridge.floor.calibration.calibrating import Calibrating
from firmware_bridge.floor.calibration.guide import Guide
from firmware_bridge.floor.calibration.in_force import Calibrations, degrees_by, measuring_by
from firmware_bridge.floor.commands import Again, Calibrate, Command, Discomfort, EndSet
from firmware_bridge.floor.display.display import Display
from firmware_bridge.floor.eventlines import EventLines
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.keeping import Keeping, Measuring
from firmware_bridge.floor.store.listing import utc_text
from firmware_bridge.floor.store.reanalysis import NO_NAME, Angles, recovered
from firmware_bridge.floor.store.store import Running, Samples
from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.floor.training import Training
from firmware_bridge.stop import Stop
from firmware_bridge.upkeep import Upkeep

LOOK_S = 1.0  # how often it is seen how the machine and its line are
TICK_S = 0.05  # how long to wait for news of the machine before those of people are looked at
SHOWN_SAMPLES = 5  # a display takes their median, so that a spike does not flash up


def angles_of(one: StoredSet, samples: Samples) -> Angles:
    """The lever's way in the samples of a kept set. Raises TraceError."""
    degrees = degrees_by(one.calibration)
    if samples.kind == "csv":
        trace = decode_csv(samples.data, NO_NAME, degrees)
        return trace.t_s.tolist(), trace.angle_deg.tolist()
    times, counts = good_samples(Stream().feed(samples.data))
    if not times:
        raise TraceError("there is no sample in what is kept of it")
    return [t_s + samples.from_s for t_s in times], [degrees(count) for count in counts]


def recover(running: Running) -> list[StoredSet]:
    """The set that was under way when the station was killed."""
    return recovered(running, angles_of)


def tell_guide(guide: Guide, chunk: Chunk) -> None:
    """The guide follows what the link has brought."""
    for item in chunk.items:
        if isinstance(item, Readings):
            values = (
                error.name.lower() if error else value
                for value, error in zip(item.values, item.errors, strict=True)
            )
            guide.feed([*zip(item.t_s, values, strict=True)])
        elif isinstance(item, Gap):
            guide.missing(item.missing or 0)
        elif isinstance(item, Status):
            guide.status(item.magnet, item.agc, item.magnitude)


class Chain:
    """Takes what the link tells; returns the events that follow, and keeps a board up to date."""

    def __init__(
        self,
        settings: Settings,
        book: CalibrationBook | None = None,
        keeper: Keeper | None = None,
        waits: bool = False,
    ) -> None:
        """`book`: calibrations of real machines. `keeper`: None where no sets are kept, as the
        machine is a recording; then no calibration can be asked for either. `waits`: for the
        machine, or the right one, whatever is wrong at the start; what that is is shown.
        """
        self._training = Training(settings)
        self.board = self._training.board
        self.board.can_calibrate = book is not None and keeper is not None
        self._calibrations = Calibrations(settings, book, asks=keeper is not None)
        self._book = book
        self._waits = waits
        self.health = MachineHealth()
        self._tape = Tape()
        self._keeping = keeper and Keeping(keeper, self._tape, lambda: datetime.now().astimezone())
        # None: nobody knows how, and nothing is counted. A recording may have lost its HELLO.
        self._degrees: Callable[[float], float] | None
        by_default, _ = self._calibrations.of_unnamed()
        self._degrees = degrees_by(measuring_by(by_default).calibration)
        self._hello: Hello | None = None
        self._calibrating: Calibrating | None = None
        self._shown: list[float] = []
        self._now_s = 0.0
        self._watch = SensorWatch()

    @property
    def sets(self) -> list[dict[str, Any]]:
        """The last ones that are over since the start, as reported."""
        board = self.board
        return [record.report for record in board.sets if record.number > board.remembered]

    def take(self, event: LinkEvent, at: float) -> list[Event]:
        """Follow one event of the link, which came at the second `at` of a steady clock.

        Raises the reason if there is no machine to begin with, MachineMismatch if it is another.
        """
        self.health.take(event, at)
        match event:
            case Chunk():
                events = self._follow(event, at)
            case Connected():
                events = self._connect(event)
            case Lost():
                self.board.connect(LinkState.LOST, why=str(event.why))
                events = self._sensor(link="lost", why=str(event.why))
            case Searching():
                if self._hello is None and not self._waits:
                    raise event.why
                events = self._search(str(event.why))
        self._keep(at)
        return events

    def obey(self, command: Command, at: float) -> list[Event]:
        """Do what somebody has asked for at a display."""
        if isinstance(command, Calibrate):
            events = self._calibrate(command, at)
            self._keep(at)
        else:
            by_hand = isinstance(command, EndSet | Again | Discomfort)
            if self._keeping and by_hand:
                self._keeping.end_by_hand(voided=self._training.trying)
            events = self._training.obey(command)
            self._keep(at)
            if self._keeping and by_hand:
                self._keeping.begin_anew()
        return events

    def close(self, at: float) -> list[Event]:
        """The end: the set under way is closed."""
        events = self._training.close()
        self._keep(at, over=True)
        return events

    def _keep(self, at: float, over: bool = False) -> None:
        if self._keeping:
            active = self._training.active and not over
            self._keeping.follow(self.board, self._training.stop_deg, active, at)

    def _connect(self, event: Connected) -> list[Event]:
        before, self._hello = self._hello, event.hello
        known = before is not None and _who(before) == _who(event.hello)
        events = [] if known and self._is_measured() else self._measure_anew(event.hello)
        port = printable(event.port)
        self.board.connect(LinkState.LIVE, port)
        return events + self._sensor(link="connected", port=port, device_id=event.hello.device_id)

    def _is_measured(self) -> bool:
        """Does all that was known of this machine still hold? In the guide, it decides."""
        if self._calibrating:
            return True
        return self._degrees is not None and not self._calibrations.changed()

    def _search(self, why: str) -> list[Event]:
        """There is no machine; one that was lost has been told of already."""
        if self._hello:
            self.board.connect(LinkState.LOST, why=why)
            return []
        self.board.connect(LinkState.SEARCHING, why=why)
        return self._sensor(link="searching", why=why)

    def _measure_anew(self, hello: Hello) -> list[Event]:
        """From now on by the calibration of this device; one that is under way is over."""
        self._calibrating = self.board.guide = None
        settings, measuring = self._calibrations.settings, Measuring(hello.device_id)
        self._degrees, self.board.uncalibrated = None, ""
        saved = None
        try:
            settings, saved = self._calibrations.of(hello)
            measuring = measuring_by(settings, hello.device_id, saved)
            self._degrees = degrees_by(measuring.calibration)
        except (MachineMismatch, ConfigError) as error:
            if not (self._waits or isinstance(error, NotCalibrated | ConfigError)):
                raise
            self.board.uncalibrated = str(error)
        by_default = saved is None and settings.calibration == Calibration()
        self.board.never_calibrated = by_default and self.board.can_calibrate
        events = self._training.measure_anew(settings)
        if self._keeping:
            self._keep(self.board.seen_at)
            self._keeping.measure_by(measuring, self.board)
        return events

    def _follow(self, chunk: Chunk, at: float) -> list[Event]:
        if self._keeping:
            self._keeping.add(self._tape.add(chunk))
        events: list[Event] = []
        for item in chunk.items:
            if isinstance(item, Readings):
                self._now_s = item.t_s[-1]
                events += self._watch_sensor(item)
            elif isinstance(item, Hello) and self._hello and _who(item) != _who(self._hello):
                self._hello = item  # another board behind the same adapter
                events += self._measure_anew(item)
        if self._calibrating:
            tell_guide(self._calibrating.guide, chunk)
            self._calibrating.heard(at)
            events += self._show_guide()
        elif self._degrees:
            times, counts = good_samples(chunk.items)
            events += self._count(times, [self._degrees(count) for count in counts], at)
        return events

    def _count(self, times: list[float], angles: list[float], at: float) -> list[Event]:
        if not times:
            return self._training.see_nothing(self._now_s)
        self._shown = [*self._shown, *angles][-SHOWN_SAMPLES:]
        taken_at = self.health.clock.arrival_of(times[-1])
        seen_at = at if taken_at is None else min(at, taken_at)
        self.board.see(times[-1], median(self._shown), seen_at)
        return self._training.feed(times, angles)

    def tick(self, at: float) -> list[Event]:
        """Nothing has come for a while, up to the second `at`."""
        if self._calibrating is None:
            return []
        self._calibrating.tick(at)
        return self._show_guide()

    def _show_guide(self) -> list[Event]:
        assert self._calibrating
        assert self._hello
        if self._calibrating.is_forgotten:
            return self._measure_anew(self._hello)
        self.board.guide = self._calibrating.view()
        return []

    def _calibrate(self, command: Calibrate, at: float) -> list[Event]:
        """Begin, follow or end a calibration; never in a set."""
        if command.step == "begin":
            return self._begin_calibration(at)
        if not (self._calibrating and self._hello and self._book):
            return []
        over = command.step == "cancel"
        if command.step == "save" and self._calibrating.view()["result"]:
            over = bool(self._calibrating.keep(self._book, utc_text(datetime.now(UTC))))
        if over:
            return self._measure_anew(self._hello)
        self._calibrating.obey(command)
        self.board.guide = self._calibrating.view()
        return []

    def _begin_calibration(self, at: float) -> list[Event]:
        if not (self._hello and self._book and self.board.can_calibrate) or self.board.in_set:
            return []
        events = self._training.measure_anew(self._calibrations.settings)
        before = self._book.newest(self._hello.device_id)
        self._calibrating = Calibrating(self._calibrations.settings, self._hello, at, before)
        self.board.guide = self._calibrating.view()
        return events

    def _watch_sensor(self, readings: Readings) -> list[Event]:
        """Tell when the sensor stops giving counts, and when it is well again."""
        if not self._watch.take(readings):
            return []
        trouble = self._watch.trouble
        return self._sensor(error=trouble and trouble.name.lower())

    def _sensor(self, **data: str | None) -> list[Event]:
        event = Event("sensor", self._now_s, self._now_s, data)
        self.board.apply(event)
        return [event]


def _who(hello: Hello) -> tuple[str, str, int]:
    return hello.device_id, hello.sensor, hello.counts_per_turn


def trace_of_recording(
    data: bytes,
    name: str,
    settings: Settings,
    calibrated: bool = True,
    book: CalibrationBook | None = None,
) -> Trace:
    """The lever angles of a recording; not `calibrated`: from anywhere, but without a jump.

    `name` is what errors call it.

    Raises TraceError and MachineMismatch.
    """
    times: list[float] = []
    counts: list[int] = []
    calibrations, machine = Calibrations(settings, book, asks=False), None
    for event in play(data, name):
        if isinstance(event, Connected):
            if machine and _who(machine) != _who(event.hello):
                raise TraceError(f"{name} is of two machines: leverrep replay reads each as itself")
            machine = event.hello
            continue
        some_times, some_counts = good_samples(event.items)
        times += some_times
        counts += some_counts
    if not times:
        raise TraceError(f"{name} has no samples in it")
    if calibrated:
        settings, _ = calibrations.of(machine) if machine else calibrations.of_unnamed()
        degrees = degrees_by(measuring_by(settings).calibration)
        return Trace(np.array(times), np.array([degrees(count) for count in counts]))
    return Trace(np.array(times), unbroken_degrees(np.array(counts), settings.machine))


class View(Protocol):
    """A display for people."""

    def tell(self, events: Iterable[Event]) -> None:
        """These events have just happened."""

    def show(self, board: Board, at: float) -> None:
        """This is how things stand at the second `at` of the steady clock."""


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
    keeper: Keeper | None = None
    upkeep: Upkeep | None = None
    # Length of a scripted session: it is over then and nobody looks, or when its machine is gone.
    session_s: float | None = None
    stop: Stop = field(default_factory=Stop)
    failure: OutputError | None = None
    _looked_at: float = -inf

    def run(self, link: Link) -> None:
        """Follow a link until asked to stop, or the session is over."""
        try:
            with link:
                if self.upkeep:
                    self.upkeep.ready()
                while not (self.stop.asked or self._is_over()):
                    self._step(link.next_event(TICK_S))
                    self._look_after(link, time.monotonic())
                if self.display:
                    self.display.leave()
            for event in link.events():
                if not isinstance(event, Lost):  # we let it go
                    self._take(event)
        finally:
            self._pass_on(self.chain.close(time.monotonic()))

    def replay(self, recorded: Iterable[Connected | Chunk], *, fast: bool) -> None:
        """Follow a recording to its end, at real time or `fast`, or until asked to stop."""
        try:
            for event in recorded if fast else at_real_time(recorded, TICK_S):
                self._step(event)
                if self.stop.asked:
                    break
        finally:
            self._pass_on(self.chain.close(time.monotonic()))

    def _step(self, event: LinkEvent | None) -> None:
        if event is not None:
            self._take(event)
        else:
            self._pass_on(self.chain.tick(time.monotonic()))
        if self.display:
            for command in self.display.commands():
                self._pass_on(self.chain.obey(command, time.monotonic()))
        if self.events:
            self.events.check()
        for view in self._views:
            view.show(self.chain.board, time.monotonic())

    def _look_after(self, link: Link, at: float) -> None:
        chain = self.chain
        if at - self._looked_at >= LOOK_S:
            self._looked_at = at
            chain.board.machine = chain.health.view(link.totals, at)
        if self.upkeep:
            serves = self.display is None or self.display.serves(at)
            self.upkeep.turn(_complaint(chain.board), chain.board.why_lost, serves, at)

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
        at = time.monotonic()
        if self.upkeep:
            self.upkeep.saw(event, at)
        self._pass_on(self.chain.take(event, at))

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
        self.chain.board.cannot_write = str(error)

    def _is_over(self) -> bool:
        board = self.chain.board
        if self.session_s is None:
            return False
        watched = self.display and self.display.is_watched(time.monotonic())
        return board.link is LinkState.LOST or (board.now_s >= self.session_s and not watched)


def _complaint(board: Board) -> str:
    """What somebody has to see to, for a log: files that people have named are not named there."""
    if board.cannot_write and board.complaint == board.cannot_write:
        return "events or the recording cannot be written any more"
    return board.complaint or (board.trouble and trouble_words(board.trouble))


class MagnetPlacer(Protocol):
    """Somebody with a magnet in the hand, and what guides them."""

    def begin(self, sensor: str) -> None:
        """A board with this kind of sensor is there."""

    def take(self, state: str, agc: int, magnitude: int) -> None:
        """The sensor has said this of its magnet."""

    def lose(self) -> None:
        """The board is gone."""


def place_magnet(link: Link, somebody: MagnetPlacer, stop: Stop) -> None:
    """Show what the sensor says of its magnet until asked to stop. Raises PortError."""
    connected = False
    with link:
        while not stop.asked:
            match link.next_event(TICK_S):
                case Searching() as search if not connected:
                    raise search.why
                case Connected() as found:
                    connected = True
                    somebody.begin(found.hello.sensor)
                case Lost():
                    somebody.lose()
                case Chunk() as chunk:
                    for item in chunk.items:
                        if isinstance(item, Status):
                            somebody.take(item.magnet, item.agc, item.magnitude)


class Calibrator(Protocol):
    """Somebody beside the machine, with a keyboard."""

    def actions(self) -> Iterable[Callable[[Guide], None]]:
        """What they have asked of the guide since the last time."""

    def show(self, view: dict[str, Any]) -> None:
        """This is how far the guide is."""


def calibrate(
    link: Link, settings: Settings, book: CalibrationBook, somebody: Calibrator, stop: Stop
) -> SavedCalibration:
    """Run the guide on a link, and keep what it finds.

    Raises CalibrationRefused, ConfigError if it cannot be saved, PortError without a machine.
    """
    calibrating: Calibrating | None = None
    with link:
        while not stop.asked:
            event, at = link.next_event(TICK_S), time.monotonic()
            match event:
                case Searching() if calibrating is None:
                    raise event.why
                case Connected() if calibrating is None:
                    before = book.newest(event.hello.device_id)
                    calibrating = Calibrating(settings, event.hello, at, before)
                case Connected() if calibrating and event.hello.device_id != calibrating.device_id:
                    raise CalibrationRefused("not calibrated: another board was plugged in")
                case Chunk() if calibrating:
                    tell_guide(calibrating.guide, event)
                    calibrating.heard(at)
            if calibrating is None:
                continue
            guide = calibrating.guide
            calibrating.tick(at)
            for action in somebody.actions():
                action(guide)
            view = calibrating.view()
            somebody.show(view)
            if view["refusal"]:
                raise CalibrationRefused(f"not calibrated: {view['refusal']['words']}")
            if view["result"]:
                saved = guide.saved(utc_text(datetime.now(UTC)))
                book.keep(saved)
                return saved
    raise CalibrationRefused("not calibrated: stopped; the calibration before stays in force")
