"""The station's log: a line for each event, in files that rotate; nothing of people is in it."""

import json
import logging
import os
import re
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from firmware_bridge.private import private

FILE_BYTES, FILES = 1 << 18, 4  # some weeks, or a day of a plug that is loose
FACT_CHARACTERS = 300

_PLAIN = re.compile(r"[!#-<>-~]+")  # printable, without space, quote and equals sign
# Folders that are named after a person, and what opens the display.
_FOLDER = re.compile(r"(?:/home|/Users|(?:/run)?/media)/[^/\s'\":]+")
_TOKEN = re.compile(r"token=[^&\s'\"]+")


class Log:
    """Writes lines like `2026-11-28T10:15:00.123Z connected device_id=4a21 firmware=0.2.0`.

    Usable from several threads. A log that cannot be written is in nobody's way.
    """

    def __init__(self, path: Path) -> None:
        self._file = _File(path, maxBytes=FILE_BYTES, backupCount=FILES - 1, delay=True)

    def write(self, event: str, **facts: object) -> None:
        """Add an event (a word) and what is known of it; what is None is left out."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = (f"{name}={_value(fact)}" for name, fact in facts.items() if fact is not None)
        self._file.handle(logging.makeLogRecord({"msg": " ".join((now, event, *told))}))

    def close(self) -> None:
        """What is written after this opens it again."""
        self._file.close()


def nameless(text: str) -> str:
    """`text` without the display's token, and with ~ for the folders of people."""
    home = os.path.expanduser("~")
    if home.count("/") > 1:  # neither / nor /root
        text = re.sub(re.escape(home) + r"(?![\w.-])", "~", text)
    return _TOKEN.sub("token=...", _FOLDER.sub("~", text))


def _value(fact: object) -> str:
    """In one line of ASCII, whatever it is."""
    text = nameless(str(fact))[:FACT_CHARACTERS]
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _at_once(path: str, flags: int) -> int:
    """A pipe in the log's place is not waited for."""
    return private(path, flags | os.O_NONBLOCK)


class _File(RotatingFileHandler):
    """For its owner alone, as is its folder."""

    def _open(self) -> TextIOWrapper:
        os.makedirs(os.path.dirname(self.baseFilename), mode=0o700, exist_ok=True)
        return open(self.baseFilename, "a", encoding="ascii", opener=_at_once)

    def handleError(self, record: logging.LogRecord) -> None:
        """Not told: the standard library's own would print a traceback."""
