"""The decoder: any chunking, any bytes, bounded memory, and damage that stays where it is."""

import pickle
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device.decoder import Decoder, Fault, FaultKind
from firmware_bridge.device.frames import DeviceFrame, wire
from firmware_bridge.device.framing import MAX_BLOCK, wrap
from tests.device import faults, strategies

streams = st.lists(st.one_of(strategies.frames.map(wire), st.binary(max_size=400))).map(b"".join)


def decode(*chunks: bytes) -> list[DeviceFrame | Fault]:
    decoder = Decoder()
    return [found for chunk in chunks for found in decoder.feed(chunk)]


@given(st.lists(strategies.frames))
def test_frames_come_out_as_they_went_in(frames: list[DeviceFrame]) -> None:
    assert decode(*map(wire, frames)) == frames


@given(streams, st.lists(st.integers(0, 3000)))
def test_any_chunking_gives_the_same(stream: bytes, cuts: list[int]) -> None:
    whole = decode(stream)
    edges = [0, *sorted(cuts), len(stream)]
    assert decode(*(stream[a:b] for a, b in pairwise(edges))) == whole
    assert decode(*(bytes((byte,)) for byte in stream)) == whole


@given(st.binary(max_size=2000))
def test_any_bytes_are_frames_or_faults(stream: bytes) -> None:
    found = decode(stream + b"\0")
    blocks = [block for block in stream.split(b"\0") if block]
    assert [f.size for f in found if isinstance(f, Fault)] == [len(block) for block in blocks]


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        (wrap(b"\x7f")[1:-1], FaultKind.UNKNOWN_TYPE),
        (wrap(b"\x02\x01")[1:-1], FaultKind.BAD_LAYOUT),
        (b"\x05abcd", FaultKind.NOT_COBS),
        (b"\x09abcdefg", FaultKind.NOT_COBS),
        (b"\x09abcdefgh", FaultKind.DAMAGED),
        (bytes(range(1, 251)), FaultKind.TOO_LONG),
    ],
)
def test_what_is_wrong_is_named(block: bytes, kind: FaultKind) -> None:
    assert decode(b"\0" + block + b"\0") == [Fault(kind, len(block))]


@pytest.mark.parametrize(("payload", "version"), [(b"\x01\x09", 9), (b"\x01", None)])
def test_a_hello_of_another_protocol_says_of_which(payload: bytes, version: int | None) -> None:
    whole = wrap(payload)
    assert decode(whole) == [Fault(FaultKind.OTHER_PROTOCOL, len(whole) - 2, version)]


def test_memory_is_bounded_without_delimiters() -> None:
    decoder = Decoder()
    for _ in range(1000):
        assert decoder.feed(b"x" * 1000) == []
    assert len(pickle.dumps(decoder)) < 2 * MAX_BLOCK
    assert decoder.feed(b"\0") == [Fault(FaultKind.TOO_LONG, 1_000_000)]


@pytest.mark.parametrize("kind", faults.KINDS, ids=lambda kind: kind.__name__)
def test_a_damaged_frame_hurts_nobody_else(kind: faults.Damage) -> None:
    faults.check(kind, count=20_000 // len(faults.KINDS), rng=random.Random(7))
