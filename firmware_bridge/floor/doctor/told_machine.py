"""What a station tells of its machine, checked: anybody may answer where we ask."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
Word = Annotated[str, Meta(max_length=32)]  # as a frame has room for


class _Jitter(msgspec.Struct):
    rms: Count
    max: Count


class _Magnet(msgspec.Struct):
    state: Literal["ok", "weak", "strong", "missing", "no_answer"] | None
    agc: Count | None
    magnitude: Count | None

    def __post_init__(self) -> None:
        _all_or_none(self.state, self.agc, self.magnitude)


class _Clock(msgspec.Struct):
    drift_ppm: float | None
    jitter_ms: float | None


class _Machine(msgspec.Struct):
    """As MachineHealth.view. A station of an older version knows less, and of a newer one more."""

    port: str | None
    why: str | None
    device_id: Word | None
    firmware: Word | None
    bundled_firmware: Word
    update_needed: bool | None
    sensor: Word | None
    counts_per_turn: Count | None
    protocol: Count | None
    rate_hz: Count | None
    measured_hz: float | None
    jitter_us: _Jitter | None
    reset: Literal["power", "watchdog", "error", "other"] | None
    sent: Count
    received: Count
    missing: Count
    late: Count
    reboots: Count
    overruns: Count
    bad_frames: Count
    bus_faults: Count | None
    magnet: _Magnet
    streaming: bool | None
    silent_s: float | None
    clock: _Clock

    def __post_init__(self) -> None:
        _all_or_none(self.device_id, self.firmware, self.sensor, self.counts_per_turn)


def _all_or_none(*fields: object) -> None:
    """They come in one frame."""
    if any(field is None for field in fields) and fields != (None,) * len(fields):
        raise ValueError("some of it is missing")


def told_machine(text: bytes) -> dict[str, Any] | None:
    """JSON as MachineHealth.view gives it; None for whatever else it is."""
    try:
        return msgspec.to_builtins(msgspec.json.decode(text, type=_Machine))  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None
