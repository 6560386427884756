"""The keeper: what it was given is on the disk, or waits for it, and it says which."""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from pathlib import Path

import pytest

import firmware_bridge.floor.store.database as database_module
import firmware_bridge.floor.store.keeper as keeper_module
from config.kept import STORE
from firmware_bridge.floor.store.keeper import FLUSH_S, Keeper
from firmware_bridge.floor.store.store import Running, Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import kept, struck_out
from tests.floor.store.lossy import LossyDisk, library
from tests.waiting import wait_for

WIRE = Samples("wire", b"samples" * 300)
FULL, READONLY = sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY
IOERR_WRITE, IOERR_FSYNC = sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC

needs_lossy_disk = pytest.mark.skipif(
    library() is None, reason="this Python has SQLite built in: its disk cannot be exchanged"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / STORE


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLUSH_S", "RETRY_S"):
        monkeypatch.setattr(keeper_module, name, 0.02)
    monkeypatch.setattr(database_module, "BUSY_S", 0.05)


@pytest.fixture
def disk() -> Iterator[LossyDisk]:
    with LossyDisk() as entered:
        yield entered


def a_set(uid: str, **facts: object) -> StoredSet:
    return kept(uid=uid, **{"id": None, **facts})


def recovered(running: Running) -> list[StoredSet]:
    """For those who are not about what is found in it."""
    record = replace(running.begun.record, ended_by="interrupted")
    return [replace(running.begun, record=record)]


@contextmanager
def keeping(path: Path) -> Iterator[Keeper]:
    """A keeper that has looked at its store, if it can."""
    with Keeper(path, recovered) as keeper:
        wait_for(lambda: keeper.found is not None or keeper.failure)
        yield keeper


def uids(path: Path) -> list[str]:
    with Store(path) as store:
        return sorted(one.uid for one in store.sets())


def running(path: Path) -> bytes | None:
    with Store(path) as store, store.transaction():  # a keeper may be writing
        found = store.running()
    return found.samples.data if found else None


def test_a_second_is_kept_with_room_for_a_slow_disk() -> None:
    assert FLUSH_S <= 0.5


def test_a_set_that_is_told_to_be_kept_is_in_the_store(path: Path) -> None:
    with keeping(path) as keeper:
        keeper.save(a_set("u1"), WIRE)
        wait_for(lambda: keeper.kept)
        with Store(path) as store:
            (one,) = store.sets()
            assert keeper.kept == {"u1": one.id}
            assert store.samples(keeper.kept["u1"]) == WIRE
        assert keeper.failure == ""


def test_a_change_is_kept(path: Path) -> None:
    with keeping(path) as keeper:
        keeper.save(a_set("u1"), WIRE)
        keeper.strike(struck_out(a_set("u1"), 1))
    with Store(path) as store:
        (one,) = store.sets()
    assert one.record.removed == {1}


def test_what_is_running_is_on_the_disk_soon_and_gone_when_it_is_over(path: Path) -> None:
    with keeping(path) as keeper:
        keeper.begin(a_set("u1"), WIRE)
        for data in (b"one", b"two"):
            keeper.append(data)
        wait_for(lambda: running(path) == WIRE.data + b"onetwo")
        keeper.save(a_set("u1"), WIRE)
        wait_for(lambda: running(path) is None)
        keeper.begin(a_set("u2"), WIRE)
        keeper.append(b"three")
        wait_for(lambda: running(path) == WIRE.data + b"three")
        keeper.drop()
        wait_for(lambda: running(path) is None)
    assert uids(path) == ["u1"]


def test_closing_keeps_what_was_given_last(path: Path) -> None:
    with Keeper(path, recovered) as keeper:
        keeper.begin(a_set("u1"), WIRE)
        keeper.save(a_set("u1"), WIRE)
    assert uids(path) == ["u1"]


def test_what_was_said_of_a_set_that_is_over_is_not_written(path: Path) -> None:
    keeper = Keeper(path, recovered)
    for n in range(3):
        keeper.begin(a_set(f"u{n}"), WIRE)
        keeper.append(b"piece")
    keeper.save(a_set("u2"), WIRE)
    keeper.mark(a_set("u2"))
    keeper._collect()
    assert [job.running for job in keeper._waiting] == [False, False]


def test_many_jobs_are_one_transaction(path: Path) -> None:
    keeper = Keeper(path, recovered)
    for n in range(10):
        keeper.append(b"%d" % n)
    keeper._collect()
    began = []
    with Store(path) as store:
        store._db.set_trace_callback(began.append)
        keeper._do(store)
    assert sum(sql.startswith("BEGIN") for sql in began) == 1


def test_what_was_running_when_the_station_was_killed_is_a_set(path: Path) -> None:
    with Store(path) as store, store.transaction():
        store.begin(a_set("u1"), WIRE)
    with keeping(path) as keeper:
        assert keeper.found is not None
    with Store(path) as store:
        (one,) = store.sets()
        assert one.interrupted
        assert one.id
        assert store.samples(one.id) == WIRE
        assert store.running() is None


def confused(running: Running) -> list[StoredSet]:
    raise KeyError("neutral_counts")


def test_what_nobody_can_read_is_kept_as_it_came(path: Path) -> None:
    with Store(path) as store, store.transaction():
        store.begin(a_set("u1"), WIRE)
    with Keeper(path, confused) as keeper:
        keeper.save(a_set("u2"), WIRE)
        wait_for(lambda: keeper.kept)
        assert keeper.failure == ""
    assert uids(path) == ["u2"]
    (beside,) = path.parent.glob("unfinished-*.lever")
    assert beside.read_bytes() == WIRE.data


def test_it_is_kept_once_though_the_disk_was_full_at_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def full(descriptor: int) -> None:
        tries.append(descriptor)
        raise OSError(ENOSPC, "full")

    with Store(path) as store, store.transaction():
        store.begin(a_set("u1"), WIRE)
    monkeypatch.setattr(os, "fsync", full)
    with Keeper(path, confused) as keeper:
        wait_for(lambda: len(tries) > 2)
        assert keeper.failure.endswith("sets cannot be saved: full")
        assert list(path.parent.glob("*unfinished*")) == []
        monkeypatch.undo()
        wait_for(lambda: not keeper.failure)
    (beside,) = path.parent.glob("*unfinished*")
    assert beside.read_bytes() == WIRE.data


def test_damaged_rows_are_not_in_the_way_of_sets_to_come(path: Path) -> None:
    with Store(path) as store, store.transaction():
        for n in range(6):
            store.save(a_set(f"u{n}", started_utc=datetime.now(UTC)), WIRE)
        store.begin(a_set("u9"), WIRE)
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE samples SET trace = x'00' WHERE set_id = 1")
        db.execute("UPDATE analyses SET report = '{' WHERE set_id = 2")
        db.execute("UPDATE sets SET form = '7' WHERE id = 3")
        db.execute("UPDATE sets SET calibration = '' WHERE id = 4")
        db.execute("UPDATE analyses SET report = '{}' WHERE set_id = 5")
        db.execute("UPDATE running SET begun = '{'")
    db.close()
    with keeping(path) as keeper:
        keeper.save(a_set("new"), WIRE)
        wait_for(lambda: "new" in keeper.kept)
        assert [one.uid for one in keeper.found or []] == ["u5"]
        assert keeper.failure == ""
    assert len(list(path.parent.glob("unfinished-*.lever"))) == 1


def test_a_file_that_is_taken_away_is_made_anew(path: Path) -> None:
    with keeping(path) as keeper:
        keeper.save(a_set("u1"), WIRE)
        wait_for(lambda: "u1" in keeper.kept)
        path.unlink()
        keeper.save(a_set("u2"), WIRE)
        wait_for(lambda: "u2" in keeper.kept)
    assert uids(path) == ["u2"]


def test_sets_of_today_are_found_and_the_stops_of_all(path: Path) -> None:
    now = datetime.now(UTC)
    with Store(path) as store, store.transaction():
        for hours in (50, 2, 1):
            began = now - timedelta(hours=hours)
            one = a_set(f"{hours} hours ago", started_utc=began, stop_deg=60.0)
            store.save(one, WIRE)
    with keeping(path) as keeper:
        assert [one.uid for one in keeper.found or ()] == ["2 hours ago", "1 hours ago"]
        assert len(keeper.stops) == 3


def test_a_second_station_leaves_what_is_running_alone(path: Path) -> None:
    with keeping(path) as first:
        first.begin(a_set("u1"), WIRE)
        wait_for(lambda: running(path))
        with keeping(path) as second:
            assert second.failure == (
                f"{path}: sets cannot be saved: another station keeps its own here: end one"
            )
            second.save(a_set("u2"), WIRE)
            assert running(path) == WIRE.data
            first.save(a_set("u1"), WIRE)
            wait_for(lambda: first.kept)
            assert uids(path) == ["u1"]
            first.__exit__()
            wait_for(lambda: second.kept)
            assert second.failure == ""
    assert uids(path) == ["u1", "u2"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.parent.write_text("x"), "File exists"),
        (lambda path: path.mkdir(parents=True), "it cannot be opened"),
    ],
)
def test_a_folder_that_is_none_is_told_and_tried_again(
    spoil: Callable[[Path], object], why: str, path: Path
) -> None:
    spoil(path)
    with keeping(path) as keeper:
        assert keeper.failure.startswith(f"{path}: sets cannot be saved: ")
        assert why in keeper.failure
        keeper.save(a_set("u1"), WIRE)
        (path if path.exists() else path.parent).rename(path.parent.parent / "away")
        wait_for(lambda: keeper.kept)
        assert keeper.failure == ""
    assert uids(path) == ["u1"]


