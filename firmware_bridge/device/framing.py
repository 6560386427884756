"""Bytes on the wire: 00 COBS(payload + CRC-32) 00.

A delimiter before *and* after each frame keeps damage to one frame from reaching its neighbours.
"""

from binascii import crc32

# With its CRC under 254 bytes: COBS then costs exactly one byte and has no special case.
MAX_PAYLOAD = 200
CRC_BYTES = 4
MAX_BLOCK = MAX_PAYLOAD + CRC_BYTES + 1
DELIMITER = b"\x00"


class CobsError(ValueError):
    """The bytes between two delimiters are not COBS."""


class CrcError(ValueError):
    """The bytes between two delimiters are COBS, but damaged."""


def wrap(payload: bytes) -> bytes:
    """The wire bytes that carry `payload` (1 to 200 bytes)."""
    if not 0 < len(payload) <= MAX_PAYLOAD:
        raise ValueError(f"a payload has 1 to {MAX_PAYLOAD} bytes, not {len(payload)}")
    runs = (payload + crc32(payload).to_bytes(CRC_BYTES, "little")).split(DELIMITER)
    return b"".join([DELIMITER, *(bytes((len(run) + 1,)) + run for run in runs), DELIMITER])


def unwrap(block: bytes) -> bytes:
    """The payload of the (nonzero) bytes between two delimiters; CobsError or CrcError."""
    runs = []
    at, end = 0, len(block)
    while at < end:
        after = at + block[at]
        runs.append(block[at + 1 : after])
        at = after
    data = DELIMITER.join(runs)
    if at != end or len(data) <= CRC_BYTES:
        raise CobsError
    payload = data[:-CRC_BYTES]
    if crc32(payload) != int.from_bytes(data[-CRC_BYTES:], "little"):
        raise CrcError
    return payload
