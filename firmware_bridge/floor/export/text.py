"""Sets as text, in one of the kinds that there are."""

from collections.abc import Iterable, Iterator

from firmware_bridge.floor.export.csv_export import reps_csv, sets_csv
from firmware_bridge.floor.export.json_export import sets_json
from firmware_bridge.floor.store.storedset import StoredSet


def text(kind: str, rows: str, sets: Iterable[StoredSet]) -> Iterator[str]:
    """In pieces. `kind`: csv or json; `rows` of the CSV: sets or reps."""
    if kind == "json":
        return sets_json(sets)
    return reps_csv(sets) if rows == "reps" else sets_csv(sets)
