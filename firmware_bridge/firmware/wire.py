"""What goes over the wire, as the board sees it. device/PROTOCOL.md says what each field means."""

import struct
from binascii import crc32

PROTOCOL = 1
HELLO, SAMPLES, STATUS, ACK, HEALTH = 0x01, 0x02, 0x03, 0x04, 0x05
PING, START, STOP, SET_RATE = 0x11, 0x12, 0x13, 0x14
OK, NOT_UNDERSTOOD, OUT_OF_RANGE = 0, 1, 2
# A sample that could not be taken keeps its slot and says why.
ERROR_BIT = 0x8000
NO_ANSWER, NO_MAGNET, NONSENSE = ERROR_BIT | 1, ERROR_BIT | 2, ERROR_BIT | 3
# Flags of STATUS; the first four are the sensor's.
MAGNET, TOO_WEAK, TOO_STRONG, NO_SENSE, STREAMING = 1, 2, 4, 8, 16
MAX_BLOCK = 32  # the longest command is 8 bytes on the wire; the rest is room for newer hosts


def frame(payload):
    """Payload to wire bytes: 00 COBS(payload + CRC-32) 00. Payloads stay under 200 bytes."""
    out = bytearray(1)
    for run in (payload + struct.pack("<I", crc32(payload))).split(b"\x00"):
        out.append(len(run) + 1)
        out.extend(run)
    out.append(0)
    return out


def hello(boot, rate_hz, counts_per_turn, uptime_us, samples, texts):
    """`texts` are device id, firmware version and sensor kind."""
    head = (HELLO, PROTOCOL, boot, rate_hz, counts_per_turn, uptime_us, samples)
    payload = struct.pack("<BBIHHQI", *head)
    for text in texts:
        payload += bytes((len(text),)) + text.encode()
    return frame(payload)


def status(boot, uptime_us, samples, overruns, rate_hz, flags, agc, magnitude):
    head = (STATUS, boot, uptime_us, samples, overruns, rate_hz, flags, agc, magnitude)
    return frame(struct.pack("<BIQIIHBBH", *head))


def ack(command, result, rate_hz):
    return frame(struct.pack("<BBBH", ACK, command, result, rate_hz))


def health(boot, reset, late_rms_us, late_max_us, samples, bus_faults):
    head = (HEALTH, boot, reset, late_rms_us, late_max_us, samples, bus_faults)
    return frame(struct.pack("<BIBHIHI", *head))


class Batch:
    """Samples that travel in one frame: consecutive slots, each with its own time."""

    HEAD, ROOM, SPAN_US = 12, 4, 65535

    def __init__(self, boot):
        self.count = 0
        self.first_us = 0
        self._boot = boot
        self._payload = bytearray(self.HEAD + 4 * self.ROOM)

    def fits(self, t_us):
        """Whether a sample of time `t_us` can travel with those already here."""
        return self.count == 0 or (self.count < self.ROOM and t_us - self.first_us <= self.SPAN_US)

    def add(self, t_us, value):
        if self.count == 0:
            self.first_us = t_us
        at = self.HEAD + 4 * self.count
        struct.pack_into("<HH", self._payload, at, t_us - self.first_us, value)
        self.count += 1

    def take(self, first_slot):
        """The frame of all samples here, which then are here no longer."""
        seq, t_us = first_slot & 0xFFFF, self.first_us & 0xFFFFFFFF
        struct.pack_into("<BIHIB", self._payload, 0, SAMPLES, self._boot, seq, t_us, self.count)
        end = self.HEAD + 4 * self.count
        self.count = 0
        return frame(bytes(self._payload[:end]))


class Receiver:
    """Bytes from the host in, payloads of whole and undamaged frames out."""

    def __init__(self):
        self._block = bytearray()

    def feed(self, byte):
        """The payload that `byte` completes, or None."""
        if byte:
            if len(self._block) <= MAX_BLOCK:  # one too many marks the block as too long
                self._block.append(byte)
            return None
        block, self._block = self._block, bytearray()
        return _payload(block) if 0 < len(block) <= MAX_BLOCK else None


def _payload(block):
    """What a COBS block holds if it and its CRC are right, else None."""
    runs = []
    at = 0
    while at < len(block):
        end = at + block[at]
        runs.append(block[at + 1 : end])
        at = end
    data = b"\x00".join(runs)
    if at != len(block) or len(data) < 5:
        return None
    payload = data[:-4]
    return payload if crc32(payload) == struct.unpack("<I", data[-4:])[0] else None
