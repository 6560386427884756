"""The sets that are kept, in one SQLite file: see migrations/ for its tables.

One transaction a change, on the disk before it is over (WAL, synchronous=FULL).
"""

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import msgspec

from analysis import SetReport
from config import FormStandard
from firmware_bridge.errors import StoreError
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import NO_TRACE, SetRecord, Trace
from firmware_bridge.floor.store.database import connect
from firmware_bridge.floor.store.listing import (
    CURRENT,
    EVERYTHING,
    Filter,
    SetLine,
    set_lines,
    utc_text,
)
from firmware_bridge.floor.store.storedset import StoredSet


@dataclass(frozen=True)
class Samples:
    """What a set was measured on: wire bytes, or the text of a CSV file.

    `from_s`: what the set's report and trace call the time of the first sample.
    """

    kind: Literal["wire", "csv"]
    data: bytes
    from_s: float = 0.0


class Running(NamedTuple):
    """The set under way, as far as it got: without a report, and its samples."""

    begun: StoredSet
    samples: Samples
    removed: frozenset[int] = frozenset()


class Analysis(NamedTuple):
    """What was found in a set once."""

    made_utc: datetime
    program: str
    report: dict[str, Any]


class Stop(NamedTuple):
    """Where a set saw the lever's stop, by the calibration of that time."""

    device_id: str | None
    calibration: Mapping[str, Any]
    stop_deg: float | None


_FACTS = (
    "uid, sets.id, number, started_utc, utc_offset_min, device_id, standard, load_kg, target_reps,"
    " target_tempo, form, calibration, stop_deg, ended_by, discomfort, suspect, source, notes"
)


