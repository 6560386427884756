"""Migrations: each is applied once and as a whole, whoever else is at it."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_bridge.floor.store import migrate as module
from firmware_bridge.floor.store.migrate import MIGRATIONS, VERSION, TooNew, migrate

TABLES = {"sets", "analyses", "samples", "running", "running_bytes"}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    yield connection
    connection.close()


def tables(db: sqlite3.Connection) -> set[str]:
    rows = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT'")
    return {name for (name,) in rows}


def version(db: sqlite3.Connection) -> int:
    (number,) = db.execute("PRAGMA user_version").fetchone()
    return int(number)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes these the migrations there are."""

    def written(*scripts: str) -> None:
        paths = []
        for number, script in enumerate(scripts, 1):
            paths.append(tmp_path / f"{number:04}.sql")
            paths[-1].write_text(script)
        monkeypatch.setattr(module, "MIGRATIONS", paths)
        monkeypatch.setattr(module, "VERSION", len(paths))

    return written


def test_files_are_numbered_without_a_gap() -> None:
    assert [path.name for path in MIGRATIONS] == [f"{n:04}.sql" for n in range(1, VERSION + 1)]


def test_a_new_store_has_every_table(db: sqlite3.Connection) -> None:
    migrate(db)
    assert tables(db) == TABLES
    assert version(db) == VERSION


def test_a_second_time_changes_nothing(db: sqlite3.Connection) -> None:
    migrate(db)
    before = db.execute("PRAGMA schema_version").fetchone()
    migrate(db)
    assert db.execute("PRAGMA schema_version").fetchone() == before


def test_an_older_store_gets_what_it_lacks_and_keeps_what_it_has(
    db: sqlite3.Connection, write: Callable[..., None]
) -> None:
    first = "-- of a; and b\nCREATE TABLE a (x TEXT) STRICT;\nINSERT INTO a VALUES ('1;2');\n"
    write(first)
    migrate(db)
    write(first, "ALTER TABLE a ADD COLUMN y INTEGER;\nUPDATE a SET y = 7;\n")
    migrate(db)
    assert db.execute("SELECT * FROM a").fetchall() == [("1;2", 7)]
    assert version(db) == 2


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    db: sqlite3.Connection, write: Callable[..., None]
) -> None:
    write("CREATE TABLE a (x TEXT) STRICT;", "CREATE TABLE b (x TEXT) STRICT;\nNONSENSE;\n")
    with pytest.raises(sqlite3.OperationalError, match="NONSENSE"):
        migrate(db)
    assert (tables(db), version(db)) == (set(), 0)
    assert not db.in_transaction


def test_a_store_of_a_newer_program_is_refused_and_left_alone(db: sqlite3.Connection) -> None:
    migrate(db)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(TooNew):
        migrate(db)
    assert version(db) == VERSION + 1
    assert not db.in_transaction


def test_two_that_begin_at_once_apply_it_once(
    db: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    looked, usual = [], module._version

    def looks_and_is_overtaken(asked: sqlite3.Connection) -> int:
        found = usual(asked)
        if not looked:
            looked.append(found)
            migrate(other)
        return found

    monkeypatch.setattr(module, "_version", looks_and_is_overtaken)
    migrate(db)
    assert tables(db) == TABLES
    other.close()
