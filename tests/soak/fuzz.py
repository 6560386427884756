"""Millions of small streams of frames, damage and noise, each decoded twice and accounted for.

What it proves: whatever bytes come, in whatever pieces, each block between two delimiters becomes
one documented frame or fault and never an exception, no whole frame is lost and none is invented,
and of what comes through the ledger counts each sample once, as received or as missing.

A CRC-32 lets 1 of 2^32 damaged blocks through: 0.003 in ten million streams.
"""

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from operator import lt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.device.decoder import Decoder, Fault
from firmware_bridge.device.frames import (
    LONGEST_UPTIME_US,
    PROTOCOL,
    Ack,
    DeviceFrame,
    Health,
    Hello,
    Outage,
    ResetCause,
    Result,
    Samples,
    Sensor,
    Status,
    wire,
)
from firmware_bridge.device.framing import MAX_BLOCK, MAX_PAYLOAD, wrap
from firmware_bridge.device.ledger import COUNT_WRAP, Ledger, Readings, Totals
from tests.bench.figure import Figure, progress
from tests.device import faults, strategies
from tests.device.test_ledger import Device

ROOT = Path(__file__).parents[2]
Found = list[DeviceFrame | Fault]
DOCUMENTED = {*get_args(DeviceFrame), Fault}

BATCH = 2000  # streams made of the same frames
SESSIONS, FRAMES = 50, 200
UNKNOWN = range(0x30, 0x100)  # types of frames
INPUT, OF_PAYLOADS = 600, b"\x80"  # bytes at most of a run led by coverage; see check_input


class Wrong(Exception):
    """A stream was not decoded or accounted for as it should."""


@dataclass(frozen=True)
class Piece:
    """Bytes of a stream, made of `frame` if of any; not `whole`: and damaged since."""

    data: bytes
    frame: DeviceFrame | None = None
    whole: bool = True


@dataclass
class Tally:
    streams: int = 0
    size: int = 0
    found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def figures(streams: int, seed: int, examples: int = 5000, runs: int = 500_000) -> Iterator[Figure]:
    """Of so many streams of our own making, Hypothesis's examples, and runs led by coverage."""
    began = time.monotonic()
    tally = by_grammar(streams, seed)
    kinds = ", ".join(f"{count:,} {name}" for name, count in tally.found.most_common())
    detail = f"{tally.streams:,} streams, {tally.size / 1e6:,.0f} MB, in "
    detail += f"{time.monotonic() - began:.0f} s, seed {seed}: {kinds}"
    yield _figure("fuzzed streams", tally.wrong, detail)
    progress("fuzz: Hypothesis")
    yield _figure("streams of Hypothesis", by_hypothesis(examples, seed), f"{examples:,} streams")
    if find_spec("atheris"):
        progress("fuzz: led by coverage")
        yield _figure("streams led by coverage", *by_coverage(runs, seed))


def _figure(what: str, wrong: Sequence[str], detail: str) -> Figure:
    return Figure(f"{what} that went wrong", len(wrong), 0, "", "; ".join([detail, *wrong[:3]]))


# What must be true of every stream.


def check(stream: bytes, rng: random.Random) -> tuple[Found, Totals]:
    """What it is decoded to, and the account. Raises Wrong, or whatever they raise who do that."""
    found = decoded((stream,))
    if decoded(cut(stream, rng)) != found:
        raise Wrong("other chunks, other frames")
    blocks = [block for block in stream.split(b"\0")[:-1] if block]
    if len(found) != len(blocks):
        raise Wrong(f"{len(blocks)} blocks, but {len(found)} frames and faults")
    for one, block in zip(found, blocks, strict=True):
        if type(one) not in DOCUMENTED or (isinstance(one, Fault) and one.size != len(block)):
            raise Wrong(f"{one} is no outcome of {block.hex()}")
    return found, account(found)


def stream_of(pieces: Iterable[Piece]) -> bytes:
    return b"".join(piece.data for piece in pieces)


def decoded(chunks: Iterable[bytes]) -> Found:
    decoder = Decoder()
    return [found for chunk in chunks for found in decoder.feed(chunk)]


def cut(stream: bytes, rng: random.Random) -> list[bytes]:
    """Byte by byte, or into a few chunks."""
    if rng.random() < 0.25:
        return [bytes((byte,)) for byte in stream]
    cuts = sorted(rng.randrange(len(stream) + 1) for _ in range(3))
    return [stream[a:b] for a, b in pairwise((0, *cuts, len(stream)))]


def check_frames(pieces: Sequence[Piece], found: Found) -> None:
    """All whole frames are found, in order; others only where damage left their content alone."""
    frames = [one for one in found if not isinstance(one, Fault)]
    if not is_within([piece.frame for piece in pieces if piece.frame and piece.whole], frames):
        raise Wrong("a whole frame is lost")
    if not is_within(frames, [piece.frame for piece in pieces if piece.frame]):
        raise Wrong("a frame is invented")


