"""Events for programs: one JSON object a line, added to a file or written to standard output."""

import json
import os
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

    What the file held stays in it. Raises OutputError if a file cannot be written and
    BrokenPipeError if nobody reads standard output any more.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        try:
            self._file = _standard_output() if target == "-" else _added_to(target)
        except OSError as error:
            raise self._failed(error) from None

    def write(self, events: Iterable[Event]) -> None:
        """Add events, all of them or, when the disk is full, those that fit."""
        try:
            for event in events:
                self._file.write(event_line(event).encode() + b"\n")
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from None

    def close(self) -> None:
        """Nothing more will be written."""
        self._file.close()

    def _failed(self, error: OSError) -> OutputError:
        name = "standard output" if self._target == "-" else self._target
        return OutputError(f"{name}: events cannot be written: {error.strerror}")


def _standard_output() -> BinaryIO:
    sys.stdout.flush()
    return os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)


def _added_to(path: str) -> BinaryIO:
    file = open(path, "a+b", buffering=0)  # noqa: SIM115 - closed by close()
    if file.seek(0, os.SEEK_END) > 0:
        file.seek(-1, os.SEEK_END)
        # A line that was cut short (power lost) must not swallow the next one.
        if file.read(1) != b"\n":
            file.write(b"\n")
    return file
