"""The commands of `leverrep sets`, as they are typed."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import fitdecode
import numpy as np
import pytest

from config import Settings, state_folder
from firmware_bridge.cli import main
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.device.simulated import counts_of
from firmware_bridge.floor.calibration.in_force import measuring_by
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.store.store import Samples, Store
from firmware_bridge.sets import store_path
from tests.floor.export.kept import EVENING, kept

DEFAULT = measuring_by(Settings()).calibration
Said = pytest.CaptureFixture[str]


@pytest.fixture
def store() -> Iterator[Store]:
    with Store(store_path()) as opened:
        yield opened


@pytest.fixture
def three(store: Store) -> None:
    """Sets 1 to 3, a day apart, with 30, 40 and 40 kg."""
    with store.transaction():
        for n, load_kg in enumerate((30.0, 40.0, 40.0)):
            one = kept("mixed", Plan(load_kg=load_kg), uid=f"set-{n}", calibration=DEFAULT)
            started = EVENING + timedelta(days=n)
            store.save(replace(one, started_utc=started), Samples("wire", b""))


@pytest.fixture
def two_sets(tmp_path: Path) -> Path:
    """A CSV file of another logger, of counts."""
    path = tmp_path / "other.csv"
    counts = counts_of(SCRIPTS["two-sets"].motion())[::5]
    rows = (f"{n / 200:.3f},{count}\n" for n, count in enumerate(counts))
    path.write_text("t_s,counts\n" + "".join(rows))
    return path


def said(capfd: Said, *words: str | Path, status: int = 0) -> str:
    """What a command prints."""
    assert main(["sets", *map(str, words)]) == status
    out, err = capfd.readouterr()
    if status == 0:
        return out
    assert out == ""
    assert err.startswith("leverrep: ")
    assert err.count("\n") == 1
    return err


def numbers(listed: str) -> list[int]:
    return [int(line.split()[0]) for line in listed.splitlines()[1:]]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ("", [1, 2, 3]),
        ("--load 40", [2, 3]),
        ("--since 2026-11-26", [2, 3]),
        ("--until 2026-11-26", [1, 2]),
        ("--until 20261126", [1, 2]),
        ("--since 2026-11-26 --until 2026-11-26", [2]),
        ("--since 2026-11-26T12:00+00:00 --until 2026-11-26T12:00+00:00", []),
        ("--load 99", []),
    ],
)
def test_sets_are_listed_and_filtered(
    capfd: Said, monkeypatch: pytest.MonkeyPatch, chosen: str, left: list[int]
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    listed = said(capfd, "list", *chosen.split())
    assert listed == "No sets.\n" if not left else numbers(listed) == left
    as_json = json.loads(said(capfd, "list", "--json", *chosen.split()))
    assert [one["id"] for one in as_json["sets"]] == left


@pytest.mark.usefixtures("three")
def test_a_line_says_what_matters(capfd: Said, store: Store) -> None:
    with store.transaction():
        store.mark("set-0", discomfort=True, suspect=True)
        store.note(1, "left\nknee")
    line = said(capfd, "list").splitlines()[1]
    assert line == (
        "    1  2026-11-25 19:03   30 kg  standard       9  44.8°    88  2 not counted, 1 leaned "
        'back too far, discomfort, suspect: sensor moved, "left\\nknee"'
    )


@pytest.mark.usefixtures("three")
def test_one_set_is_shown_with_its_times_from_its_start(capfd: Said) -> None:
    shown = said(capfd, "show", "2")
    assert shown.startswith("2026-11-26 19:03, 40 kg, standard\nSet 2: 9 reps")
    assert re.search(r"│\s+1 │\s+0\.0 │", shown)
    assert "form 88 = 100" in shown
    (one,) = json.loads(said(capfd, "show", "2", "--json"))["sets"]
    assert one["report"]["rep_count"] == 9


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_one_set_is_drawn(capfd: Said, tmp_path: Path, suffix: str) -> None:
    said(capfd, "show", "2", "--plot", tmp_path / f"set.{suffix}")
    said(capfd, "trend", "--plot", tmp_path / f"trend.{suffix}")
    assert (tmp_path / f"set.{suffix}").stat().st_size > 10_000
    assert (tmp_path / f"trend.{suffix}").stat().st_size > 5_000


@pytest.mark.usefixtures("three")
def test_csv_is_exported_by_set_and_by_rep(capfd: Said, tmp_path: Path) -> None:
    sets = list(csv.DictReader(io.StringIO(said(capfd, "export"))))
    assert [row["set"] for row in sets] == ["1", "2", "3"]
    out = tmp_path / "reps.csv"
    assert said(capfd, "export", "2", "3", "--rows", "reps", "--out", out) == ""
    reps = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"), newline="")))
    assert [row["set"] for row in reps] == ["2"] * 11 + ["3"] * 11


@pytest.mark.usefixtures("three")
def test_json_is_exported(capfd: Said) -> None:
    document = json.loads(said(capfd, "export", "--format", "json", "--load", "40"))
    assert document["schema"] == "leverrep.sets/1"
    assert [one["report"]["rep_count"] for one in document["sets"]] == [9, 9]


@pytest.mark.usefixtures("three")
def test_fit_is_a_file_a_day(capfd: Said, tmp_path: Path) -> None:
    said(capfd, "export", "2", "--format", "fit", "--out", tmp_path / "one.fit")
    said(capfd, "export", "--format", "fit", "--out", tmp_path)
    made = sorted(path.name for path in tmp_path.glob("*.fit"))
    assert made == [
        "leverrep-2026-11-25.fit",
        "leverrep-2026-11-26.fit",
        "leverrep-2026-11-27.fit",
        "one.fit",
    ]
    with fitdecode.FitReader(tmp_path / "one.fit") as frames:
        names = [frame.name for frame in frames if isinstance(frame, fitdecode.FitDataMessage)]
    assert names.count("set") == 1


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("show 4", "there is no set 4"),
        ("note 4 hello", "there is no set 4"),
        ("export --format fit", "needs --out"),
        ("export --format fit --out x.fit", "the sets are of 3 days"),
        ("export --format fit --load 7 --out x.fit", "no sets to export"),
        ("export --out no/such/folder/x.csv", "export cannot be written"),
        ("import no-such-file.csv", "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(capfd: Said, words: str, problem: str) -> None:
    assert problem in said(capfd, *words.split(), status=1)


@pytest.mark.parametrize(
    "words",
    [
        "list --since yesterday",
        "show 0",
        "show x",
        f"show {'9' * 5000}",
        "list --load -1",
        "export 1.5",
    ],
)
def test_what_makes_no_sense_is_a_mistake_of_use(capfd: Said, words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sets", *words.split()])
    assert ended.value.code == 2


@pytest.mark.parametrize("words", ["list", "export", "trend", "reanalyse", "export --rows reps"])
@pytest.mark.parametrize("damage", ["sets SET notes", "analyses SET report"])
@pytest.mark.usefixtures("three")
def test_one_damaged_set_is_not_in_the_way_of_the_others(
    capfd: Said, words: str, damage: str
) -> None:
    with sqlite3.connect(store_path()) as db:
        number = "id" if "notes" in damage else "set_id"
        db.execute(f"UPDATE {damage} = CAST(x'7bff' AS TEXT) WHERE {number} = 2")
    db.close()
    main(["sets", *words.split()])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    assert "could not decode" not in err.lower()
    if words.startswith("export"):
        assert {row["set"] for row in csv.DictReader(io.StringIO(out))} >= {"1", "3"}
        assert ("left out: set 2 is damaged" in err) is ("report" in damage)


def test_the_store_is_no_place_for_an_export(capfd: Said, store: Store) -> None:
    before = store_path().read_bytes()
    problem = "is where sets are kept; name another for the export"
    assert problem in said(capfd, "export", "--out", store_path(), status=1)
    assert store_path().read_bytes() == before


def test_a_database_of_another_program_is_left_alone(capfd: Said) -> None:
    state_folder().mkdir(parents=True)
    with sqlite3.connect(store_path()) as db:
        db.execute("CREATE TABLE cookies (x)")
    db.close()
    said(capfd, "list", status=1)
    with sqlite3.connect(store_path()) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("cookies",)]
    db.close()


@pytest.mark.parametrize("words", ["list", "show 1", "export", "trend", "reanalyse"])
def test_without_a_store_nothing_is_made(capfd: Said, words: str) -> None:
    assert "no sets are kept here yet" in said(capfd, *words.split(), status=1)
    assert not store_path().exists()


@pytest.mark.parametrize("words", ["list", "show 1", "export", "trend", "reanalyse"])
def test_a_file_that_is_no_store_is_told_and_left(capfd: Said, words: str) -> None:
    state_folder().mkdir(parents=True)
    store_path().write_bytes(b"nothing of ours" * 1000)
    assert "damaged" in said(capfd, *words.split(), status=1)
    assert store_path().read_bytes() == b"nothing of ours" * 1000


def test_a_store_of_a_newer_program_is_told_and_left(capfd: Said) -> None:
    Store(store_path()).close()
    with sqlite3.connect(store_path()) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    assert "made by a newer LeverRep" in said(capfd, "list", status=1)


@pytest.mark.usefixtures("three")
def test_a_note_is_written_and_taken_away(capfd: Said) -> None:
    said(capfd, "note", "2", "=left knee")
    assert "Note: =left knee" in said(capfd, "show", "2")
    (row,) = csv.DictReader(io.StringIO(said(capfd, "export", "2")))
    assert row["notes"] == "'=left knee"
    said(capfd, "note", "2", "")
    assert "Note" not in said(capfd, "show", "2")


def test_a_note_too_long_is_refused(capfd: Said) -> None:
    assert "up to 1000 characters" in said(capfd, "note", "1", "x" * 1001, status=1)


def test_a_file_of_another_logger_is_imported_once(capfd: Said, two_sets: Path) -> None:
    began = "2026-10-01T18:00+02:00"
    printed = said(capfd, "import", two_sets, "--started", began, "--load", "35")
    assert [line.split(",")[0] for line in printed.splitlines()] == [
        "set 1: 6 reps",
        "set 2: 5 reps",
    ]
    listed = said(capfd, "list", "--since", "2026-10-01", "--until", "2026-10-01", "--load", "35")
    assert numbers(listed) == [1, 2]
    assert "imported already, as set 1" in said(capfd, "import", two_sets, status=1)
    assert numbers(said(capfd, "list")) == [1, 2]


def test_an_imported_set_can_be_analysed_anew(capfd: Said, two_sets: Path, store: Store) -> None:
    said(capfd, "import", two_sets)
    before = store.get(2).report
    assert said(capfd, "reanalyse") == (
        "2 sets analysed anew, 0 came out otherwise, 0 could not be\n"
    )
    assert store.get(2).report == before
    assert len(store.analyses(2)) == 2
    assert "Found before, " in said(capfd, "show", "2")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("t_s,counts\n0,x\n", "line 2, column counts"),
        ("t_s,volts\n0,1\n", "the header must be"),
        ("t_s,angle_deg\n" + "".join(f"{n / 100},0\n" for n in range(3000)), "no reps"),
    ],
)
def test_a_file_without_sets_leaves_nothing(
    capfd: Said, tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    assert problem in said(capfd, "import", path, status=1)
    assert not store_path().exists()


@pytest.mark.usefixtures("three")
def test_samples_that_are_not_there_are_told(capfd: Said) -> None:
    assert main(["sets", "reanalyse", "--load", "30"]) == 1
    out, err = capfd.readouterr()
    assert out.startswith("0 sets analysed anew")
    assert "set 1: " in err


def test_an_angle_file_has_its_own_way(capfd: Said, tmp_path: Path, store: Store) -> None:
    path = tmp_path / "angles.csv"
    angles = SCRIPTS["good"].motion()[::10]
    times = np.arange(len(angles)) / 100
    rows = (f"{t:.2f},{a:.2f}\n" for t, a in zip(times, angles, strict=True))
    path.write_text("t_s,angle_deg\n" + "".join(rows))
    said(capfd, "import", path)
    one = store.get(1)
    assert (one.report["rep_count"], one.source) == (8, "import")
    assert max(one.record.trace.points()[1]) == pytest.approx(50.6, abs=0.1)  # three seconds after
