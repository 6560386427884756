"""A timeline as the messages of a FIT file. Imports fit_tool, which takes a while: import it late.

fit_tool wants times in milliseconds since 1970, but the local one as FIT has it.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.exercise_title_message import ExerciseTitleMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.messages.set_message import SetMessage
from fit_tool.profile.profile_type import (
    Activity,
    Event,
    EventType,
    ExerciseCategory,
    FileType,
    FitBaseUnit,
    LapTrigger,
    Manufacturer,
    SessionTrigger,
    SetType,
    Sport,
    SubSport,
)

from firmware_bridge.floor.export.timeline import Stretch
from firmware_bridge.floor.store.storedset import StoredSet

EXERCISE = "Lever Back Extension"
_FIT_EPOCH_S = 631_065_600  # 1989-12-31T00:00:00Z


def activity(stretches: Sequence[Stretch]) -> bytes:
    """The file. Its messages stand in the order in which they happened, the summaries last."""
    done = [one.done for one in stretches if one.done]
    builder = FitFileBuilder()
    builder.add_all([*_beginning(stretches[0].start_ms, done[0].device_id or "")])
    builder.add_all([*_sets(stretches)])
    builder.add_all([*_end(stretches[0].start_ms, stretches[-1].end_ms, done[-1].utc_offset_min)])
    return bytes(builder.build_bytes())


def _beginning(start_ms: int, device_id: str) -> Iterator[Any]:
    start = _seconds(start_ms)
    yield _message(
        FileIdMessage,
        type=FileType.ACTIVITY,
        manufacturer=Manufacturer.DEVELOPMENT.value,
        product=0,
        serial_number=zlib.crc32(device_id.encode()) or 1,  # a number, and 0 is none
        time_created=start,
    )
    yield _message(EventMessage, timestamp=start, event=Event.TIMER, event_type=EventType.START)
    # Its number is left out: 0 would be a real exercise, and another one.
    yield _message(
        ExerciseTitleMessage,
        message_index=0,
        exercise_category=ExerciseCategory.HYPEREXTENSION,
        workout_step_name=EXERCISE,
    )


def _sets(stretches: Sequence[Stretch]) -> Iterator[Any]:
    for index, one in enumerate(stretches):
        what = {"set_type": SetType.REST} if one.done is None else _work(one.done)
        yield _message(
            SetMessage,
            timestamp=_seconds(one.end_ms),
            message_index=index,
            start_time=_seconds(one.start_ms),
            duration=one.duration_ms / 1000,
            **what,
        )


def _work(done: StoredSet) -> dict[str, Any]:
    load_kg = done.record.plan.load_kg
    return {
        "set_type": SetType.ACTIVE,
        "category": [ExerciseCategory.HYPEREXTENSION.value],
        # With partials alone it is a set of none: the time is no rest.
        "repetitions": done.report["rep_count"],
        "weight": load_kg,
        "weight_display_unit": None if load_kg is None else FitBaseUnit.KILOGRAM,
    }


def _end(start_ms: int, end_ms: int, utc_offset_min: int) -> Iterator[Any]:
    end, took_s = _seconds(end_ms), (end_ms - start_ms) / 1000
    whole = {
        "timestamp": end,
        "message_index": 0,
        "start_time": _seconds(start_ms),
        "total_elapsed_time": took_s,
        "total_timer_time": took_s,
        "event_type": EventType.STOP,
        "sport": Sport.TRAINING,
        "sub_sport": SubSport.STRENGTH_TRAINING,
    }
    yield _message(EventMessage, timestamp=end, event=Event.TIMER, event_type=EventType.STOP_ALL)
    yield _message(LapMessage, **whole, event=Event.LAP, lap_trigger=LapTrigger.SESSION_END)
    yield _message(
        SessionMessage,
        **whole,
        event=Event.SESSION,
        trigger=SessionTrigger.ACTIVITY_END,
        first_lap_index=0,
        num_laps=1,
    )
    yield _message(
        ActivityMessage,
        timestamp=end,
        local_timestamp=end // 1000 - _FIT_EPOCH_S + 60 * utc_offset_min,
        total_timer_time=took_s,
        num_sessions=1,
        type=Activity.MANUAL,
        event=Event.ACTIVITY,
        event_type=EventType.STOP,
    )


def _seconds(ms: int) -> int:
    """The whole seconds of it, in ms: FIT's times have no fractions."""
    return ms // 1000 * 1000


def _message(kind: Any, **fields: Any) -> Any:
    """A message with these fields; one that is None is left out."""
    message = kind()
    for name, value in fields.items():
        setattr(message, name, value)
    return message