class Store:
    """One connection to the file at `path`, which is made unless `existing`. Use it in one thread.

    Every method raises sqlite3.Error; opening raises StoreError for a file that is no store of
    ours, and sqlite3.Error or OSError for what a later try may cure.
    """

    def __init__(self, path: Path, *, existing: bool = False) -> None:
        self._db = connect(path, existing=existing)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    # Inside of a transaction:

    def save(self, one: StoredSet, samples: Samples) -> int:
        """Keep a set that is over. Again: no harm. Its id."""
        record = one.record
        values = {
            "uid": one.uid,
            "number": record.number,
            "started_utc": utc_text(one.started_utc),
            "utc_offset_min": one.utc_offset_min,
            "device_id": one.device_id,
            **msgspec.structs.asdict(record.plan),
            "form": _json(record.form),
            "calibration": _json(one.calibration),
            "stop_deg": one.stop_deg,
            "ended_by": record.ended_by,
            "discomfort": int(record.discomfort),
            "suspect": int(one.suspect),
            "source": one.source,
            "notes": one.notes,
        }
        known = self.id_of(one.uid)
        if known is not None:
            return known
        number = self._insert("INSERT INTO sets", values)
        made_utc = one.analysed_utc or one.started_utc
        self.add_analysis(number, one.report, one.program, made_utc)
        packed = {
            "set_id": number,
            "kind": samples.kind,
            "from_s": samples.from_s,
            "data": zlib.compress(samples.data),
            "trace": record.trace.packed,
        }
        self._insert("INSERT INTO samples", packed)
        return number

    def mark(self, uid: str, discomfort: bool, suspect: bool) -> None:
        """It hurt in a kept set; the sensor had moved."""
        self._db.execute(
            "UPDATE sets SET discomfort = ?, suspect = ? WHERE uid = ?",
            [int(discomfort), int(suspect), uid],
        )

    def note(self, number: int, notes: str) -> None:
        """A trainer's words on a kept set."""
        self._db.execute("UPDATE sets SET notes = ? WHERE id = ?", [notes, number])

    def strike(self, uid: str, removed: Collection[int]) -> None:
        """Just these reps of a kept set are struck out, of what is now found in it."""
        found = self._db.execute(
            "SELECT analyses.id, report FROM sets JOIN analyses ON set_id = sets.id AND current"
            " WHERE uid = ?",
            [uid],
        ).fetchone()
        if found is None:
            return
        analysis, report = found
        struck = SetReport.from_dict(msgspec.json.decode(report)).without(removed)
        summary = _summary(struck.to_dict())
        places = ", ".join(f"{name} = ?" for name in summary)
        self._db.execute(
            f"UPDATE analyses SET {places} WHERE id = ?", [*summary.values(), analysis]
        )

    def add_analysis(
        self, number: int, report: dict[str, Any], program: str, made_utc: datetime
    ) -> None:
        """What was found in a set now; what was found before is kept beside it."""
        self._db.execute("UPDATE analyses SET current = 0 WHERE set_id = ?", [number])
        values = {
            "set_id": number,
            "made_utc": utc_text(made_utc),
            "program": program,
            "current": 1,
            **_summary(report),
        }
        self._insert("INSERT INTO analyses", values)

    def begin(self, begun: StoredSet, samples: Samples) -> None:
        """A set is under way, with these samples so far."""
        self.drop_running()
        self._insert("INSERT INTO running", {"id": 1, "from_s": samples.from_s, "begun": ""})
        self.describe(begun, ())
        self.append(0, samples.data)

    def describe(self, begun: StoredSet, removed: Collection[int]) -> None:
        """What is known of the set under way, and which of its reps are struck out."""
        self._db.execute(
            "UPDATE running SET begun = ?, removed = ?", [_json(begun), _json(sorted(removed))]
        )

    def append(self, piece: int, data: bytes) -> None:
        """More samples of the set under way, `piece` after piece. Again: no harm."""
        self._db.execute("INSERT OR REPLACE INTO running_bytes VALUES (?, ?)", [piece, data])

    def drop_running(self) -> None:
        """What was under way was no set, or is over."""
        self._db.execute("DELETE FROM running")
        self._db.execute("DELETE FROM running_bytes")

    def _insert(self, insert: str, values: dict[str, Any]) -> int:
        """The id of the new row."""
        places = ", ".join("?" * len(values))
        into = f"{insert} ({', '.join(values)}) VALUES ({places})"
        return self._db.execute(into, [*values.values()]).lastrowid or 0

    # Reading:

    def running_samples(self) -> Samples | None:
        """What there is of the set that was under way when the program ended without ending it."""
        found = self._db.execute("SELECT from_s FROM running").fetchone()
        if found is None:
            return None
        rows = self._db.execute("SELECT data FROM running_bytes ORDER BY id")
        return Samples("wire", b"".join(row[0] for row in rows), found[0])

    def running(self) -> Running | None:
        """The same with all that was known of it. Raises ValueError if that is damaged."""
        samples = self.running_samples()
        if samples is None:
            return None
        begun, removed = self._db.execute("SELECT begun, removed FROM running").fetchone()
        return Running(_begun.decode(begun), samples, frozenset(msgspec.json.decode(removed)))

    def lines(self, which: Filter = EVERYTHING, newest: int | None = None) -> list[SetLine]:
        """Sets in a few figures, in the order of their time; the `newest` of them, or all."""
        return set_lines(self._db, which, newest)

    def sets(self, which: Filter = EVERYTHING, newest: int | None = None) -> Iterator[StoredSet]:
        """Whole sets with their current report, in the order of their time; without traces."""
        where, values = which.where()
        rows = self._db.execute(
            f"SELECT * FROM (SELECT {_FACTS}, report, program, made_utc {CURRENT} WHERE {where}"
            " ORDER BY started_utc DESC, sets.id DESC LIMIT ?) ORDER BY started_utc, id",
            [*values, -1 if newest is None else newest],
        )
        return map(_sound, rows)

    def get(self, number: int) -> StoredSet:
        """One set, with its trace. Raises StoreError if there is none, or it is damaged."""
        found = next(iter(self.sets(Filter(ids=[number]))), None)
        if found is None:
            raise StoreError(f"there is no set {number}: see `leverrep sets list`")
        row = self._db.execute("SELECT trace FROM samples WHERE set_id = ?", [number]).fetchone()
        with _told_as_damage(number):
            trace = Trace(row[0]) if row else NO_TRACE
            trace.points()
            return replace(found, record=replace(found.record, trace=trace))

    def samples(self, number: int) -> Samples | None:
        """What a set was measured on."""
        row = self._db.execute(
            "SELECT kind, from_s, data FROM samples WHERE set_id = ?", [number]
        ).fetchone()
        with _told_as_damage(number):
            return Samples(row[0], zlib.decompress(row[2]), row[1]) if row else None

    def analyses(self, number: int) -> list[Analysis]:
        """All that was ever found in a set, the current last."""
        rows = self._db.execute(
            "SELECT made_utc, program, report FROM analyses WHERE set_id = ? ORDER BY current, id",
            [number],
        )
        with _told_as_damage(number):
            return [Analysis(_time(row[0]), row[1], msgspec.json.decode(row[2])) for row in rows]

    def stops(self, newest: int) -> list[Stop]:
        """Where the `newest` sets saw the lever's stop, in the order of their time."""
        rows = self._db.execute(
            "SELECT device_id, calibration, stop_deg FROM sets WHERE source = 'machine'"
            " ORDER BY started_utc DESC, id DESC LIMIT ?",
            [newest],
        )
        return [Stop(row[0], _calibration(row[1]), row[2]) for row in rows][::-1]

    def id_of(self, uid: str) -> int | None:
        """The number of a set in the store."""
        row = self._db.execute("SELECT id FROM sets WHERE uid = ?", [uid]).fetchone()
        return int(row[0]) if row else None

    def is_whole(self) -> bool:
        """Is nothing in the file damaged? Reads all of it."""
        return bool(self._db.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def _points(value: object) -> object:
    if isinstance(value, Trace):
        return value.points()
    raise TypeError(f"{type(value).__name__} is nothing to be kept")


def _trace(kind: type, points: Any) -> Trace:
    return Trace.of(*points)


_begun = msgspec.json.Decoder(StoredSet, dec_hook=_trace)
_form = msgspec.json.Decoder(FormStandard)


def _calibration(text: str) -> dict[str, Any]:
    """Empty, and so nobody's, if it is damaged."""
    try:
        return dict(msgspec.json.decode(text))
    except (ValueError, TypeError):
        return {}


def _json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=_points).decode()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _summary(report: dict[str, Any]) -> dict[str, Any]:
    names = (
        "rep_count",
        "partial_count",
        "overshoot_count",
        "mean_range_deg",
        "form_score",
    )
    return {**{name: report[name] for name in names}, "report": _json(report)}


