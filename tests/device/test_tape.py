"""The tape: played by itself from wherever it is cut, it gives the same readings."""

import pytest

from firmware_bridge.device.events import Chunk
from firmware_bridge.device.frames import wire
from firmware_bridge.device.framing import MAX_BLOCK
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.stream import Item, Stream
from firmware_bridge.device.tape import Tape
from tests.device.test_ledger import Device


def bytes_of(device: Device, seconds: int) -> bytes:
    frames = [device.hello()]
    for _ in range(seconds):
        frames += [device.samples() for _ in range(50)]
        frames.append(device.status())
    return b"".join(map(wire, frames))


def readings(items: list[Item]) -> list[tuple[float, int]]:
    return [pair for item in items if isinstance(item, Readings) for pair in item.good]


def fed(tape: Tape, data: bytes, size: int) -> list[tuple[float, int]]:
    """Feed a tape in pieces; the readings that a live link has of them."""
    stream, live = Stream(), []
    for at in range(0, len(data), size):
        items = stream.feed(data[at : at + size])
        tape.add(Chunk(data[at : at + size], items))
        live += readings(items)
    return live


def played(tape: Tape) -> list[tuple[float, int]]:
    """What a tape gives by itself, at the times of the live link."""
    return [(round(t + tape.from_s, 6), c) for t, c in readings(Stream().feed(tape.data))]


@pytest.mark.parametrize("size", [1, 7, 35, 64, 5000])
@pytest.mark.parametrize("forgotten_s", [0.0, 3.3, 11.0])
def test_a_tape_plays_from_wherever_it_was_cut(size: int, forgotten_s: float) -> None:
    tape = Tape()
    live = fed(tape, bytes_of(Device(9, 200, 0, 0), 20), size)
    tape.forget_before(forgotten_s)
    told = played(tape)
    assert told == live[-len(told) :]
    assert len(told) >= (20 - forgotten_s) * 200 - 4 - size / 5
    assert told[0][0] >= forgotten_s - size / 1700


@pytest.mark.parametrize("size", [7, 64, 1000])
@pytest.mark.parametrize("forgotten_s", [0.0, 0.5, 1.9, 10.0, 13.0])
def test_what_was_left_for_a_killed_station_is_no_beginning(size: int, forgotten_s: float) -> None:
    """Those samples come before the first HELLO: what they are the STATUS before them told."""
    device = Device(9, 200, 0, 0)
    left = bytes_of(device, 3)[len(wire(device.hello())) :]  # without its HELLO: from 0 s to 2 s
    device.run(10)
    tape = Tape()
    live = fed(tape, left + bytes_of(device, 3), size)
    tape.forget_before(forgotten_s)
    told = played(tape)
    assert told == live[-len(told) :]
    assert len(told) > (15 - max(forgotten_s, 12)) * 200 - 4 - size / 5


def test_a_tape_begins_anew_between_two_frames() -> None:
    tape, data = Tape(), bytes_of(Device(9, 200, 0, 0), 10)
    stream, after = Stream(), []
    for at in range(0, len(data), 50):
        items = stream.feed(data[at : at + 50])
        tape.add(Chunk(data[at : at + 50], items))
        if at == 5000:
            tape.cut()
        elif at > 5000:
            after += readings(items)
    assert played(tape) == after


def test_what_is_added_to_a_copy_is_what_the_tape_has() -> None:
    tape, data, stream = Tape(), bytes_of(Device(9, 200, 0, 0), 5), Stream()
    copy = b""
    for at in range(0, len(data), 41):
        copy += tape.add(Chunk(data[at : at + 41], stream.feed(data[at : at + 41])))
    assert tape.data == copy


def test_the_pause_of_a_restarted_machine_is_in_the_tape() -> None:
    first, second = Device(1, 200, 0, 0), Device(2, 200, 0, 0)
    tape, live = Tape(), Stream()
    for data, arrival_s in ((bytes_of(first, 3), 3.0), (bytes_of(second, 3), 30.0)):
        tape.add(Chunk(data, live.feed(data, arrival_s)))
    items = Stream().feed(tape.data)
    assert [item.missing for item in items if isinstance(item, Gap)] == [None]
    assert readings(items)[-1][0] > 29


def test_a_tape_of_a_day_past_every_wrap_of_the_clock() -> None:
    device = Device(9, 200, 0, 0)
    device.run(300 * 86_400)  # the sample's number of 32 bits has wrapped too
    tape = Tape()
    live = fed(tape, bytes_of(device, 8), 64)
    tape.forget_before(4.0)
    told = played(tape)
    assert told == live[-len(told) :]
    assert len(told) > 700


def test_bytes_without_an_end_are_not_waited_for() -> None:
    tape, data = Tape(), bytes_of(Device(9, 200, 0, 0), 5)
    fed(tape, data + b"\x55" * 100_000 + b"half", 64)
    assert len(tape.rest) <= MAX_BLOCK
    assert tape.data + tape.rest == data + b"\x55" * 100_000 + b"half"


@pytest.mark.parametrize("size", [0, 1000, 10_000_000])
def test_a_tape_that_is_too_long_keeps_its_end(size: int) -> None:
    tape = Tape()
    live = fed(tape, bytes_of(Device(9, 200, 0, 0), 20), 64)
    tape.forget_beyond(size)
    told = played(tape)
    assert told == live[len(live) - len(told) :]
    assert min(size - 200, len(live)) * 0.1 < len(told) <= size
    tape.cut()
    tape.forget_beyond(0)
    assert not tape


def test_what_a_restarted_machine_says_before_its_first_sample_is_the_rest() -> None:
    first, second, tape, stream = Device(1, 200, 0, 0), Device(2, 200, 0, 0), Tape(), Stream()
    before, after = bytes_of(first, 3), wire(second.hello())
    for data in (before, after):
        tape.add(Chunk(data, stream.feed(data)))
    assert (tape.data, tape.rest) == (before + after[:1], after[1:])


def test_an_empty_tape_has_no_bytes() -> None:
    assert (Tape().data, Tape().rest, Tape().from_s, bool(Tape())) == (b"", b"", 0.0, False)
