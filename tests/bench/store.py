"""Ten thousand kept sets: how soon they are listed and filtered."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from config.kept import STORE
from firmware_bridge.floor.store.store import Samples, Store
from tests.bench.figure import Figure
from tests.floor.export.kept import EVENING, PLAN, kept

ROOT = Path(__file__).parents[2]
SETS = 10_000
LIMIT_S = 0.3
ASKED = {
    "all listed": (),
    "those of a week": ("--since", "2026-11-01", "--until", "2026-11-07"),
    "those with a load": ("--load", "42.5"),
}


def figures() -> Iterator[Figure]:
    with TemporaryDirectory(prefix="leverrep-") as home:
        fill(Path(home) / "leverrep" / STORE, SETS)
        for what, filters in ASKED.items():
            yield list_time(home, what, filters, runs=9)


def fill(path: Path, sets: int) -> None:
    """A store with so many sets, 30 a day up to one evening."""
    one, loads = kept(), [30.0, 35.0, 40.0, 42.5, 50.0]
    with Store(path) as store, store.transaction():
        for n in range(sets):
            plan = msgspec.structs.replace(PLAN, load_kg=loads[n % len(loads)])
            record = replace(one.record, plan=plan)
            started = EVENING - timedelta(days=(sets - n) / 30)
            store.save(
                replace(one, uid=f"set-{n}", record=record, started_utc=started),
                Samples("wire", b"\0" * 1000),
            )


def list_time(home: str, what: str, filters: tuple[str, ...], runs: int) -> Figure:
    """The whole command, from its start to its end."""
    command = [sys.executable, "-m", "firmware_bridge", "sets", "list", *filters]
    env = {**os.environ, "XDG_STATE_HOME": home}
    times, lines = [], 0
    for _ in range(runs):
        started = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
        lines = len(done.stdout.splitlines()) - 1
    return Figure(
        f"leverrep sets list of {SETS:,} sets, {what}",
        median(times),
        LIMIT_S,
        " s",
        f"{lines:,} lines, quickest {min(times):.2f} s, slowest {max(times):.2f} s",
    )
