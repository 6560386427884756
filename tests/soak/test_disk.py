"""A whole station whose disk takes nothing: it counts on, says so, and keeps all once it can."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.request import urlopen

import pytest

from config.kept import STORE
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from firmware_bridge.floor.store.store import Store
from tests.soak.kills import going_on

ROOT = Path(__file__).parents[2]
NO_LIMIT = resource.RLIM_INFINITY


@pytest.fixture(scope="module")
def machine() -> Iterator[SimulatedMachine]:
    with SimulatedMachine(counts_of(going_on(300, Random(1)))) as plugged_in:
        yield plugged_in


class Started:
    """`leverrep run` in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout
        self.address = process.stdout.readline().split()[-1]

    @property
    def state(self) -> dict[str, Any]:
        with urlopen(f"{self.address}api/state") as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    @property
    def is_live(self) -> bool:
        return bool(self.state.get("link", {}).get("state") == "live")

    @property
    def failure(self) -> str | None:
        return self.state.get("failure")

    @property
    def reps(self) -> int:
        return int(self.state.get("set", {"reps": 0})["reps"])  # none at the very first

    def wait_for(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not what():
            assert time.monotonic() < deadline, self.state
            time.sleep(0.05)

    def full_disk(self, size: int) -> None:
        """No file may grow past this any more; what cannot be written is EFBIG."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, NO_LIMIT))

    def end(self) -> tuple[int, str, str]:
        """Status and what was said."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def started(machine: SimulatedMachine, state_home: Path, tmp_path: Path) -> Iterator[Started]:
    settings = tmp_path / "leverrep.toml"
    settings.write_text("[display]\nport = 0\n")
    command = [sys.executable, "-m", "firmware_bridge", "run", "--port", machine.port]
    with subprocess.Popen(
        [*command, "--config", str(settings)],
        cwd=ROOT,
        env={**os.environ, "XDG_STATE_HOME": str(state_home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Started(process)
        finally:
            process.kill()


def test_a_full_disk_stops_no_counting_is_told_and_has_all_once_it_is_well(
    machine: SimulatedMachine, tmp_path: Path
) -> None:
    path = tmp_path / "state" / "leverrep" / STORE
    problem = f"{path}: sets cannot be saved: the disk fails: check the card"
    with started(machine, tmp_path / "state", tmp_path) as station:
        station.wait_for(lambda: station.is_live)
        station.full_disk(1)
        station.wait_for(lambda: station.failure)
        assert station.failure == problem
        before = station.reps
        station.wait_for(lambda: station.reps > before)
        station.full_disk(NO_LIMIT)
        station.wait_for(lambda: not station.failure)
        status, out, err = station.end()
    assert (status, err) == (0, "")
    assert problem in out
    with Store(path) as store:
        (one,) = store.sets()
        assert one.report["rep_count"] > before
        assert store.is_whole()


def test_a_folder_that_cannot_be_written_stops_no_counting_and_is_told(
    machine: SimulatedMachine, tmp_path: Path
) -> None:
    state_home = Path("/sys")  # where nobody makes a folder, not even root
    path = state_home / "leverrep" / STORE
    with started(machine, state_home, tmp_path) as station:
        station.wait_for(lambda: station.reps)
        problem = station.failure
        status, out, err = station.end()
    assert problem
    assert problem.startswith(f"{path}: sets cannot be saved: ")
    assert (status, err) == (1, f"leverrep: {problem}\n")
    assert problem in out
