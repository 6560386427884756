"""A station that is asleep, has a full disk, 50 viewers and an export of everything, all at once.

`python -m tests.soak.overload FOLDER PORT WIRE` is that station; see unplug.py for what it tells.
"""

import contextlib
import json
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any, Self
from urllib.request import urlopen

from msgspec.structs import replace
from websockets.exceptions import ConnectionClosed

from config import Settings
from config.kept import STORE
from firmware_bridge.device.frames import Status
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from firmware_bridge.floor.display.display import Display
from firmware_bridge.floor.store.store import Samples, Store
from tests.bench.crowd import Crowd
from tests.bench.figure import Figure, progress
from tests.floor.export.kept import kept
from tests.soak import unplug
from tests.soak.unplug import NEAR_S, Watched, accounting_problems, last_word, tell, training

ROOT = Path(__file__).parents[2]
READERS, SLEEPERS = 40, 10
ASLEEP_S = 5.0
TOO_LONG_S = 25.0  # the kernel takes some 20 kB of what a machine says, which is 11 s
AWAKE_S = 4.0
DISK_FULL, NO_LIMIT = 1, resource.RLIM_INFINITY
SETS, OLD = 200, "old"  # to export


def main(folder: str, port: str, wire: str) -> None:
    settings = Settings()
    settings = replace(settings, display=replace(settings.display, port=0))
    with Display(settings, store=Path(folder) / STORE) as display:
        tell(what="address", address=display.address)
        unplug.run(Path(folder), port, int(wire), display)


class Patient(Crowd):
    """Viewers who come back when they have been let go."""

    async def _read(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(ConnectionClosed, OSError):
                await super()._read()


class Exports:
    """Somebody downloads everything, again and again."""

    def __init__(self, address: str) -> None:
        self.done = self.refused = 0
        self._address = address
        self._ending = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(0.1):
            try:
                with urlopen(f"{self._address}api/export?format=json") as answer:
                    self.done += bool(json.load(answer))
            except OSError:  # the display is still starting, or its disk does not let it read
                self.refused += 1


def put_to_sleep(station: "subprocess.Popen[bytes]", seconds: float) -> None:
    station.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    station.send_signal(signal.SIGCONT)


def limit_disk(station: "subprocess.Popen[bytes]", size: int) -> None:
    """No file may grow past this; what cannot be written is EFBIG."""
    resource.prlimit(station.pid, resource.RLIMIT_FSIZE, (size, NO_LIMIT))


@dataclass
class Tally:
    """What was lost, of all that the machine said, and what was wrong besides."""

    sent: int = 0
    missing: int = 0
    overruns: int = 0
    exports: int = 0
    refused: int = 0
    messages: int = 0
    unaccounted: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def figures(rounds: int, seed: int, readers: int = READERS) -> Iterator[Figure]:
    """So often asleep for as long as the kernel keeps what comes, and then once for longer."""
    chance = random.Random(seed)
    tally = overloaded([ASLEEP_S] * rounds, chance, readers)
    how = f"asleep {rounds} times for {ASLEEP_S:g} s, disk full, {readers + SLEEPERS} viewers, "
    how += f"{tally.exports} exports of {SETS} sets and {tally.refused} that could not be, "
    how += f"{tally.messages} positions read, seed {seed}"
    yield Figure("samples lost that the kernel had", tally.missing, 0, "", f"{tally.sent}; {how}")
    yield from told_of(tally)
    if rounds > 1:
        tally = overloaded([TOO_LONG_S], chance, readers)
        how = f"asleep for {TOO_LONG_S:g} s: {tally.missing} missing, {tally.overruns} overruns"
        tally.wrong += [] if tally.missing else ["nothing was lost, so nothing was asked"]
        yield from told_of(tally, how)


def told_of(tally: Tally, how: str = "") -> Iterator[Figure]:
    for what, found in (
        ("samples lost silently", tally.unaccounted),
        ("reps, sets or links wrong after it", tally.wrong),
    ):
        yield Figure(what, len(found), 0, "", "; ".join(filter(None, [how, *found[:5]])))


def overloaded(sleeps_s: list[float], chance: random.Random, readers: int = READERS) -> Tally:
    """One machine and one station that sleeps for so long each time, with all else going on."""
    motion, reps = training(30 + sum(sleeps_s) + AWAKE_S * len(sleeps_s), chance)
    with (
        TemporaryDirectory() as name,
        SimulatedMachine(counts_of(motion)) as machine,
    ):
        folder = Path(name)
        fill(folder / STORE)
        with Watched(folder, machine.port, module=__name__) as watched:
            watched.wait_until_live()
            address = watched.told[0]["address"]
            with Patient(address, readers, SLEEPERS) as crowd, Exports(address) as exports:
                for n, seconds in enumerate(sleeps_s):
                    limit_disk(watched.process, NO_LIMIT if n % 2 else DISK_FULL)
                    time.sleep(chance.uniform(0.5, AWAKE_S))
                    put_to_sleep(watched.process, seconds)
                    progress(f"asleep {n + 1} times of {len(sleeps_s)}")
                limit_disk(watched.process, NO_LIMIT)
                before = len(watched.reps())
                watched.wait_for(lambda: len(watched.reps()) > before)
            watched.end()
        tally = judged(watched.told, bytes(watched.wire), reps, last_word(machine.port))
        tally.wrong += kept_problems(folder / STORE, watched.told)
        tally.exports, tally.refused = exports.done, exports.refused
        tally.messages = len(crowd.arrivals)
    return tally


def fill(path: Path, name: str = OLD, sets: int | None = None) -> None:
    """Enough sets that an export of them takes a while."""
    with Store(path) as store, store.transaction():
        for n in range(SETS if sets is None else sets):
            store.save(kept(uid=f"{name}-{n}"), Samples("wire", b"samples"))


def judged(told: list[dict[str, Any]], data: bytes, reps: list[float], machine: Status) -> Tally:
    """`reps`: when each is over, by the machine's time; `machine`: what that says at the end."""
    gaps = [line["missing"] for line in told if line["what"] == "gap"]
    tally = Tally(told[-1]["sent"], sum(gaps), machine.overruns)
    tally.unaccounted += accounting_problems(told, data, machine)
    if tally.missing != tally.overruns:
        tally.unaccounted.append(f"{tally.missing} missing, {tally.overruns} never sent")
    lost = sum(line["what"] == "lost" for line in told)
    if lost:
        tally.wrong.append(f"the machine was let go {lost} times")
    if not tally.missing:
        tally.wrong += rep_problems([line["t_s"] for line in told if line["what"] == "rep"], reps)
    return tally


def rep_problems(told_s: list[float], reps: list[float]) -> Iterator[str]:
    """Nothing is missing: so no rep is."""
    if not all(abs(at - true) < NEAR_S for at, true in zip(told_s, reps, strict=False)):
        yield f"reps told at {told_s} s, done by {reps[: len(told_s)]} s"


def kept_problems(path: Path, told: list[dict[str, Any]]) -> Iterator[str]:
    """Once the disk is well, the set is kept as it was told."""
    numbers = [line["number"] for line in told if line["what"] == "rep"]
    with Store(path) as store:
        (one,) = [one for one in store.sets() if not one.uid.startswith(OLD)]
    if numbers != [*range(1, one.report["rep_count"] + 1)]:
        yield f"reps {numbers} told, {one.report['rep_count']} kept"


if __name__ == "__main__":
    main(*sys.argv[1:])