@contextmanager
def _told_as_damage(number: int) -> Iterator[None]:
    """What cannot be read of a set is told in a line."""
    try:
        yield
    except (zlib.error, ValueError, TypeError, KeyError, OverflowError) as error:
        raise StoreError(f"set {number} is damaged in the store: {error}") from None


def _sound(row: Sequence[Any]) -> StoredSet:
    with _told_as_damage(row[1]):
        one = _stored(row)
        SetReport.from_dict(one.report)  # has all that there is to be
        return one


def _stored(row: Sequence[Any]) -> StoredSet:
    (uid, number_kept, number, started, offset, device, standard, load, reps, tempo, form, scale,
     stop, ended_by, discomfort, suspect, source, notes, report, program, made) = row  # fmt: skip
    record = SetRecord(
        number=number,
        plan=Plan(standard=standard, load_kg=load, target_reps=reps, target_tempo=tempo),
        form=_form.decode(form),
        report=msgspec.json.decode(report),
        ended_by=ended_by,
        rest_from_s=0.0,
        discomfort=bool(discomfort),
    )
    return StoredSet(
        uid=uid,
        record=record,
        started_utc=_time(started),
        utc_offset_min=offset,
        device_id=device,
        calibration=msgspec.json.decode(scale),
        stop_deg=stop,
        suspect=bool(suspect),
        source=source,
        notes=notes,
        id=number_kept,
        program=program,
        analysed_utc=_time(made),
    )
