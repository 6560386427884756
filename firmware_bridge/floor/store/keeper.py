"""The keeper's thread: puts sets, and what is running, on the disk; nobody waits for the disk.

The station hands over jobs; each is one change of the store that may safely be done twice. What
the disk does not take is kept in memory and tried again, and `failure` says so.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self

from config.whole_file import replace_file
from firmware_bridge.errors import StoreError, printable
from firmware_bridge.floor.board import SETS_KEPT
from firmware_bridge.floor.store.database import is_damage
from firmware_bridge.floor.store.listing import Filter
from firmware_bridge.floor.store.store import Running, Samples, Stop, Store
from firmware_bridge.floor.store.storedset import StoredSet

FLUSH_S = 0.5  # what is running is on the disk after this; a second is promised
RETRY_S = 2.0
CLOSE_S = 3.0
BACKLOG = 200  # sets that wait for a disk: a day of them, some 20 MB
STOPS = 500  # a sensor that slips in more sets than that has been calibrated since
KEPT = 200  # whose numbers are remembered

DAY_S = 16 * 3600  # sets of the same opening hours

Task = Callable[[Store], object]
Recover = Callable[[Running], list[StoredSet]]


@dataclass(frozen=True)
class _Job:
    """`running`: it is about the set under way. `anew`: what was said of that is needless now."""

    task: Task
    running: bool = False
    anew: bool = False
    set_uid: str | None = None


class Keeper:
    """Keeps sets in the file at `path` from the moment it is entered.

    `recover`: makes sets of what was running when the program was last killed.
    """

    def __init__(self, path: Path, recover: Recover) -> None:
        self.path = path
        self.found: list[StoredSet] | None = None  # kept lately, before this start; None: not read
        self.failure = ""  # why nothing can be kept just now
        self.kept: dict[str, int] = {}  # uid of each set that is on the disk, and its number
        self.stops: list[Stop] = []  # where the sets before this start saw the lever's stop
        self._recover = recover
        self._beside = path.with_name(f"unfinished-{_stamp()}.lever")
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._pieces = count(1)
        self._waiting: list[_Job] = []
        self._lost = 0  # sets that waited for too long
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._store: Store | None = None
        self._inode = 0  # of the file that is open
        self._claim: int | None = None  # descriptor of the folder, locked
        self._thread = threading.Thread(target=self._work, name="leverrep keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """What can be kept still is; `failure` says what cannot."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(CLOSE_S)
        if self._thread.is_alive() and not self.failure:
            self.failure = _failed(self.path, "the disk is too slow, or another program has it")

    def begin(self, begun: StoredSet, samples: Samples) -> None:
        """A set is under way."""
        self._jobs.put(_Job(lambda store: store.begin(begun, samples), running=True, anew=True))

    def append(self, data: bytes) -> None:
        """More wire bytes of it."""
        piece = next(self._pieces)
        self._jobs.put(_Job(lambda store: store.append(piece, data), running=True))

    def describe(self, begun: StoredSet, removed: Collection[int]) -> None:
        """What is known of the set under way has changed."""
        self._jobs.put(_Job(lambda store: store.describe(begun, removed), running=True))

    def drop(self) -> None:
        """It was none."""
        self._jobs.put(_Job(Store.drop_running, running=True, anew=True))

    def save(self, one: StoredSet, samples: Samples) -> None:
        """A set is over."""
        self._jobs.put(_Job(partial(_save_over, one, samples), anew=True, set_uid=one.uid))
        self._wake.set()

    def mark(self, one: StoredSet) -> None:
        """It hurt in a set that is over, or it is suspect."""
        self._jobs.put(_Job(lambda store: store.mark(one.uid, one.record.discomfort, one.suspect)))
        self._wake.set()

    def strike(self, one: StoredSet) -> None:
        """Somebody has struck out reps of a set that is over, or taken that back."""
        self._jobs.put(_Job(lambda store: store.strike(one.uid, one.record.removed)))
        self._wake.set()

    # The keeper's thread, from here on.

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(RETRY_S if self.failure else FLUSH_S)
            self._wake.clear()
            self._collect()
            self._try()
        self._collect()
        self._try()
        if self._store:
            with suppress(sqlite3.Error):
                self._store.close()
        if self._claim is not None:
            os.close(self._claim)

    def _collect(self) -> None:
        with suppress(Empty):
            while True:
                job = self._jobs.get_nowait()
                if job.anew:
                    self._waiting = [one for one in self._waiting if not one.running]
                self._waiting.append(job)
        over = sum(job.set_uid is not None for job in self._waiting) - BACKLOG
        for job in [job for job in self._waiting if job.set_uid][: max(0, over)]:
            self._waiting.remove(job)
            self._lost += 1

    def _try(self) -> None:
        try:
            if self._store and not self._is_there():
                self._let_go(None)  # somebody has taken the file away
            store = self._store or self._open()
            if self._waiting:
                self._do(store)
            self.failure = self._losses()
        except Exception as error:  # whatever it is: a thread that ends tells nobody
            self.failure = _words(self.path, error) + self._losses("; ")
            self._let_go(error)

    def _losses(self, before: str = "") -> str:
        """Of this run; they stay told."""
        if not self._lost:
            return ""
        one = self._lost == 1
        words = f"{self._lost} set could" if one else f"{self._lost} sets could"
        return f"{before}{words} not be kept and {'is' if one else 'are'} lost"

    def _open(self) -> Store:
        if self._claim is None:
            self._claim = _claimed(self.path)
        store = self._store = open_or_set_aside(self.path)
        self._inode = os.stat(self.path).st_ino
        if self.found is None:
            self._keep_interrupted(store)
            now = datetime.now(UTC)
            lately = store.lines(Filter(now - timedelta(seconds=DAY_S), now), SETS_KEPT)
            self.stops = store.stops(STOPS)
            # Last: once it is there, the station reads both.
            self.found = [one for line in lately if (one := _readable(store, line.id))]
        return store

    def _keep_interrupted(self, store: Store) -> None:
        """What cannot be made a set of is laid beside the store as a recording."""
        found: list[StoredSet] = []
        samples = store.running_samples()
        if samples is None:
            return
        try:
            running = store.running()
            found = self._recover(running) if running else []
        except Exception:  # it must not be in the way of the sets to come
            replace_file(self._beside, [samples.data])
        with store.transaction():
            for one in found:
                store.save(one, samples)
            store.drop_running()

    def _do(self, store: Store) -> None:
        try:
            self._do_together(store, self._waiting)
        except Exception as error:
            if isinstance(error, sqlite3.OperationalError | OSError) or is_damage(error):
                raise  # it is the disk's, and all is tried again
            self._do_one_by_one(store)
        self._waiting = []

    def _do_one_by_one(self, store: Store) -> None:
        """One of them is bad in itself: it is not to be in the way of the others."""
        while self._waiting:
            job = self._waiting[0]
            try:
                self._do_together(store, [job])
            except (sqlite3.IntegrityError, sqlite3.DataError, TypeError, ValueError):
                self._lost += job.set_uid is not None
            del self._waiting[0]

    def _do_together(self, store: Store, jobs: Sequence[_Job]) -> None:
        kept = {}
        with store.transaction():
            for job in jobs:
                done = job.task(store)
                if job.set_uid:
                    assert isinstance(done, int)
                    kept[job.set_uid] = done
        newest = [*self.kept.items(), *kept.items()][-KEPT:]
        self.kept = dict(newest)

    def _is_there(self) -> bool:
        """Is the file that is open still the one at its path?"""
        try:
            return os.stat(self.path).st_ino == self._inode
        except FileNotFoundError:
            return False

    def _let_go(self, error: Exception | None) -> None:
        """Begin anew with the next try: whatever was wrong with the file may be cured by then."""
        if self._store:
            with suppress(sqlite3.Error):
                self._store.close()
        self._store = None
        if error and is_damage(error):
            set_aside(self.path)
            self.kept = {}  # of another file


