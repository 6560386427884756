"""Everything that can be wrong with the station, and the words that say it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.floor.doctor import station_checks
from firmware_bridge.floor.doctor.calibration_facts import CalibrationFacts
from firmware_bridge.floor.doctor.check import Check, State
from firmware_bridge.floor.doctor.folder_facts import Obstacle
from firmware_bridge.floor.doctor.running import RunningStation
from firmware_bridge.floor.store.migrate import VERSION
from tests.config.test_calibrations import saved
from tests.floor.doctor.healthy import ADDRESS, FOLDER, NOW, facts, folder, store

NAMES = ("settings", "calibration", "slip", "store", "disk", "files", "clock", "display", "records")


def check(name: str, **changed: Any) -> Check:
    """That check of a station where these facts are like this."""
    found: Check = getattr(station_checks, name)(facts(**changed))
    return found


def is_wrong(found: Check, words: str, fix: str) -> bool:
    return found.state is State.WRONG and words in found.words and fix in found.fix


def is_noted(found: Check, words: str, fix: str) -> bool:
    return found.state is State.WARNING and words in found.words and fix in found.fix


def test_a_healthy_station_has_nothing_wrong() -> None:
    for name in NAMES:
        assert check(name).state is State.OK, name


def test_settings_that_cannot_be_read() -> None:
    found = check("settings", unreadable="/x.toml: station.rate_hz: 5 is not 50 to 500")
    assert is_wrong(found, "station.rate_hz: 5", "correct that")
    assert found.quotes


# The calibration.


def test_never_calibrated() -> None:
    found = check("calibration", calibration=CalibrationFacts())
    assert is_wrong(found, "never calibrated", "leverrep calibrate")


def test_calibrated_by_hand() -> None:
    found = check("calibration", calibration=CalibrationFacts(by_hand=True))
    assert (found.state, found.words) == (State.OK, "by hand, in the settings")


def test_a_calibration_of_another_device() -> None:
    problem = "this is device b, the calibration is of a: calibrate again"
    found = check("calibration", calibration=CalibrationFacts(problem=problem))
    assert is_wrong(found, "this is device b, the calibration is of a", "calibrate again")


def test_a_book_of_calibrations_that_is_damaged() -> None:
    facts = CalibrationFacts(unreadable="/c.json: damaged (truncated): move it away")
    found = check("calibration", calibration=facts)
    assert is_wrong(found, "/c.json: damaged", "leverrep calibrate")
    assert found.quotes


@pytest.mark.parametrize(
    ("days", "state"), [(0, State.OK), (365, State.OK), (366, State.WARNING), (-3, State.OK)]
)
def test_the_age_of_a_calibration(days: int, state: State) -> None:
    made = f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
    found = check("calibration", calibration=CalibrationFacts(saved=saved(made_utc=made)))
    assert found.state is state
    assert found.values["days"] == max(0, days)


def test_a_calibration_of_a_date_that_is_none() -> None:
    facts = CalibrationFacts(saved=saved(made_utc="2026-13-45T99:00:00Z"))
    assert is_noted(check("calibration", calibration=facts), "of an impossible date", "calibrate")


def test_a_sensor_that_has_moved() -> None:
    facts = CalibrationFacts(saved=saved(), stops=9, slip_deg=-3.14)
    found = check("slip", calibration=facts)
    assert is_wrong(found, "moved by 3.1° since it was calibrated", "fasten")


def test_too_few_sets_to_tell_whether_it_has_moved() -> None:
    found = check("slip", calibration=CalibrationFacts(saved=saved(), stops=2))
    assert (found.state, found.words) == (
        State.UNKNOWN,
        "ended at the lever's stop so far: 2 sets, 3 tell",
    )


# What is kept.


def test_no_sets_yet() -> None:
    found = check("store", store=store(size=0, whole=None, sets=0, newest=None))
    assert (found.state, found.words) == (State.OK, "no sets yet")


def test_a_store_that_another_program_has() -> None:
    found = check("store", store=store(whole=None, problem="database is locked", busy=True))
    assert is_wrong(found, "another program has it", "end that program")
    assert "disk" not in found.fix


def test_a_damaged_store() -> None:
    found = check("store", store=store(whole=False, problem="file is not a database"))
    assert is_wrong(found, "sets.db is damaged", "sets it aside")


def test_a_store_of_a_newer_program() -> None:
    found = check("store", store=store(version=VERSION + 1))
    assert is_wrong(found, "made by a newer LeverRep", "update this one")


def test_a_store_of_an_older_program_is_brought_up_to_date_later() -> None:
    found = check("store", store=store(version=VERSION - 1))
    assert found.state is State.OK
    assert "the next start brings it up to date" in found.words


def test_a_store_that_cannot_be_written_to() -> None:
    found = check("store", store=store(writable=False))
    assert is_wrong(found, "may only be read", "check whose it is, and its rights")


def test_a_store_that_cannot_be_read() -> None:
    found = check("store", store=store(whole=None, problem="Permission denied"))
    assert is_wrong(found, "cannot be read: Permission denied", "check whose it is")


def test_the_store_of_the_station_that_runs_may_be_another() -> None:
    found = check("store", folder=folder(station=None))
    assert is_noted(found, "keeps its sets elsewhere than in /var/lib/leverrep", "sudo -u leverrep")


def test_a_store_too_large_to_check() -> None:
    found = check("store", store=store(whole=None))
    assert found.words == "231 sets, 24.0 MB, too large to check all of it"


def test_a_store_that_was_set_aside() -> None:
    found = check("store", store=store(set_aside=("sets.db.damaged-20261101T100000Z",)))
    assert is_noted(found, "sets.db.damaged-20261101T100000Z", "mended")


@pytest.mark.parametrize(
    ("sets", "state"), [(2000, State.OK), (1999, State.WARNING), (199, State.WRONG)]
)
def test_the_room_on_the_disk(sets: int, state: State) -> None:
    each = 24_000_000 // 231
    found = check("disk", folder=folder(free=sets * each))
    assert found.state is state
    assert f"room for {sets} sets" in found.words
    assert bool(found.fix) == (state is not State.OK)


def test_a_folder_on_a_disk_that_is_not_there() -> None:
    gone = folder(obstacle=Obstacle(FOLDER, is_link=True))
    found = check("disk", folder=gone)
    assert is_wrong(found, f"the link {FOLDER} leads to no folder", "connect the disk")
    for name in ("store", "files", "calibration", "records"):
        found = check(name, folder=gone, calibration=CalibrationFacts(), store=store(size=0))
        assert found.state is State.UNKNOWN, name


def test_a_file_in_the_way_of_the_folder() -> None:
    found = check("disk", folder=folder(obstacle=Obstacle(FOLDER, is_link=False)))
    assert is_wrong(found, f"{FOLDER} is no folder", "move it away")


def test_a_disk_that_may_only_be_read() -> None:
    found = check("disk", folder=folder(writable=False))
    assert is_wrong(found, "cannot be written to", "read-only")


def test_files_that_others_may_read() -> None:
    found = check("files", folder=folder(loose=("sets.db", "token")))
    assert is_noted(found, "sets.db and 1 more may be read by others", "chmod -R go= /var/lib")


def test_a_folder_with_a_space_in_its_name_is_one_word_to_a_shell() -> None:
    kept = folder(path=Path("/srv/Praxis A/leverrep"), loose=("token",))
    assert "chmod -R go= '/srv/Praxis A/leverrep'" in check("files", folder=kept).fix
    kept = replace(kept, foreign=("token",))
    assert "sudo chown -R kim '/srv/Praxis A/leverrep'" in check("files", folder=kept).fix


def test_files_of_somebody_else() -> None:
    found = check("files", folder=folder(foreign=("sets.db",)))
    assert is_wrong(found, "sets.db is another user's", "sudo chown -R kim /var/lib/leverrep")


# The clock and the display.


def test_a_clock_in_1970() -> None:
    found = check("clock", now=datetime(1970, 1, 1, tzinfo=UTC), store=store(newest=None))
    assert is_wrong(found, "1970-01-01 00:00 cannot be", "timedatectl set-time")


def test_a_clock_that_was_set_back() -> None:
    found = check("clock", store=store(newest=NOW + timedelta(days=3)))
    assert is_wrong(found, "but a set was kept on 2026-12-01", "network")


def test_a_clock_that_nobody_sets() -> None:
    assert is_noted(check("clock", synchronised=False), "not set by a time server", "if it is")
    assert check("clock", synchronised=None).state is State.OK


def test_a_display_whose_port_is_taken() -> None:
    for who in ("other", "silent"):
        found = check("display", station=RunningStation(ADDRESS, who), folder=folder(station=None))
        assert is_noted(found, f"{ADDRESS} is taken by another program", "display.port")


def test_a_display_that_does_not_answer_though_the_station_runs() -> None:
    for who in ("nobody", "silent"):
        found = check("display", station=RunningStation(ADDRESS, who), folder=folder(station=812))
        assert is_wrong(found, "does not answer, though a station runs (process 812)", "anew")


def test_a_display_without_a_station_is_fine() -> None:
    found = check("display", station=RunningStation(ADDRESS, "nobody"), folder=folder(station=None))
    assert (found.state, found.words) == (State.OK, f"{ADDRESS} when the station runs")


def test_an_address_of_another_computer() -> None:
    found = check("display", station=RunningStation(ADDRESS, "elsewhere"))
    assert is_wrong(found, "is no address of this computer", "display.host")


def test_what_was_recorded() -> None:
    assert check("records").words == "no log yet, no incidents"
    newest = NOW - timedelta(days=2)
    kept = folder(log_bytes=12_300, incidents=4, newest_incident=newest)
    found = check("records", folder=kept)
    assert (found.state, found.words) == (State.OK, "log 12 kB, 4 incidents, the last 2 days ago")


def test_one_of_a_thing_is_told_as_one() -> None:
    kept = folder(incidents=1, newest_incident=NOW - timedelta(days=1), free=150_000)
    assert check("records", folder=kept).words == "no log yet, 1 incident, the last 1 day ago"
    assert check("disk", folder=kept).words.endswith("room for 1 set")
    found = check("slip", calibration=CalibrationFacts(saved=saved(), stops=1))
    assert found.words == "ended at the lever's stop so far: 1 set, 3 tell"


def test_a_folder_where_the_log_should_be() -> None:
    found = check("records", folder=folder(misplaced=("station.log",)))
    assert (found.state, found.fix) == (State.WARNING, "move it away")
    assert found.words == "station.log is not what it should be: nothing is recorded there"