def test_a_store_of_a_newer_program_is_left_alone(path: Path) -> None:
    with Store(path) as store:
        store._db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with keeping(path) as keeper:
        keeper.save(a_set("u1"), WIRE)
    assert keeper.failure == f"{path}: made by a newer LeverRep: update this one"
    assert path.read_bytes() == before


def test_another_program_that_writes_is_told_and_waited_for(path: Path) -> None:
    with keeping(path) as keeper, Store(path) as busy:
        with busy.transaction():
            keeper.save(a_set("u1"), WIRE)
            wait_for(lambda: keeper.failure)
            assert keeper.failure.endswith("another program is writing to it")
            assert keeper.kept == {}
        wait_for(lambda: keeper.kept)
        assert keeper.failure == ""


def test_a_disk_too_slow_at_the_end_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_S", 1.0)
    monkeypatch.setattr(keeper_module, "CLOSE_S", 0.1)
    with Store(path) as busy, busy.transaction():
        with keeping(path) as keeper:
            keeper.save(a_set("u1"), WIRE)
        assert "sets cannot be saved: the disk is too slow" in keeper.failure


def test_a_damaged_store_is_set_aside_for_somebody_to_mend(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)
    with keeping(path) as keeper:
        keeper.save(a_set("u1"), WIRE)
    assert keeper.failure == ""
    assert uids(path) == ["u1"]
    (aside,) = path.parent.glob(f"{STORE}.damaged-*")
    assert aside.read_bytes() == b"not a database" * 100


