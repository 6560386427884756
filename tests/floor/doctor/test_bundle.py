"""The bundle for support: made whatever is broken, and nothing of a person is in it."""

import json
import os
import pwd
import socket
import stat
import zipfile
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config import CalibrationBook, ConfigError, Settings, load_settings
from firmware_bridge.errors import OutputError
from firmware_bridge.floor.doctor import bundle
from firmware_bridge.floor.doctor.bundle import write_bundle
from firmware_bridge.floor.doctor.examine import examine
from firmware_bridge.floor.doctor.facts import gather
from firmware_bridge.floor.doctor.folder_facts import folder_facts
from firmware_bridge.floor.doctor.report import Report
from firmware_bridge.floor.doctor.running import RunningStation
from firmware_bridge.floor.store.store import Store
from tests.config.test_calibrations import saved
from tests.floor.doctor.healthy import ADDRESS, NOW, machine, port
from tests.floor.doctor.test_store_facts import add

SECRETS = [
    "annabella",  # user
    "bertas-laptop",  # host
    "VeryS3cretToken0123456789",
    "sciatica",  # a note
    "77.25",  # a load
    "192.168.7.9",
    "2001:db8::77",
    "77ba1c",  # in the folder's name, and in the display's
    "Corneliuss",  # a standard, and all sorts of names in the settings
    "/home/annabella",
]
SETTINGS = """
[machine]
port = "/home/annabella/lever"
port_hints = ["Corneliuss"]
[calibration]
neutral_counts = 1000
device_id = "Corneliuss"
[station]
standard = "Corneliuss"
rate_hz = 100
[display]
host = "192.168.7.9"
names = ["bertas-laptop", "77ba1c.lan"]
[standards.Corneliuss]
min_depth_deg = 20
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer of Annabella's, with all that is private in its folders."""
    monkeypatch.setattr(socket, "gethostname", lambda: "bertas-laptop")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="annabella"))
    monkeypatch.setenv("HOME", "/home/annabella")
    folder = tmp_path / "Praxis 77ba1c" / "state"
    (folder / "incidents").mkdir(parents=True)
    with Store(folder / "sets.db") as store:
        add(store, "u1")
        with store.transaction():
            store.note(1, "sciatica, 77.25 kg")
    CalibrationBook.load(folder / "calibrations.json").keep(saved())
    (folder / "token").write_text("VeryS3cretToken0123456789\n")
    (folder / "station.log").write_text(
        "2026-11-28T10:00:00.000Z start home=/home/annabella host=bertas-laptop\n"
        "2026-11-28T10:00:01.000Z display http://192.168.7.9:8765/?token=VeryS3cretToken0123456789\n"
        "2026-11-28T10:00:02.000Z display [2001:db8::77] user=annabella\n"
        f'2026-11-28T10:00:03.000Z trouble why="{folder}/sets.db: full, see http://77ba1c.org/"\n'
    )
    (folder / "station.log.1").write_text("2026-11-27T10:00:00.000Z stop\n")
    (folder / "diary.txt").write_text("sciatica")
    for n in range(8):
        (folder / "incidents" / f"2026112{n}T101500Z-link-lost.lever").write_bytes(b"\0wire\0" * n)
    (folder / "incidents" / "annabella.txt").write_text("sciatica")
    (folder / "incidents" / "20261129T101500Z-gap.lever").symlink_to(folder / "diary.txt")
    (tmp_path / "leverrep.toml").write_text(SETTINGS)
    return folder


def examined(folder: Path, settings: Settings, unreadable: str = "", **ports: Any) -> Report:
    user = {"user": "annabella", "candidates": ("/dev/serial/by-id/Corneliuss",)}
    ports = port(**(user | ports))
    station = RunningStation(ADDRESS, "nobody")
    kept = folder_facts(folder)
    return Report(examine(gather(settings, unreadable, kept, station, machine(), "", ports, NOW)))


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


def test_what_is_in_it(home: Path, tmp_path: Path) -> None:
    settings = tmp_path / "leverrep.toml"
    report = examined(home, load_settings(settings))
    write_bundle(tmp_path / "out.zip", report, home, settings)
    found = members(tmp_path / "out.zip")
    incidents = [f"incidents/2026112{n}T101500Z-link-lost.lever" for n in range(3, 8)]
    assert list(found) == [
        "doctor.json",
        "settings.json",
        "calibrations.json",
        "station.log",
        "station.log.1",
        *incidents,
    ]
    assert found[incidents[-1]] == b"\0wire\0" * 7
    doctor = json.loads(found["doctor.json"])
    assert doctor["schema"] == "leverrep.doctor/1"
    assert len(doctor["checks"]) == len(report.checks)
    (calibration,) = json.loads(found["calibrations.json"])
    assert (calibration["device_id"], calibration["neutral_counts"]) == ("a", 312.25)
    told = json.loads(found["settings.json"])
    assert told["station"] == {"standard": "(set, left out)", "rate_hz": 100}
    assert told["display"]["port"] == 8765
    assert told["own_standards"][0]["min_depth_deg"] == 20
    assert found["station.log"].count(b"\n") == 4


