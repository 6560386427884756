"""The flight recorder: what it remembers, what it takes for an incident, what it writes."""

import errno
import os
import stat
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.device.decoder import Fault, FaultKind
from firmware_bridge.device.events import Chunk, Connected, Event, Lost, Searching
from firmware_bridge.device.flightrecorder import (
    BATCH_BYTES,
    BURST,
    BURST_S,
    FILES,
    HOLD_OFF_S,
    KEPT_S,
    MOST_A_DAY,
    MOST_BYTES,
    FlightRecorder,
    Incidents,
)
from firmware_bridge.device.frames import ERROR_BIT, Hello, wire
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.recording import replay
from firmware_bridge.device.sensorwatch import TROUBLE_SAMPLES
from firmware_bridge.device.simulated import SimulatedMachine
from firmware_bridge.device.stream import Item, Stream, good_samples
from firmware_bridge.errors import LinkLost, NoSuchPort, OutputError
from tests.device.test_ledger import Device
from tests.device.test_tape import bytes_of

NOW = datetime(2026, 11, 28, 11, 15, 0, 999_999, timezone(timedelta(hours=1)))
NAME = "20261128T101500Z-gap.lever"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "incidents"


def chunks(data: bytes, size: int = 50, stream: Stream | None = None) -> Iterator[Chunk]:
    stream = stream or Stream()
    for at in range(0, len(data), size):
        yield Chunk(data[at : at + size], stream.feed(data[at : at + size]))


def flown(data: bytes, size: int = 50) -> FlightRecorder:
    recorder = FlightRecorder()
    for chunk in chunks(data, size):
        recorder.take(chunk)
    return recorder


def saved(recorder: FlightRecorder, folder: Path, why: str = "gap") -> Path:
    path = recorder.save(folder, why, NOW)
    assert path is not None
    return path


def samples_of(path: Path) -> tuple[list[float], list[int]]:
    events = replay(path)
    return good_samples([i for event in events if isinstance(event, Chunk) for i in event.items])


