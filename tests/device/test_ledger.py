"""The ledger against a model of a device and a line that loses, repeats and reorders."""

import random
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device.frames import (
    LONGEST_UPTIME_US,
    Ack,
    Health,
    Hello,
    Outage,
    ResetCause,
    Result,
    Samples,
    Sensor,
    SensorError,
    Status,
)
from firmware_bridge.device.ledger import LAST_US, PAST_BOOTS, Gap, Ledger, Readings, Totals

DAY_S = 86_400


class Device:
    """Sample slots at an exact rate; the values tell which slot of which boot they are."""

    def __init__(self, boot: int, rate_hz: int, slot: int, uptime_us: int) -> None:
        self.boot, self.rate_hz = boot, rate_hz
        self.slot, self.uptime_us = slot, uptime_us

    def samples(self, count: int = 4) -> Samples:
        step = 1_000_000 // self.rate_hz
        offsets = tuple(step * i for i in range(count))
        values = tuple((self.slot + i) * 7 % 0x8000 for i in range(count))
        frame = Samples(self.boot, self.slot % 2**16, self.uptime_us % 2**32, offsets, values)
        self.slot += count
        self.uptime_us += count * step
        return frame

    def hello(self) -> Hello:
        self.uptime_us += 1
        count = self.slot % 2**32
        return Hello(self.boot, self.rate_hz, 4096, self.uptime_us, count, "", "", "")

    def status(self) -> Status:
        self.uptime_us += 1
        count, flags = self.slot % 2**32, Sensor.MAGNET
        return Status(self.boot, self.uptime_us, count, 0, self.rate_hz, flags, 0, 0)

    def run(self, seconds: float) -> None:
        """Samples that nobody sees."""
        slots = round(seconds * self.rate_hz)
        self.slot += slots
        self.uptime_us += slots * (1_000_000 // self.rate_hz)


def readings(found: list[Readings | Gap]) -> list[Readings]:
    return [item for item in found if isinstance(item, Readings)]


def started(device: Device) -> Ledger:
    ledger = Ledger()
    assert ledger.take(device.hello()) == []
    return ledger


@given(
    seed=st.integers(0, 2**32),
    rate_hz=st.sampled_from((50, 125, 200, 500)),
    slot=st.sampled_from((0, 2**16 - 5, 2**32 - 9, 2**32 + 7)),
    uptime_us=st.sampled_from((0, 2**32 - 30_000, 2**33 - 1)),
    steps=st.lists(
        st.sampled_from(
            ("samples",) * 4 + ("lost", "status", "repeat", "swap", "overrun", "pause")
            + ("outage", "reconnect", "reboot")
        ),
        max_size=60,
    ),
)  # fmt: skip
def test_received_and_missing_are_sent(
    seed: int, rate_hz: int, slot: int, uptime_us: int, steps: list[str]
) -> None:
    rng = random.Random(seed)
    device = Device(1, rate_hz, slot, uptime_us)
    ledger = started(device)
    found: list[Readings | Gap] = []
    past: list[Samples] = []  # everything that has been delivered
    recent: list[Samples] = []  # not so long ago that the clock has wrapped
    begin, sent, received, late = device.slot, 0, 0, 0
    boots = {1: device.slot - device.slot % 2**32}

    def deliver(frame: Samples) -> None:
        nonlocal received
        received += len(frame.values)
        past.append(frame)
        recent.append(frame)
        found.extend(ledger.take(frame))

    for step in steps:
        if step == "samples":
            deliver(device.samples(rng.choice((1, 3, 4, 4))))
        elif step == "lost":
            device.samples()
        elif step == "status":
            found += ledger.take(device.status())
        elif step == "repeat" and recent:
            again = rng.choice(recent)
            late += len(again.values) if again.boot == device.boot else 0
            found += ledger.take(again)
        elif step == "swap":
            first = device.samples()
            deliver(device.samples())
            late += len(first.values)
            found += ledger.take(first)
        elif step == "overrun":
            device.slot += rng.randint(1, 500)
            device.uptime_us += 1_000_000 // rate_hz  # far fewer slots than this have passed
            found += ledger.take(device.status())
        elif step == "pause":
            device.uptime_us += round(1e6 * rng.uniform(0, 20))
        elif step == "outage":  # up to half an hour without a frame, then samples first
            recent.clear()
            device.run(rng.uniform(0, 1800))
            deliver(device.samples())
        elif step == "reconnect":  # any time without a frame, then HELLO first
            recent.clear()
            device.run(rng.uniform(0, 5 * DAY_S))
            found += ledger.take(device.hello())
        elif step == "reboot":
            found += ledger.take(device.status())
            sent += device.slot - begin
            begin = 0
            device = Device(device.boot + 1, rate_hz, 0, 0)
            boots[device.boot] = 0
            device.run(rng.uniform(0, 1))
            found += ledger.take(device.hello())
    found += ledger.take(device.status())
    sent += device.slot - begin

    assert ledger.totals == Totals(sent, received, late, len(boots) - 1)
    assert ledger.totals.missing == sent - received
    got = readings(found)
    assert list(chain(*(r.values for r in got))) == list(chain(*(f.values for f in past)))
    base = boots[1]  # the device's count is 32 bits wide
    for reading, frame in zip(got, past, strict=True):
        start = reading.index + (base if frame.boot == 1 else 0)
        assert frame.values[0] == start * 7 % 0x8000
    times = [t for r in got for t in r.t_s]
    assert all(a < b for a, b in pairwise(times))
    assert not times or times[0] == 0
    if len(boots) == 1:
        missing = [gap.missing for gap in found if isinstance(gap, Gap)]
        assert sum(m for m in missing if m is not None) == sent - received


def test_device_time_runs_on_through_the_clock_wrap() -> None:
    device = Device(1, 200, 0, 2**32 - 12_345)
    ledger = started(device)
    got = [r for _ in range(5) for r in readings(ledger.take(device.samples()))]
    times = [t for r in got for t in r.t_s]
    assert times == pytest.approx([0.005 * i for i in range(20)], abs=1e-9)


def test_a_gap_is_told_before_the_samples_after_it_and_names_the_time_before_it() -> None:
    device = Device(1, 200, 0, 0)
    ledger = started(device)
    ledger.take(device.samples())
    device.run(10)
    gap, after = ledger.take(device.samples())
    assert gap == Gap(0.015, 2000)
    assert isinstance(after, Readings)
    assert after.t_s[0] == pytest.approx(10.02)


@pytest.mark.parametrize(("arrival_s", "pause_s"), [(None, 1.0), (107.5, 7.5), (99.0, 0.005)])
def test_after_a_reboot_time_goes_on_by_the_time_that_passed(
    arrival_s: float | None, pause_s: float
) -> None:
    device = Device(1, 200, 50_000, 10**9)
    ledger = started(device)
    ledger.take(device.samples(), 100.0)
    device = Device(2, 200, 0, 0)
    assert ledger.take(device.hello(), arrival_s) == [Gap(0.015, None)]
    (after,) = readings(ledger.take(device.samples(), arrival_s))
    assert after.t_s[0] == pytest.approx(0.015 + pause_s)
    assert after.index == 0


def test_the_time_that_passed_is_told_though_the_last_samples_came_late() -> None:
    device = Device(1, 200, 0, 0)
    ledger = started(device)
    for newest_s, late_s in ((0.015, 0.0), (0.035, 0.02), (0.055, 0.06)):
        ledger.take(device.samples(), 100 + newest_s + late_s)
    device = Device(2, 200, 0, 0)
    ledger.take(device.hello(), 100.355)
    (after,) = readings(ledger.take(device.samples(), 100.355))
    assert after.t_s[0] == pytest.approx(0.355)


@pytest.mark.parametrize(("arrival_s", "pause_s"), [(None, 3.25), (101.0, 1.0)])
def test_a_recording_notes_how_long_a_reboot_took_and_a_live_machine_cannot(
    arrival_s: float | None, pause_s: float
) -> None:
    device = Device(1, 200, 0, 0)
    ledger = started(device)
    ledger.take(device.samples(), None if arrival_s is None else arrival_s - 1)
    assert ledger.take(Outage(3_250_000), arrival_s) == []
    times = []
    for boot in (2, 3):
        device = Device(boot, 200, 0, 0)
        ledger.take(device.hello(), arrival_s)
        times += [r.t_s[0] for r in readings(ledger.take(device.samples(), arrival_s))]
    assert times[0] == pytest.approx(0.015 + pause_s)
    # A note is of one reboot.
    assert times[1] == pytest.approx(times[0] + 0.015 + (1.0 if arrival_s is None else 0.005))


def test_samples_that_come_again_or_out_of_order_are_late_and_not_used() -> None:
    device = Device(1, 200, 0, 0)
    ledger = started(device)
    first, second = device.samples(), device.samples()
    assert len(readings(ledger.take(second))) == 1
    for late in (second, first):
        assert ledger.take(late) == []
    assert ledger.totals == Totals(8, 4, 8, 0)


def test_what_an_older_hello_or_status_says_is_known_already() -> None:
    device = Device(1, 200, 0, 0)
    ledger = started(device)
    status = device.status()
    ledger.take(device.samples())
    hello = device.hello()
    for frame in (hello, hello, status):
        assert ledger.take(frame) == []
    behind = Status(1, device.uptime_us + 9, 2, 0, 200, Sensor.MAGNET, 0, 0)
    assert ledger.take(behind) == []  # fewer samples than have come
    assert ledger.totals == Totals(4, 4, 0, 0)


def test_samples_count_from_the_first_hello_or_status_on() -> None:
    device = Device(1, 200, 1000, 10**6)
    ledger = Ledger()
    assert ledger.take(device.samples()) == []
    assert ledger.totals == Totals(0, 0, 0, 0)
    ledger.take(device.status())
    ledger.take(device.samples())
    assert ledger.totals == Totals(4, 4, 0, 0)


def test_a_wrong_guess_over_a_long_silence_is_put_right_by_the_next_status() -> None:
    device = Device(1, 500, 0, 0)
    ledger = started(device)
    ledger.take(device.samples())
    device.uptime_us += 131_072 * 2000  # stopped for two wraps of the sequence number
    ledger.take(device.samples())
    assert ledger.totals.missing == 131_072
    ledger.take(device.status())
    assert ledger.totals == Totals(8, 8, 0, 0)


def test_time_ends_where_seconds_do_not_tell_microseconds_apart() -> None:
    ledger, taken = Ledger(), list[Readings]()
    for boot in range(10):  # each with a clock that goes wrong
        device = Device(boot, 200, 0, 0)
        for uptime_us in (0, LONGEST_UPTIME_US):
            device.uptime_us = uptime_us
            for frame in (device.status(), device.samples()):
                taken += readings(ledger.take(frame))
    times = [t_s for one in taken for t_s in one.t_s]
    assert all(before < after for before, after in pairwise(times))
    assert 3e9 < times[-1] < LAST_US / 1e6
    assert ledger.totals.late > 0
    assert ledger.totals.received == len(times)


def test_a_boot_after_the_end_of_time_brings_nothing() -> None:
    ledger = Ledger()
    ledger._last_us = LAST_US
    device = Device(1, 200, 0, 0)
    ledger.take(device.hello())
    assert ledger.take(device.samples()) == []


def test_frames_of_an_earlier_boot_are_ignored() -> None:
    device = Device(1, 200, 0, 0)
    ledger = started(device)
    old = device.samples()
    ledger.take(Device(2, 200, 0, 0).hello())
    assert ledger.take(old) == []
    assert ledger.take(device.status()) == []
    assert ledger.totals.reboots == 1


def test_errors_keep_their_slot() -> None:
    got = Readings(0, (0.0, 0.1, 0.2, 0.3), (5, 0x8001, 0x8003, 0x8055))
    assert got.counts == (5, None, None, None)
    wrong = (SensorError.NO_ANSWER, SensorError.NONSENSE, SensorError.OTHER)
    assert got.errors == (None, *wrong)


def test_good_samples_are_those_with_counts() -> None:
    assert Readings(0, (0.0, 0.1, 0.2), (5, 0x8001, 7)).good == [(0.0, 5), (0.2, 7)]


def test_acks_and_health_say_nothing_about_samples() -> None:
    assert Ledger().take(Ack(0x11, Result.OK, 200)) == []
    assert Ledger().take(Health(1, ResetCause.POWER, 0, 0, 0, 0)) == []


def test_a_board_that_starts_again_and_again_fills_no_memory() -> None:
    ledger = Ledger()
    for boot in range(1000):
        ledger.take(Device(boot, 200, 0, 0).hello())
    assert ledger.totals.reboots == 999
    assert len(ledger._past_boots) == PAST_BOOTS
