"""How soon the program answers: its help, and the station on a simulated machine."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from tests.bench.figure import Figure

ROOT = Path(__file__).parents[2]
LEVERREP = [sys.executable, "-m", "firmware_bridge"]
BARE = [sys.executable, "-c", "pass"]


def figures() -> Iterator[Figure]:
    yield help_time(pairs=20)
    yield ready_time(starts=5)


def help_time(pairs: int) -> Figure:
    """By turns, and the middle ratio: others use this machine too."""
    times = [(_seconds([*LEVERREP, "--help"]), _seconds(BARE)) for _ in range(pairs)]
    own_s, bare_s = (median(column) for column in zip(*times, strict=True))
    return Figure(
        "leverrep --help against python -c pass",
        median(own / bare for own, bare in times),
        4,
        " x",
        f"{own_s * 1000:.0f} ms against {bare_s * 1000:.0f} ms",
    )


def ready_time(starts: int) -> Figure:
    """Until the station tells that the machine is connected: from then on it takes samples."""
    with SimulatedMachine(counts_of(SCRIPTS["good"].motion())) as machine:
        times = [_connected_s(machine.port) for _ in range(starts)]
    detail = f"of {starts} starts, quickest {min(times):.2f} s, slowest {max(times):.2f} s"
    return Figure("station ready to count", median(times), 2, " s", detail)


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _connected_s(port: str) -> float:
    started = time.perf_counter()
    command = [*LEVERREP, "run", "--port", port, "--events", "-"]
    quiet = subprocess.DEVNULL  # where the display is
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=quiet, text=True
    ) as station:
        assert station.stdout
        line = station.stdout.readline()
        taken_s = time.perf_counter() - started
        station.terminate()
    if '"link":"connected"' not in line:
        raise RuntimeError(f"the station did not connect: {line or 'it ended'}")
    return taken_s
