"""What is known of the kept sets: only read, and nobody who writes to them has to wait."""

import re
import sqlite3
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
_ASIDE = re.compile(r"(sets\.db\.damaged-\w+|unfinished-\w+\.lever)", re.A)  # as the keeper says


@dataclass(frozen=True)
class StoreFacts:
    """`size` in bytes, 0: there is none. `version`: of its tables. `whole`: is nothing damaged?
    None: not known. `problem`: why it cannot be read. `stops`: where the newest sets saw the
    lever's stop. `set_aside`: names of damaged stores, and of sets that could not be made out.
    """

    path: Path
    size: int = 0
    version: int = VERSION
    whole: bool | None = None
    sets: int = 0
    newest: datetime | None = None
    stops: tuple[Stop, ...] = ()
    problem: str = ""
    set_aside: tuple[str, ...] = ()


def store_facts(folder: Path) -> StoreFacts:
    """Look at the store in a folder."""
    path = folder / STORE
    facts = StoreFacts(path)
    try:
        aside = sorted(file.name for file in folder.glob("*") if _ASIDE.fullmatch(file.name))
        facts = replace(facts, set_aside=tuple(aside))
        facts = replace(facts, size=path.stat().st_size)
        with _Reader(path) as store:
            return store.look(facts)
    except FileNotFoundError:
        return facts
    except OSError as error:
        return replace(facts, problem=error.strerror or str(error))
    except (sqlite3.Error, ValueError) as error:  # ValueError: what is in it makes no sense
        return replace(facts, problem=str(error), whole=False if is_damage(error) else None)


class _Reader(Store):
    """A store that is neither made, brought up to date nor written to."""

    def __init__(self, path: Path) -> None:
        self._db = _opened(path)

    def look(self, facts: StoreFacts) -> StoreFacts:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        whole = self.is_whole() if facts.size <= CHECK_BYTES else None
        facts = replace(facts, version=version, whole=whole)
        if version != VERSION or whole is False:  # its tables may be anything
            return facts
        count, newest = self._db.execute("SELECT count(*), max(started_utc) FROM sets").fetchone()
        newest = newest and datetime.fromisoformat(newest).astimezone(UTC)
        return replace(facts, sets=count, newest=newest, stops=tuple(self.stops(STOPS)))


def _opened(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _tried(uri)
    except sqlite3.OperationalError:
        # A disk that may only be read has no room for the file that readers share.
        if path.with_name(f"{path.name}-wal").exists():
            raise
        return _tried(f"{uri}&immutable=1")


def _tried(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        db.execute("PRAGMA schema_version")
    except BaseException:
        db.close()
        raise
    return db
