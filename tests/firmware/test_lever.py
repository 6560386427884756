"""The program on the board: timing, batches, commands, and a host that does not read."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import pstdev

import pytest

from firmware_bridge.device.frames import (
    Ack,
    DeviceFrame,
    Health,
    Hello,
    Ping,
    ResetCause,
    Result,
    Samples,
    Sensor,
    SetRate,
    Start,
    Status,
    Stop,
)
from firmware_bridge.device.framing import wrap
from firmware_bridge.device.ledger import Gap, Ledger, Readings
from tests.firmware.conftest import Bench


def samples_of(frames: list[DeviceFrame]) -> list[Samples]:
    return [frame for frame in frames if isinstance(frame, Samples)]


def health_of(frames: list[DeviceFrame]) -> list[Health]:
    return [frame for frame in frames if isinstance(frame, Health)]


def kinds_of(frames: Sequence[DeviceFrame]) -> list[str]:
    return [type(frame).__name__ for frame in frames]


def test_it_says_hello_at_boot_and_status_and_health_every_second_but_no_samples(
    bench: Bench,
) -> None:
    frames = bench.run(3.1)
    assert kinds_of(frames) == ["Hello", *["Status", "Health"] * 4]
    assert frames[0] == Hello(77, 200, 4096, 0, 0, "0102ab", "0.2.0", "fake")
    assert frames[-2] == Status(77, 3_000_000, 0, 0, 200, Sensor.MAGNET, 64, 2000)
    assert frames[-1] == Health(77, ResetCause.POWER, 0, 0, 0, 0)
    assert bench.watchdog.fed == 4


@pytest.mark.parametrize("rate_hz", [50, 51, 99, 200, 333, 499, 500])
def test_samples_come_on_time_in_batches_of_four(bench: Bench, rate_hz: int) -> None:
    bench.tell(SetRate(rate_hz))
    bench.tell(Start())
    frames = samples_of(bench.run(2.0))
    assert {len(frame.values) for frame in frames} == {4}
    assert [frame.seq for frame in frames] == list(range(0, 4 * len(frames), 4))
    times = [frame.t_us + offset for frame in frames for offset in frame.offsets_us]
    assert len(times) == pytest.approx(2 * rate_hz, abs=5)
    assert {b - a for a, b in pairwise(times)} == {1_000_000 // rate_hz}


@pytest.mark.parametrize("rate_hz", [0, 49, 501, 65535])
def test_an_illegal_rate_is_refused_and_changes_nothing(bench: Bench, rate_hz: int) -> None:
    bench.tell(SetRate(rate_hz))
    assert bench.run(0.1)[-1] == Ack(SetRate.TYPE, Result.OUT_OF_RANGE, 200)


@pytest.mark.parametrize("payload", [b"\x7f", b"\x11x", b"\x14", b"\x14\x32", b"\x14\x32\x00\x00"])
def test_what_is_no_command_is_refused(bench: Bench, payload: bytes) -> None:
    bench.tell(wrap(payload))
    assert bench.run(0.1)[-1] == Ack(payload[0], Result.NOT_UNDERSTOOD, 200)


def test_every_command_is_acknowledged_and_ping_and_start_are_answered_by_hello(
    bench: Bench,
) -> None:
    bench.run(0.1)
    for command, answer in (
        (Ping(), ["Hello", "Ack"]),
        (Stop(), ["Ack"]),
        (SetRate(60), ["Ack"]),
        (Start(), ["Hello", "Ack"]),
        (Start(), ["Hello", "Ack"]),
    ):
        bench.tell(command)
        frames = [frame for frame in bench.run(0.05) if not isinstance(frame, Samples)]
        assert kinds_of(frames) == answer
        assert isinstance(frames[-1], Ack)
        assert (frames[-1].command, frames[-1].result) == (command.TYPE, Result.OK)


def test_stop_sends_the_samples_at_hand(bench: Bench) -> None:
    bench.tell(Start())
    first = samples_of(bench.run(0.0251))
    bench.tell(Stop())
    last = samples_of(bench.run(0.5))
    assert [len(frame.values) for frame in first + last] == [4, 3]
    assert samples_of(bench.run(0.5)) == []
    bench.tell(Start())
    assert samples_of(bench.run(0.1))[0].seq == 7


def test_ctrl_c_interrupts_only_while_the_host_is_not_there(bench: Bench) -> None:
    for command in (Ping(), SetRate(0x0303), Start(), Stop(), Ping()):
        bench.tell(command)
    bench.run(0.1)
    assert bench.ctrl_c == [-1, -1, -1, 3, -1]


def test_bytes_like_ctrl_c_in_a_frame_are_data(bench: Bench) -> None:
    bench.tell(b"\x03\x03" + wrap(b"\x14\x03\x01"))
    assert bench.run(0.1)[-1] == Ack(SetRate.TYPE, Result.OK, 0x103)


def test_a_host_that_does_not_read_costs_counted_samples_and_nothing_else(bench: Bench) -> None:
    ledger = Ledger()
    bench.tell(Start())
    frames = bench.run(2)
    bench.port.room = 0
    assert bench.run(60) == []
    bench.port.room = 1 << 30
    frames += bench.run(5)
    found = [item for frame in frames for item in ledger.take(frame)]
    gaps = [item.missing for item in found if isinstance(item, Gap)]
    got = [value for item in found if isinstance(item, Readings) for value in item.values]
    status = [frame for frame in frames if isinstance(frame, Status)][-1]
    assert status.overruns > 50 * 200
    assert ledger.totals.missing == sum(m for m in gaps if m) == status.overruns
    assert ledger.totals.sent == pytest.approx(67 * 200, abs=8)
    assert len(got) + status.overruns == ledger.totals.sent


def test_a_late_sample_is_taken_late_but_a_very_late_one_is_an_overrun(bench: Bench) -> None:
    bench.time.cost_us = 3
    bench.tell(Start())
    bench.run(1)
    bench.time.us += 14_000  # as long as a garbage collection might take
    late = bench.run(0.1)
    bench.time.us += 1_000_000
    frames = late + bench.run(1.1)
    times = [f.t_us + offset for f in samples_of(frames) for offset in f.offsets_us]
    assert times == sorted(times)
    assert [f.overruns for f in frames if isinstance(f, Status)][-1] == pytest.approx(200, abs=1)


def test_a_sensor_error_takes_the_slot_of_its_sample_and_is_counted(bench: Bench) -> None:
    bench.tell(Start())
    bench.run(1)
    bench.sensor.value = 0x8001
    frames = bench.run(1.05)
    assert set(samples_of(frames)[-1].values) == {0x8001}
    assert health_of(frames)[-1].bus_faults == pytest.approx(200, abs=4)


def test_jitter_is_measured_by_the_device(bench: Bench) -> None:
    bench.tell(Start())
    bench.run(0.5)
    lates = [0, 100, 300, 200, 900]
    planned = bench.time.sleep_us

    def oversleep(us: int) -> None:  # what comes next is late
        lates.append(lates.pop(0))
        planned(us + lates[0])

    bench.time.sleep_us = oversleep  # type: ignore[method-assign]
    health = health_of(bench.run(3))[-1]
    assert health.samples == 200
    assert health.late_max_us == 900
    assert health.late_rms_us == pytest.approx(pstdev(lates), abs=5)


def test_a_board_too_slow_for_its_rate_still_speaks_and_listens(bench: Bench) -> None:
    planned = bench.sensor.read

    def slow() -> int:
        bench.time.us += 5_000
        return planned()

    bench.port.takes = 32
    bench.sensor.read = slow  # type: ignore[method-assign]
    bench.tell(SetRate(500))
    bench.tell(Start())
    ledger = Ledger()
    frames = bench.run(10)
    found = [item for frame in frames for item in ledger.take(frame)]
    got = sum(len(item.t_s) for item in found if isinstance(item, Readings))
    assert kinds_of(frames).count("Status") == pytest.approx(10, abs=1)
    assert got == pytest.approx(10 / 0.005, rel=0.05)
    assert got + ledger.totals.missing == ledger.totals.sent == pytest.approx(5000, abs=50)
    bench.tell(Stop())
    assert isinstance(bench.run(0.2)[-1], Ack)


def test_the_clock_outlives_its_wraps(bench: Bench) -> None:
    bench.clock._us = 2**32 - 500_000
    bench.lever.status_due = bench.lever.sample_due = bench.clock._us
    bench.tell(Start())
    frames = bench.run(2)
    ledger = Ledger()
    found = [item for frame in frames for item in ledger.take(frame)]
    times = [t for item in found if isinstance(item, Readings) for t in item.t_s]
    assert not any(isinstance(item, Gap) for item in found)
    assert times == pytest.approx([0.005 * i for i in range(len(times))])
    bench.time.us = 2**30 - 100
    before = bench.clock.now()
    bench.time.us += 300
    assert bench.clock.now() - before == 300