@pytest.mark.parametrize("rate_hz", [50, 200, 500])
def test_the_last_minute_can_be_replayed(folder: Path, rate_hz: int) -> None:
    device = Device(9, rate_hz, 0, 0)
    frames = [device.hello()]
    for _ in range(150):
        frames += [device.samples(rate_hz // 50) for _ in range(50)]
        frames.append(device.status())
    data = b"".join(map(wire, frames))
    times, counts = good_samples(Stream().feed(data))
    replayed_s, replayed = samples_of(saved(flown(data), folder))
    assert counts[-len(replayed) :] == replayed
    assert KEPT_S - 0.1 < replayed_s[-1] < KEPT_S + 2 * BATCH_BYTES / (len(data) / times[-1])


@pytest.mark.parametrize("size", [1, 35, 4096])
def test_what_has_come_is_in_it_to_the_last_byte(size: int) -> None:
    data = bytes_of(Device(9, 200, 0, 0), 20) + b"half a fra"
    assert flown(data, size).data == data


def test_bytes_that_are_no_frames_are_kept_as_they_came(folder: Path) -> None:
    device = Device(9, 200, 0, 0)
    garbage = bytes(range(1, 256)) * 20 + b"\0\0\0half"
    data = bytes_of(device, 5) + garbage + b"\0" + bytes_of(device, 5)
    path = saved(flown(data), folder)
    assert path.read_bytes() == data
    assert len(samples_of(path)[1]) == 2000


@pytest.mark.parametrize("garbage", [b"\x55", b"\0", b"\x55\0", b"\xaa" * 300 + b"\0"])
@pytest.mark.parametrize("size", [60, 4096])
def test_a_flood_of_garbage_leaves_its_end_in_little_memory(garbage: bytes, size: int) -> None:
    flood = garbage * (700_000 // len(garbage))
    recorder, coming = flown(bytes_of(Device(9, 200, 0, 0), 70)), [*chunks(flood, size)]
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for chunk in coming:
            recorder.take(chunk)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 1.5 * MOST_BYTES
    assert MOST_BYTES * 0.9 < len(recorder.data) < MOST_BYTES * 1.1
    assert recorder.data.endswith(flood[-MOST_BYTES // 2 :])


def test_what_a_restarted_machine_says_without_a_sample_is_in_it() -> None:
    first, second = Device(1, 200, 0, 0), Device(2, 200, 0, 0)
    data = bytes_of(first, 3) + wire(second.hello()) + wire(second.status())
    assert flown(data, 35).data == data


def test_nothing_heard_is_nothing_saved(folder: Path) -> None:
    told: list[object] = []
    assert FlightRecorder().save(folder, "gap", NOW) is None
    FlightRecorder().save_aside(folder, "gap", NOW, told.append)
    FlightRecorder().wait(0)
    assert (told, folder.exists()) == ([], False)


def test_a_file_is_named_by_when_and_why_and_is_its_owners_alone(folder: Path) -> None:
    before = os.umask(0o022)
    try:
        path = saved(flown(b"\0"), folder)
    finally:
        os.umask(before)
    assert path == folder / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(made.stat().st_mode) for made in (folder, folder.parent)] == [0o700] * 2
    assert list(folder.iterdir()) == [path]


def test_the_newest_files_are_kept_and_what_is_not_ours(folder: Path) -> None:
    recorder = flown(b"\0")
    folder.mkdir(parents=True)
    (folder / "mine.lever").touch()
    for day in range(FILES + 5):
        recorder.save(folder, "gap", NOW + timedelta(days=day))
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == FILES + 1
    assert names[0] == f"{NOW + timedelta(days=5):%Y%m%d}T101500Z-gap.lever"
    assert names[-1] == "mine.lever"


def test_the_one_just_written_is_kept_though_the_clock_was_set_back(folder: Path) -> None:
    recorder = flown(b"\0")
    for day in range(FILES):
        recorder.save(folder, "gap", NOW + timedelta(days=day))
    path = recorder.save(folder, "gap", datetime(1970, 1, 1, tzinfo=UTC))
    assert path in folder.iterdir()
    assert len(list(folder.iterdir())) == FILES


@pytest.mark.parametrize("call", ["open", "fsync"])
def test_a_disk_that_refuses_is_told_in_a_line_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    recorder, told = flown(b"\0"), list[object]()
    with monkeypatch.context() as full:
        full.setattr(os, call, fail)
        with pytest.raises(OutputError) as caught:
            recorder.save(folder, "gap", NOW)
        recorder.save_aside(folder, "gap", NOW, told.append)
        recorder.wait(10)
    said = f"{folder}: an incident cannot be saved: No space left on device"
    assert [str(caught.value), str(told[0])] == [said, said]
    assert list(folder.iterdir()) == []
    assert saved(recorder, folder).read_bytes() == b"\0"


def test_a_file_in_place_of_the_folder_is_told(folder: Path) -> None:
    folder.parent.mkdir()
    folder.touch()
    with pytest.raises(OutputError, match="an incident cannot be saved: File exists"):
        flown(b"\0").save(folder, "gap", NOW)


def test_what_one_that_was_killed_has_left_is_taken_away(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in (NAME, "20200101T000000Z-gap.lever"):
        (folder / f".{name}.x1y2").write_bytes(b"half")
    path = saved(flown(b"\0"), folder)
    assert list(folder.iterdir()) == [path]


def test_nobody_waits_for_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_slow, fsync = threading.Event(), os.fsync

    def slow(descriptor: int) -> None:
        is_slow.wait(30)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    recorder, told = flown(b"\0"), list[object]()
    recorder.save_aside(folder, "gap", NOW, told.append)
    recorder.wait(0.01)
    recorder.save_aside(folder, "link-lost", NOW, told.append)
    assert told == []
    assert len(list(folder.iterdir())) == 1  # one at a time
    is_slow.set()
    recorder.wait(30)
    assert told == [folder / NAME, folder / NAME.replace("gap", "link-lost")]
    assert sorted(folder.iterdir()) == told


# What is an incident.

LOST = Lost(LinkLost("/dev/x has died"))
DAMAGED = Fault(FaultKind.DAMAGED, 30)
GOOD, BAD = 2048, ERROR_BIT | 1


def chunk(*items: Item) -> Chunk:
    return Chunk(b"", list(items))


def reading(*values: int) -> Readings:
    return Readings(0, tuple(n / 200 for n in range(len(values))), values)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (LOST, "link-lost"),
        (chunk(Gap(1.0, 4)), "gap"),
        (chunk(Gap(1.0, None)), "restarted"),
        (chunk(Fault(FaultKind.OTHER_PROTOCOL, 40)), "other-protocol"),
        (chunk(*[DAMAGED] * BURST), "damaged"),
        (chunk(reading(*[BAD] * TROUBLE_SAMPLES)), "sensor"),
        (chunk(Gap(1.0, 4), *[DAMAGED] * BURST, Gap(1.0, None)), "restarted"),
        (Searching(NoSuchPort("none")), None),
        (Connected(Hello(1, 200, 4096, 0, 0, "a", "b", "c"), "/dev/x"), None),
        (chunk(DAMAGED, reading(*[GOOD] * 100)), None),
        (chunk(*[Fault(FaultKind.UNKNOWN_TYPE, 9)] * 100), None),
        (chunk(reading(*([BAD] * (TROUBLE_SAMPLES - 1) + [GOOD]) * 3)), None),
    ],
)
def test_what_is_an_incident(event: Event, why: str | None) -> None:
    assert Incidents().take(event, 7.0) == why


def test_a_machine_that_does_well_is_no_incident() -> None:
    incidents, stream = Incidents(), Stream()
    data = bytes_of(Device(9, 200, 0, 0), 100)
    assert not any(incidents.take(c, n * 0.03) for n, c in enumerate(chunks(data, 50, stream)))


def test_a_sensor_that_fails_for_good_is_one_incident_however_it_comes() -> None:
    incidents = Incidents()
    told = [incidents.take(chunk(reading(BAD, BAD, BAD)), at * 60.0) for at in range(100)]
    assert [why for why in told if why] == ["sensor"]
    assert told.index("sensor") == TROUBLE_SAMPLES // 3


def test_sparks_now_and_then_are_no_burst() -> None:
    incidents, pause_s = Incidents(), 1.01 * BURST_S / (BURST - 1)
    assert not any(incidents.take(chunk(DAMAGED), n * pause_s) for n in range(100))
    assert any(incidents.take(chunk(DAMAGED), 1e6 + n * pause_s * 0.98) for n in range(BURST))


def test_the_same_is_not_saved_again_at_once_but_something_else_is() -> None:
    incidents = Incidents()
    assert incidents.take(LOST, 0.0) == "link-lost"
    assert incidents.take(LOST, HOLD_OFF_S - 1) is None
    assert incidents.take(chunk(Gap(1.0, None), Gap(1.0, 3)), HOLD_OFF_S - 1) == "restarted"
    assert incidents.take(chunk(Gap(1.0, None), Gap(1.0, 3)), HOLD_OFF_S - 1) == "gap"
    assert incidents.take(LOST, HOLD_OFF_S + 1) == "link-lost"


def test_a_loose_plug_or_a_crash_again_and_again_does_not_wear_out_a_memory_card(
    folder: Path,
) -> None:
    noon = datetime(2026, 11, 28, 12, tzinfo=UTC)
    saved = []
    for hour in range(72):  # each by a program that has just been started
        recorder = flown(b"\0")
        now = noon + timedelta(hours=hour)
        if recorder.save(folder, "crash", now):
            saved.append(hour)
    assert len(saved) == 3 * MOST_A_DAY
    assert recorder.save(folder, "link-lost", now)


def test_the_same_reason_is_not_due_again_within_a_minute() -> None:
    incidents = Incidents()
    told = [at for at in np.arange(0.0, 1000.0, 7.0) if incidents.take(LOST, at)]
    assert min(np.diff(told)) >= HOLD_OFF_S


def test_pulling_the_plug_leaves_a_recording_of_what_came_before(folder: Path) -> None:
    recorder, incidents, why = FlightRecorder(), Incidents(), None
    with SimulatedMachine(np.arange(4096)) as machine, Link(machine.port) as link:
        deadline = time.monotonic() + 30
        while why is None and time.monotonic() < deadline:
            if event := link.next_event(0.1):
                why = incidents.take(event, time.monotonic())
                if isinstance(event, Chunk):
                    recorder.take(event)
            if len(recorder.data) > 1000:
                machine.unplug()
    assert why == "link-lost"
    _, counts = samples_of(saved(recorder, folder, why))
    assert len(counts) > 50
    assert counts == sorted(counts)
