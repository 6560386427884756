"""The folder of what is kept: looked at, never changed."""

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from firmware_bridge.floor.doctor.folder_facts import INCIDENTS, LOG, folder_facts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "state" / "leverrep"
    folder.mkdir(parents=True, mode=0o700)
    for name in ("sets.db", "token", "station.log"):
        (folder / name).write_text("x" * 10)
        (folder / name).chmod(0o600)
    return folder


def test_a_folder_in_order(folder: Path) -> None:
    facts = folder_facts(folder)
    assert facts.writable
    assert facts.free > 0
    assert (facts.loose, facts.foreign, facts.station) == ((), (), None)
    assert (facts.log_bytes, facts.incidents, facts.newest_incident) == (10, 0, None)


def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    facts = folder_facts(tmp_path / "a" / "b")
    assert facts.writable
    assert facts.free > 0
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("below", [".", "a/leverrep"])
def test_a_link_to_a_disk_that_is_not_there_is_an_obstacle(tmp_path: Path, below: str) -> None:
    link = tmp_path / "state"
    link.symlink_to(tmp_path / "stick" / "leverrep")
    facts = folder_facts(link / below)
    assert facts.obstacle == (link, True)
    assert facts.station is None
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert folder_facts(tmp_path / "loop").obstacle == (tmp_path / "loop", True)


def test_a_file_where_the_folder_should_be_is_an_obstacle(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    for folder in (tmp_path / "state", tmp_path / "state" / "leverrep"):
        assert folder_facts(folder).obstacle == (tmp_path / "state", False)


def test_files_that_others_may_read_are_named_and_those_of_others_not(folder: Path) -> None:
    (folder / "sets.db").chmod(0o640)
    (folder / "diary.txt").write_text("")
    (folder / "diary.txt").chmod(0o644)
    (folder / "sets.db of Anna").touch(0o644)
    (folder / "sets.db.damaged-x").symlink_to("/etc/passwd")
    assert folder_facts(folder).loose == ("sets.db",)
    folder.chmod(0o755)
    assert folder_facts(folder).loose == ("leverrep", "sets.db")


def test_files_of_somebody_else_are_named_unless_we_are_root(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user, foreign in ((os.getuid() + 1, 4), (0, 0)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert len(folder_facts(folder).foreign) == foreign


def test_a_disk_that_may_only_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert not folder_facts(folder).writable


@pytest.fixture
def locked(folder: Path) -> Iterator[None]:
    """A station claims its folder like this (store/keeper.py)."""
    claim = os.open(folder, os.O_RDONLY)
    fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    yield
    os.close(claim)


@pytest.mark.usefixtures("locked")
def test_a_station_that_keeps_its_sets_there_is_found(folder: Path) -> None:
    assert folder_facts(folder).station == os.getpid()


@pytest.mark.usefixtures("locked")
def test_a_link_to_the_folder_is_the_folder(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    facts = folder_facts(link)
    assert (facts.path, facts.obstacle, facts.station) == (folder, None, os.getpid())
    assert facts.log_bytes == 10


def test_a_station_that_has_ended_is_none(folder: Path) -> None:
    locks = folder / "locks"
    for pid, station in ((os.getpid(), os.getpid()), (99_999_999, None)):
        inode = folder.stat().st_ino
        locks.write_text(f"1: FLOCK  ADVISORY  WRITE {pid} fe:01:{inode} 0 EOF\n")
        assert folder_facts(folder, locks).station == station


def test_a_lock_of_another_user_is_of_another_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks = folder / "locks"
    locks.write_text(f"1: FLOCK  ADVISORY  WRITE 4711 fe:01:{folder.stat().st_ino} 0 EOF\n")
    other = SimpleNamespace(st_uid=folder.stat().st_uid + 1)
    real = os.stat
    monkeypatch.setattr(
        os, "stat", lambda path, **k: other if path == "/proc/4711" else real(path, **k)
    )
    assert folder_facts(folder, locks).station is None


@pytest.mark.usefixtures("locked")
def test_looking_does_not_lock(folder: Path) -> None:
    folder_facts(folder)
    again = os.open(folder, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(again)


def test_where_the_kernel_tells_no_locks_no_station_is_found(folder: Path) -> None:
    assert folder_facts(folder, locks=folder / "none").station is None


def test_incidents_are_counted_and_the_newest_dated(folder: Path) -> None:
    (folder / INCIDENTS).mkdir()
    for day in (1, 3, 2):
        file = folder / INCIDENTS / f"2026110{day}T000000Z-gap.lever"
        file.touch()
        os.utime(file, times=(0, datetime(2026, 11, day, tzinfo=UTC).timestamp()))
    facts = folder_facts(folder)
    assert facts.incidents == 3
    assert facts.newest_incident == datetime(2026, 11, 3, tzinfo=UTC)


def test_what_is_in_the_way_of_the_records_is_no_record(folder: Path) -> None:
    assert folder_facts(folder).misplaced == ()
    (folder / LOG).unlink()
    (folder / LOG).mkdir()
    (folder / INCIDENTS).touch()
    facts = folder_facts(folder)
    assert (facts.misplaced, facts.log_bytes) == ((LOG, INCIDENTS), 0)
    (folder / INCIDENTS).unlink()
    (folder / INCIDENTS / "20261101T000000Z-gap.lever").mkdir(parents=True)
    assert folder_facts(folder).incidents == 0
