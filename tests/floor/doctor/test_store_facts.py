"""The kept sets as doctor sees them: read only, quickly, whatever is wrong with the file."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from config.kept import STORE
from firmware_bridge.floor.doctor import store_facts as store_module
from firmware_bridge.floor.doctor.store_facts import store_facts
from firmware_bridge.floor.setrecord import Trace
from firmware_bridge.floor.store.migrate import VERSION
from firmware_bridge.floor.store.store import Samples, Stop, Store
from tests.floor.export.kept import EVENING, kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a store of three sets."""
    with Store(tmp_path / STORE) as store:
        for n in range(3):
            add(store, f"u{n}")
    return tmp_path


def add(store: Store, uid: str) -> None:
    one = kept(uid=uid, id=None, program="0.1.0", device_id="a", stop_deg=61.5, calibration={})
    one = replace(one, record=replace(one.record, trace=Trace.of([0.0], [1.0])))
    with store.transaction():
        store.save(one, Samples("wire", os.urandom(20_000)))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def set_version(folder: Path, version: int) -> None:
    with sqlite3.connect(folder / STORE) as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()


def test_what_is_known_of_a_sound_store(folder: Path) -> None:
    facts = store_facts(folder)
    assert (facts.sets, facts.newest, facts.version) == (3, EVENING, VERSION)
    assert (facts.whole, facts.problem) == (True, "")
    assert facts.size == (folder / STORE).stat().st_size
    assert facts.stops == (Stop("a", {}, 61.5),) * 3


def test_looking_changes_nothing(folder: Path) -> None:
    before = content(folder)
    store_facts(folder)
    assert content(folder) == before  # and nothing is left beside it


def test_a_station_that_begins_while_we_look_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read as if nobody wrote may be torn then; it is read once more."""
    real, stations = Store.is_whole, []

    def is_whole(reader: Store) -> bool:
        if not stations:
            stations.append(Store(folder / STORE))
            add(stations[0], "u9")
            return False
        return real(reader)

    monkeypatch.setattr(Store, "is_whole", is_whole)
    facts = store_facts(folder)
    stations[0].close()
    assert (facts.whole, facts.sets) == (True, 4)


def test_a_store_that_another_program_keeps_to_itself_is_busy(folder: Path) -> None:
    db = sqlite3.connect(folder / STORE)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("UPDATE sets SET uid = uid")
    facts = store_facts(folder)
    db.close()
    assert (facts.busy, facts.whole) == (True, None)


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / STORE)
    assert store_facts(tmp_path).problem == "it is no file"


def test_without_a_store_none_is_made(tmp_path: Path) -> None:
    facts = store_facts(tmp_path / "none")
    assert (facts.size, facts.sets, facts.problem) == (0, 0, "")
    assert not (tmp_path / "none").exists()


def test_a_station_that_writes_is_neither_waited_for_nor_stopped(folder: Path) -> None:
    with Store(folder / STORE) as store, store.transaction():
        store.note(1, "under way")
        assert store_facts(folder).whole is True
        store.note(2, "goes on")
    with Store(folder / STORE) as store:
        add(store, "u9")
        assert store_facts(folder).sets == 4


def test_a_file_that_is_no_store_is_damaged(folder: Path) -> None:
    (folder / STORE).write_bytes(b"nonsense" * 1000)
    facts = store_facts(folder)
    assert facts.whole is False
    assert facts.problem


def test_damage_in_the_middle_of_it_is_found(folder: Path) -> None:
    data = bytearray((folder / STORE).read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    (folder / STORE).write_bytes(data)
    assert store_facts(folder).whole is False


def test_a_store_of_another_version_is_not_looked_into(folder: Path) -> None:
    for version in (VERSION + 1, VERSION - 1):
        set_version(folder, version)
        facts = store_facts(folder)
        assert (facts.version, facts.whole, facts.sets) == (version, True, 0)


def test_a_large_store_is_not_read_as_a_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "CHECK_BYTES", 1000)
    facts = store_facts(folder)
    assert (facts.whole, facts.sets) == (None, 3)


def test_a_disk_that_may_only_be_read_can_be_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There SQLite finds no room for the file that its readers share."""
    real = sqlite3.connect

    def connect(where: str, **how: object) -> sqlite3.Connection:
        if "immutable" not in where:
            raise sqlite3.OperationalError("unable to open database file")
        return real(where, **how)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert store_facts(folder).sets == 3
    (folder / f"{STORE}-wal").touch()  # somebody may be writing: better not
    assert store_facts(folder).problem == "unable to open database file"


def test_a_store_that_may_not_be_read_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", forbidden)
    assert store_facts(folder).problem == "Permission denied"


@pytest.mark.parametrize(
    ("date", "problem"),
    [
        ("yesterday", "yesterday"),
        ("9999-12-31T23:59:59-14:00", "out of range"),
        ("0001-01-01T00:00:00+14:00", "out of range"),
    ],
)
def test_a_store_with_a_date_that_is_none_says_so(folder: Path, date: str, problem: str) -> None:
    with sqlite3.connect(folder / STORE) as db:
        db.execute("UPDATE sets SET started_utc = ?", [date])
    db.close()
    assert problem in store_facts(folder).problem


def test_a_link_that_leads_nowhere_is_no_empty_store(tmp_path: Path) -> None:
    (tmp_path / STORE).symlink_to(tmp_path / "disk" / "sets.db")
    assert store_facts(tmp_path).problem == "it leads nowhere"


def test_a_store_that_may_only_be_read_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store_facts(folder).writable
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may all
    assert not store_facts(folder).writable


def test_what_was_set_aside_is_named(folder: Path) -> None:
    for name in ("sets.db.damaged-20261101T100000Z", "unfinished-20261102T100000Z.lever", "x.db"):
        (folder / name).touch()
    assert store_facts(folder).set_aside == (
        "sets.db.damaged-20261101T100000Z",
        "unfinished-20261102T100000Z.lever",
    )
