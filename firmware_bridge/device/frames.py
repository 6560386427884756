"""The frames of the wire protocol as values, to and from payload bytes; see PROTOCOL.md."""

import struct
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag
from functools import lru_cache
from operator import lt
from typing import ClassVar, Self

from firmware_bridge.device import framing

PROTOCOL = 1
MAX_TEXT = 32
ERROR_BIT = 0x8000
LONGEST_UPTIME_US = 1 << 50  # 35 years: no board runs for so long


class FrameError(ValueError):
    """An undamaged payload that is no frame of ours."""


class UnknownType(FrameError):
    """A frame type that this program does not know."""


class OtherProtocol(FrameError):
    """A HELLO of another protocol version, which is the argument if the frame has that byte."""


class SensorError(Enum):
    """Why a sample has no counts."""

    NO_ANSWER = 1
    NO_MAGNET = 2
    NONSENSE = 3
    OTHER = 0

    @classmethod
    def _missing_(cls, value: object) -> "SensorError":
        return cls.OTHER


class Sensor(IntFlag):
    """Flags of STATUS."""

    MAGNET = 1
    TOO_WEAK = 2
    TOO_STRONG = 4
    NO_ANSWER = 8
    STREAMING = 16


class ResetCause(IntEnum):
    """Why the board last started."""

    POWER = 0
    WATCHDOG = 1
    ERROR = 2
    OTHER = 3

    @classmethod
    def _missing_(cls, value: object) -> "ResetCause":
        return cls.OTHER


class Result(IntEnum):
    """What became of a command."""

    OK = 0
    NOT_UNDERSTOOD = 1
    OUT_OF_RANGE = 2


