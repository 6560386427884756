"""Stations killed at random moments: all that was kept is there, and all but the last second.

Each is a whole station at real time on a simulated machine, where somebody goes on and on.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from config.kept import STORE
from firmware_bridge.device.people import Hold, Segment, Stroke, perform
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.store import Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.station import angles_of, recover
from tests.bench.figure import Figure, progress
from tests.soak.station import digest

ROOT = Path(__file__).parents[2]
LOST_S = 1.0  # of what is running
STOP_DEG = 62.0
LIVES = 0.7  # of the kills; the others may come while it starts
EDGE_S = 0.1  # a rep that is found anew is where it was, but for this


@dataclass
class Told:
    """What a station has said before it was killed. Times of reps: the machine's, and when told."""

    given: dict[str, str] = field(default_factory=dict)  # digests by uid
    kept: list[str] = field(default_factory=list)
    reps: list[tuple[float, float]] = field(default_factory=list)
    now_s: float = 0.0  # the machine's time
    at: float = 0.0  # when that was shown

    @classmethod
    def read(cls, path: Path) -> "Told":
        told = cls()
        for line in path.read_text().splitlines():
            match line.split():
                case ["given", uid, content]:
                    told.given[uid] = content
                case ["kept", uid]:
                    told.kept.append(uid)
                case ["rep", t_s, at]:
                    told.reps.append((float(t_s), float(at)))
                case ["now", t_s, at]:
                    told.now_s, told.at = float(t_s), float(at)
        return told


@dataclass
class Tally:
    """What came of some kills."""

    kills: int = 0
    kept: int = 0  # acknowledged sets looked for
    interrupted: int = 0  # sets recovered
    lost_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.kills + other.kills,
            self.kept + other.kept,
            self.interrupted + other.interrupted,
            self.lost_s + other.lost_s,
            self.wrong + other.wrong,
        )


def figures(kills: int, seed: int, machines: int = 12, longest_s: float = 12.0) -> Iterator[Figure]:
    """Of so many kills, on so many machines at once, each after at most `longest_s`."""
    began = time.monotonic()
    with ThreadPoolExecutor(machines) as pool:
        shares = [len(range(n, kills, machines)) for n in range(machines)]
        chances = [random.Random(seed + n) for n in range(machines)]
        tally = sum(pool.map(killed, shares, chances, [longest_s] * machines), Tally())
    yield from told_of(tally, seed, time.monotonic() - began)


def told_of(tally: Tally, seed: int, seconds: float) -> Iterator[Figure]:
    detail = f"{tally.kills} kills in {seconds:.0f} s, {tally.kept} acknowledged sets looked for"
    detail += f", {tally.interrupted} interrupted ones found, seed {seed}"
    wrong = len(tally.wrong)
    yield Figure(
        "sets lost, changed or doubled", wrong, 0, "", "; ".join([detail, *tally.wrong[:5]])
    )
    middle = f"{np.median(tally.lost_s or [0]):.2f} s in the middle"
    yield Figure("most of a running set lost", max(tally.lost_s, default=0), LOST_S, " s", middle)


def killed(kills: int, chance: random.Random, longest_s: float) -> Tally:
    """One machine and one folder; the station is killed and started again so often."""
    tally, known = Tally(), dict[str, str]()
    with TemporaryDirectory() as name:
        folder, told = Path(name) / "state", Path(name) / "told"
        with SimulatedMachine(counts_of(going_on(kills * longest_s * 2, chance))) as machine:
            for _ in range(kills):
                lives = chance.random() < LIVES
                run_and_kill(folder, machine.port, told, lives, chance.uniform(0, longest_s))
                tally += looked_at(folder / STORE, Told.read(told), known)
                progress(f"{tally.kills} kills of {kills} on this machine")
    return tally


def run_and_kill(folder: Path, port: str, told: Path, lives: bool, seconds: float) -> None:
    """Killed so long after its start, or after it `lives`: slow computers start slowly."""
    command = [sys.executable, "-m", "tests.soak.station", str(folder), port]
    with told.open("wb") as stdout, subprocess.Popen(command, cwd=ROOT, stdout=stdout) as station:
        while lives and not told.stat().st_size and station.poll() is None:
            time.sleep(0.01)
        time.sleep(seconds)
        if station.poll() is not None:
            raise RuntimeError("the station ended before it was killed")
        station.kill()


def looked_at(path: Path, told: Told, known: dict[str, str]) -> Tally:
    """See what a station has left, as its next start does; `known`: digests of sets before it."""
    with Keeper(path, recover) as keeper:
        while keeper.found is None and not keeper.failure:
            time.sleep(0.01)
    with Store(path) as store:
        is_whole = store.is_whole()
        there = {one.uid: digest(one.report, samples_of(store, one)) for one in store.sets()}
        new = [one for one in store.sets() if one.uid not in known]
        unfinished = [one for one in new if one.interrupted]
        ends_s = [angles_of(one, samples_of(store, one))[0][-1] for one in unfinished]
    wrong = [keeper.failure] if keeper.failure else []
    wrong += [] if is_whole else ["the file is damaged"]
    wrong += set_problems(there, told, known)
    wrong += [
        f"set {one.uid} is neither as it was given nor marked as interrupted"
        for one in new
        if not one.interrupted and there[one.uid] != told.given.get(one.uid)
    ]
    wrong += rep_problems(new, told)
    known.update(there)
    lost_s = [told.now_s - end_s for end_s in ends_s]
    return Tally(1, len(told.kept), len(unfinished), lost_s, wrong)


def samples_of(store: Store, one: StoredSet) -> Samples:
    assert one.id
    samples = store.samples(one.id)
    assert samples
    return samples


def set_problems(there: dict[str, str], told: Told, known: dict[str, str]) -> Iterator[str]:
    """Each set that was acknowledged, now or ever, is there as it was."""
    for uid, content in {**known, **{uid: told.given[uid] for uid in told.kept}}.items():
        if there.get(uid) != content:
            yield f"set {uid} is not as it was"


def rep_problems(new: list[StoredSet], told: Told) -> Iterator[str]:
    """Each rep is in one of the new sets, unless it was told within the last second."""
    reps = [rep for one in new for rep in one.report["reps"] if rep["counted"]]
    spans = [
        (rep["start_s"], rep["end_s"]) for rep in reps if None not in (rep["start_s"], rep["end_s"])
    ]
    unplaced = len(reps) - len(spans)  # samples were missing in them
    for t_s, at in told.reps:
        found = sum(start_s <= t_s <= end_s + EDGE_S for start_s, end_s in spans)
        if found == 0 and unplaced:
            unplaced -= 1
        elif found > 1 or (found == 0 and at < told.at - LOST_S):
            yield f"a rep, {told.at - at:.2f} s before the end, is there {found} times"


def going_on(seconds: float, chance: random.Random) -> NDArray[np.float64]:
    """Somebody who lifts the lever in and makes reps, none like the other, for so long."""
    segments: list[Segment] = [Hold(1.0), Stroke(0.0, 1.0)]
    lasts_s = 2.0
    while lasts_s < seconds:
        down, up = Stroke(chance.uniform(30, 50), 0.6), Stroke(chance.uniform(-5, 4), 0.5)
        rep = (Hold(chance.uniform(0.2, 1.0)), down, Hold(chance.uniform(0, 0.4)), up)
        lasts_s += sum(segment.seconds for segment in rep)
        segments += rep
    return perform(STOP_DEG, segments)
