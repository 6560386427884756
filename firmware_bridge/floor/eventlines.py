"""Events for programs: one JSON object a line, added to a file or written to standard output."""

import errno
import json
import os
import select
import sys
from collections.abc import Iterable
from typing import BinaryIO

from analysis import Event
from firmware_bridge.errors import OutputError


def event_line(event: Event) -> str:
    """One event as one line of JSON, without the line's end."""
    return json.dumps(event.to_dict(), allow_nan=False, separators=(",", ":"))


class EventLines:
    """Writes events as they come; each line is out before `write` returns.

    What the file held stays in it; a new one is its owner's alone. Raises OutputError if a file
    cannot be written and BrokenPipeError if nobody reads standard output any more.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        try:
            self._file = _standard_output() if target == "-" else _added_to(target)
        except OSError as error:
            raise self._failed(error) from None

    def write(self, events: Iterable[Event]) -> None:
        """Add events, all of them or, when the disk is full, those that fit."""
        for event in events:
            self._write(event_line(event).encode() + b"\n")

    def check(self) -> None:
        """Raise BrokenPipeError if nobody reads standard output any more; events may be rare."""
        poll = select.poll()
        poll.register(self._file, 0)
        if any(seen & select.POLLERR for _, seen in poll.poll(0)):
            raise BrokenPipeError

    def close(self) -> None:
        """Nothing more will be written."""
        self._file.close()

    def _write(self, data: bytes) -> None:
        try:
            while data:
                data = data[self._file.write(data) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError) -> OutputError:
        name = "standard output" if self._target == "-" else self._target
        nobody = "nobody reads this pipe, begin with its reader"
        why = nobody if error.errno == errno.ENXIO else error.strerror
        return OutputError(f"{name}: events cannot be written: {why}")


def _standard_output() -> BinaryIO:
    sys.stdout.flush()
    return os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)


def _added_to(path: str) -> BinaryIO:
    # A pipe that nobody reads is refused, not waited for.
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600)
    os.set_blocking(fd, True)
    file = os.fdopen(fd, "wb", buffering=0)
    # A line that was cut short (power lost) must not swallow the next one.
    if _ends_in_mid_line(path):
        file.write(b"\n")
    return file


def _ends_in_mid_line(path: str) -> bool:
    if not os.path.isfile(path) or os.path.getsize(path) == 0:
        return False
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
