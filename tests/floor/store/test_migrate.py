"""Migrations: each is applied once and as a whole, whoever else is at it."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from firmware_bridge.floor.store import migrate as module
from firmware_bridge.floor.store.migrate import MIGRATIONS, VERSION, TooNew, check, migrate

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


OLD = "CREATE TABLE a (x TEXT) STRICT;\nINSERT INTO a VALUES ('kept');\n"
WRONG = "UPDATE a SET x = 'lost';\nCREATE TABLE b (x TEXT) STRICT;\nNONSENSE;\n"


@pytest.fixture
def old(db: sqlite3.Connection, write: Callable[..., None]) -> sqlite3.Connection:
    """A store of version 1."""
    write(OLD)
    migrate(db)
    return db


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM a").fetchall()


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    db: sqlite3.Connection, write: Callable[..., None]
) -> None:
    write("CREATE TABLE a (x TEXT) STRICT;", "CREATE TABLE b (x TEXT) STRICT;\nNONSENSE;\n")
    with pytest.raises(sqlite3.OperationalError, match="NONSENSE"):
        migrate(db)
    assert (tables(db), version(db)) == (set(), 0)
    assert not db.in_transaction


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_one_that_fails_half_way_leaves_an_older_store_as_it_was(
    old: sqlite3.Connection, write: Callable[..., None], tmp_path: Path, mode: str
) -> None:
    old.execute(f"PRAGMA journal_mode = {mode}")
    write(OLD, "ALTER TABLE a ADD COLUMN y INTEGER;", WRONG)
    with pytest.raises(sqlite3.OperationalError, match="NONSENSE"):
        migrate(old)
    assert (tables(old), version(old)) == ({"a"}, 1)
    assert rows(tmp_path / "x.db") == [("kept",)]


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from firmware_bridge.floor.store import migrate as module
module.MIGRATIONS = [Path(name) for name in sys.argv[2:]]
module.VERSION = len(module.MIGRATIONS)
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.create_function("die", 0, lambda: os._exit(9))
module.migrate(db)
"""


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_one_that_is_killed_half_way_leaves_an_older_store_as_it_was(
    old: sqlite3.Connection, write: Callable[..., None], tmp_path: Path, mode: str
) -> None:
    old.execute(f"PRAGMA journal_mode = {mode}")
    write(OLD, "UPDATE a SET x = 'lost';\nSELECT die();\n")
    scripts = [str(path) for path in module.MIGRATIONS]
    command = [sys.executable, "-c", KILLED, str(tmp_path / "x.db"), *scripts]
    assert subprocess.run(command, check=False).returncode == 9
    assert (rows(tmp_path / "x.db"), version(old)) == ([("kept",)], 1)
    assert rows(tmp_path / "x.db.version-1") == [("kept",)]


def test_a_copy_of_an_older_store_is_laid_beside_it(
    old: sqlite3.Connection, write: Callable[..., None], tmp_path: Path
) -> None:
    before = os.umask(0)
    write(OLD, "UPDATE a SET x = 'lost';")
    migrate(old)
    os.umask(before)
    copy = tmp_path / "x.db.version-1"
    assert (rows(tmp_path / "x.db"), rows(copy)) == ([("lost",)], [("kept",)])
    with closing(sqlite3.connect(copy)) as db:
        assert version(db) == 1
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert {one.name for one in tmp_path.glob("x.db*")} == {"x.db", "x.db.version-1"}


def test_a_migration_that_is_tried_again_makes_no_other_copy(
    old: sqlite3.Connection, write: Callable[..., None], tmp_path: Path
) -> None:
    write(OLD, WRONG)
    (tmp_path / "x.db.version-1.unfinished").write_bytes(b"of a power cut")
    made = set()
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            migrate(old)
        made.add((tmp_path / "x.db.version-1").stat().st_ino)
    assert len(made) == 1
    assert rows(tmp_path / "x.db.version-1") == [("kept",)]
    assert not (tmp_path / "x.db.version-1.unfinished").exists()


def test_what_cannot_be_copied_is_not_migrated(
    old: sqlite3.Connection, write: Callable[..., None], tmp_path: Path
) -> None:
    write(OLD, "UPDATE a SET x = 'lost';")
    (tmp_path / "x.db.version-1.unfinished").mkdir()  # no file can be made there
    with pytest.raises(OSError, match="directory"):
        migrate(old)
    assert (rows(tmp_path / "x.db"), version(old)) == ([("kept",)], 1)
    assert not old.in_transaction


def test_a_disk_without_room_for_the_copy_is_not_filled(
    old: sqlite3.Connection,
    write: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(OLD, "UPDATE a SET x = 'lost';")
    size = (tmp_path / "x.db").stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * size - 1))
    with pytest.raises(OSError, match="No space left"):
        migrate(old)
    assert (rows(tmp_path / "x.db"), version(old)) == ([("kept",)], 1)
    assert not list(tmp_path.glob("*.version-1*"))


def test_a_copy_that_cannot_be_finished_is_taken_away(
    old: sqlite3.Connection, write: Callable[..., None], tmp_path: Path
) -> None:
    write(OLD, "UPDATE a SET x = 'lost';")
    (tmp_path / "x.db.version-1").mkdir()  # nothing can be put in its place

    with pytest.MonkeyPatch.context() as blind:
        blind.setattr(Path, "exists", lambda _: False)
        with pytest.raises(OSError, match="directory"):
            migrate(old)
    assert not list(tmp_path.glob("*.unfinished*"))


def test_an_empty_store_needs_no_copy(db: sqlite3.Connection, tmp_path: Path) -> None:
    migrate(db)
    assert [one.name for one in tmp_path.glob("x.db*")] == ["x.db"]


@pytest.mark.parametrize("number", [VERSION + 1, 2**31 - 1, -1])
def test_a_store_of_another_program_is_refused_and_left_alone(
    db: sqlite3.Connection, tmp_path: Path, number: int
) -> None:
    migrate(db)
    check(tmp_path / "x.db")
    db.execute(f"PRAGMA user_version = {number}")
    for refuse in (lambda: migrate(db), lambda: check(tmp_path / "x.db")):
        with pytest.raises(TooNew):
            refuse()
    assert version(db) == number
    assert not db.in_transaction


@pytest.mark.parametrize("content", [b"", b"\xff" * 4096])
def test_what_is_no_store_is_for_sqlite_to_tell(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "y.db"
    check(path)
    path.write_bytes(content)
    check(path)


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
