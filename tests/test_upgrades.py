"""What every earlier version has left behind is read as it was; what a newer one has is refused."""

import csv
import io
import json
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import encode

from config import CalibrationBook, load_settings
from firmware_bridge.device.frames import Hello
from firmware_bridge.device.framing import unwrap, wrap
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.migrate import VERSION
from firmware_bridge.station import recover
from tests.golden.said import CALIBRATIONS, GOLDEN, SETTINGS, STATION, STORE, VISIT, at_home, said

GOLDENS = sorted(path for path in GOLDEN.iterdir() if path.name[0].isdigit())
STORES = [golden for golden in GOLDENS if (golden / STATION / STORE).exists()]
of_each = pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.name)
with_store = pytest.mark.parametrize("golden", STORES, ids=lambda path: path.name)


def differences(then: Any, now: Any, where: str) -> list[str]:
    """What of `then` is not in `now` as it was; fields that are new are none."""
    if isinstance(then, dict) and isinstance(now, dict):
        pairs = [(f"{where}.{name}", then[name], now.get(name, "missing")) for name in then]
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = [(f"{where}[{n}]", *pair) for n, pair in enumerate(zip(then, now, strict=True))]
    else:
        return [] if then == now else [f"{where}: was {then!r}, is {now!r}"]
    return [one for place, a, b in pairs for one in differences(a, b, place)]


def read(name: str, content: bytes) -> Any:
    """An output as values; a CSV row ends where its golden does, as new columns come last."""
    text = content.decode()
    match name.rpartition(".")[2]:
        case "json":
            return json.loads(text)
        case "ndjson":
            return [json.loads(line) for line in text.splitlines()]
        case "csv":
            return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""))]
    raise ValueError(name)


def names_of_columns(content: bytes) -> list[str]:
    return content.decode().partition("\r\n")[0].split(",")


@of_each
def test_the_command_line_says_of_it_what_it_said_then(golden: Path, tmp_path: Path) -> None:
    now = said(golden, tmp_path)
    for path in (golden / "said").glob("*"):
        then, found = path.read_bytes(), now[f"said/{path.name}"]
        told = differences(read(path.name, then), read(path.name, found), path.name)
        assert not told, "\n".join(told)
        if path.suffix == ".csv":  # their places are promised too
            columns = names_of_columns(then)
            assert names_of_columns(found)[: len(columns)] == columns
    assert set(now) == {f"said/{path.name}" for path in (golden / "said").glob("*")}


@of_each
def test_every_key_of_its_settings_is_read(golden: Path) -> None:
    path = golden / STATION / SETTINGS
    then = tomllib.loads(path.read_text())
    assert differences(then, json.loads(encode(load_settings(path))), SETTINGS) == []


@with_store
def test_its_calibrations_are_there_with_those_undone(golden: Path, tmp_path: Path) -> None:
    state = at_home(golden / STATION, tmp_path).state
    then = json.loads((state / CALIBRATIONS).read_text())["calibrations"]
    book = CalibrationBook.load(state / CALIBRATIONS)
    assert differences(then, json.loads(encode(book.history)), CALIBRATIONS) == []
    for _ in range(sum("undone_utc" not in one or not one["undone_utc"] for one in then)):
        last = book.devices and [one for one in book.history if not one.undone_utc][-1]
        assert book.undo("2026-12-24T12:00:00Z")
        assert last not in book.history
    assert book.devices == ()
    assert len(CalibrationBook.load(state / CALIBRATIONS).history) == len(then)


@with_store
def test_its_sets_are_found_again_in_their_samples(golden: Path, tmp_path: Path) -> None:
    home = at_home(golden / STATION, tmp_path)
    home.says("sets reanalyse")
    then = json.loads((golden / "said" / "sets.json").read_bytes())["sets"]
    now = json.loads(home.says("sets export --format json"))["sets"]
    assert (
        differences([one["report"] for one in then], [one["report"] for one in now], "report") == []
    )


