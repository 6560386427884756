"""Sets in a few figures each, quickly; imports little, for a list must not take long."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

CURRENT = "FROM sets JOIN analyses ON set_id = sets.id AND current"


class SetLine(NamedTuple):
    """A set in a few figures."""

    id: int
    started_utc: str
    utc_offset_min: int
    standard: str
    load_kg: float | None
    rep_count: int
    partial_count: int
    overshoot_count: int
    mean_range_deg: float | None
    form_score: int | None
    ended_by: str
    discomfort: int
    suspect: int
    notes: str


@dataclass(frozen=True)
class Filter:
    """Which sets: those that began from `since` on and before `until` (aware), with this load."""

    since: datetime | None = None
    until: datetime | None = None
    load_kg: float | None = None
    ids: Sequence[int] = ()

    def where(self) -> tuple[str, list[Any]]:
        """As SQL with its parameters."""
        terms, values = ["1"], []
        for term, value in (
            ("started_utc >= ?", self.since and utc_text(self.since)),
            ("started_utc < ?", self.until and utc_text(self.until)),
            ("load_kg = ?", self.load_kg),
        ):
            if value is not None:
                terms.append(term)
                values.append(value)
        if self.ids:
            terms.append(f"sets.id IN ({', '.join('?' * len(self.ids))})")
            values += self.ids
        return " AND ".join(terms), values


EVERYTHING = Filter()


def set_lines(
    db: sqlite3.Connection, which: Filter = EVERYTHING, newest: int | None = None
) -> list[SetLine]:
    """In the order of their time; the `newest` of them, or all."""
    where, values = which.where()
    rows = db.execute(
        f"SELECT {_LINE} {CURRENT} WHERE {where} ORDER BY started_utc DESC, sets.id DESC LIMIT ?",
        [*values, -1 if newest is None else newest],
    )
    return [SetLine(*row) for row in rows][::-1]


def utc_text(when: datetime) -> str:
    """As the store has it: 2026-11-25T18:03:00.250Z."""
    utc = when.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


_LINE = ", ".join(name if name != "id" else "sets.id" for name in SetLine._fields)
