"""Exact accounting: frames in, readings at device time and gaps out; received + missing = sent."""

from collections import deque
from dataclasses import dataclass

from firmware_bridge.device.frames import (
    ERROR_BIT,
    Ack,
    DeviceFrame,
    Health,
    Hello,
    Outage,
    Samples,
    SensorError,
    Status,
)

SEQ_WRAP = 1 << 16
CLOCK_WRAP = COUNT_WRAP = 1 << 32
PAST_BOOTS = 100  # whose frames may still come; a board that starts every second fills no memory
UNKNOWN_PAUSE_US = 1_000_000  # no machine restarts in less
LAST_US = 1 << 52  # 142 years: seconds as floats tell microseconds apart up to there
ARRIVALS = 50  # a second of them: some come late, hardly all


@dataclass(frozen=True, slots=True)
class Readings:
    """Consecutive samples. `index`: number of the first since the device's boot.

    `t_s`: device time of each in seconds, 0 at the first sample ever received, always rising,
    through wraps and reboots. `values`: counts, or an error code (see `counts` and `errors`).
    """

    index: int
    t_s: tuple[float, ...]
    values: tuple[int, ...]

    @property
    def counts(self) -> tuple[int | None, ...]:
        """Raw counts of each sample, None where the sensor failed."""
        return tuple(None if value & ERROR_BIT else value for value in self.values)

    @property
    def good(self) -> list[tuple[float, int]]:
        """Time and raw counts of each sample that has any."""
        pairs = zip(self.t_s, self.counts, strict=True)
        return [(t_s, counts) for t_s, counts in pairs if counts is not None]

    @property
    def errors(self) -> tuple[SensorError | None, ...]:
        """Why each sample has no counts, None where it has."""
        return tuple(
            SensorError(value ^ ERROR_BIT) if value & ERROR_BIT else None for value in self.values
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples that will never come. `missing`: how many, None if the device has restarted.

    `t_s`: device time of the last sample before, 0 if there is none.
    """

    t_s: float
    missing: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Samples since the first HELLO or STATUS. `late`: came again or out of order, not used."""

    sent: int
    received: int
    late: int
    reboots: int

    @property
    def missing(self) -> int:
        return self.sent - self.received


class Ledger:
    """Feed it every frame. Samples count once a HELLO or STATUS has told where they stand."""

    def __init__(self) -> None:
        self._boot: int | None = None
        self._past_boots: deque[int] = deque(maxlen=PAST_BOOTS)
        self._reboots = 0
        self._sent_before = 0  # this boot's first sample of ours
        self._received = self._late = 0
        # This boot:
        self._next = 0  # number of the next sample
        self._anchor_us = -1  # uptime of the newest HELLO or STATUS
        self._ref = (0, 0)  # a sample number, and the uptime at which it is due
        self._rate_hz = 1
        self._shift_us: int | None = None  # device time - uptime; None before the first sample
        self._last_us: int | None = None  # device time of the newest sample ever
        # Of the last frames: when they came, less that time of their newest sample.
        self._offsets_s: deque[float] = deque(maxlen=ARRIVALS)
        self._noted_pause_us: int | None = None  # before the next boot, from a recording

    @property
    def totals(self) -> Totals:
        sent = self._sent_before + self._next
        return Totals(sent, self._received, self._late, self._reboots)

    def take(self, frame: DeviceFrame, arrival_s: float | None = None) -> list[Readings | Gap]:
        """What `frame` brings. `arrival_s` (any steady clock) tells how long a reboot took."""
        if isinstance(frame, Outage):
            self._noted_pause_us = frame.pause_us if arrival_s is None else None
            return []
        if isinstance(frame, Ack | Health) or frame.boot in self._past_boots:
            return []
        if isinstance(frame, Samples):
            return self._samples(frame, arrival_s) if frame.boot == self._boot else []
        return self._anchor(frame)

    def _anchor(self, frame: Hello | Status) -> list[Readings | Gap]:
        """HELLO and STATUS are the truth about how many samples there have been."""
        if frame.boot != self._boot:
            return self._new_boot(frame)
        missing = nearest(frame.samples, self._next, COUNT_WRAP) - self._next
        if frame.uptime_us <= self._anchor_us or -SEQ_WRAP // 2 < missing < 0:
            return []  # came again or out of order
        self._set_anchor(frame, self._next + missing)
        return [Gap(self._t_s(), missing)] if missing > 0 else []

    def _new_boot(self, frame: Hello | Status) -> list[Readings | Gap]:
        first_ever = self._boot is None
        if self._boot is not None:
            self._past_boots.append(self._boot)
            self._reboots += 1
            self._sent_before += self._next
        else:
            self._sent_before = -frame.samples  # what was sent before we came is not missing
        self._boot = frame.boot
        self._shift_us = None
        self._set_anchor(frame, frame.samples)
        return [] if first_ever else [Gap(self._t_s(), None)]

    def _set_anchor(self, frame: Hello | Status, samples: int) -> None:
        self._next = samples
        self._ref = (samples, frame.uptime_us)
        self._anchor_us = frame.uptime_us
        self._rate_hz = frame.rate_hz

    def _samples(self, frame: Samples, arrival_s: float | None) -> list[Readings | Gap]:
        ref_index, ref_us = self._ref
        first_us = nearest(frame.t_us, ref_us, CLOCK_WRAP)
        # The clock says how often the sequence number has wrapped.
        expected = ref_index + (first_us - ref_us) * self._rate_hz // 1_000_000
        index = nearest(frame.seq, expected, SEQ_WRAP)
        if index < self._next or not self._is_next(first_us):
            self._late += len(frame.values)
            return []
        found: list[Readings | Gap] = []
        if index > self._next:
            found.append(Gap(self._t_s(), index - self._next))
        shift_us = self._shift_us
        if shift_us is None:
            shift_us = self._shift_us = self._begin_us(arrival_s) - first_us
        times = [first_us + shift_us + offset for offset in frame.offsets_us]
        found.append(Readings(index, tuple(us / 1e6 for us in times), frame.values))
        self._received += len(times)
        self._next = index + len(times)
        self._ref = (self._next, first_us + frame.offsets_us[-1] + 1_000_000 // self._rate_hz)
        self._last_us = times[-1]
        if arrival_s is not None:
            self._offsets_s.append(arrival_s - self._last_us / 1e6)
        return found

    def _is_next(self, uptime_us: int) -> bool:
        """Is this after all samples before, and not after the end of all time?"""
        last_us = self._last_us or 0
        if self._shift_us is None:
            return last_us < LAST_US
        return last_us < uptime_us + self._shift_us < LAST_US

    def _begin_us(self, arrival_s: float | None) -> int:
        """Device time of the first sample of a boot."""
        if self._last_us is None:
            return 0
        pause_us = UNKNOWN_PAUSE_US
        if self._noted_pause_us is not None:
            pause_us, self._noted_pause_us = self._noted_pause_us, None
        elif arrival_s is not None and self._offsets_s:
            pause_us = round(1e6 * (arrival_s - min(self._offsets_s))) - self._last_us
        return self._last_us + max(pause_us, 1_000_000 // self._rate_hz)

    def _t_s(self) -> float:
        return (self._last_us or 0) / 1e6


def nearest(value: int, expected: int, wrap: int) -> int:
    """The number nearest to `expected` that is `value` modulo `wrap`."""
    return expected + (value - expected + wrap // 2) % wrap - wrap // 2
