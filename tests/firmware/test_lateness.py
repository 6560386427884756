"""Sampling jitter from sums, against the definition."""

import random
import subprocess
import sys
from pathlib import Path
from statistics import pstdev

import pytest

from firmware_bridge.device.simulated import FIRMWARE, FLAGS
from tests.firmware.conftest import Bench


def test_the_sums_say_what_the_samples_do_and_begin_anew(bench: Bench) -> None:
    lateness = bench.modules["lateness"].Lateness()
    rng = random.Random(3)
    for spread_us in (10, 1_000, 100_000):
        lates = [rng.randrange(spread_us) for _ in range(500)]
        for late_us in lates:
            lateness.add(late_us)
        rms, latest, samples = lateness.take()
        assert rms == pytest.approx(pstdev(lates), abs=1)
        assert (latest, samples) == (max(lates), 500)
    assert lateness.take() == (0, 0, 0)


def test_a_constant_delay_is_no_jitter(bench: Bench) -> None:
    lateness = bench.modules["lateness"].Lateness()
    for _ in range(200):
        lateness.add(40)
    assert lateness.take() == (0, 40, 200)


def test_a_sample_allocates_nothing(tmp_path: Path) -> None:
    pytest.importorskip("micropython_unix")
    script = tmp_path / "add.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(FIRMWARE)!r})\n"
        "import micropython\nfrom lateness import Lateness\n"
        "lateness, late_us = Lateness(), 0\nmicropython.heap_lock()\n"
        "for late_us in range(500):\n    lateness.add(late_us)\n"
        "micropython.heap_unlock()\nprint(*lateness.take())\n"
    )
    command = [sys.executable, *FLAGS["micropython"], str(script)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said == "144 499 500\n"
