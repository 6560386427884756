"""What the keeper is told while sets come and go; the keeper and the tape stand aside."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from analysis import Event, SetReport
from config import FormStandard
from firmware_bridge.floor.board import Board, Kept
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord
from firmware_bridge.floor.store.keeping import LEAD_BYTES, LEAD_S, Keeping, Measuring
from firmware_bridge.floor.store.store import Samples, Stop
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.test_setrecord import rep

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=timezone(timedelta(hours=1)))
CALIBRATED = Measuring("lever-1", {"made_utc": "2026-11-01T10:00:00Z", "stop_deg": 60.0})


class KeeperDouble:
    def __init__(self) -> None:
        self.found: list[StoredSet] | None = []
        self.stops: list[Stop] = []
        self.kept: dict[str, int] = {}
        self.failure = ""
        self.told: list[tuple[str, Any]] = []
        self.sets: list[StoredSet] = []

    def begin(self, begun: StoredSet, samples: Samples) -> None:
        self.told.append(("begin", (begun, samples)))

    def append(self, data: bytes) -> None:
        self.told.append(("append", data))

    def describe(self, begun: StoredSet, removed: frozenset[int]) -> None:
        self.told.append(("describe", (begun, removed)))

    def drop(self) -> None:
        self.told.append(("drop", None))

    def save(self, one: StoredSet, samples: Samples) -> None:
        self.told.append(("save", (one, samples)))
        self.sets.append(one)
        self.kept[one.uid] = 40 + len(self.sets)

    def mark(self, one: StoredSet) -> None:
        self.told.append(("mark", one))

    def strike(self, one: StoredSet) -> None:
        self.told.append(("strike", one))

    @property
    def words(self) -> list[str]:
        return [word for word, _ in self.told]


class TapeDouble:
    def __init__(self) -> None:
        self.from_s, self.data, self.kept_from_s, self.cuts = 3.0, b"tape", 0.0, 0
        self.now_s, self.most = 0.0, 0

    def forget_before(self, t_s: float) -> None:
        self.kept_from_s = t_s

    def forget_beyond(self, size: int) -> None:
        self.most = size

    def cut(self) -> None:
        self.cuts += 1


class Floor:
    """A board whose sets are kept; the steady clock is 1000 s ahead of the machine's."""

    def __init__(self, measuring: Measuring = CALIBRATED) -> None:
        self.keeper, self.tape = KeeperDouble(), TapeDouble()
        self.keeping = Keeping(self.keeper, self.tape, lambda: NOON)  # type: ignore[arg-type]
        self.board = Board(FormStandard(), Plan(load_kg=40.0))
        self.board.standards = {"standard": FormStandard()}
        self.measuring = measuring
        self.stop_deg: float | None = 60.1

    def connect(self) -> "Floor":
        self.keeping.measure_by(self.measuring, self.board)
        return self

    def look(self, t_s: float, active: bool = False) -> "Floor":
        self.board.see(t_s, 10.0, t_s + 1000.0)
        self.tape.now_s = t_s
        self.keeping.follow(self.board, self.stop_deg, active, t_s + 1000.0)
        return self

    def do_set(self, t_s: float, stop_deg: float | None = 60.1) -> "Floor":
        """Ten seconds that end at `t_s`."""
        self.stop_deg = stop_deg
        self.look(t_s - 10, active=True)
        self.board.apply(Event("set_started", t_s - 10, t_s - 5))
        self.look(t_s - 5, active=True)
        rep_s = rep(1, 40.0)
        measures = rep_s.measures._replace(start_s=t_s - 9, end_s=t_s - 1)
        report = SetReport((rep_s._replace(measures=measures),)).to_dict()
        self.board.apply(Event("set_ended", t_s, t_s, {"reason": "rest", "set": report}))
        return self.look(t_s)


def test_a_set_is_saved_once_with_its_wire_bytes_and_the_time_on_the_wall() -> None:
    floor = Floor().connect().do_set(100.0).look(101.0)
    assert floor.keeper.words == ["begin", "save"]
    one, samples = floor.keeper.told[-1][1]
    assert samples == Samples("wire", b"tape", 3.0)
    assert one.started_utc == NOON - timedelta(seconds=9)
    assert one.started_utc.tzinfo is UTC
    assert (one.utc_offset_min, one.device_id, one.stop_deg) == (60, "lever-1", 60.1)
    assert one.calibration == CALIBRATED.calibration
    assert (one.record.plan.load_kg, one.suspect) == (40.0, False)
    assert floor.tape.kept_from_s == 101.0 - LEAD_S
    assert floor.board.kept == {1: Kept(41)}


def test_what_is_running_is_told_as_it_comes() -> None:
    floor = Floor().connect().look(50.0)
    floor.keeping.add(b"idle")
    floor.look(60.0, active=True)
    floor.keeping.add(b"more")
    floor.keeping.add(b"")
    floor.look(61.0, active=True)
    assert floor.keeper.words == ["begin", "append"]
    begun, samples = floor.keeper.told[0][1]
    assert begun.record.ended_by == "interrupted"
    assert begun.record.number == 1
    # The tape began 57 s before.
    assert begun.started_utc == NOON - timedelta(seconds=57)
    assert samples.from_s == 3.0


def test_what_was_no_set_is_dropped_and_old_bytes_forgotten() -> None:
    floor = Floor().connect().look(60.0, active=True).look(70.0)
    assert floor.keeper.words == ["begin", "drop"]
    assert floor.tape.kept_from_s == 70.0 - LEAD_S


