"""The document is read back with the json module, which is strict about what is a number."""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from hypothesis import given
from hypothesis import strategies as st

from analysis import SetReport
from config import FormStandard
from firmware_bridge.floor.export.columns import FACTS
from firmware_bridge.floor.export.json_export import sets_json
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import changed, kept, struck_out


def no_number(name: str) -> NoReturn:
    raise AssertionError(f"{name} is no JSON")


def read(*sets: StoredSet) -> list[dict[str, Any]]:
    document = json.loads("".join(sets_json(sets)), parse_constant=no_number)
    assert [*document] == ["schema", "sets"]
    assert document["schema"] == "leverrep.sets/1"
    return document["sets"]


def test_a_set_has_its_facts_and_its_whole_report() -> None:
    (one,) = read(struck_out(kept(calibration={"neutral_counts": 2048.5}, suspect=True), 3))
    assert [*one] == [*FACTS, "report", "form", "calibration"]
    assert (one["set"], one["uid"], one["load_kg"]) == (7, "u1", 42.5)
    assert one["started_utc"] == "2026-11-25T18:03:00.250Z"
    assert (one["suspect"], one["discomfort"], one["stop_deg"]) == (True, False, None)
    assert one["report"] == struck_out(kept(), 3).report
    assert one["report"]["reps"][2]["reason"] == "removed"
    assert FormStandard(**one["form"]) == kept().record.form
    assert one["calibration"] == {"neutral_counts": 2048.5}


def test_the_report_can_be_read_back() -> None:
    (one,) = read(kept())
    again = SetReport.from_dict(one["report"]).to_dict()
    assert again["reps"] == kept().report["reps"]


def test_what_is_no_number_is_null() -> None:
    (one,) = read(changed(kept(stop_deg=math.inf), mean_range_deg=math.nan))
    assert one["stop_deg"] is one["report"]["mean_range_deg"] is None


@given(st.text())
def test_text_is_as_it_was_written(text: str) -> None:
    (one,) = read(kept(notes=text))
    assert one["notes"] == text


def test_any_number_of_sets_is_a_document() -> None:
    for numbers in ([], [1], [1, 2], [1, 2, 3]):
        assert [one["set"] for one in read(*(kept(id=n) for n in numbers))] == numbers


def test_each_set_is_a_line_written_before_the_next_is_asked_for() -> None:
    asked = []

    def sets() -> Iterator[StoredSet]:
        for number in range(3):
            asked.append(number)
            yield kept(id=number)

    pieces = sets_json(sets())
    assert next(pieces)
    assert asked == []
    first = next(pieces)
    assert (first.count("\n"), first.startswith('\n{"set":0,'), asked) == (1, True, [0])
    lines = "".join(sets_json([kept(id=n) for n in range(3)])).splitlines()
    assert [json.loads(line.rstrip(","))["set"] for line in lines[1:-1]] == [0, 1, 2]
