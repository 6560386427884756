import csv
import json
from collections.abc import Iterator

import pytest

from firmware_bridge.floor.export.text import text
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import kept

TWO = [kept(), kept("good", id=8, uid="u2")]  # 11 and 8 reps, partials with them


def rows(kind: str, rows: str) -> list[dict[str, str]]:
    return [*csv.DictReader("".join(text(kind, rows, TWO)).splitlines())]


def test_csv_has_a_row_a_set() -> None:
    assert [row["set"] for row in rows("csv", "sets")] == ["7", "8"]


def test_or_a_row_a_rep() -> None:
    found = rows("csv", "reps")
    assert [row["set"] for row in found] == ["7"] * 11 + ["8"] * 8
    assert "range_deg" in found[0]


@pytest.mark.parametrize("asked", ["sets", "reps"])
def test_json_has_the_reps_in_its_sets_whatever_rows_are_asked_for(asked: str) -> None:
    document = json.loads("".join(text("json", asked, TWO)))
    assert [len(one["report"]["reps"]) for one in document["sets"]] == [11, 8]


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("asked", ["sets", "reps"])
def test_the_first_piece_is_there_before_any_set_is_read(kind: str, asked: str) -> None:
    def unread() -> Iterator[StoredSet]:
        pytest.fail("a set was read")
        yield kept()

    assert next(text(kind, asked, unread()))
