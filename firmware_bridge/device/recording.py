"""A recording is the wire bytes as they came: keep them, play them back the same way.

How long a machine was away that has restarted is not in its bytes: the recorder notes it between
two frames (`Outage`), so that a replay tells the same times as the live link did.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from firmware_bridge.device.decoder import Fault, FaultKind
from firmware_bridge.device.events import CHUNK_BYTES, Chunk, Connected
from firmware_bridge.device.frames import PROTOCOL, Hello, Outage, wire
from firmware_bridge.device.framing import DELIMITER
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.stream import Stream
from firmware_bridge.device.trace import read_bytes
from firmware_bridge.errors import OutputError, TraceError
from firmware_bridge.private import private

HELD_BYTES = 1 << 16  # a machine that says so much before its first sample has none


class Outages:
    """Gives the bytes of every Chunk back, with a note where a restarted machine was away."""

    def __init__(self) -> None:
        self._held: bytes | None = None  # what a restarted machine said before its first sample
        self._lost_s = 0.0

    def noted(self, chunk: Chunk) -> bytes:
        """What is to be kept now."""
        data, kept = chunk.data, b""
        if self._held is not None:
            self._held, data = self._held + data, b""
            if len(self._held) > HELD_BYTES:
                kept, self._held = self._held, None
        for item in chunk.items:
            if isinstance(item, Gap) and item.missing is None:
                self._lost_s = item.t_s
                if self._held is None:
                    # Behind any delimiter there is room for another frame.
                    room = data.find(DELIMITER) + 1
                    kept += data[:room]
                    self._held, data = data[room:], b""
            elif isinstance(item, Readings) and self._held is not None:
                pause = Outage(round(1e6 * (item.t_s[0] - self._lost_s)))
                kept += wire(pause) + self._held
                self._held = None
        return kept + data

    def rest(self) -> bytes:
        """What is still held back, at the end."""
        return self._held or b""


class Recorder:
    """Give it every Chunk. OutputError if `path` exists or cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outages = Outages()
        try:
            # Unbuffered: what was written is safe from our crash.
            self._file = open(path, "xb", buffering=0, opener=private)  # noqa: SIM115
        except FileExistsError as error:
            raise OutputError(f"{path} exists already: choose another name") from error
        except OSError as error:
            raise self._failed(error) from error

    def write(self, chunk: Chunk) -> None:
        self._put(self._outages.noted(chunk))

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:  # a disk that fills up takes a part
                left = left[self._file.write(left) :]
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        self._put(self._outages.rest())
        self._file.close()

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self._path} cannot be written ({error.strerror}): choose another place"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def replay(path: Path) -> Iterator[Connected | Chunk]:
    """The events of a recording. Raises TraceError as play does, and if the file cannot be read."""
    yield from play(read_bytes(path), str(path))


def at_real_time(
    recorded: Iterable[Connected | Chunk], tick_s: float
) -> Iterator[Connected | Chunk | None]:
    """The same as they came then; None after every `tick_s` in which nothing does."""
    began = time.monotonic()
    for event in recorded:
        items = event.items if isinstance(event, Chunk) else []
        times = [item.t_s[-1] for item in items if isinstance(item, Readings)]
        while (left_s := began + max(times, default=0.0) - time.monotonic()) > 0:
            time.sleep(min(left_s, tick_s))
            if left_s > tick_s:
                yield None
        yield event


def play(data: bytes, name: str) -> Iterator[Connected | Chunk]:
    """The same for the bytes of a recording called `name`.

    TraceError if there is neither a HELLO nor a sample in them, or a HELLO of another protocol.
    """
    stream, boot, empty = Stream(), None, True
    for at in range(0, len(data), CHUNK_BYTES):
        chunk = data[at : at + CHUNK_BYTES]
        items = stream.feed(chunk)
        for item in items:
            if isinstance(item, Fault) and item.kind is FaultKind.OTHER_PROTOCOL:
                problem = f"of a machine that speaks protocol version {item.version}"
                raise TraceError(f"{name}: {problem}, this program {PROTOCOL}: update LeverRep")
            if isinstance(item, Hello) and item.boot != boot:
                boot = item.boot
                yield Connected(item, name)
            empty &= not isinstance(item, Readings)
        yield Chunk(chunk, items)
    if empty and boot is None:
        raise TraceError(
            f"{name} is not a recording of a lever machine: no HELLO in {len(data)} bytes"
        )
