"""How well the machine and its line are, folded from what a link tells; time is an argument."""

from collections import deque
from dataclasses import dataclass
from typing import Any, NamedTuple

from firmware_bridge.device.bundled import BUNDLED_VERSION, update_needed
from firmware_bridge.device.clock import Clock
from firmware_bridge.device.decoder import Fault, FaultKind
from firmware_bridge.device.events import Chunk, Connected, Event
from firmware_bridge.device.frames import PROTOCOL, Ack, Health, Hello, Sensor, Status
from firmware_bridge.device.ledger import Gap, Readings, Totals
from firmware_bridge.device.stream import Item
from firmware_bridge.errors import printable

RATE_SECONDS = 10  # of which the rate is measured
LEAST_S = 0.5  # of less, one late sample would be seen in it


class _Slot(NamedTuple):
    """A sample: its number since boot, and its device time."""

    number: int
    t_s: float


@dataclass
class _Boot:
    """What a machine has said of itself since it started."""

    first: Status | None = None
    newest: Status | None = None
    health: Health | None = None

    @property
    def overruns(self) -> int:
        """Since we listen."""
        return self.newest.overruns - self.first.overruns if self.newest and self.first else 0


class MachineHealth:
    """Tell it every event of a link; `view` says what is known by then.

    Counters go on through reconnects. What is of one boot (rate, jitter, clock, magnet) begins
    anew with the next.
    """

    def __init__(self) -> None:
        self._port: str | None = None
        self._why: str | None = None  # there is no machine
        self._hello: Hello | None = None
        self._rate_hz: int | None = None
        self._heard_at: float | None = None
        self._in_step = False  # has a frame of this connection come whole?
        self._bad_frames = 0
        self.clock = Clock()  # when its samples were taken
        self._overruns = 0  # of boots that are over
        self._boot = _Boot()
        self._begin_timing()

    def take(self, event: Event, at: float) -> None:
        """Follow one event, which came at the second `at` of a steady clock."""
        if isinstance(event, Chunk):
            for item in event.items:
                self._follow(item, at)
        elif isinstance(event, Connected):
            self._port, self._why, self._in_step = event.port, None, False
            self._begin_timing()
        else:
            self._why = str(event.why)

    def view(self, totals: Totals, at: float) -> dict[str, Any]:
        """What is known at the second `at`, ready for JSON; None: not known.

        `why`: there is no machine now. `rate_hz` is what it says, `measured_hz` the sample slots
        in a second of its clock. `overruns` are those since we listen, `bus_faults` those since
        its boot. `silent_s`: since the last whole frame.
        """
        hello, status, health = self._hello, self._boot.newest, self._boot.health
        return {
            "port": self._port and printable(self._port),
            "why": self._why,
            "device_id": hello and hello.device_id,
            "firmware": hello and hello.firmware,
            "bundled_firmware": BUNDLED_VERSION,
            "update_needed": update_needed(hello.firmware) if hello else None,
            "sensor": hello and hello.sensor,
            "counts_per_turn": hello and hello.counts_per_turn,
            "protocol": hello and PROTOCOL,
            "rate_hz": self._rate_hz,
            "measured_hz": self._measured_hz(),
            "jitter_us": _jitter(health),
            "reset": health and health.reset.name.lower(),
            "sent": totals.sent,
            "received": totals.received,
            "missing": totals.missing,
            "late": totals.late,
            "reboots": totals.reboots,
            "overruns": self._overruns + self._boot.overruns,
            "bad_frames": self._bad_frames,
            "bus_faults": health and health.bus_faults,
            "magnet": _magnet(status),
            "streaming": status and bool(status.flags & Sensor.STREAMING),
            "silent_s": _rounded(None if self._heard_at is None else at - self._heard_at),
            "clock": {
                "drift_ppm": _rounded(self.clock.drift_ppm),
                "jitter_ms": _rounded(self.clock.jitter_ms),
            },
        }

    def _follow(self, item: Item, at: float) -> None:
        match item:
            case Fault():
                # What comes before the first frame was cut by our coming; a type that we do not
                # know is a newer firmware's.
                self._bad_frames += self._in_step and item.kind is not FaultKind.UNKNOWN_TYPE
                return
            case Readings():
                self._measure(item, at)
            case Gap():
                if item.missing is None:
                    self._overruns += self._boot.overruns
                    self._boot = _Boot()
                    self._begin_timing()
            case Hello():
                self._hello = item
                self._run_at(item.rate_hz)
            case Status():
                self._boot.first = self._boot.first or item
                self._boot.newest = item
                self._run_at(item.rate_hz)
            case Ack():
                self._run_at(item.rate_hz)
            case Health():
                self._boot.health = item
        self._heard_at, self._in_step = at, True

    def _begin_timing(self) -> None:
        self._slots: deque[_Slot] = deque(maxlen=RATE_SECONDS)  # one a second
        self._newest: _Slot | None = None
        self.clock.restart()

    def _run_at(self, rate_hz: int) -> None:
        if rate_hz != self._rate_hz:
            self._rate_hz = rate_hz
            self._slots.clear()

    def _measure(self, readings: Readings, at: float) -> None:
        newest = _Slot(readings.index + len(readings.t_s) - 1, readings.t_s[-1])
        if not self._slots or newest.t_s - self._slots[-1].t_s >= 1.0:
            self._slots.append(newest)
        self._newest = newest
        self.clock.take(newest.t_s, at)

    def _measured_hz(self) -> float | None:
        """Sample slots in a second of the device; those that were lost count."""
        if not (self._newest and self._slots):
            return None
        first = self._slots[0]
        seconds = self._newest.t_s - first.t_s
        return (
            _rounded((self._newest.number - first.number) / seconds) if seconds > LEAST_S else None
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _jitter(health: Health | None) -> dict[str, int] | None:
    """How unevenly the samples of the last second were taken, and how late the latest."""
    if health is None or not health.samples:
        return None
    return {"rms": health.late_rms_us, "max": health.late_max_us}


def _magnet(status: Status | None) -> dict[str, str | int | None]:
    """`state`: see Status.magnet."""
    if status is None:
        return {"state": None, "agc": None, "magnitude": None}
    return {"state": status.magnet, "agc": status.agc, "magnitude": status.magnitude}