def is_within(few: Sequence[object], many: Iterable[object]) -> bool:
    """Are these among those, in the same order?"""
    rest = iter(many)
    return all(one in rest for one in few)


def account(found: Found) -> Totals:
    """What the ledger makes of it. Raises Wrong if it is at odds with what it gives out."""
    ledger, received, newest_s = Ledger(), 0, -1.0
    for one in found:
        for item in () if isinstance(one, Fault) else ledger.take(one):
            if isinstance(item, Readings):
                received += len(item.values)
                times = (newest_s, *item.t_s)
                if not all(map(lt, times, item.t_s)):
                    raise Wrong(f"time does not rise: {times}")
                newest_s = times[-1]
    if ledger.totals.received != received:
        raise Wrong(f"{received} readings, but {ledger.totals}")
    return ledger.totals


def check_session(pieces: Sequence[Piece], found: Found, totals: Totals) -> None:
    """These are of one boot, from a HELLO on to a STATUS: nothing of it is unaccounted for."""
    told = [piece.frame.samples for piece in pieces if isinstance(piece.frame, Hello | Status)]
    sent = (told[-1] - told[0]) % COUNT_WRAP
    received = sum({one.seq: len(one.values) for one in found if isinstance(one, Samples)}.values())
    if (totals.sent, totals.received, totals.missing) != (sent, received, sent - received):
        raise Wrong(f"sent {sent}, received {received}, but {totals}")


# Streams of our own making.


def by_grammar(streams: int, seed: int) -> Tally:
    """Checked by all processors."""
    sizes = [min(BATCH, streams - begun) for begun in range(0, streams, BATCH)]
    tally = Tally()
    with ProcessPoolExecutor() as pool:
        for part in pool.map(batch, sizes, range(seed, seed + len(sizes))):
            tally.streams += part.streams
            tally.size += part.size
            tally.found += part.found
            tally.wrong += part.wrong
            progress(f"fuzz: {tally.streams:,} streams of {streams:,}")
    return tally


def batch(streams: int, seed: int) -> Tally:
    """By turns a session, and the beginnings of two with anything in between."""
    rng, tally = random.Random(seed), Tally(streams)
    sessions = [session(rng) for _ in range(SESSIONS)]
    anything = [whole(any_frame(rng)) for _ in range(FRAMES)]
    for number in range(streams):
        is_session = number % 2 == 0
        if is_session:
            first, *between, last = rng.choice(sessions)
            pieces = [first, *stirred(between, rng), last]
        else:
            others = rng.choices(anything, k=rng.randint(0, 3))
            begun = rng.choice(sessions)[:3], rng.choice(sessions)[:3]
            pieces = [*stirred((*begun[0], *others, *begun[1]), rng)]
        try:
            found, totals = check(stream_of(pieces), rng)
            check_frames(pieces, found)
            if is_session:
                check_session(pieces, found, totals)
            tally.found.update(map(_name, found))
        except Exception as error:  # whatever it is
            tally.wrong.append(_words(error, pieces))
        tally.size += sum(len(piece.data) for piece in pieces)
    return tally


def _name(one: DeviceFrame | Fault) -> str:
    return one.kind.value if isinstance(one, Fault) else type(one).__name__


def _words(error: Exception, pieces: Iterable[Piece]) -> str:
    return f"{error!r} of {stream_of(pieces).hex()}"


def stirred(pieces: Iterable[Piece], rng: random.Random) -> Iterator[Piece]:
    """Half of them damaged, some twice, some with noise behind them."""
    for piece in pieces:
        chance = rng.random()
        if chance < 0.5:
            yield Piece(rng.choice(faults.KINDS)(piece.data, rng), piece.frame, whole=False)
            continue
        yield piece
        if chance < 0.6:
            yield piece
        elif chance < 0.8:
            yield noise(rng)


def noise(rng: random.Random) -> Piece:
    """No frame of this protocol."""
    tail = rng.randbytes(rng.randint(2, 40))
    return Piece(rng.choice(NOISES)(tail, rng))


NOISES: Sequence[faults.Damage] = (
    lambda tail, rng: tail,
    lambda tail, rng: bytes(len(tail)),
    lambda tail, rng: b"\1" * rng.randint(MAX_BLOCK - 1, 2 * MAX_BLOCK),
    lambda tail, rng: wrap(bytes((rng.choice(UNKNOWN),)) + tail),
    lambda tail, rng: wrap(bytes((Hello.TYPE, rng.randint(PROTOCOL + 1, 255))) + tail),
    lambda tail, rng: wrap(bytes((rng.randint(1, 5),)) + tail[:3]),
    lambda tail, rng: wire(Hello(rng.randint(1, 3), 0, 4096, 1, 1, "", "", "")),  # at 0 Hz
    lambda tail, rng: wire(Hello(rng.randint(1, 3), 200, 4096, 1 << 63, 1, "", "", "")),
)


