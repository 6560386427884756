"""The live link: one thread that finds the machine, reads it and finds it again; events out."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from queue import Empty, Queue
from typing import Self

from firmware_bridge.device.decoder import Decoder, Fault, FaultKind
from firmware_bridge.device.events import CHUNK_BYTES, Chunk, Connected, Event, Lost, Searching
from firmware_bridge.device.frames import (
    PROTOCOL,
    Ack,
    Hello,
    Ping,
    Sensor,
    SetRate,
    Start,
    Status,
    Stop,
    wire,
)
from firmware_bridge.device.ledger import Totals
from firmware_bridge.device.port import Port, find_ports
from firmware_bridge.device.reconnect import HELLO_S, PING_S, News, Reconnect, State
from firmware_bridge.device.stream import Item, Stream
from firmware_bridge.errors import LinkLost, NoSuchPort, NotALeverMachine, PortError

GOODBYE_S = 0.2  # how long to wait for the last samples after STOP
GREETING_BYTES = 1 << 16  # what a machine that is already streaming may say before its HELLO
QUEUE_EVENTS = 1000  # 20 s of live chunks; then the device is left to count its overruns


class Link:
    """The machine on `port` (a path, or "auto": the likeliest port, see port.find_ports).

    `rate_hz`: sample rate to ask for, None for the device's own; may be set at any time.
    The thread alone touches the port. Use it as a context manager, or call start and stop.
    """

    def __init__(
        self, port: str = "auto", hints: Sequence[str] = (), rate_hz: int | None = None
    ) -> None:
        self.rate_hz = rate_hz
        self._port = port
        self._hints = hints
        self._stream = Stream()
        # No SimpleQueue: CPython's waits for ever if a signal comes just as its timeout ends.
        self._events: Queue[Event] = Queue()
        self._stopping = threading.Event()
        self._crash: Exception | None = None
        self._refusals: Counter[str] = Counter()  # by port, while it is there
        self._told = ""  # the reason told last for not being connected
        self._thread = threading.Thread(target=self._run, name="leverrep link", daemon=True)

    @property
    def totals(self) -> Totals:
        """Samples sent, received, missing and late so far."""
        return self._stream.totals

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell the machine to stop, and end. `events` then gives what is left, and ends."""
        self._stopping.set()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def events(self) -> Iterator[Event]:
        """All events in order; waits for the next; ends after `stop`."""
        running = True
        while running:
            running = self._thread.is_alive()
            while (event := self.next_event(0.1 if running else 0.0)) is not None:
                yield event

    def next_event(self, timeout_s: float) -> Event | None:
        """The next event; None if none comes within `timeout_s`, or none is left after `stop`."""
        try:
            return self._events.get(timeout=timeout_s)
        except Empty:
            if self._crash is not None:
                raise self._crash from None
            return None

    def _run(self) -> None:
        try:
            self._keep_connected()
        except Exception as error:  # a fault of ours: raised where the events are read
            self._crash = error

    def _keep_connected(self) -> None:
        reconnect = Reconnect()
        while not self._stopping.is_set():
            path = ""
            try:
                path = self._choose()
                with Port(path) as port:
                    reconnect.on(News.OPENED, time.monotonic())
                    if self._greet(port, reconnect):
                        self._read(port, reconnect)
            except (PortError, LinkLost) as error:
                if reconnect.state is State.STREAM:
                    self._put(Lost(LinkLost(str(error))))
                else:
                    self._refusals[path] += 1
                    self._search(error)
                reconnect.on(News.FAILED, time.monotonic())
                self._stopping.wait(reconnect.deadline - time.monotonic())
                reconnect.on(News.WAITED, time.monotonic())

    def _choose(self) -> str:
        """The port to try now: with "auto" the likely one that has been refused least."""
        if self._port != "auto":
            return self._port
        likely = [found.path for found in find_ports(self._hints) if found.likely]
        for gone in self._refusals.keys() - likely:
            del self._refusals[gone]  # it may be another device when it is back
        if not likely:
            raise NoSuchPort("no lever machine found: plug it in, or name its port with --port")
        return min(likely, key=self._refusals.__getitem__)

    def _greet(self, port: Port, reconnect: Reconnect) -> bool:
        """PING until HELLO, then hand on what was heard and START; False if told to stop."""
        decoder, heard, ping_at = Decoder(), b"", 0.0
        why = (
            f"is not a lever machine (said no HELLO in {HELLO_S:g} s): "
            "name another --port, or install the firmware on the board"
        )
        while not self._stopping.is_set():
            now = time.monotonic()
            if now > reconnect.deadline:
                raise NotALeverMachine(f"{port.path} {why}")
            if now >= ping_at:
                self._leave_for_a_better_one(port)
                port.write(wire(Ping()))
                ping_at = now + PING_S
            data = port.read()
            heard = (heard + data)[-GREETING_BYTES:]
            for found in decoder.feed(data):
                if isinstance(found, Hello):
                    reconnect.on(News.HELLO, time.monotonic())
                    self._begin(port, found, heard)
                    return True
                if isinstance(found, Fault) and found.kind is FaultKind.OTHER_PROTOCOL:
                    why = _other_protocol(found.version)
        return False

    def _leave_for_a_better_one(self, port: Port) -> None:
        """The machine is not to wait, when it is plugged in, until a stranger has been refused."""
        better = self._choose()
        if os.path.realpath(better) != os.path.realpath(port.path):
            raise NotALeverMachine(f"{port.path} has said no HELLO: {better} is tried first")

    def _begin(self, port: Port, hello: Hello, heard: bytes) -> None:
        self._told = ""
        self._put(Connected(hello, port.path))
        self._stream.new_connection()
        self._take(heard)
        self._set_right(port, hello.rate_hz, streaming=False)

    def _read(self, port: Port, reconnect: Reconnect) -> None:
        while not self._stopping.is_set():
            for item in self._take(port.read()):
                if not isinstance(item, Fault):
                    reconnect.on(News.HEARD, time.monotonic())
                if isinstance(item, Status):  # START was lost, or the machine has restarted
                    self._set_right(port, item.rate_hz, bool(item.flags & Sensor.STREAMING))
            if time.monotonic() > reconnect.deadline:
                raise LinkLost(f"{port.path} has fallen silent: unplug the machine and plug it in")
        self._say_goodbye(port)

    def _set_right(self, port: Port, rate_hz: int, streaming: bool) -> None:
        if self.rate_hz not in (None, rate_hz):
            port.write(wire(SetRate(self.rate_hz)))
        if not streaming:
            port.write(wire(Start()))

    def _say_goodbye(self, port: Port) -> None:
        """STOP, and take the samples that the machine still had in hand."""
        port.write(wire(Stop()))
        deadline = time.monotonic() + GOODBYE_S
        while time.monotonic() < deadline:
            if any(
                isinstance(item, Ack) and item.command == Stop.TYPE
                for item in self._take(port.read())
            ):
                return

    def _take(self, data: bytes) -> list[Item]:
        items, now = [], time.monotonic()
        for at in range(0, len(data), CHUNK_BYTES):
            piece = data[at : at + CHUNK_BYTES]
            found = self._stream.feed(piece, now)
            self._put(Chunk(piece, found))
            items += found
        return items

    def _search(self, error: PortError | LinkLost) -> None:
        """Each new reason for not being connected is told once."""
        if str(error) != self._told:
            self._told = str(error)
            self._put(Searching(error if isinstance(error, PortError) else NoSuchPort(str(error))))

    def _put(self, event: Event) -> None:
        while self._events.qsize() >= QUEUE_EVENTS:
            if self._stopping.wait(0.05):
                return  # nobody reads any more
        self._events.put(event)


def _other_protocol(version: int | None) -> str:
    newer = version is not None and version > PROTOCOL
    cure = "update this program" if newer else "run leverrep flash"
    return f"speaks protocol version {version}, this program speaks {PROTOCOL}: {cure}"
