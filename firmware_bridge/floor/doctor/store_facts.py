"""What is known of the kept sets: only read, and nobody who writes to them has to wait."""

import os
import re
import sqlite3
import stat
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from config.kept import STORE
from firmware_bridge.floor.store.database import is_damage
from firmware_bridge.floor.store.keeper import STOPS
from firmware_bridge.floor.store.migrate import VERSION
from firmware_bridge.floor.store.store import Stop, Store

CHECK_BYTES = 200_000_000  # all of it is read: 10 s on a memory card
BUSY_S = 0.5
_NONSENSE = (ValueError, OverflowError, TypeError)  # raised by what is in a store
_ASIDE = re.compile(r"(sets\.db\.damaged-\w+|unfinished-\w+\.lever)", re.A)  # as the keeper says


@dataclass(frozen=True)
class StoreFacts:
    """`size` in bytes, 0: there is none. `version`: of its tables. `whole`: is nothing damaged?
    None: not known. `problem`: why it cannot be read; `busy`: another program keeps us out.
    `writable`: by us. `stops`: where the newest sets saw the lever's stop. `set_aside`: names of
    damaged stores, and of sets that could not be made out.
    """

    path: Path
    size: int = 0
    version: int = VERSION
    whole: bool | None = None
    sets: int = 0
    newest: datetime | None = None
    stops: tuple[Stop, ...] = ()
    problem: str = ""
    writable: bool = True
    busy: bool = False
    set_aside: tuple[str, ...] = ()


def store_facts(folder: Path) -> StoreFacts:
    """Look at the store in a folder.

    Leaves nothing behind, but an index (-shm) of what a station that was killed had still to write.
    """
    path = folder / STORE
    facts = StoreFacts(path)
    try:
        aside = sorted(file.name for file in folder.glob("*") if _ASIDE.fullmatch(file.name))
        facts = replace(facts, set_aside=tuple(aside))
        node = path.stat()
    except FileNotFoundError:
        return replace(facts, problem="it leads nowhere") if path.is_symlink() else facts
    except OSError as error:
        return replace(facts, problem=error.strerror or str(error))
    if not stat.S_ISREG(node.st_mode):  # a pipe would be waited for
        return replace(facts, problem="it is no file")
    facts = replace(facts, size=node.st_size, writable=os.access(path, os.W_OK))
    # It is there as long as anybody has the store open to write.
    writing = Path(f"{os.path.realpath(path)}-wal")
    if writing.exists():
        return _looked_at(facts, "")
    # So it leaves no files behind, and needs no room for any.
    found = _looked_at(facts, "&immutable=1")
    return _looked_at(facts, "") if writing.exists() else found


def _looked_at(facts: StoreFacts, how: str) -> StoreFacts:
    try:
        with _Reader(facts.path, how) as store:
            return store.look(facts)
    except (sqlite3.Error, *_NONSENSE) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        whole = False if is_damage(error) else None
        return replace(facts, problem=str(error), busy=code == sqlite3.SQLITE_BUSY, whole=whole)


class _Reader(Store):
    """A store that is neither made, brought up to date nor written to."""

    def __init__(self, path: Path, how: str) -> None:
        uri = f"{path.absolute().as_uri()}?mode=ro{how}"
        self._db = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)

    def look(self, facts: StoreFacts) -> StoreFacts:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        whole = self.is_whole() if facts.size <= CHECK_BYTES else None
        facts = replace(facts, version=version, whole=whole)
        if version != VERSION or whole is False:  # its tables may be anything
            return facts
        count, newest = self._db.execute("SELECT count(*), max(started_utc) FROM sets").fetchone()
        newest = newest and datetime.fromisoformat(newest).astimezone(UTC)
        return replace(facts, sets=count, newest=newest, stops=tuple(self.stops(STOPS)))
