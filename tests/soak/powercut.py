"""Power cuts at any moment of the store's work: what was acknowledged is there, nothing half.

The disk may have lost all that was not synced, or parts of it: see lossy.py.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from config.kept import STORE
from firmware_bridge.floor.setrecord import Trace
from firmware_bridge.floor.store.store import Running, Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet
from tests.bench.figure import Figure, progress
from tests.floor.export.kept import EVENING, kept
from tests.floor.store.lossy import LossyDisk, Op, after_power_cut

SCRIPTS = ("mixed", "good", "fast")
TIDY_PAGES = 60  # what was written goes into the main file this often; it is 1000 in earnest
CUTS_PER_SESSION = 50


class State(NamedTuple):
    """All that a store tells."""

    sets: list[tuple[StoredSet, Samples | None, list[Any]]]
    running: Running | None


class Acknowledged(NamedTuple):
    """What the store had when a transaction was over, and how much of the log was written then."""

    ops: int
    state: State


def figures(cuts: int, seed: int) -> Iterator[Figure]:
    """Of so many power cuts, in new sessions again and again."""
    sets, wrong = 0, []
    for done in range(0, cuts, CUTS_PER_SESSION):
        progress(f"power cut {done} of {cuts}")
        chance = random.Random(seed + done)
        checked, found = cut(LossyDisk(), chance, min(CUTS_PER_SESSION, cuts - done))
        sets += checked
        wrong += found
    detail = "; ".join([f"{cuts} power cuts, {sets} kept sets looked for, seed {seed}", *wrong[:3]])
    yield Figure("power cuts that lost what was acknowledged", len(wrong), 0, "", detail)


def cut(disk: LossyDisk, chance: random.Random, cuts: int) -> tuple[int, list[str]]:
    """Work once, and cut the power at so many moments: sets looked for, and what was wrong."""
    with TemporaryDirectory() as folder, disk:
        acknowledged = worked(Path(folder) / STORE, disk, chance)
    sets, wrong = 0, []
    for _ in range(cuts):
        ops = chance.randint(0, len(disk.log))
        before, after = around(acknowledged, ops)
        sets += len(before.sets)
        with TemporaryDirectory() as folder:
            problem = problem_after(disk.log[:ops], chance, Path(folder), before, after)
        if problem:
            wrong.append(f"after {ops} of {len(disk.log)} writes: {problem}")
    return sets, wrong


def around(acknowledged: list[Acknowledged], ops: int) -> tuple[State, State]:
    """The last state that was acknowledged by then, and the one that was being made."""
    past = sum(one.ops <= ops for one in acknowledged)
    return acknowledged[past - 1].state, acknowledged[min(past, len(acknowledged) - 1)].state


def problem_after(
    log: list[Op], chance: random.Random, folder: Path, before: State, after: State
) -> str:
    """What is wrong with the store after a power cut; empty if nothing is."""
    after_power_cut(log, chance, folder)
    try:
        with Store(folder / STORE) as store:
            if not store.is_whole():
                return "damaged"
            if state_of(store) not in (before, after):
                return "not as it was acknowledged"
            with store.transaction():
                store.save(kept(uid="next"), Samples("wire", b"next"))
    except sqlite3.Error as error:
        return str(error)
    return ""


def state_of(store: Store) -> State:
    sets = []
    for one in store.sets():
        assert one.id is not None
        sets.append((store.get(one.id), store.samples(one.id), store.analyses(one.id)))
    return State(sets, store.running())


def worked(path: Path, disk: LossyDisk, chance: random.Random) -> list[Acknowledged]:
    """Two starts of the station with some sets in each, as the keeper keeps them."""
    acknowledged = [Acknowledged(0, State([], None))]
    for start in range(2):
        with Store(path) as store:
            store._db.execute(f"PRAGMA wal_autocheckpoint = {TIDY_PAGES}")
            for change in changes(f"{start}", chance):
                with store.transaction():
                    change(store)
                acknowledged.append(Acknowledged(len(disk.log), state_of(store)))
    return acknowledged


def changes(start: str, chance: random.Random) -> Iterator[Callable[[Store], object]]:
    """What the keeper does in one transaction each: sets under way, over, changed, found anew."""
    for n in range(4):
        one = a_set(f"{start}-{n}", chance)
        tape = Samples("wire", chance.randbytes(3000), 4.5)
        yield lambda store, one=one, tape=tape: store.begin(one, tape)
        for piece in range(1, chance.randint(3, 9)):
            data = chance.randbytes(chance.choice((900, 900, 9000)))
            tape = replace(tape, data=tape.data + data)
            yield lambda store, piece=piece, data=data: store.append(piece, data)
        yield lambda store, one=one, tape=tape: (store.drop_running(), store.save(one, tape))
        yield lambda store, one=one: store.strike(one.uid, [2])
        yield lambda store, one=one: store.note(store.id_of(one.uid), "hurried")
        if chance.random() < 0.5:
            yield lambda store, one=one: store.add_analysis(
                store.id_of(one.uid), one.report, "0.2.0", EVENING
            )
    yield lambda store: store.begin(a_set(f"{start}-unfinished", chance), Samples("wire", b"u"))


def a_set(uid: str, chance: random.Random) -> StoredSet:
    one = kept(chance.choice(SCRIPTS), uid=uid, id=None)
    trace = [n / 20 for n in range(400)], [chance.uniform(-5, 60) for _ in range(400)]
    return replace(one, record=replace(one.record, trace=Trace.of(*trace)))
