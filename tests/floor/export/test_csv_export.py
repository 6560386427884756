"""CSV is read back with the csv module, and as a spreadsheet would that splits elsewhere."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.floor.export.csv_export import reps_csv, sets_csv
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import EVENING, changed, kept, struck_out

DANGEROUS = "=+-@＝＋－＠"  # noqa: RUF001
hostile = st.text(st.sampled_from(DANGEROUS + " \t\r\n\"';,|a1é")) | st.text()


def rows(lines: Iterable[str], delimiter: str = ",") -> list[dict[str, str]]:
    text = io.StringIO("".join(lines), newline="")
    return [*csv.DictReader(text, strict=True, delimiter=delimiter)]


def only(*sets: StoredSet) -> dict[str, str]:
    (row,) = rows(sets_csv(sets))
    return row


def test_a_set_in_a_row() -> None:
    row = only(kept(device_id="LR-1", suspect=True, stop_deg=61.25, notes="left knee, ok"))
    report = kept().report
    assert row["set"] == "7"
    assert row["uid"] == "u1"
    assert row["started_utc"] == "2026-11-25T18:03:00.250Z"
    assert row["started_local"] == "2026-11-25T19:03:00.250+01:00"
    assert row["ended_utc"] == "2026-11-25T18:03:48.136Z"
    assert row["device_id"] == "LR-1"
    assert (row["source"], row["standard"]) == ("machine", "standard")
    assert (row["load_kg"], row["target_reps"], row["target_tempo"]) == ("42.5", "9", "3-1-2-1")
    assert (row["rep_count"], row["partial_count"], row["overshoot_count"]) == ("9", "2", "1")
    assert row["mean_range_deg"] == str(report["mean_range_deg"])
    tempo = ("mean_eccentric_s", "mean_bottom_hold_s", "mean_concentric_s", "mean_top_hold_s")
    assert [float(row[name]) for name in tempo] == report["mean_tempo_s"]
    assert row["form_score"] == str(report["form_score"])
    assert (row["ended_by"], row["interrupted"]) == ("button", "false")
    assert (row["discomfort"], row["suspect"]) == ("false", "true")
    assert (row["stop_deg"], row["notes"]) == ("61.25", "left knee, ok")
    assert row["deductions"].startswith("overshoot 2 (3); thrown_start 2 (5)")
    assert row["remarks"].startswith("rep 6: turned back on the way up")


def test_local_time_west_of_greenwich() -> None:
    row = only(kept(utc_offset_min=-210))
    assert row["started_local"] == "2026-11-25T14:33:00.250-03:30"


def test_unknown_is_empty() -> None:
    one = kept(plan=Plan(), id=None)
    row = only(changed(one, mean_tempo_s=[2.0, None, 1.0, None], form_score=None))
    empty = {name for name, cell in row.items() if cell == ""}
    assert empty == {
        *("set", "device_id", "load_kg", "target_reps", "target_tempo", "stop_deg", "notes"),
        *("program", "analysed_utc", "mean_bottom_hold_s", "mean_top_hold_s", "form_score"),
    }


def test_a_row_for_each_rep_and_each_partial() -> None:
    one = struck_out(kept(), 2)
    found = rows(reps_csv([one, kept("good", id=8, uid="u2")]))
    assert [row["set"] for row in found] == ["7"] * 11 + ["8"] * 8
    assert {(row["uid"], row["load_kg"]) for row in found} == {("u1", "42.5"), ("u2", "42.5")}
    first = found[:11]
    assert [row["number"] for row in first] == [*"12345", "", *"678", "", "9"]
    not_counted = [(r["number"], r["reason"]) for r in first if r["counted"] == "false"]
    assert not_counted == [("2", "removed"), ("", "incomplete_top"), ("", "shallow")]
    assert {row["uncertain"] for row in found} == {"false"}


def test_the_measures_of_a_rep() -> None:
    leaned_back = rows(reps_csv([kept()]))[2]
    rep = kept().report["reps"][2]
    for name, value in rep.items():
        if isinstance(value, float):
            assert float(leaned_back[name]) == value
    assert leaned_back["top_deg"].startswith("-6.9")
    assert leaned_back["start_utc"] == "2026-11-25T18:03:10.250Z"
    assert leaned_back["flags"] == "overshoot"
    assert leaned_back["deductions"].startswith("overshoot 15; off_tempo ")


def test_flags_have_blanks_between_them() -> None:
    one = kept()
    one.report["reps"][0]["flags"] = ["overshoot", "shaky_top"]
    assert rows(reps_csv([one]))[0]["flags"] == "overshoot shaky_top"


def test_lines_are_those_of_rfc_4180() -> None:
    lines = [*sets_csv([kept(notes='he said "more", then\nless')])]
    assert len(lines) == 2
    assert all(line.endswith("\r\n") for line in lines)
    assert '"he said ""more"", then\nless"' in lines[1]
    assert not "".join(lines).startswith("\ufeff")


def test_no_sets_are_a_line_of_names() -> None:
    assert len([*sets_csv([])]) == len([*reps_csv([])]) == 1


def test_a_row_is_written_before_the_next_set_is_asked_for() -> None:
    def endless() -> Iterable[StoredSet]:
        while True:
            yield kept()

    for lines in (sets_csv(endless()), reps_csv(endless())):
        assert [next(lines) for _ in range(30)][29].startswith("7,u1,")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-3 kg", "'-3 kg"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),  # noqa: RUF001
        ("  =1", "'  =1"),
        ("\tharmless", "'\tharmless"),
        ("\nharmless", "'\nharmless"),
        ("\rharmless", "'\rharmless"),
        ('"=1', "'\"=1"),
        ("good; =1", "good;' =1"),
        ("good\n=1", "good\n'=1"),
        ("good, -3 kg = fine", "good, -3 kg = fine"),
        ("3-1-2-1", "3-1-2-1"),
        ("", ""),
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str, cell: str) -> None:
    assert only(kept(notes=text))["notes"] == cell


def test_numbers_get_none() -> None:
    row = only(kept(stop_deg=-61.5, id=-1))
    assert (row["stop_deg"], row["set"]) == ("-61.5", "-1")


def texts(one: dict[str, str]) -> list[str]:
    return [one[name] for name in ("notes", "device_id", "standard", "uid", "program")]


@given(st.lists(hostile, min_size=5, max_size=5))
def test_no_text_begins_like_a_formula_and_none_is_lost(words: list[str]) -> None:
    notes, device_id, standard, uid, program = words
    one = kept(
        notes=notes, device_id=device_id, plan=Plan(standard=standard), uid=uid, program=program
    )
    row, first_rep = only(one), rows(reps_csv([one]))[0]
    for cell in [*texts(row), first_rep["uid"], first_rep["standard"]]:
        assert not re.match(rf"[\s\"]*[{re.escape(DANGEROUS)}]|[\t\r\n]", cell)
    for text, cell in zip(words, texts(row), strict=True):
        assert cell.replace("'", "") == text.replace("'", "")
    assert row["ended_by"] == "button"  # nothing has slipped into the next column


@given(hostile)
def test_nor_where_a_spreadsheet_splits_at_semicolons(text: str) -> None:
    lines = "".join(sets_csv([kept(notes=text)]))
    for cell in re.split(r"[;\t\r\n]", lines):
        assert cell.strip("\" '")[:1] not in {*DANGEROUS} or cell.lstrip('" ').startswith("'")


@given(st.integers(0, 10**9), st.integers(-14 * 60, 14 * 60))
def test_local_and_utc_are_the_same_moment(seconds: int, offset: int) -> None:
    row = only(kept(started_utc=EVENING + timedelta(seconds=seconds), utc_offset_min=offset))
    utc, local = (datetime.fromisoformat(row[f"started_{name}"]) for name in ("utc", "local"))
    assert utc == local
    assert local.utcoffset() == timedelta(minutes=offset)
