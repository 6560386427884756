"""FIT files are read back by two readers: the official one, and fitdecode."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import fitdecode
import garmin_fit_sdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.floor.export.fit_export import by_day, fit_activity
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import EVENING, changed, kept, partials_alone, struck_out

ROOT = Path(__file__).parents[3]
FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
FIRST = EVENING.replace(microsecond=0)
Messages = dict[str, list[dict[str, Any]]]


def official(data: bytes) -> Messages:
    def decoder() -> garmin_fit_sdk.Decoder:
        return garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(data)))

    assert decoder().is_fit()
    assert decoder().check_integrity()
    messages, errors = decoder().read()
    assert errors == []
    return {name.removesuffix("_mesgs"): found for name, found in messages.items()}


def by_fitdecode(data: bytes) -> Messages:
    messages: Messages = {}
    with fitdecode.FitReader(
        data,
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as frames:
        for frame in frames:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                fields = {one.name: one.value for one in frame.fields if one.value is not None}
                messages.setdefault(frame.name, []).append(fields)
    return messages


def read(sets: Sequence[StoredSet]) -> Messages:
    """What both readers read: the same."""
    data = fit_activity(sets)
    one, other = official(data), by_fitdecode(data)
    for activity in one["activity"]:  # the official reader leaves it as a number
        activity["local_timestamp"] = FIT_EPOCH + timedelta(seconds=activity["local_timestamp"])
    assert one == other
    return one


def after(minutes: float, **facts: Any) -> StoredSet:
    return kept(started_utc=EVENING + timedelta(minutes=minutes), **facts)


def loads(sets: Sequence[StoredSet]) -> list[float | None]:
    return [one.get("weight") for one in read(sets)["set"] if one["set_type"] == "active"]


def test_every_field_of_an_activity() -> None:
    assert read([kept(device_id="LR-1"), after(3, plan=Plan(), device_id="LR-1")]) == {
        "file_id": [
            {
                "type": "activity",
                "manufacturer": "development",
                "product": 0,
                "serial_number": 3997866130,
                "time_created": FIRST,
            }
        ],
        "event": [
            {"timestamp": FIRST, "event": "timer", "event_type": "start"},
            {
                "timestamp": FIRST + timedelta(seconds=228),
                "event": "timer",
                "event_type": "stop_all",
            },
        ],
        "exercise_title": [
            {
                "message_index": 0,
                "exercise_category": "hyperextension",
                "wkt_step_name": "Lever Back Extension",
            }
        ],
        "set": [
            {
                "message_index": 0,
                "set_type": "active",
                "start_time": FIRST,
                "timestamp": FIRST + timedelta(seconds=48),
                "duration": 47.886,
                "repetitions": 9,
                "category": "hyperextension",
                "weight": 42.5,
                "weight_display_unit": "kilogram",
            },
            {
                "message_index": 1,
                "set_type": "rest",
                "start_time": FIRST + timedelta(seconds=48),
                "timestamp": FIRST + timedelta(seconds=180),
                "duration": 132.114,
            },
            {
                "message_index": 2,
                "set_type": "active",
                "start_time": FIRST + timedelta(seconds=180),
                "timestamp": FIRST + timedelta(seconds=228),
                "duration": 47.886,
                "repetitions": 9,
                "category": "hyperextension",
            },
        ],
        "lap": [WHOLE | {"event": "lap", "lap_trigger": "session_end"}],
        "session": [
            WHOLE
            | {
                "event": "session",
                "trigger": "activity_end",
                "first_lap_index": 0,
                "num_laps": 1,
            }
        ],
        "activity": [
            {
                "timestamp": FIRST + timedelta(seconds=228),
                "local_timestamp": FIRST + timedelta(hours=1, seconds=228),
                "total_timer_time": 227.886,
                "num_sessions": 1,
                "type": "manual",
                "event": "activity",
                "event_type": "stop",
            }
        ],
    }


WHOLE = {
    "message_index": 0,
    "timestamp": FIRST + timedelta(seconds=228),
    "start_time": FIRST,
    "total_elapsed_time": 227.886,
    "total_timer_time": 227.886,
    "event_type": "stop",
    "sport": "training",
    "sub_sport": "strength_training",
}


def test_only_what_counts_is_a_repetition() -> None:
    sets = [kept(), struck_out(after(3), 1, 4), partials_alone(after(6))]
    found = [one["repetitions"] for one in read(sets)["set"] if one["set_type"] == "active"]
    assert found == [9, 7, 0]


def test_a_load_nobody_has_said_is_absent_and_none_at_all_is_0() -> None:
    plans = [Plan(), Plan(load_kg=0.0), Plan(load_kg=42.53), Plan(load_kg=500.0), Plan()]
    found = loads([after(3 * n, plan=plan) for n, plan in enumerate(plans)])
    assert found == [None, 0.0, 42.5, 500.0, None]


def test_sets_may_come_in_any_order_and_overlap() -> None:
    found = read([after(0.5), after(0)])["set"]
    assert [one["set_type"] for one in found] == ["active", "active"]
    assert found[0]["timestamp"] == found[1]["start_time"]


def test_the_machine_is_known_by_its_number() -> None:
    numbers = [
        read([kept(device_id=name)])["file_id"][0]["serial_number"]
        for name in ("LR-1", "LR-2", "LR-1", None)
    ]
    assert numbers[0] == numbers[2]
    assert len({*numbers}) == 3


def test_a_clock_that_was_never_set_gives_a_file_that_can_be_read() -> None:
    sets = [kept(started_utc=datetime(1970, 1, 1, tzinfo=UTC)), kept()]
    assert read(sets[:1])["set"][0]["start_time"].year == 1998


def test_local_time_is_that_of_its_last_set() -> None:
    activity = read([after(0, utc_offset_min=60), after(3, utc_offset_min=120)])["activity"][0]
    assert activity["local_timestamp"] - activity["timestamp"] == timedelta(hours=2)


def test_the_same_sets_give_the_same_bytes() -> None:
    sets = [kept(), after(3)]
    assert fit_activity(sets) == fit_activity(sets[::-1])


workout = st.lists(
    st.tuples(
        st.none() | st.floats(0, 500),
        st.integers(0, 100),
        st.floats(0, 3600),
        st.floats(0, 7200),
    ),
    min_size=1,
    max_size=6,
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))


@settings(deadline=None)
@given(workout, moments, st.integers(-12 * 60, 14 * 60))
def test_whatever_was_done_both_read_it(
    done: list[tuple[float | None, int, float, float]], began: datetime, offset: int
) -> None:
    sets = []
    for load_kg, reps, took_s, rest_s in done:
        one = kept(plan=Plan(load_kg=load_kg), started_utc=began, utc_offset_min=offset)
        sets.append(changed(one, start_s=0.0, end_s=took_s, rep_count=reps))
        began = one.started_utc + timedelta(seconds=took_s + rest_s)
    messages = read(sets)
    found, (activity,) = messages["set"], messages["activity"]
    active = [one for one in found if one["set_type"] == "active"]
    assert [one["repetitions"] for one in active] == [reps for _, reps, *_ in done]
    for one, (load_kg, _, took_s, _) in zip(active, done, strict=True):
        assert one["duration"] == pytest.approx(took_s, abs=0.00051)
        assert one.get("weight") == (None if load_kg is None else round(load_kg * 16) / 16)
    assert [one["message_index"] for one in found] == [*range(len(found))]
    assert activity["total_timer_time"] == pytest.approx(sum(one["duration"] for one in found))
    assert activity["local_timestamp"] - activity["timestamp"] == timedelta(minutes=offset)
    for one in found:
        took = (one["timestamp"] - one["start_time"]).total_seconds()
        assert abs(took - one["duration"]) < 1


def test_sets_belong_to_the_day_by_the_clock_on_the_wall() -> None:
    evening = kept(started_utc=datetime(2026, 11, 25, 23, 30, tzinfo=UTC))
    morning = kept(started_utc=datetime(2026, 11, 26, 5, 0, tzinfo=UTC), utc_offset_min=-360)
    found = by_day([evening, morning])
    assert found == {date(2026, 11, 26): [evening], date(2026, 11, 25): [morning]}


def test_a_set_that_was_started_again_is_in_no_day() -> None:
    again = kept(ended_by="restarted")
    assert by_day([again]) == {}
    assert by_day([again, after(3), again]) == {EVENING.date(): [after(3)]}


def test_nothing_is_loaded_before_it_is_needed_and_nothing_written_or_changed(
    tmp_path: Path,
) -> None:
    program = """
import logging, sys
from tests.floor.export.kept import kept
from firmware_bridge.floor.export.fit_export import fit_activity
assert "fit_tool" not in sys.modules
assert fit_activity([kept()])
assert "fit_tool" in sys.modules
assert logging.root.handlers == []
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
