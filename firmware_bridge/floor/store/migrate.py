"""Brings a store's tables up to date: numbered SQL files, each applied once and as a whole."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from firmware_bridge.private import private

MIGRATIONS = sorted(Path(__file__).with_name("migrations").glob("*.sql"))
VERSION = len(MIGRATIONS)

ROOM = 2  # times the store: for the copy, and for the tables as they become

_MAGIC = b"SQLite format 3\0"
_VERSION_AT = slice(60, 64)  # in a file of that format: PRAGMA user_version


class TooNew(Exception):
    """The store was made by a newer program, or by none of ours."""


def check(path: Path) -> None:
    """Raise TooNew for a file that `migrate` would refuse, before SQLite has touched it."""
    head = b""
    with suppress(OSError), path.open("rb") as file:
        head = file.read(_VERSION_AT.stop)
    if head.startswith(_MAGIC):  # else SQLite will say what is wrong with it
        _check(int.from_bytes(head[_VERSION_AT], "big", signed=True))


def migrate(db: sqlite3.Connection) -> None:
    """Apply what is missing. `db` is in autocommit mode.

    A copy of the store as it was is laid beside it: the way back to the program before. Raises
    TooNew, OSError and sqlite3.Error, and then the store is as it was.
    """
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # somebody else may have been quicker
        _check(version)
        if version == 0 and _tables(db):
            raise TooNew
        if 0 < version < VERSION:
            _lay_copy_beside(db, version)
        for number, path in enumerate(MIGRATIONS[version:], version + 1):
            for statement in _statements(path.read_text(encoding="utf-8")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def _tables(db: sqlite3.Connection) -> int:
    (count,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(count)


def _check(version: int) -> None:
    if not 0 <= version <= VERSION:
        raise TooNew


def _lay_copy_beside(db: sqlite3.Connection, version: int) -> None:
    """As `sets.db.version-N`, once: a migration that fails is tried again every few seconds.

    Nobody else writes to the store meanwhile, as `db` is about to; so it is read by another
    connection.
    """
    (_, _, name), *_ = db.execute("PRAGMA database_list")
    copy = Path(f"{name}.version-{version}")
    if copy.exists():
        return
    if shutil.disk_usage(copy.parent).free < ROOM * os.stat(name).st_size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    unfinished = Path(f"{copy}.unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(private(str(unfinished), os.O_CREAT | os.O_WRONLY))
    try:
        with (
            closing(sqlite3.connect(name)) as source,
            closing(sqlite3.connect(unfinished)) as target,
        ):
            source.backup(target)  # on the disk when it is over
        unfinished.replace(copy)
    finally:
        for left in (unfinished, Path(f"{unfinished}-journal")):
            left.unlink(missing_ok=True)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
