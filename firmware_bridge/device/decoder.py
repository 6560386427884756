"""Bytes in, frames and faults out: never an exception, the same for any chunking."""

from dataclasses import dataclass
from enum import StrEnum

from firmware_bridge.device.frames import (
    DeviceFrame,
    FrameError,
    OtherProtocol,
    UnknownType,
    parse,
)
from firmware_bridge.device.framing import DELIMITER, MAX_BLOCK, CobsError, CrcError, unwrap


class FaultKind(StrEnum):
    """What is wrong with the bytes between two delimiters."""

    TOO_LONG = "too long"
    NOT_COBS = "not COBS"
    DAMAGED = "damaged"
    UNKNOWN_TYPE = "unknown frame type"
    OTHER_PROTOCOL = "other protocol version"
    BAD_LAYOUT = "bad layout"


@dataclass(frozen=True, slots=True)
class Fault:
    """`size` bytes between two delimiters that are not a frame.

    `version`: of OTHER_PROTOCOL, if it says one.
    """

    kind: FaultKind
    size: int
    version: int | None = None


# Looked up in this order: the last is the base of those before it.
_KINDS = (
    (CobsError, FaultKind.NOT_COBS),
    (CrcError, FaultKind.DAMAGED),
    (UnknownType, FaultKind.UNKNOWN_TYPE),
    (FrameError, FaultKind.BAD_LAYOUT),
)


class Decoder:
    """Feed it the wire in pieces of any size."""

    def __init__(self) -> None:
        self._block = b""  # since the last delimiter; at most MAX_BLOCK + 1 bytes are kept
        self._size = 0

    def feed(self, data: bytes) -> list[DeviceFrame | Fault]:
        """The frames and faults that `data` completes, in order."""
        *ended, rest = data.split(DELIMITER)
        found = []
        for piece in ended:
            self._add(piece)
            if self._size:
                found.append(self._end())
        self._add(rest)
        return found

    def _add(self, piece: bytes) -> None:
        self._block += piece[: MAX_BLOCK + 1 - len(self._block)]
        self._size += len(piece)

    def _end(self) -> DeviceFrame | Fault:
        block, size = self._block, self._size
        self._block, self._size = b"", 0
        if size > MAX_BLOCK:
            return Fault(FaultKind.TOO_LONG, size)
        try:
            return parse(unwrap(block))
        except OtherProtocol as error:
            return Fault(FaultKind.OTHER_PROTOCOL, size, *error.args)
        except (CobsError, CrcError, FrameError) as error:
            return Fault(next(kind for cls, kind in _KINDS if isinstance(error, cls)), size)
