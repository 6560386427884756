"""An export for the display: the newest sets of a span of days, as one file."""

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from firmware_bridge.errors import StoreError
from firmware_bridge.floor.export.fit_export import by_day, fit_activity
from firmware_bridge.floor.export.text import text
from firmware_bridge.floor.store.listing import Filter
from firmware_bridge.floor.store.store import Store

MOST_SETS = 1000  # some megabytes, made within a second or two; a month of a busy machine
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "fit": "application/vnd.fit",
}


class Download(NamedTuple):
    """A file: its name, what kind it is, what is in it."""

    name: str
    media_type: str
    data: bytes


class BadQuery(ValueError):
    """What was asked for cannot be: why."""


def download(path: Path, asked: Mapping[str, str]) -> Download:
    """What a display has asked for: `format` csv (with `rows` sets or reps), json or fit; `since`
    and `until`, days of the local time, both included.

    Raises BadQuery, and StoreError if the store cannot be read.
    """
    kind, rows = asked.get("format", "csv"), asked.get("rows", "sets")
    if kind not in _TYPES or rows not in ("sets", "reps"):
        raise BadQuery("format must be csv, json or fit, and rows sets or reps")
    since, until = (_day(asked.get(name)) for name in ("since", "until"))
    which = Filter(_begin(since), _begin(until and until + timedelta(days=1)))
    try:
        with Store(path, existing=True) as store:
            return Download(_name(kind, rows, since), _TYPES[kind], _data(store, which, kind, rows))
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: cannot be read: {error}") from None


def _data(store: Store, which: Filter, kind: str, rows: str) -> bytes:
    sets = store.sets(which, MOST_SETS)
    if kind == "fit":
        days = by_day(sets)
        if not days:
            raise BadQuery("there is no set in these days")
        if len(days) > 1:
            raise BadQuery("a FIT file has the sets of one day: give since and until the same day")
        (day,) = days.values()
        return fit_activity(day)
    return "".join(text(kind, rows, sets)).encode()


def _name(kind: str, rows: str, since: date | None) -> str:
    parts = ["leverrep", rows if kind == "csv" else "", f"{since or ''}"]
    return "-".join(filter(None, parts)) + f".{kind}"


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
        if day and not 1970 < day.year < 2100:
            raise ValueError
        return day
    except ValueError:
        raise BadQuery("since and until are days like 2026-11-25") from None


def _begin(day: date | None) -> datetime | None:
    try:
        return datetime(day.year, day.month, day.day).astimezone() if day else None
    except (OverflowError, ValueError, OSError):
        raise BadQuery("since and until are days like 2026-11-25") from None