@with_store
def test_what_it_had_under_way_is_kept_once(golden: Path, tmp_path: Path) -> None:
    state = at_home(golden / STATION, tmp_path).state
    for _ in range(2):
        with Keeper(state / STORE, recover) as keeper:
            pass
        assert (keeper.failure, [one.name for one in state.glob("unfinished*")]) == ("", [])
    with closing(sqlite3.connect(state / STORE)) as db:
        assert db.execute("SELECT count(*) FROM running_bytes").fetchone() == (0,)
        asked = "SELECT load_kg FROM sets WHERE ended_by = 'interrupted' ORDER BY id"
        assert db.execute(asked).fetchall()[-1] == (47.5,)


# A newer version.


def newer_store(home: Path, number: int = VERSION + 1) -> Path:
    path = home / "state/leverrep" / STORE
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {number}")
    return path


def store_of_nobody(home: Path) -> Path:
    return newer_store(home, -1)


def newer_calibrations(home: Path) -> Path:
    path = home / "state/leverrep" / CALIBRATIONS
    path.write_text(path.read_text().replace("leverrep.calibrations/1", "leverrep.calibrations/2"))
    return path


def newer_settings(home: Path) -> Path:
    path = home / "config/leverrep" / SETTINGS
    path.write_text(path.read_text() + "\n[display.colours]\nlever = 'red'\n")
    return path


def newer_recording(home: Path) -> Path:
    """Of a protocol that has the same frames otherwise."""
    path = home / VISIT
    blocks = [block for block in path.read_bytes().split(b"\0") if block]
    path.write_bytes(b"".join(wrap(_of_protocol_2(unwrap(block))) for block in blocks))
    return path


def _of_protocol_2(payload: bytes) -> bytes:
    return payload[:1] + b"\2" + payload[2:] if payload[0] == Hello.TYPE else payload


@pytest.mark.parametrize(
    ("make_newer", "command", "to_do"),
    [
        (newer_store, "sets list", "made by a newer LeverRep: update this one"),
        (newer_store, "sets show 1", "made by a newer LeverRep: update this one"),
        (store_of_nobody, "sets export", "made by a newer LeverRep: update this one"),
        (newer_calibrations, f"analyse {VISIT}", "update LeverRep, or move the file away"),
        (newer_calibrations, "calibrate --undo", "update LeverRep, or move the file away"),
        (newer_settings, f"analyse {VISIT}", "display.colours: unknown key"),
        (newer_recording, f"analyse {VISIT}", "update LeverRep"),
        (newer_recording, f"replay {VISIT} --fast", "update LeverRep"),
    ],
)
def test_what_a_newer_version_has_left_is_refused_in_a_line_and_left_alone(
    make_newer: Callable[[Path], Path], command: str, to_do: str, tmp_path: Path
) -> None:
    home = at_home(STORES[-1] / STATION, tmp_path)
    path = make_newer(home.folder)
    before = path.read_bytes()
    done = home.run(command)
    line = done.stderr.decode()
    assert (done.returncode, done.stdout, line.count("\n")) == (1, b"", 1), line
    assert line.startswith("leverrep: ")
    assert path.name in line
    assert to_do in line
    assert path.read_bytes() == before


@pytest.mark.parametrize("make_newer", [newer_store, store_of_nobody])
def test_a_station_leaves_a_newer_store_alone_and_says_so(
    make_newer: Callable[[Path], Path], tmp_path: Path
) -> None:
    home = at_home(STORES[-1] / STATION, tmp_path)
    path = make_newer(home.folder)
    before = path.read_bytes()
    with Keeper(path, recover) as keeper:
        pass
    assert keeper.failure == f"{path}: made by a newer LeverRep: update this one"
    assert path.read_bytes() == before
    assert sorted(one.name for one in home.state.iterdir()) == [CALIBRATIONS, STORE]


# The measuring.


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ({"a": [1.0, {"b": None}]}, {"a": [1.0, {"b": None, "c": 1}], "d": 2}, []),
        ({"a": 0.1}, {"a": 0.1000000000000001}, ["x.a: was 0.1, is 0.1000000000000001"]),
        ({"a": None}, {}, ["x.a: was None, is 'missing'"]),
        ([1, 2], [1, 2, 3], ["x: was [1, 2], is [1, 2, 3]"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["x.a[0].b: was 1, is 2"]),
    ],
)
def test_a_difference_in_the_last_digit_is_seen(then: Any, now: Any, told: list[str]) -> None:
    assert differences(then, now, "x") == told