def _save_over(one: StoredSet, samples: Samples, store: Store) -> int:
    """What was running is over, and a set."""
    store.drop_running()
    return store.save(one, samples)


def open_or_set_aside(path: Path) -> Store:
    """The store; if what is there is damaged it is set aside and an empty one made."""
    try:
        return Store(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        set_aside(path)
        return Store(path)


def set_aside(path: Path) -> None:
    """Keep a damaged store under another name, for somebody to mend."""
    stamp = _stamp()
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{path}.damaged-{stamp}{suffix}")


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _readable(store: Store, number: int) -> StoredSet | None:
    """A kept set, unless it is damaged: then there are the others."""
    try:
        return store.get(number)
    except StoreError:
        return None


def _claimed(path: Path) -> int:
    """Lock the folder of the store until this process ends: what is running there is ours.

    Raises StoreError if another station has it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise StoreError(_failed(path, "another station keeps its own here: end one")) from None
    return folder


def _words(path: Path, error: Exception) -> str:
    if isinstance(error, StoreError):
        return str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    why = _WHY.get(code) or getattr(error, "strerror", None) or str(error) or repr(error)
    return _failed(path, why)


def _failed(path: Path, why: str) -> str:
    return printable(f"{path}: sets cannot be saved: {why}")


_WHY = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "it may only be read: check the card or the rights of the file",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check the card or the rights of the folder",
    sqlite3.SQLITE_IOERR: "the disk fails: check the card",
    sqlite3.SQLITE_BUSY: "another program is writing to it",
    sqlite3.SQLITE_LOCKED: "another program is writing to it",
    sqlite3.SQLITE_NOTADB: "it was damaged and has been set aside",
    sqlite3.SQLITE_CORRUPT: "it was damaged and has been set aside",
}
