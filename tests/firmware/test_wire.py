"""The firmware's own encoder, in MicroPython and in Python, against the frozen vectors."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.device.framing import wrap
from firmware_bridge.device.simulated import FIRMWARE, FLAGS, Interpreter
from tests.device.faults import KINDS
from tests.firmware.conftest import Bench

VECTORS = Path(__file__).parents[1] / "vectors" / "frames.json"


@pytest.mark.parametrize("interpreter", ["micropython", "python"])
def test_frozen_vectors(interpreter: Interpreter) -> None:
    if interpreter == "micropython":
        pytest.importorskip("micropython_unix")
    script = Path(__file__).with_name("encode.py")
    command = [sys.executable, *FLAGS[interpreter], script, FIRMWARE, VECTORS]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert made.split() == [vector["wire"] for vector in json.loads(VECTORS.read_text())]


def test_a_batch_ends_when_it_is_full_or_too_long_for_its_offsets(bench: Bench) -> None:
    batch = bench.modules["wire"].Batch(1)
    batch.add(1_000_000, 1)
    assert batch.fits(1_065_535)
    assert not batch.fits(1_065_536)
    for t_us in (1_000_001, 1_000_002, 1_000_003):
        assert batch.fits(t_us)
        batch.add(t_us, 2)
    assert not batch.fits(1_000_004)


def test_damaged_commands_are_never_obeyed_and_hurt_no_good_one(bench: Bench) -> None:
    rng = random.Random(5)
    good, bad = b"\x12", b"\x14\x32\x00"
    receiver = bench.modules["wire"].Receiver()
    for number in range(6000):
        stream = KINDS[number % len(KINDS)](wrap(bad), rng) + wrap(good)
        read = [payload for byte in stream if (payload := receiver.feed(byte)) is not None]
        assert read in ([good], [bad, good])


def test_a_flood_without_delimiters_takes_no_memory(bench: Bench) -> None:
    receiver = bench.modules["wire"].Receiver()
    for _ in range(10_000):
        assert receiver.feed(7) is None
    assert len(receiver._block) < 100
    assert receiver.feed(0) is None
