"""The last minute of the machine's bytes: kept in memory, saved when something has gone wrong.

What is saved ends with the incident: it is on the disk before the next thing that goes wrong, which
may be the power. What came after it is in the next one, or in the sets.
"""

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

from config.whole_file import replace_file
from firmware_bridge.device.decoder import Fault, FaultKind
from firmware_bridge.device.events import Chunk, Event, Lost
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.sensorwatch import SensorWatch
from firmware_bridge.device.stream import Item
from firmware_bridge.device.tape import Tape
from firmware_bridge.errors import OutputError

KEPT_S = 60.0
MOST_BYTES = 1 << 19  # 60 s at 500 Hz are 0.2 MB; of a flood of garbage its end is kept
BATCH_BYTES = 1 << 11  # a second at 200 Hz goes on the tape as one piece
FILES = 20  # 10 MB at most

HOLD_OFF_S = 60.0  # before that the same bytes would be saved again
MOST_A_DAY = 5  # of each kind: a loose plug must not wear out a memory card
DAY = timedelta(days=1)
REASONS = ("other-protocol", "restarted", "sensor", "damaged", "gap")  # the worst first
BURST, BURST_S = 10, 10.0  # so many damaged frames in so many seconds: no single spark


class FlightRecorder:
    """Give it every Chunk."""

    def __init__(self) -> None:
        self._tape = Tape()
        self._chunks: list[Chunk] = []  # not yet on the tape
        self._size = 0
        self._writer: threading.Thread | None = None

    def take(self, chunk: Chunk) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk.data)
        if self._size >= BATCH_BYTES:
            self._put_on_tape()

    @property
    def data(self) -> bytes:
        """A recording: the bytes as they came, after a HELLO; empty if there are none."""
        self._put_on_tape()
        return self._tape.data + self._tape.rest

    def save(self, folder: Path, why: str, now: datetime) -> Path | None:
        """Write it into `folder`, which is made, as the incident `why` (a word, for the name).

        `now`: aware. None if there is nothing to be saved, or if there are enough of this kind and
        day. Raises OutputError.
        """
        data = self.data
        return _written(folder, why, now, data) if data else None

    def save_aside(
        self, folder: Path, why: str, now: datetime, tell: Callable[[Path | OutputError], None]
    ) -> None:
        """The same on a thread of its own, which tells what has become of it: nobody waits for a
        disk but the next incident.
        """
        data, before = self.data, self._writer
        if not data:
            return

        def write() -> None:
            if before:
                before.join()
            try:
                saved = _written(folder, why, now, data)
            except OutputError as error:
                tell(error)
            else:
                if saved:
                    tell(saved)

        self._writer = threading.Thread(target=write, name="leverrep incident", daemon=True)
        self._writer.start()

    def wait(self, timeout_s: float) -> None:
        """All that is being written has so long to end."""
        if self._writer:
            self._writer.join(timeout_s)

    def _put_on_tape(self) -> None:
        data = b"".join(chunk.data for chunk in self._chunks)
        self._tape.add(Chunk(data, [item for chunk in self._chunks for item in chunk.items]))
        self._chunks, self._size = [], 0
        self._tape.forget_before(self._tape.now_s - KEPT_S)
        self._tape.forget_beyond(MOST_BYTES)


class Incidents:
    """Give it every event: is this one to be remembered?"""

    def __init__(self) -> None:
        self._watch = SensorWatch()
        self._damaged: deque[float] = deque(maxlen=BURST)  # when the last ones came
        self._told: dict[str, float] = {}  # when, in seconds

    def take(self, event: Event, at: float) -> str | None:
        """Why the last minute is to be saved now, in a word; None: it is not.

        `at`: now, in seconds of a steady clock. The worst that is due, if there are several.
        """
        happened = self._what_happened(event, at)
        return next((why for why in happened if self._is_due(why, at)), None)

    def _what_happened(self, event: Event, at: float) -> list[str]:
        if isinstance(event, Lost):
            return ["link-lost"]
        if not isinstance(event, Chunk):
            return []
        found = {why for item in event.items if (why := self._look_at(item, at))}
        return [why for why in REASONS if why in found]

    def _look_at(self, item: Item, at: float) -> str | None:
        match item:
            case Fault(kind=FaultKind.OTHER_PROTOCOL):
                return "other-protocol"
            case Gap(missing=None):
                return "restarted"
            case Gap():
                return "gap"
            case Readings():
                return "sensor" if self._watch.take(item) and self._watch.trouble else None
            case Fault(kind=FaultKind.UNKNOWN_TYPE):
                return None  # of a newer firmware
            case Fault():
                self._damaged.append(at)
                is_burst = len(self._damaged) == BURST and at - self._damaged[0] < BURST_S
                return "damaged" if is_burst else None
        return None

    def _is_due(self, why: str, at: float) -> bool:
        if at - self._told.get(why, -inf) < HOLD_OFF_S:
            return False
        self._told[why] = at
        return True


def _written(folder: Path, why: str, now: datetime, data: bytes) -> Path | None:
    """Whole or not at all, for us alone; the oldest files go. None: there are enough of today."""
    path = folder / f"{_stamp(now)}-{why}.lever"
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if len(_of_late(folder, why, now)) >= MOST_A_DAY:
            return None
        for left in folder.glob(".*.lever.*"):  # by one that was killed
            left.unlink()
        replace_file(path, [data])
        _forget_oldest(folder, path)
    except OSError as error:
        raise OutputError(f"{folder}: an incident cannot be saved: {error.strerror}") from None
    return path


def _of_late(folder: Path, why: str, now: datetime) -> list[Path]:
    """Those of this reason, of a day; by their names, as the program may have been restarted."""
    since, until = _stamp(now - DAY), _stamp(now)
    return [path for path in folder.glob(f"*-{why}.lever") if since <= path.name[:16] <= until]


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _forget_oldest(folder: Path, newest: Path) -> None:
    """By name, which is when; a clock that was set back must not make the newest the oldest."""
    others = sorted(set(folder.glob("????????T??????Z-*.lever")) - {newest})
    for path in others[: max(0, len(others) - (FILES - 1))]:
        path.unlink()
