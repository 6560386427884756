"""A short form of the garbage; and that what grows is found out."""

import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterator

import pytest

from firmware_bridge.device.decoder import FaultKind
from firmware_bridge.device.frames import Hello
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.stream import Item, Stream
from tests.soak import garbage


def seed() -> int:
    """Another one each time; the figure tells which."""
    return random.SystemRandom().randrange(1_000_000)


def test_garbage_makes_nothing_grow() -> None:
    (figure,) = garbage.figures(5, seed())
    assert figure.holds, str(figure)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("random bytes", {FaultKind.NOT_COBS, FaultKind.DAMAGED, FaultKind.TOO_LONG}),
        ("no delimiter", set()),
        ("delimiters", set()),
        ("unknown frames", {FaultKind.UNKNOWN_TYPE}),
        ("ever new boots", {Hello, Readings, Gap}),
    ],
)
def test_garbage_is_what_it_is_called(kind: str, found: set[object]) -> None:
    stream = Stream()
    chunks = itertools.islice(garbage.KINDS[kind](1), 200)
    items = [item for chunk in chunks for item in stream.feed(chunk)]
    assert {getattr(item, "kind", type(item)) for item in items} == found


class Hoarding(Stream):
    """Keeps a tenth of it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[bytes] = []

    def feed(self, data: bytes, arrival_s: float | None = None) -> list[Item]:
        self.kept.append(data[::10])
        return []


def chunks() -> Iterator[bytes]:
    return itertools.repeat(bytes(garbage.CHUNK))


# In a process of its own: one that has run other tests has memory to spare.
HOARD = """
import json
from tests.soak import garbage, test_garbage
garbage.Stream = test_garbage.Hoarding
print(json.dumps(garbage.growth(test_garbage.chunks(), 100_000_000)))
"""


def test_what_grows_is_found_out() -> None:
    said = subprocess.check_output([sys.executable, "-c", HOARD], cwd=garbage.ROOT)
    resident, own = json.loads(said)
    assert min(resident, own) >= 1_000_000
    assert not garbage.of({"one": (0, 0), "other": (0, own)}, "").holds
    assert not garbage.of({"one": (resident, 0)}, "").holds
