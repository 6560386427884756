"""Opens the file of sets: on the disk before it is said to be (WAL, synchronous=FULL)."""

import os
import sqlite3
from functools import partial
from pathlib import Path

from firmware_bridge.errors import StoreError
from firmware_bridge.floor.store.migrate import TooNew, check, migrate

CACHE_KB = 512  # a set is written once and read seldom; 2 MB as usual would fill in hours
BUSY_S = 5.0  # how long another program may take to write
DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def connect(path: Path, *, existing: bool = False) -> sqlite3.Connection:
    """The database at `path`, in autocommit mode; it is made unless `existing`.

    Raises StoreError for a file that no later try will open, and sqlite3.Error or OSError.
    """
    is_there = path.exists()
    if existing and not is_there:
        nowhere = "is a link that leads nowhere: is its disk plugged in?"
        raise StoreError(f"{path}: {nowhere if path.is_symlink() else 'no sets are kept here yet'}")
    if not is_there:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))  # its other files take after it
    if path.is_fifo():  # it would be waited for
        raise StoreError(f"{path}: is a pipe: move it away")
    try:
        check(path)
        return _opened(path)
    except TooNew:
        raise StoreError(f"{path}: made by a newer LeverRep: update this one") from None


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    # A byte that is wrong is that set's alone; SQLite would let none be read with it.
    db.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def is_damage(error: Exception) -> bool:
    """Is what is wrong that the file is no store any more?"""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in DAMAGED  # the rest of it says where the damage is
