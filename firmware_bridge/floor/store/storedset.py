"""A set as it is kept: what the board had of it, and when, where and how it was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from firmware_bridge.floor.setrecord import SetRecord


@dataclass(frozen=True)
class StoredSet:
    """`uid`: its name for ever; `id`: its number in the store, None until it is there.

    `started_utc`: of its first rep or partial, aware, UTC; `utc_offset_min`: of the local time
    then. `calibration`: how counts became degrees (the fields of MachineProfile and Calibration
    that matter). `stop_deg`: where the lever's stop was seen. `suspect`: the sensor had moved.
    """

    uid: str
    record: SetRecord
    started_utc: datetime
    utc_offset_min: int = 0
    device_id: str | None = None
    calibration: Mapping[str, Any] = field(default_factory=dict)
    stop_deg: float | None = None
    suspect: bool = False
    source: Literal["machine", "import"] = "machine"
    notes: str = ""
    id: int | None = None
    program: str = ""  # the version that analysed it
    analysed_utc: datetime | None = None

    @property
    def report(self) -> dict[str, Any]:
        """The set's entry of a report's `sets`."""
        return self.record.report

    @property
    def interrupted(self) -> bool:
        """Was the station gone before the set was over?"""
        return self.record.ended_by == "interrupted"

    @property
    def duration_s(self) -> float:
        """From the start of its first rep or partial to the end of the last."""
        start_s, end_s = self.report["start_s"], self.report["end_s"]
        return 0.0 if start_s is None or end_s is None else float(end_s - start_s)

    @property
    def ended_utc(self) -> datetime:
        """When its last rep was over."""
        return self.started_utc + timedelta(seconds=self.duration_s)

    @property
    def started_local(self) -> datetime:
        """When it began, by the clock on the wall."""
        return self.started_utc.astimezone(timezone(timedelta(minutes=self.utc_offset_min)))