def test_nothing_of_a_person_is_in_it(home: Path, tmp_path: Path) -> None:
    settings = tmp_path / "leverrep.toml"
    ill = examined(home, load_settings(settings), usable=False, in_group=False)
    wrong = ConfigError(settings, 'standards.Corneliuss.x: unknown key; line 7 "sciatica"')
    for number, report in enumerate((ill, examined(home, Settings(), str(wrong)))):
        path = tmp_path / f"{number}.zip"
        write_bundle(path, report, home, settings)
        text = b"".join(members(path).values()) + path.read_bytes()
        for secret in SECRETS:
            assert secret.encode().lower() not in text.lower(), secret


def test_of_settings_that_cannot_be_read_the_place_is_told(home: Path, tmp_path: Path) -> None:
    settings = tmp_path / "leverrep.toml"
    settings.write_text("[station]\nrate_hz = 'Corneliuss'\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(settings)
    write_bundle(
        tmp_path / "out.zip", examined(home, Settings(), str(caught.value)), home, settings
    )
    found = members(tmp_path / "out.zip")
    assert json.loads(found["settings.json"]) == {"unreadable": True}
    by_name = {one["name"]: one for one in json.loads(found["doctor.json"])["checks"]}
    assert by_name["settings"]["values"] == {"where": "station.rate_hz"}
    assert b"Corneliuss" not in b"".join(found.values())


def test_a_key_that_somebody_has_made_up_is_not_told(home: Path, tmp_path: Path) -> None:
    wrong = ConfigError(tmp_path / "leverrep.toml", "display.corneliuss: unknown key")
    write_bundle(tmp_path / "out.zip", examined(home, Settings(), str(wrong)), home, None)
    assert b"corneliuss" not in b"".join(members(tmp_path / "out.zip").values())


def test_it_is_made_when_everything_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    for name in ("sets.db", "calibrations.json", "token", "station.log"):
        (folder / name).write_bytes(b"\xff\xfenonsense")
    (folder / "incidents").write_text("no folder")
    broken = ConfigError(tmp_path / "x.toml", "cannot be read: Is a directory")
    gone = port(path=None, exists=False, usable=False, group=None, udev_rule=None, candidates=())
    station = RunningStation(ADDRESS, "nobody")
    why = "no machine: plug it in"
    kept = folder_facts(folder)
    found = gather(Settings(), str(broken), kept, station, None, why, gone, NOW)
    report = Report(examine(found))
    write_bundle(tmp_path / "out.zip", report, folder, tmp_path)
    assert set(members(tmp_path / "out.zip")) == {
        "doctor.json",
        "settings.json",
        "calibrations.json",
        "station.log",
    }


def test_it_is_made_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    write_bundle(tmp_path / "out.zip", examined(folder, Settings()), folder, None)
    assert "doctor.json" in members(tmp_path / "out.zip")


@pytest.mark.parametrize(("year", "dated"), [(1970, 1980), (2150, 2107)])
def test_it_is_made_whatever_the_clock_says(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int, dated: int
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(year, 1, 1, tzinfo=tz)

    monkeypatch.setattr(bundle, "datetime", Clock)
    write_bundle(tmp_path / "out.zip", examined(home, Settings()), home, None)
    with zipfile.ZipFile(tmp_path / "out.zip") as made:
        assert {member.date_time[0] for member in made.infolist()} == {dated}


def test_names_that_are_no_text_are_in_nobodys_way(tmp_path: Path) -> None:
    folder = tmp_path / "st\udcff"
    folder.mkdir()
    report = examined(folder, Settings(), path="/dev/\udcff", exists=False)
    write_bundle(tmp_path / "out.zip", report, folder, None)
    assert b"/dev/\\udcff" in members(tmp_path / "out.zip")["doctor.json"]


def test_pipes_in_place_of_files_are_not_waited_for(tmp_path: Path) -> None:
    for name in ("sets.db", "calibrations.json", "token", "station.log"):
        os.mkfifo(tmp_path / name)
    write_bundle(tmp_path / "out.zip", examined(tmp_path, Settings()), tmp_path, None)
    told = members(tmp_path / "out.zip")["calibrations.json"]
    assert json.loads(told) == {"unreadable": True}


def test_it_is_for_its_owner_alone_and_has_no_owner_in_it(home: Path, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_bundle(tmp_path / "out.zip", examined(home, Settings()), home, None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(tmp_path / "out.zip") as bundle:
        assert bundle.comment == b""
        assert all(not member.extra and not member.comment for member in bundle.infolist())


def test_where_it_cannot_be_written_is_told_and_nothing_is_left(home: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="bundle cannot be written"):
        write_bundle(tmp_path / "no" / "out.zip", examined(home, Settings()), home, None)
    assert not (tmp_path / "no").exists()
