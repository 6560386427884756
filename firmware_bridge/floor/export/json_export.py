"""Sets as one JSON document, written a set at a time."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from firmware_bridge.floor.export.columns import FACTS
from firmware_bridge.floor.store.storedset import StoredSet

SCHEMA = "leverrep.sets/1"


def sets_json(sets: Iterable[StoredSet]) -> Iterator[str]:
    """The document in pieces: its beginning, a line a set, its end."""
    yield f'{{"schema": "{SCHEMA}", "sets": ['
    before = "\n"
    for one in sets:
        # msgspec writes null for what is not a number.
        yield before + msgspec.json.encode(_entry(one)).decode()
        before = ",\n"
    yield "\n]}\n"


def _entry(one: StoredSet) -> dict[str, Any]:
    return {
        **{name: value(one) for name, value in FACTS.items()},
        "report": one.report,
        "form": one.record.form,
        "calibration": one.calibration,
    }