def test_a_store_that_is_damaged_meanwhile_is_set_aside_and_nothing_given_is_lost(
    path: Path,
) -> None:
    with keeping(path) as keeper:
        keeper.save(a_set("u1"), WIRE)
        wait_for(lambda: keeper.kept)
        with Store(path) as store:
            store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with path.open("r+b") as file:
            size = path.stat().st_size
            file.seek(4096)
            file.write(random.Random(0).randbytes(size - 4096))
        keeper.save(a_set("u2"), WIRE)
        wait_for(lambda: "u2" in keeper.kept)
        assert keeper.failure == ""
    assert uids(path) == ["u2"]
    assert list(path.parent.glob(f"{STORE}.damaged-*"))


def test_sets_that_wait_too_long_are_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "BACKLOG", 3)
    path.parent.write_text("no folder")
    with keeping(path) as keeper:
        for n in range(5):
            keeper.save(a_set(f"u{n}"), WIRE)
        wait_for(lambda: keeper.failure.endswith("; 2 sets could not be kept and are lost"))
        path.parent.unlink()
        wait_for(lambda: len(keeper.kept) == 3)
        wait_for(lambda: keeper.failure == "2 sets could not be kept and are lost")
    assert uids(path) == ["u2", "u3", "u4"]


def test_only_the_numbers_of_late_are_remembered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "KEPT", 2)
    with keeping(path) as keeper:
        for n in range(5):
            keeper.save(a_set(f"u{n}"), WIRE)
        wait_for(lambda: "u4" in keeper.kept)
    assert list(keeper.kept) == ["u3", "u4"]


def test_a_set_that_cannot_be_written_is_told_and_not_in_the_way_of_others(path: Path) -> None:
    with keeping(path) as keeper:
        keeper.save(a_set("u1"), WIRE)
        keeper.save(a_set("u2", calibration={"x": object()}), WIRE)
        keeper.save(a_set("u3"), WIRE)
        wait_for(lambda: "u3" in keeper.kept)
        wait_for(lambda: keeper.failure == "1 set could not be kept and is lost")
    assert uids(path) == ["u1", "u3"]


@needs_lossy_disk
@pytest.mark.parametrize(
    ("what", "code", "why"),
    [
        ("write", FULL, "the disk is full: free some space"),
        ("write", READONLY, "it may only be read: check the card or the rights of the file"),
        ("write", IOERR_WRITE, "the disk fails: check the card"),
        ("sync", IOERR_FSYNC, "the disk fails: check the card"),
    ],
)
@pytest.mark.parametrize("after", [0, 1, 2, 5, 9])
def test_a_disk_that_fails_in_the_middle_loses_nothing_once_it_is_well(
    what: str, code: int, why: str, after: int, path: Path, disk: LossyDisk
) -> None:
    with keeping(path) as keeper:
        keeper.save(a_set("before"), WIRE)
        wait_for(lambda: keeper.kept)
        disk.fail(what, code, after)
        keeper.begin(a_set("over"), WIRE)
        keeper.append(b"gone with it")
        keeper.save(a_set("over"), WIRE)
        tape = WIRE.data
        keeper.begin(a_set("under way"), WIRE)
        for n in range(500):
            if keeper.failure:
                break
            tape += b"%d " % n
            keeper.append(b"%d " % n)
            time.sleep(0.01)
        assert keeper.failure == f"{path}: sets cannot be saved: {why}"
        keeper.append(b"while it fails")
        disk.heal()
        wait_for(lambda: not keeper.failure and "over" in keeper.kept)
        wait_for(lambda: running(path) == tape + b"while it fails")
        with Store(path) as store:
            assert store.is_whole()
    assert uids(path) == ["before", "over"]


@needs_lossy_disk
def test_what_a_disk_never_takes_is_told_at_the_end(path: Path, disk: LossyDisk) -> None:
    with keeping(path) as keeper:
        disk.fail("write", FULL)
        keeper.save(a_set("u1"), WIRE)
    assert keeper.failure.endswith("the disk is full: free some space")
    assert keeper.kept == {}
