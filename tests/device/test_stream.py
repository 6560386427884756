"""The path from bytes to readings: any chunking, and fast enough."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device.decoder import Fault
from firmware_bridge.device.frames import Hello, Status, wire
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.stream import Stream
from tests.device.test_ledger import Device


def recording(frames: int) -> bytes:
    device = Device(3, 200, 65_000, 2**32 - 10**6)
    parts = [wire(device.hello())]
    for number in range(frames):
        frame = device.samples()
        if number % 7 != 3:
            parts.append(wire(frame))
        if number % 11 == 0:
            parts += [wire(device.status()), b"noise"]
    return b"".join(parts)


@given(st.lists(st.integers(0, 5000)))
def test_any_chunking_gives_the_same(cuts: list[int]) -> None:
    data = recording(100)
    stream = Stream()
    edges = pairwise([0, *sorted(cuts), len(data)])
    assert [item for a, b in edges for item in stream.feed(data[a:b])] == Stream().feed(data)


def test_all_kinds_of_items_come_in_order() -> None:
    items = Stream().feed(recording(12))
    assert {type(item) for item in items} == {Hello, Status, Readings, Gap, Fault}
    times = [item.t_s[0] for item in items if isinstance(item, Readings)]
    assert times == sorted(times)


def test_a_new_connection_begins_with_a_whole_frame() -> None:
    stream, device = Stream(), Device(3, 200, 0, 0)
    stream.feed(wire(device.hello()) + b"\0half a frame")
    stream.new_connection()
    assert stream.feed(wire(device.status())) != []
    assert not any(isinstance(item, Fault) for item in stream.feed(wire(device.status())))


def test_it_is_a_hundred_times_faster_than_needed() -> None:
    data = recording(5_000)
    stream, began = Stream(), time.process_time()
    items = [item for at in range(0, len(data), 512) for item in stream.feed(data[at : at + 512])]
    elapsed = time.process_time() - began
    seconds = sum(len(item.t_s) for item in items if isinstance(item, Readings)) / 200
    print(f"\n{seconds / elapsed:.0f} x real time at 200 Hz")
    assert seconds / elapsed > 100
