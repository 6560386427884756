"""Garbage through the decoder and the ledger, for hours on end: memory stays as it was.

    python -m tests.soak.garbage KIND MEGABYTES SEED

tells by how many bytes a process that takes so much of one kind has grown, and its Python objects.
"""

import gc
import itertools
import json
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from firmware_bridge.device.frames import Hello, Samples, wire
from firmware_bridge.device.framing import wrap
from firmware_bridge.device.stream import Stream
from tests.bench.figure import Figure, progress

ROOT = Path(__file__).parents[2]
CHUNK, POOL = 4096, 1 << 20  # bytes
WARM = 200_000  # then the process has got all that it needs
PAGE = os.sysconf("SC_PAGESIZE")


def noise(seed: int, without: bytes = b"") -> Iterator[bytes]:
    """Random bytes, all but these."""
    rng = random.Random(seed)
    pool = rng.randbytes(POOL).translate(None, without)
    while True:
        at = rng.randrange(len(pool) - CHUNK)
        yield pool[at : at + CHUNK]


def unknown(number: int) -> bytes:
    """A frame of a type that this program does not know, of any size."""
    scrambled = (number * 0x9E37_79B9_7F4A_7C15 % (1 << 64)).to_bytes(8, "little")
    return wrap(bytes((0x30 + number % 0xC0,)) + scrambled * (number % 24))


def boot(number: int) -> bytes:
    """Of a machine that starts, sends a sample and starts again."""
    hello = Hello(number, 200, 4096, 0, 0, "lever-1", "0.2.0", "as5600")
    return wire(hello) + wire(Samples(number, 0, 0, (0,), (2048,)))


KINDS: Mapping[str, Callable[[int], Iterator[bytes]]] = {
    "random bytes": noise,
    "no delimiter": lambda seed: noise(seed, without=b"\0"),
    "delimiters": lambda seed: itertools.repeat(bytes(CHUNK)),
    "unknown frames": lambda seed: map(unknown, itertools.count(seed)),
    "ever new boots": lambda seed: map(boot, itertools.count(seed)),
}


def figures(megabytes: int, seed: int) -> Iterator[Figure]:
    """Of so much garbage, in equal parts of every kind, each in a process of its own."""
    began, each = time.monotonic(), megabytes // len(KINDS)
    progress(f"garbage: {megabytes} MB")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda kind: in_process(kind, each, seed), KINDS)
        grown = dict(zip(KINDS, found, strict=True))
    yield of(grown, f"{each} MB of each, in {time.monotonic() - began:.0f} s, seed {seed}")


def of(grown: Mapping[str, tuple[int, int]], detail: str) -> Figure:
    """By how many bytes the process has grown, and its objects: the worst of the kinds."""
    kinds = grown.items()
    each = ", ".join(f"{kind} {rss / 1e6:.2f} and {own / 1e6:.2f}" for kind, (rss, own) in kinds)
    worst = max(max(one) for one in grown.values()) / 1e6
    return Figure("growth by garbage", worst, 1.0, " MB", f"process and objects: {each}; {detail}")


def in_process(kind: str, megabytes: int, seed: int) -> tuple[int, int]:
    command = [sys.executable, "-m", "tests.soak.garbage", kind, f"{megabytes}", f"{seed}"]
    rss, own = json.loads(subprocess.check_output(command, cwd=ROOT))
    return rss, own


def growth(chunks: Iterator[bytes], size: int) -> tuple[int, int]:
    """Bytes that this process and its Python objects have grown by, after `size` bytes."""
    stream = Stream()
    tracemalloc.start()
    feed(stream, chunks, WARM)
    before = memory()
    feed(stream, chunks, size)
    after = memory()
    tracemalloc.stop()
    return after[0] - before[0], after[1] - before[1]


def feed(stream: Stream, chunks: Iterator[bytes], size: int) -> None:
    while size > 0:
        chunk = next(chunks)
        stream.feed(chunk)
        size -= len(chunk)


def memory() -> tuple[int, int]:
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    return resident, tracemalloc.get_traced_memory()[0]


if __name__ == "__main__":
    chunks = KINDS[sys.argv[1]](int(sys.argv[3]))
    print(json.dumps(growth(chunks, int(sys.argv[2]) * 1_000_000)))
