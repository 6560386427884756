"""Framing against a byte-by-byte reference, and against damage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device.framing import (
    MAX_BLOCK,
    MAX_PAYLOAD,
    CobsError,
    CrcError,
    unwrap,
    wrap,
)

payloads = st.binary(min_size=1, max_size=MAX_PAYLOAD)


def reference_wrap(payload: bytes) -> bytes:
    """COBS and CRC-32 as the textbooks have them, one byte and one bit at a time."""
    crc = 0xFFFFFFFF
    for byte in payload:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    block, code_at = [0], 0
    for byte in payload + (crc ^ 0xFFFFFFFF).to_bytes(4, "little"):
        if byte:
            block.append(byte)
        else:
            block[code_at] = len(block) - code_at
            code_at = len(block)
            block.append(0)
    block[code_at] = len(block) - code_at
    return bytes((0, *block, 0))


@given(payloads)
def test_wrap_is_cobs_and_crc32_between_two_delimiters(payload: bytes) -> None:
    assert wrap(payload) == reference_wrap(payload)


@given(payloads)
def test_unwrap_undoes_wrap(payload: bytes) -> None:
    block = wrap(payload)[1:-1]
    assert 0 not in block
    assert len(block) <= MAX_BLOCK
    assert unwrap(block) == payload


@given(st.binary(max_size=300))
def test_unwrap_refuses_anything_else(noise: bytes) -> None:
    block = noise.replace(b"\0", b"")
    try:
        payload = unwrap(block)
    except (CobsError, CrcError):
        return
    assert wrap(payload)[1:-1] == block  # pragma: no cover (once in 2^32)


@pytest.mark.parametrize(
    ("block", "error"),
    [
        (b"\x06abcd", CobsError),  # a run longer than the block
        (b"\x01\x01\x01\x01", CobsError),  # no room for a payload beside the CRC
        (b"\x06abcde", CrcError),
    ],
)
def test_what_is_wrong_with_a_block_is_told(block: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        unwrap(block)


def test_zeros_travel_though_none_is_on_the_wire() -> None:
    block = wrap(bytes(5))[1:-1]
    assert 0 not in block
    assert unwrap(block) == bytes(5)


@pytest.mark.parametrize("length", [0, MAX_PAYLOAD + 1])
def test_wrap_refuses_payloads_that_no_decoder_would_take(length: int) -> None:
    with pytest.raises(ValueError, match=f"not {length}"):
        wrap(bytes(length))