@dataclass(frozen=True, slots=True)
class Hello:
    """Who the device is. `samples`: number of the first sample slot of the next Samples frame."""

    TYPE: ClassVar[int] = 0x01
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BBIHHQI")
    boot: int
    rate_hz: int
    counts_per_turn: int
    uptime_us: int
    samples: int
    device_id: str
    firmware: str
    sensor: str

    def to_bytes(self) -> bytes:
        numbers = (self.boot, self.rate_hz, self.counts_per_turn, self.uptime_us, self.samples)
        texts = (self.device_id.encode(), self.firmware.encode(), self.sensor.encode())
        tail = b"".join(bytes((len(text),)) + text for text in texts)
        return self.LAYOUT.pack(self.TYPE, PROTOCOL, *numbers) + tail

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        if payload[1:2] != bytes((PROTOCOL,)):
            raise OtherProtocol(*payload[1:2])
        _, _, *numbers = cls.LAYOUT.unpack_from(payload)
        texts = []
        at = cls.LAYOUT.size
        for _ in range(3):
            length = payload[at]
            texts.append(_clean(payload[at + 1 : at + 1 + length]))
            at += 1 + length
        hello = cls(*numbers, *texts)
        if at != len(payload) or not _can_be(hello.rate_hz, hello.uptime_us):
            raise FrameError
        return hello


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of consecutive slots; `seq` is the number of the first one since boot, modulo 2^16.

    `t_us`: device time of the first, modulo 2^32; `offsets_us`: of each, after the first.
    `values`: raw counts, or ERROR_BIT and the code of a SensorError.
    """

    TYPE: ClassVar[int] = 0x02
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BIHIB")
    boot: int
    seq: int
    t_us: int
    offsets_us: tuple[int, ...]
    values: tuple[int, ...]

    def to_bytes(self) -> bytes:
        head = self.LAYOUT.pack(self.TYPE, self.boot, self.seq, self.t_us, len(self.values))
        pairs = zip(self.offsets_us, self.values, strict=True)
        return head + _pairs(len(self.values)).pack(*(number for pair in pairs for number in pair))

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        _, boot, seq, t_us, count = cls.LAYOUT.unpack_from(payload)
        numbers = _pairs(count).unpack(payload[cls.LAYOUT.size :])
        offsets = numbers[::2]
        if not offsets or offsets[0] or not all(map(lt, offsets, offsets[1:])):
            raise FrameError
        return cls(boot, seq, t_us, offsets, numbers[1::2])


@dataclass(frozen=True, slots=True)
class Status:
    """Once a second. `samples` as in Hello; `overruns`: slots since boot that were never sent."""

    TYPE: ClassVar[int] = 0x03
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BIQIIHBBH")
    boot: int
    uptime_us: int
    samples: int
    overruns: int
    rate_hz: int
    flags: Sensor
    agc: int
    magnitude: int

    @property
    def magnet(self) -> str:
        """What the sensor says of it: ok, weak, strong or missing; no_answer, if it says nothing
        that makes sense.
        """
        weak, strong = self.flags & Sensor.TOO_WEAK, self.flags & Sensor.TOO_STRONG
        if self.flags & Sensor.NO_ANSWER or (weak and strong):
            return "no_answer"
        if not self.flags & Sensor.MAGNET:
            return "missing"
        return "weak" if weak else "strong" if strong else "ok"

    def to_bytes(self) -> bytes:
        counts = (self.boot, self.uptime_us, self.samples, self.overruns, self.rate_hz)
        return self.LAYOUT.pack(self.TYPE, *counts, self.flags, self.agc, self.magnitude)

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        (_, boot, uptime_us, samples, overruns, rate_hz, flags, *field) = cls.LAYOUT.unpack(payload)
        if not _can_be(rate_hz, uptime_us):
            raise FrameError
        return cls(boot, uptime_us, samples, overruns, rate_hz, Sensor(flags), *field)


@dataclass(frozen=True, slots=True)
class Ack:
    """What became of the command of type `command`; `rate_hz` is the rate that holds now."""

    TYPE: ClassVar[int] = 0x04
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BBBH")
    command: int
    result: Result
    rate_hz: int

    def to_bytes(self) -> bytes:
        return self.LAYOUT.pack(self.TYPE, self.command, self.result, self.rate_hz)

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        _, command, result, rate_hz = cls.LAYOUT.unpack(payload)
        return cls(command, Result(result), rate_hz)


@dataclass(frozen=True, slots=True)
class Health:
    """Right after each Status: how well the device keeps time, and whether its bus is sound.

    `reset`: why it last started. Of the last second's `samples`, how late they were taken:
    `late_max_us` the latest, `late_rms_us` the RMS about their mean (the sampling jitter).
    `bus_faults`: samples since boot that were errors.
    """

    TYPE: ClassVar[int] = 0x05
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BIBHIHI")
    boot: int
    reset: ResetCause
    late_rms_us: int
    late_max_us: int
    samples: int
    bus_faults: int

    def to_bytes(self) -> bytes:
        late = (self.late_rms_us, self.late_max_us, self.samples)
        return self.LAYOUT.pack(self.TYPE, self.boot, self.reset, *late, self.bus_faults)

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        _, boot, reset, *numbers = cls.LAYOUT.unpack(payload)
        return cls(boot, ResetCause(reset), *numbers)


@dataclass(frozen=True, slots=True)
class _Bare:
    """A command without arguments."""

    TYPE: ClassVar[int]

    def to_bytes(self) -> bytes:
        return bytes((self.TYPE,))


class Ping(_Bare):
    """Answered by Hello."""

    TYPE = 0x11


class Start(_Bare):
    """Begin to stream. Answered by Hello."""

    TYPE = 0x12


class Stop(_Bare):
    """Send the samples at hand and stop streaming."""

    TYPE = 0x13


@dataclass(frozen=True, slots=True)
class SetRate:
    """Sample at `rate_hz` (50 to 500) from now on."""

    TYPE: ClassVar[int] = 0x14
    rate_hz: int

    def to_bytes(self) -> bytes:
        return struct.pack("<BH", self.TYPE, self.rate_hz)


@dataclass(frozen=True, slots=True)
class Outage:
    """The host's own note in a recording: the next boot's first sample came `pause_us` after the
    last sample of the one before.
    """

    TYPE: ClassVar[int] = 0x21
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BQ")
    LONGEST_US: ClassVar[int] = 86_400_000_000  # who looks for more does not look in a recording
    pause_us: int

    def to_bytes(self) -> bytes:
        return self.LAYOUT.pack(self.TYPE, min(self.pause_us, self.LONGEST_US))

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        _, pause_us = cls.LAYOUT.unpack(payload)
        if pause_us > cls.LONGEST_US:
            raise FrameError
        return cls(pause_us)


DeviceFrame = Hello | Samples | Status | Ack | Health | Outage
Command = Ping | Start | Stop | SetRate

_BY_TYPE = {kind.TYPE: kind.from_bytes for kind in (Samples, Status, Hello, Ack, Health, Outage)}


def parse(payload: bytes) -> DeviceFrame:
    """The frame of an undamaged payload; FrameError if it is none that this program knows."""
    from_bytes = _BY_TYPE.get(payload[0])
    if from_bytes is None:
        raise UnknownType
    try:
        return from_bytes(payload)
    except FrameError:
        raise
    except (struct.error, ValueError, IndexError) as error:
        raise FrameError from error


def wire(frame: DeviceFrame | Command) -> bytes:
    """`frame` as it goes over the wire."""
    return framing.wrap(frame.to_bytes())


def _can_be(rate_hz: int, uptime_us: int) -> bool:
    """Is there such a machine? HELLO and STATUS tell both of it."""
    return rate_hz > 0 and uptime_us <= LONGEST_UPTIME_US


@lru_cache(maxsize=256)
def _pairs(count: int) -> struct.Struct:
    return struct.Struct(f"<{2 * count}H")


def _clean(text: bytes) -> str:
    """Text of a device, safe to print: it may be damaged or hostile."""
    return "".join(chr(c) if 0x20 <= c < 0x7F else "?" for c in text[:MAX_TEXT])
