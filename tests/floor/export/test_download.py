"""What a display downloads is read back from a store as a person would: days on the wall."""

import csv
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import fitdecode
import pytest

from config.kept import STORE
from firmware_bridge.errors import StoreError
from firmware_bridge.floor.export import download as module
from firmware_bridge.floor.export.download import BadQuery, Download, download
from firmware_bridge.floor.store.store import Samples, Store
from tests.floor.export.kept import EVENING, kept

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
Zone = Callable[[str], None]


@pytest.fixture
def zone() -> Iterator[Zone]:
    """Sets the clock on the wall."""
    with pytest.MonkeyPatch.context() as patch:

        def set_to(name: str) -> None:
            patch.setenv("TZ", name)
            time.tzset()

        set_to("UTC0")
        yield set_to
    time.tzset()


@pytest.fixture
def path(tmp_path: Path, zone: Zone) -> Path:
    return tmp_path / "state" / STORE


def keep(path: Path, *started: datetime | str, offset_min: int = 0) -> None:
    """Sets that began then; their uids are u0, u1 and so on."""
    with Store(path) as store, store.transaction():
        for n, when in enumerate(started):
            utc = datetime.fromisoformat(when) if isinstance(when, str) else when
            one = kept(uid=f"u{n}", started_utc=utc, utc_offset_min=offset_min)
            store.save(one, Samples("wire", b""))


def rows(file: Download) -> list[dict[str, str]]:
    return [*csv.DictReader(file.data.decode().splitlines())]


def uids(path: Path, **asked: str) -> list[str]:
    return [row["uid"] for row in rows(download(path, asked))]


def fit_sets(file: Download) -> int:
    with fitdecode.FitReader(file.data, check_crc=fitdecode.CrcCheck.RAISE) as frames:
        data = [one.name for one in frames if isinstance(one, fitdecode.FitDataMessage)]
    return (data.count("set") + 1) // 2  # between each two of them is a rest


# Kinds and names.


@pytest.mark.parametrize(
    ("asked", "name", "media_type"),
    [
        ({}, "leverrep-sets.csv", "text/csv; charset=utf-8"),
        ({"format": "csv", "rows": "reps"}, "leverrep-reps.csv", "text/csv; charset=utf-8"),
        ({"format": "json"}, "leverrep.json", "application/json"),
        ({"format": "json", "rows": "reps"}, "leverrep.json", "application/json"),
        ({"format": "fit"}, "leverrep.fit", "application/vnd.fit"),
    ],
)
@pytest.mark.parametrize("since", ["", "2026-11-25"])
def test_a_file_is_called_what_it_is_and_from_when(
    asked: dict[str, str], name: str, media_type: str, since: str, path: Path
) -> None:
    keep(path, EVENING)
    file = download(path, asked | {"since": since})
    stem, suffix = name.split(".")
    assert file.name == (f"{stem}-{since}.{suffix}" if since else name)
    assert file.media_type == media_type


def test_csv_has_a_row_a_set_or_a_row_a_rep(path: Path) -> None:
    keep(path, EVENING, EVENING + timedelta(hours=1))
    assert [row["rep_count"] for row in rows(download(path, {}))] == ["9", "9"]
    reps = rows(download(path, {"format": "csv", "rows": "reps"}))
    assert [row["uid"] for row in reps] == ["u0"] * 11 + ["u1"] * 11


def test_json_is_a_document(path: Path) -> None:
    keep(path, EVENING, EVENING + timedelta(hours=1))
    document = json.loads(download(path, {"format": "json"}).data)
    assert [one["uid"] for one in document["sets"]] == ["u0", "u1"]


def test_text_is_utf_8(path: Path) -> None:
    keep(path, EVENING)
    with Store(path) as store, store.transaction():
        store.note(1, "Knie läßt nach")
    assert rows(download(path, {}))[0]["notes"] == "Knie läßt nach"
    document = json.loads(download(path, {"format": "json"}).data)
    assert document["sets"][0]["notes"] == "Knie läßt nach"


def test_a_store_without_sets_is_a_line_of_names(path: Path) -> None:
    keep(path)
    assert rows(download(path, {})) == []
    assert download(path, {}).data.startswith(b"set,uid,")


def test_of_many_sets_the_newest_come_in_their_order(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SETS", 3)
    keep(path, *(EVENING + timedelta(hours=n) for n in (4, 0, 3, 1, 2)))
    assert uids(path) == ["u4", "u2", "u0"]


# Days.


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("", "", ["u0", "u1", "u2", "u3"]),
        ("2026-11-25", "", ["u1", "u2", "u3"]),
        ("", "2026-11-25", ["u0", "u1", "u2"]),
        ("2026-11-25", "2026-11-25", ["u1", "u2"]),
        ("2026-11-24", "2026-11-26", ["u0", "u1", "u2", "u3"]),
        ("2026-11-26", "2026-11-24", []),
        ("2026-11-27", "", []),
    ],
)
@pytest.mark.parametrize(
    ("name", "offset"),
    [("UTC0", "+00:00"), (BERLIN, "+01:00"), ("EST5", "-05:00"), ("<+14>-14", "+14:00")],
)
def test_days_are_those_on_the_wall_from_their_first_moment_to_their_last(
    name: str, offset: str, since: str, until: str, found: list[str], path: Path, zone: Zone
) -> None:
    zone(name)
    times = ("24T23:59:59.999", "25T00:00:00", "25T23:59:59.999", "26T00:00:00")
    keep(path, *(f"2026-11-{one}{offset}" for one in times))
    assert uids(path, since=since, until=until) == found


