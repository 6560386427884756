"""Damage frames in six ways, each between two good ones, and see what the decoder makes of it.

    python -m tests.device.faults 1000000

No damaged frame may be accepted unless its content survived, no good neighbour may be lost, and
nothing may raise. (A CRC-32 lets 1 of 2^32 random blocks through: 0.0002 in a million.)
"""

import random
import sys
import time
from collections.abc import Callable

from firmware_bridge.device.decoder import Decoder
from firmware_bridge.device.frames import Samples, wire

Damage = Callable[[bytes, random.Random], bytes]
BATCH = 500


def bit_flip(frame: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(frame)
    damaged[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def byte_dropped(frame: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(frame))
    return frame[:at] + frame[at + 1 :]


def byte_inserted(frame: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(frame) + 1)
    return frame[:at] + rng.randbytes(1) + frame[at:]


def burst(frame: bytes, rng: random.Random) -> bytes:
    """Up to 12 bytes in a row become others."""
    at, length = rng.randrange(len(frame)), rng.randint(2, 12)
    hit = frame[at : at + length]
    return frame[:at] + rng.randbytes(len(hit)) + frame[at + length :]


def truncation(frame: bytes, rng: random.Random) -> bytes:
    """Cut at either end, as when a cable is pulled or plugged in."""
    at = rng.randrange(1, len(frame))
    return frame[:at] if rng.random() < 0.5 else frame[at:]


def noise(frame: bytes, rng: random.Random) -> bytes:
    """Random bytes instead of the frame, now and then long ones."""
    return rng.randbytes(rng.randint(1, 400 if rng.random() < 0.1 else 2 * len(frame)))


KINDS: tuple[Damage, ...] = (bit_flip, byte_dropped, byte_inserted, burst, truncation, noise)


def random_frame(rng: random.Random) -> Samples:
    """Like a real one, with as many zero bytes as there can be in real ones."""
    count = rng.choice((1, 4, 4, 4))
    offsets = tuple(5000 * i for i in range(count))
    values = tuple(rng.choice((rng.getrandbits(12), 0, 0x8001)) for _ in range(count))
    return Samples(rng.getrandbits(32), rng.getrandbits(16), rng.getrandbits(32), offsets, values)


def check(kind: Damage, count: int, rng: random.Random) -> tuple[int, int]:
    """Damage `count` frames; (accepted because their content survived, refused) of them."""
    survived = 0
    for begin in range(0, count, BATCH):
        decoder = Decoder()
        pairs = [(random_frame(rng), random_frame(rng)) for _ in range(min(BATCH, count - begin))]
        stream = b"".join(wire(good) + kind(wire(bad), rng) for good, bad in pairs)
        last = random_frame(rng)
        stream += wire(last)
        cut = rng.randrange(len(stream))
        found = [f for part in (stream[:cut], stream[cut:]) for f in decoder.feed(part)]
        frames = iter([f for f in found if isinstance(f, Samples)])
        frame = next(frames, None)
        for good, bad in pairs:
            assert frame == good, f"{kind.__name__}: a good frame was lost or a wrong one accepted"
            frame = next(frames, None)
            if frame == bad:
                survived += 1
                frame = next(frames, None)
        assert frame == last, f"{kind.__name__}: wrong frame accepted at the end"
        assert next(frames, None) is None, f"{kind.__name__}: a frame too many"
    return survived, count - survived


def main(count: int) -> None:
    print(f"{count:,} damaged frames, each between two good ones")
    rng = random.Random(1)
    for number, kind in enumerate(KINDS):
        share = count // len(KINDS) + (number < count % len(KINDS))
        began = time.monotonic()
        survived, refused = check(kind, share, rng)
        print(
            f"{kind.__name__:14} {share:9,}: {refused:9,} refused, {survived:6,} with content "
            f"intact (only a delimiter hit), 0 wrong, 0 neighbours lost "
            f"({time.monotonic() - began:.0f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