def session(rng: random.Random) -> list[Piece]:
    """HELLO, some frames of the same boot, STATUS; where sequence, count and clock wrap, too."""
    slot = rng.choice((0, 1 << 16, 1 << 32)) + rng.randint(0, 20)
    uptime_us = rng.choice((0, 1 << 32)) + rng.randint(0, 20_000)
    device = Device(rng.getrandbits(32), 200, max(0, slot - 10), max(0, uptime_us - 10_000))
    frames: list[DeviceFrame] = [device.hello()]
    for _ in range(rng.randint(1, 5)):
        chance = rng.random()
        if chance < 0.1:
            device.run(rng.uniform(0, 300))
        elif chance < 0.2:
            frames.append(device.status())
        elif chance < 0.3:
            frames.append(Ack(rng.getrandbits(8), Result.OK, 200))
        else:
            frames.append(device.samples(rng.choice((1, 3, 4, 4))))
    return [whole(frame) for frame in (*frames, device.status())]


def whole(frame: DeviceFrame) -> Piece:
    return Piece(wire(frame), frame)


def any_frame(rng: random.Random) -> DeviceFrame:
    """Of any content, however absurd, of one of a few boots."""

    def number(bits: int) -> int:
        top = (1 << bits) - 1
        return rng.choice((1, rng.getrandbits(bits // 2), rng.getrandbits(bits), top))

    boot, rate_hz, count = rng.randint(1, 3), max(1, number(16)), number(16)
    uptime_us, samples = min(number(64), LONGEST_UPTIME_US), number(32)
    offsets = tuple(sorted({0, *(number(16) for _ in range(rng.randint(0, 5)))}))
    values = tuple(number(16) for _ in offsets)
    flags = Sensor(rng.getrandbits(5))
    return rng.choice(
        (
            Hello(boot, rate_hz, count, uptime_us, samples, "lever", "0.2.0", "as5600"),
            Status(boot, uptime_us, samples, number(32), rate_hz, flags, number(8), count),
            Samples(boot, count, number(32), offsets, values),
            Ack(number(8), rng.choice(list(Result)), rate_hz),
            Health(boot, rng.choice(list(ResetCause)), count, number(32), count, number(32)),
            Outage(min(uptime_us, Outage.LONGEST_US)),
        )
    )


# Streams of others' making.


def by_hypothesis(examples: int, seed: int) -> list[str]:
    """What is wrong with the smallest bad stream of this kind, if there is one."""
    payloads = st.binary(min_size=1, max_size=MAX_PAYLOAD).map(wrap)
    pieces = st.one_of(strategies.frames.map(wire), payloads, st.binary(max_size=300))

    @hypothesis.seed(seed)
    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.lists(pieces, max_size=8).map(b"".join), st.integers(0, 1 << 32))
    def run(stream: bytes, number: int) -> None:
        check(stream, random.Random(number))

    try:
        run()
    except Exception as error:
        return [" ".join([repr(error), *getattr(error, "__notes__", ())])]
    return []


LED_BY_COVERAGE = """
import sys, atheris
with atheris.instrument_imports(include=["firmware_bridge"]):
    from tests.soak import fuzz
atheris.Setup(sys.argv, fuzz.check_input)
atheris.Fuzz()
"""


def by_coverage(runs: int, seed: int) -> tuple[list[str], str]:
    """What is wrong with the first bad stream of this kind, if there is one; and what was run."""
    flags = [f"-runs={runs}", f"-seed={seed % (1 << 31)}", f"-max_len={INPUT}"]
    rng = random.Random(seed)
    with TemporaryDirectory() as folder:  # where it begins from, and leaves what it has found
        for number in range(SESSIONS):
            (Path(folder) / f"{number}").write_bytes(as_input(session(rng)))
        done = subprocess.run(
            [sys.executable, "-c", LED_BY_COVERAGE, *flags, folder],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    last = done.stdout.splitlines()[-1]
    if done.returncode:
        _, found, error = done.stdout.partition("Uncaught Python exception: ===")
        return [error.split("Traceback")[0].strip() if found else last], ""
    return [], f"{last}, {re.findall(r'cov: [0-9]+', done.stdout)[-1]}"


def as_input(pieces: Iterable[Piece]) -> bytes:
    """The payloads of these frames, each with its length before it."""
    payloads = (piece.frame.to_bytes() for piece in pieces if piece.frame)
    return OF_PAYLOADS + b"".join(bytes((len(payload) - 1,)) + payload for payload in payloads)


def check_input(data: bytes) -> None:
    """A stream as it is, or the payloads of frames: no mutation gets past a CRC-32."""
    stream, at = data, 1
    if data.startswith(OF_PAYLOADS):
        stream = b""
        while at + 1 < len(data):
            end = at + 2 + data[at] % MAX_PAYLOAD
            stream += wrap(data[at + 1 : end])
            at = end
    check(stream, random.Random(len(data)))