def test_a_day_on_which_the_clocks_go_back_has_an_hour_more(path: Path, zone: Zone) -> None:
    zone(BERLIN)
    first, last = "2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59+01:00"
    keep(path, "2026-10-24T23:59:59+02:00", first, last, "2026-10-26T00:00:00+01:00")
    assert uids(path, since="2026-10-25", until="2026-10-25") == ["u1", "u2"]


@pytest.mark.parametrize("name", ["UTC0", BERLIN, "EST5"])
def test_far_off_days_are_days(name: str, path: Path, zone: Zone) -> None:
    zone(name)
    keep(path, EVENING)
    assert uids(path, since="1971-01-01", until="2099-12-30") == ["u0"]
    assert uids(path, since="2099-12-30") == []


# What cannot be.


@pytest.mark.parametrize(
    "asked",
    [
        {"format": "xlsx"},
        {"format": ""},
        {"format": "CSV"},
        {"rows": "sessions"},
        {"rows": ""},
        {"format": "json", "rows": "columns"},
    ],
)
def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(
    asked: dict[str, str], path: Path
) -> None:
    keep(path, EVENING)
    with pytest.raises(BadQuery, match=r"^format must be csv, json or fit, and rows sets or reps$"):
        download(path, asked)


@pytest.mark.parametrize(
    "day",
    [
        *("yesterday", "25.11.2026", "11/25/2026", "2026-11", "2026-02-30", "2026-13-01"),
        *("2026-11-25T18:00", " 2026-11-25", "-2026-11-25", "12026-11-25", "0000-00-00"),
        *("\0", "\N{ARABIC-INDIC DIGIT TWO}026-11-25", "2026-11-25\n", "0001-01-01"),
    ],
)
def test_what_is_no_day_is_told_with_one_that_is(day: str, path: Path) -> None:
    keep(path, EVENING)
    with pytest.raises(BadQuery, match=r"^since and until are days like 2026-11-25$"):
        download(path, {"since": day})


def test_a_day_that_is_none_of_ours_is_told(path: Path) -> None:
    keep(path, EVENING)
    with pytest.raises(BadQuery, match="days like 2026-11-25"):
        download(path, {"until": "9999-12-31"})


# FIT.


def test_fit_has_all_sets_of_the_day(path: Path) -> None:
    keep(path, EVENING, EVENING + timedelta(hours=1), EVENING + timedelta(days=1))
    day = {"since": "2026-11-25", "until": "2026-11-25"}
    assert fit_sets(download(path, {"format": "fit", **day})) == 2


@pytest.mark.parametrize(
    ("since", "why"),
    [
        ("", "the sets of one day: give since and until the same day"),
        ("2026-11-27", "there is no set in these days"),
    ],
)
def test_a_fit_file_of_more_days_or_none_is_told(since: str, why: str, path: Path) -> None:
    keep(path, EVENING, EVENING + timedelta(days=1))
    with pytest.raises(BadQuery, match=why):
        download(path, {"format": "fit", "since": since})


def test_a_fit_file_is_of_the_day_on_the_wall(path: Path, zone: Zone) -> None:
    zone(BERLIN)
    keep(path, "2026-11-24T23:30:00Z", "2026-11-25T22:30:00Z", offset_min=60)  # both on the 25th
    day = {"since": "2026-11-25", "until": "2026-11-25"}
    assert fit_sets(download(path, {"format": "fit", **day})) == 2


# Stores that cannot be read.


def test_where_no_sets_are_kept_nothing_is_made(path: Path) -> None:
    with pytest.raises(StoreError, match=f"{STORE}: no sets are kept here yet"):
        download(path, {})
    assert not path.parent.exists()


def no_store(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, whatever it is called" * 100)


def a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def of_a_newer_program(path: Path) -> None:
    keep(path, EVENING)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9999")
    db.close()


def damaged_within(path: Path) -> None:
    """It opens, and breaks when the sets are read."""
    keep(path, *(EVENING + timedelta(hours=n) for n in range(30)))
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        ask = "SELECT rootpage FROM sqlite_schema WHERE name = 'analyses'"
        (page,) = db.execute(ask).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.parametrize("spoil", [no_store, a_folder, of_a_newer_program, damaged_within])
@pytest.mark.parametrize("kind", ["csv", "json", "fit"])
def test_a_store_that_cannot_be_read_is_told_in_a_line(
    spoil: Callable[[Path], None], kind: str, path: Path
) -> None:
    spoil(path)
    with pytest.raises(StoreError) as told:
        download(path, {"format": kind})
    assert str(told.value).startswith(f"{path}: ")
    assert "\n" not in str(told.value)


def test_a_question_that_cannot_be_is_told_before_the_store_is_looked_at(path: Path) -> None:
    with pytest.raises(BadQuery):
        download(path, {"since": "yesterday"})
