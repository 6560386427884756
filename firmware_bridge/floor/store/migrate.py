"""Brings a store's tables up to date: numbered SQL files, each applied once and as a whole."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

MIGRATIONS = sorted(Path(__file__).with_name("migrations").glob("*.sql"))
VERSION = len(MIGRATIONS)


class TooNew(Exception):
    """The store was made by a newer program."""


def migrate(db: sqlite3.Connection) -> None:
    """Apply what is missing. `db` is in autocommit mode. Raises TooNew and sqlite3.Error."""
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # somebody else may have been quicker
        if version > VERSION:
            raise TooNew
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


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
