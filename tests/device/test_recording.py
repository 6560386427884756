"""Recordings: the bytes as they came, and the same readings from them."""

import os
import stat
import time
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.device.events import Chunk, Connected
from firmware_bridge.device.frames import Hello, wire
from firmware_bridge.device.framing import wrap
from firmware_bridge.device.ledger import Readings
from firmware_bridge.device.recording import HELD_BYTES, Recorder, at_real_time, replay
from firmware_bridge.device.stream import Stream
from firmware_bridge.errors import OutputError, TraceError
from tests.device.test_ledger import Device


def session(seconds: float) -> bytes:
    device = Device(9, 200, 0, 0)
    frames = [device.hello(), *(device.samples() for _ in range(round(seconds * 50)))]
    return b"".join(map(wire, frames))


def test_a_replay_gives_what_the_live_stream_gave(tmp_path: Path) -> None:
    data = session(20)
    path = tmp_path / "a.lever"
    with Recorder(path) as recorder:
        for at in range(0, len(data), 1000):
            recorder.write(Chunk(data[at : at + 1000], []))
    events = list(replay(path))
    assert isinstance(events[0], Connected)
    assert isinstance(events[0].hello, Hello)
    assert [type(event) for event in events].count(Connected) == 1
    chunks = [event for event in events if isinstance(event, Chunk)]
    assert b"".join(chunk.data for chunk in chunks) == path.read_bytes() == data
    assert [item for chunk in chunks for item in chunk.items] == Stream().feed(data)


@pytest.mark.parametrize("size", [1, 7, 64, 5000])
def test_a_replay_knows_how_long_a_restarted_machine_was_away(tmp_path: Path, size: int) -> None:
    first, second = Device(1, 200, 0, 0), Device(2, 200, 0, 0)
    frames = [d.hello() if i == 0 else d.samples() for d in (first, second) for i in range(40)]
    data = b"".join(map(wire, frames))
    live, told = Stream(), []
    path = tmp_path / "a.lever"
    with Recorder(path) as recorder:
        for at in range(0, len(data), size):
            arrival_s = at / 1000 + (17.25 if at > len(data) // 2 else 0)
            chunk = Chunk(data[at : at + size], live.feed(data[at : at + size], arrival_s))
            recorder.write(chunk)
            told += chunk.items
    chunks = [event for event in replay(path) if isinstance(event, Chunk)]
    assert [item for chunk in chunks for item in chunk.items] == told
    times = [reading.t_s[0] for reading in told if isinstance(reading, Readings)]
    assert max(np.diff(times)) > 17 or size == 5000


def test_a_recording_that_has_lost_its_hello_is_still_one(tmp_path: Path) -> None:
    device = Device(9, 200, 0, 0)
    frames = [device.status(), *(device.samples() for _ in range(5))]
    path = tmp_path / "a.lever"
    path.write_bytes(b"".join(map(wire, frames)))
    (chunk, *_) = replay(path)
    assert isinstance(chunk, Chunk)


def test_nothing_held_back_is_lost(tmp_path: Path) -> None:
    data = session(1) + wire(Device(10, 200, 0, 0).hello())
    path = tmp_path / "a.lever"
    with Recorder(path) as recorder:
        recorder.write(Chunk(data, Stream().feed(data)))
    assert path.read_bytes() == data


def test_a_replay_at_real_time_takes_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.lever"
    path.write_bytes(session(0.5))
    began = time.monotonic()
    for event in at_real_time(replay(path), 0.05):
        for item in event.items if isinstance(event, Chunk) else []:
            if isinstance(item, Readings):
                assert time.monotonic() - began >= item.t_s[-1]
    assert time.monotonic() - began < 2


def test_nothing_is_told_as_often_as_asked_while_a_machine_is_away() -> None:
    times = ((0.0,), (0.5,), (0.51,))
    chunks = [Chunk(b"", [Readings(n, t_s, (0,))]) for n, t_s in enumerate(times)]
    events = list(at_real_time(chunks, 0.05))
    assert [event for event in events if event] == chunks
    assert 5 <= events.index(chunks[1]) - 1 <= 10
    assert events.index(chunks[2]) - events.index(chunks[1]) == 1


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.lever"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"a\.lever exists already"):
        Recorder(path)
    assert path.read_bytes() == b"precious"


def test_what_cannot_be_written_or_read_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        Recorder(tmp_path / "no" / "folder")
    recorder = Recorder(tmp_path / "full")
    recorder._file.close()
    recorder._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
    with pytest.raises(OutputError, match="No space left"):
        recorder.write(Chunk(b"x", []))
    recorder.close()
    with pytest.raises(TraceError, match="cannot be read: No such file"):
        list(replay(tmp_path / "missing"))


@pytest.mark.parametrize("content", [b"", b"t_s,angle_deg\n0,1\n", bytes(500)])
def test_what_is_no_recording_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(TraceError, match="is not a recording of a lever machine"):
        list(replay(path))


def test_another_protocol_is_refused_though_its_other_frames_are_alike(tmp_path: Path) -> None:
    device, path = Device(9, 200, 0, 0), tmp_path / "a.lever"
    hello = bytearray(device.hello().to_bytes())
    hello[1] += 1
    path.write_bytes(wrap(bytes(hello)) + wire(device.status()) + wire(device.samples()))
    with pytest.raises(TraceError, match="speaks protocol version 2, this program 1: update"):
        list(replay(path))


def test_a_restarted_machine_that_gives_no_sample_is_recorded_all_the_same(tmp_path: Path) -> None:
    first, second, path = Device(1, 200, 0, 0), Device(2, 200, 0, 0), tmp_path / "a.lever"
    frames = [first.hello(), first.samples(), second.hello()]
    endless = b"".join(map(wire, frames)) + b"\x55\0" * HELD_BYTES
    stream = Stream()
    with Recorder(path) as recorder:
        for at in range(0, len(endless), 1000):
            data = endless[at : at + 1000]
            recorder.write(Chunk(data, stream.feed(data)))
        assert path.stat().st_size > HELD_BYTES  # it is not all held in memory
    assert path.read_bytes() == endless


def test_a_recording_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Recorder(tmp_path / "a.lever"):
            assert stat.S_IMODE((tmp_path / "a.lever").stat().st_mode) == 0o600
    finally:
        os.umask(before)
