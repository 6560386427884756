"""The columns are those of the report and those of FORMATS.md."""

import re
from pathlib import Path

import pytest

import firmware_bridge.floor.export as export
from firmware_bridge.floor.export.columns import FACTS, REP_COLUMNS, SET_COLUMNS, SHARED_COLUMNS
from tests.floor.export.kept import changed, kept

FORMATS = Path(export.__file__).with_name("FORMATS.md").read_text()

# What scripts rely on: add to the end, change nothing.
SETS = (
    "set uid started_utc started_local ended_utc device_id source standard load_kg target_reps "
    "target_tempo ended_by interrupted discomfort suspect stop_deg notes program analysed_utc "
    "start_s end_s rep_count partial_count overshoot_count mean_range_deg mean_eccentric_s "
    "mean_bottom_hold_s mean_concentric_s mean_top_hold_s time_under_tension_s "
    "concentric_speed_loss_pct range_loss_pct consistency_pct form_score deductions remarks"
)
REPS = (
    "set uid started_utc standard load_kg number counted reason uncertain start_utc end_utc "
    "start_s end_s bottom_deg top_deg range_deg eccentric_s bottom_hold_s concentric_s "
    "top_hold_s overshoot_deg overshoot_s peak_eccentric_dps peak_concentric_dps "
    "mean_concentric_dps shake_deg start_accel_dps2 smoothness form_score deductions flags"
)


def told_of(heading: str) -> list[str]:
    """The names in the first column of the table under this heading, each with a meaning."""
    part = FORMATS.split(f"# {heading}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\| [^|]+ \|$", part, re.MULTILINE)
    assert len(rows) == part.count("\n| `")
    return rows


def test_the_document_has_every_column_in_its_order() -> None:
    assert told_of("One row a set") == [*SET_COLUMNS]
    assert told_of("One row a rep") == [*SHARED_COLUMNS, *REP_COLUMNS]


def test_the_document_says_which_columns_are_in_json() -> None:
    first, last = re.findall(r"from `(\w+)` to `(\w+)` by the", " ".join(FORMATS.split()))[0]
    assert [*FACTS][:: len(FACTS) - 1] == [first, last]
    assert [*SET_COLUMNS][: len(FACTS)] == [*FACTS]


def test_every_scalar_of_a_report_has_its_column() -> None:
    one = kept()
    scalars = {name for name, value in one.report.items() if not isinstance(value, list)}
    assert scalars <= set(SET_COLUMNS)
    for rep in one.report["reps"]:
        assert set(rep) <= set(REP_COLUMNS)


def test_columns_that_were_once_there_stay_in_their_place() -> None:
    assert f"{' '.join(SET_COLUMNS)} ".startswith(f"{SETS} ")
    assert f"{' '.join([*SHARED_COLUMNS, *REP_COLUMNS])} ".startswith(f"{REPS} ")


@pytest.mark.parametrize("name", ["consistency_pct", "time_under_tension_s"])
def test_what_an_older_program_did_not_measure_is_unknown(name: str) -> None:
    one = kept()
    del one.report[name]
    assert SET_COLUMNS[name](one) is None


def test_times_of_reps_are_told_by_the_worlds_clock() -> None:
    one = kept()
    rep = one.report["reps"][0] | {"start_s": one.report["start_s"] + 2.125, "end_s": None}
    assert REP_COLUMNS["start_utc"](one, rep) == "2026-11-25T18:03:02.375Z"
    assert REP_COLUMNS["end_utc"](one, rep) is None
    unknown = changed(one, start_s=None, end_s=None)
    assert REP_COLUMNS["start_utc"](unknown, rep) is None
    assert SET_COLUMNS["ended_utc"](unknown) == SET_COLUMNS["started_utc"](unknown)
