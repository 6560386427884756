"""The file of sets: who may read it, what is on the disk when, and what is wrong with it."""

import os
import random
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config.kept import STORE
from firmware_bridge.errors import StoreError
from firmware_bridge.floor.store import database as module
from firmware_bridge.floor.store.database import connect, is_damage
from firmware_bridge.floor.store.migrate import VERSION
from firmware_bridge.floor.store.store import Samples, Store
from tests.floor.export.kept import EVENING, kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / STORE


def save(store: Store, *uids: str) -> None:
    """A set each day."""
    for n, uid in enumerate(uids):
        with store.transaction():
            one = kept(uid=uid, started_utc=EVENING + timedelta(days=n))
            store.save(one, Samples("wire", b"\0samples\0" * 500))


def test_a_new_one_is_made_with_its_folder_and_found_again(path: Path) -> None:
    for existing in (False, True):
        with closing(connect(path, existing=existing)) as db:
            assert db.execute("SELECT count(*) FROM sets").fetchone() == (0,)
            assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_where_no_sets_are_kept_none_are_made(path: Path) -> None:
    with pytest.raises(StoreError, match=f"{STORE}: no sets are kept here yet"):
        connect(path, existing=True)
    assert not path.parent.exists()


def test_a_link_to_a_disk_that_is_not_there_is_no_empty_store(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("disk")
    with pytest.raises(StoreError, match="leads nowhere: is its disk plugged in"):
        connect(path, existing=True)
    assert not path.exists()


def test_a_commit_is_on_the_disk_before_it_is_over(path: Path) -> None:
    with closing(connect(path)) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_change_without_a_transaction_is_one(path: Path) -> None:
    with closing(connect(path)) as db, closing(connect(path)) as other:
        db.execute("INSERT INTO running_bytes VALUES (1, x'61')")
        assert other.execute("SELECT data FROM running_bytes").fetchone() == (b"a",)


def test_what_belongs_to_no_set_is_refused(path: Path) -> None:
    with closing(connect(path)) as db, pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        db.execute("INSERT INTO samples VALUES (99, 'wire', 0, x'', x'')")


def test_nobody_else_may_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        with Store(path) as store:
            save(store, "u1")
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {STORE: 0o600, f"{STORE}-wal": 0o600, f"{STORE}-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_one_of_a_newer_program_is_told_and_left_alone(path: Path) -> None:
    with closing(connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreError) as told:
        connect(path)
    assert str(told.value) == f"{path}: made by a newer LeverRep: update this one"
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [STORE]  # nobody has it open


@pytest.mark.parametrize("number", [VERSION + 1, -1])
@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_one_that_a_newer_program_did_not_close_is_left_to_the_byte(
    path: Path, tmp_path: Path, mode: str, number: int
) -> None:
    with closing(connect(path)) as db:
        db.execute(f"PRAGMA journal_mode = {mode}")
        db.execute(f"PRAGMA user_version = {number}")
        if mode == "WAL":
            db.execute("PRAGMA wal_checkpoint")
        db.execute("INSERT INTO running_bytes VALUES (1, x'61')")
        left = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    there = tmp_path / "left"
    there.mkdir()
    for name, content in left.items():
        (there / name).write_bytes(content)
    with pytest.raises(StoreError, match="made by a newer LeverRep"):
        connect(there / STORE)
    assert {one.name: one.read_bytes() for one in there.iterdir()} == left


def test_a_file_that_is_none_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, whatever it is called" * 100)
    with pytest.raises(sqlite3.DatabaseError) as told:
        connect(path)
    assert is_damage(told.value)


def test_a_pipe_in_its_place_is_not_waited_for(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    with pytest.raises(StoreError, match="is a pipe: move it away"):
        connect(path)


def test_a_folder_in_its_place_is_no_damage(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(sqlite3.OperationalError) as told:
        connect(path)
    assert not is_damage(told.value)


def test_a_folder_that_cannot_be_made_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match=r"exists|Not a directory") as told:
        connect(tmp_path / "file" / STORE)
    assert not is_damage(told.value)


GARBAGE = random.Random(0).randbytes(4096)
EMPTY_INDEX = bytes([10, 0, 0, 0, 0, 16, 0, 0]).ljust(4096, b"\0")


def use(path: Path) -> None:
    """All that is done to a store."""
    with Store(path) as store:
        assert not store.is_whole()
        list(store.sets())
        store.samples(1)
        save(store, "new")
        with store.transaction():
            store.add_analysis(1, kept().report, "0.2.0", EVENING)


@pytest.mark.parametrize(
    ("table", "page"),
    [
        ("sets", GARBAGE),
        ("analyses", GARBAGE),
        ("samples", GARBAGE),
        ("sets_by_time", GARBAGE),
        ("sqlite_sequence", GARBAGE),
        ("current_analysis", EMPTY_INDEX),  # a page as it should be, but not this one
    ],
)
def test_every_kind_of_damage_is_damage(table: str, page: bytes, path: Path) -> None:
    with Store(path) as store:
        save(store, *(f"u{n}" for n in range(30)))
    with closing(connect(path)) as db:
        ask = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        (number,) = db.execute(ask, [table]).fetchone()
    with path.open("r+b") as file:
        file.seek((number - 1) * len(page))
        file.write(page)
    with pytest.raises(sqlite3.DatabaseError) as told:
        use(path)
    assert is_damage(told.value)


def test_a_busy_writer_is_waited_for_and_then_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_S", 0.1)
    with Store(path) as busy, Store(path) as store:
        with busy.transaction():
            assert store.lines() == []  # to read is never in the way
            with pytest.raises(sqlite3.OperationalError, match="locked") as told:
                save(store, "u1")
        assert not is_damage(told.value)
        save(store, "u1")