def test_a_set_under_way_keeps_its_bytes() -> None:
    floor = Floor().connect().look(60.0, active=True).look(300.0, active=True)
    assert floor.tape.kept_from_s == 0.0


def test_a_change_by_a_person_is_told() -> None:
    floor = Floor().connect().do_set(100.0)
    (record,) = floor.board.sets
    floor.board.sets[0] = replace(record, report=record.report_without([1]))
    floor.look(101.0).look(102.0)
    assert floor.keeper.words == ["begin", "save", "strike"]
    changed = floor.keeper.told[-1][1]
    assert changed.uid == floor.keeper.sets[0].uid
    assert changed.report["rep_count"] == 0


def found(number: int, ended_ago_s: float) -> StoredSet:
    report = SetReport((rep(1, 40.0),)).to_dict()
    record = SetRecord(number, Plan(), FormStandard(), report, "rest", rest_from_s=0.0)
    began = NOON.astimezone(UTC) - timedelta(seconds=ended_ago_s + 4)
    return StoredSet(f"u{number}", record, began, id=number + 10)


def test_sets_of_today_are_there_again_after_a_restart() -> None:
    floor = Floor()
    floor.keeper.found = [found(3, 600.0), found(1, 60.0)]
    floor.connect().look(5.0)
    assert [one.number for one in floor.board.sets] == [1, 2]
    assert [one.rest_from_s for one in floor.board.sets] == [pytest.approx(405), pytest.approx(945)]
    assert floor.board.kept == {1: Kept(13), 2: Kept(11)}
    floor.do_set(100.0)
    assert floor.board.sets[-1].number == 3
    assert floor.keeper.words == ["begin", "save"]


def test_a_store_that_is_read_late_does_not_disturb() -> None:
    floor = Floor()
    floor.keeper.found = None
    floor.connect().do_set(100.0)
    floor.keeper.found = [found(1, 600.0)]
    floor.look(101.0)
    assert [one.number for one in floor.board.sets] == [1]
    assert floor.keeper.words == ["begin", "save"]


def test_what_cannot_be_kept_is_on_the_board_for_as_long_as_it_cannot() -> None:
    floor = Floor().connect()
    floor.keeper.failure = "the disk is full"
    assert floor.look(1.0).board.complaint == "the disk is full"
    floor.keeper.failure = ""
    assert floor.look(2.0).board.complaint == ""


def suspects(floor: Floor) -> list[bool]:
    changed = {one.uid: one for word, one in floor.keeper.told if word == "mark"}
    return [changed.get(one.uid, one).suspect for one in floor.keeper.sets]


def done(floor: Floor, stops: Sequence[float | None]) -> Floor:
    for n, stop_deg in enumerate(stops):
        floor.do_set(100.0 * (n + 1), stop_deg)
    return floor


def test_a_sensor_that_has_moved_is_told_and_its_sets_are_suspect() -> None:
    floor = done(Floor().connect(), [60.1, 59.9, 63.0, 63.1, 62.9, 63.0])
    assert floor.board.slip_deg == pytest.approx(3.0, abs=0.2)
    assert suspects(floor) == [False, False, True, True, True, True]


def test_once_it_has_moved_it_is_suspect_until_it_is_calibrated() -> None:
    floor = done(Floor().connect(), [63.0, 63.0, 63.0, 60.0, 60.0, 60.0])
    assert floor.board.slip_deg == pytest.approx(3.0)
    floor.keeping.measure_by(replace(CALIBRATED, calibration={"stop_deg": 60.0}), floor.board)
    assert floor.board.slip_deg is None
    floor.do_set(1000.0, 60.0)
    assert not floor.keeper.sets[-1].suspect


def test_a_slip_of_before_the_restart_is_remembered() -> None:
    floor = Floor()
    floor.keeper.stops = [Stop("lever-1", CALIBRATED.calibration, 57.0)] * 3
    assert floor.connect().look(1.0).board.slip_deg == pytest.approx(-3.0)


def test_stops_of_another_sensor_say_nothing() -> None:
    floor = Floor()
    floor.keeper.stops = [Stop("lever-2", CALIBRATED.calibration, 57.0)] * 9
    assert floor.connect().look(1.0).board.slip_deg is None


def test_a_board_that_sends_no_samples_fills_no_tape() -> None:
    floor = Floor().connect().look(10.0)
    assert floor.tape.most == LEAD_BYTES


def test_a_sensor_that_tells_no_angle_fills_no_tape() -> None:
    floor = Floor().connect().look(10.0)
    floor.tape.now_s = 500.0
    floor.keeping.follow(floor.board, None, False, 1500.0)
    assert floor.tape.kept_from_s == 500.0 - LEAD_S


def test_that_it_hurt_is_told_without_the_report() -> None:
    floor = Floor().connect().do_set(100.0)
    (record,) = floor.board.sets
    floor.board.sets[0] = replace(record, discomfort=True)
    assert floor.look(101.0).keeper.words == ["begin", "save", "mark"]


def test_what_is_struck_out_of_one_set_is_not_of_the_next() -> None:
    floor = Floor().connect().look(10.0, active=True)
    floor.board.apply(Event("set_started", 10.0, 10.0))
    floor.board.strike([1])
    floor.look(12.0, active=True)
    assert floor.keeper.told[-1][1][1] == {1}
    done = {"reason": "rest", "set": SetReport(()).to_dict()}
    floor.board.apply(Event("set_ended", 13.0, 13.0, done))
    floor.look(13.0).look(14.0, active=True).look(15.0, active=True)
    assert floor.keeper.words == ["begin", "describe", "save", "begin"]
