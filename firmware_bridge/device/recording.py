"""A recording is the wire bytes as they came: keep them, play them back the same way."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from firmware_bridge.device.events import Chunk, Connected
from firmware_bridge.device.frames import Hello
from firmware_bridge.device.ledger import Readings
from firmware_bridge.device.stream import Stream
from firmware_bridge.errors import OutputError, TraceError

CHUNK_BYTES = 64  # two SAMPLES frames: smooth at real time


class Recorder:
    """Give it the bytes of every Chunk. OutputError if `path` exists or cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("xb", buffering=0)  # what was written is safe from our crash
        except FileExistsError as error:
            raise OutputError(f"{path} exists already: choose another name") from error
        except OSError as error:
            raise self._failed(error) from error

    def write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        self._file.close()

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self._path} cannot be written ({error.strerror}): choose another place"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def replay(path: Path, *, fast: bool = False) -> Iterator[Connected | Chunk]:
    """The events of a recording, at real time or `fast`.

    TraceError if the file cannot be read or has no HELLO in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TraceError(f"{path} cannot be read: {error.strerror}") from error
    stream, boot, began = Stream(), None, time.monotonic()
    for at in range(0, len(data), CHUNK_BYTES):
        chunk = data[at : at + CHUNK_BYTES]
        items = stream.feed(chunk)
        for item in items:
            if isinstance(item, Hello) and item.boot != boot:
                boot = item.boot
                yield Connected(item, str(path))
            if isinstance(item, Readings) and not fast:
                time.sleep(max(0.0, began + item.t_s[-1] - time.monotonic()))
        yield Chunk(chunk, items)
    if boot is None:
        raise TraceError(
            f"{path} is not a recording of a lever machine: no HELLO in {len(data)} bytes"
        )
