"""A day on the machine, as fast as it goes, through the whole host: counts exact, memory flat.

    python -m tests.soak.longrun HOURS SEED [traced]

People make sets of known reps, with rests in between. What the machine says of that goes, 20 ms at
a time, through the decoder, the ledger, the analysis, the board, the keeper and the upkeep. Clock
and sequence numbers wrap, frames are lost or damaged, and the machine is reset or unplugged.
"""

import ctypes
import gc
import json
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis import Event as AnalysisEvent
from config import Settings
from config.kept import STORE
from firmware_bridge.device.events import Chunk, Connected, Event, Lost
from firmware_bridge.device.frames import (
    Health,
    Hello,
    ResetCause,
    Samples,
    Sensor,
    Status,
    wire,
)
from firmware_bridge.device.ledger import CLOCK_WRAP, COUNT_WRAP, SEQ_WRAP, Totals
from firmware_bridge.device.link import Link
from firmware_bridge.device.people import MOTION_HZ, STOP_DEG, Hold, Segment, Stroke, perform
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from firmware_bridge.device.stream import Stream
from firmware_bridge.errors import LinkLost
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.store import Store
from firmware_bridge.station import LOOK_S, Chain, recover
from firmware_bridge.upkeep import Upkeep
from tests.bench.figure import Figure, progress

ROOT = Path(__file__).parents[2]
HOUR_S = 3600.0
RATE_HZ, AT_ONCE = 200, 4
SLOT_US = 1_000_000 // RATE_HZ
PAGE = os.sysconf("SC_PAGESIZE")
LOST, DAMAGED = 1 / 4000, 1 / 4000  # of the frames
SILENT, RESET, UNPLUGGED = 0.02, 0.005, 0.005  # at the ends of rests
KEEP_S = 5.0  # a disk may be so slow
AWAY_S = 2.0  # of a machine that restarts
FIRMWARE_H = 1.25  # its clock wraps after 71.6 minutes


Counted = tuple[int, int]  # reps and partials of a set
Memory = tuple[float, int]  # hours since the start, bytes


class Work(NamedTuple):
    """A set and the rest after it: lever angles (deg) at 1 kHz, and what is to be counted."""

    motion: NDArray[np.float64]
    to_count: Counted


def work(rng: random.Random) -> Work:
    """None like the other, all plain: what is hard to count has its tests elsewhere."""
    top, reps, partials = rng.uniform(-1, 1), rng.randint(4, 12), 0
    segments: list[Segment] = [Hold(2), Stroke(top, rng.uniform(1.5, 2.5)), Hold(1.5)]
    for _ in range(reps):
        down = Stroke(rng.uniform(34, 46), rng.uniform(1.2, 2.5))
        up = Stroke(top + rng.uniform(-1, 2), rng.uniform(0.9, 1.8))
        segments += [down, Hold(rng.uniform(0.2, 0.6))]
        if rng.random() < 0.1:  # a rise that turns back
            partials += 1
            segments += [Stroke(20, 1.0), Stroke(42, 1.0), Hold(0.3)]
        segments += [up, Hold(rng.uniform(0.8, 1.5))]
    rest_s = rng.choice((40.0, 60.0, 90.0, 120.0))
    segments += [Stroke(STOP_DEG, 2.5), Hold(rest_s)]
    return Work(perform(STOP_DEG, segments), (reps, partials))


class Machine:
    """Says what somebody does on it. `sent`, `received`: samples since its first HELLO."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.sent = self.received = self.reboots = self.wraps = 0
        self.now_s = 0.0  # by the host's clock
        self._boot, self._slot = rng.getrandbits(32), COUNT_WRAP - 10_000
        self._uptime_us = CLOCK_WRAP - 60_000_000

    def hello(self) -> Hello:
        told = self._uptime_us, self._slot % COUNT_WRAP
        return Hello(self._boot, RATE_HZ, 4096, *told, "lever-1", "0.2.0", "as5600")

    def restart(self) -> None:
        self._boot, self._slot, self._uptime_us = self._rng.getrandbits(32), 0, 300_000
        self.reboots += 1
        self.now_s += AWAY_S

    def say(self, counts: Sequence[int]) -> bytes:
        """A frame of samples, now and then lost or damaged on its way; once a second how it is."""
        t_us, offsets = self._uptime_us % CLOCK_WRAP, range(0, SLOT_US * len(counts), SLOT_US)
        data = wire(Samples(self._boot, self._slot % SEQ_WRAP, t_us, tuple(offsets), tuple(counts)))
        self.go_on(len(counts))
        chance = self._rng.random()
        if chance < LOST:
            data = b""
        elif chance < LOST + DAMAGED:
            data = data[:9] + bytes((data[9] ^ 0x55,)) + data[10:]
        else:
            self.received += len(counts)
        return data + (self.status() if self._slot % RATE_HZ < len(counts) else b"")

    def status(self) -> bytes:
        told = self._uptime_us, self._slot % COUNT_WRAP
        status = Status(self._boot, *told, 0, RATE_HZ, Sensor(17), 64, 2000)
        return wire(status) + wire(Health(self._boot, ResetCause.POWER, 50, 400, RATE_HZ, 0))

    def go_on(self, slots: int) -> None:
        """So many samples are taken."""
        before = self._uptime_us // CLOCK_WRAP
        self._slot += slots
        self._uptime_us += slots * SLOT_US
        self.sent += slots
        self.wraps += self._uptime_us // CLOCK_WRAP - before
        self.now_s += slots / RATE_HZ


class Line:
    """What a link tells of that machine."""

    def __init__(self, machine: Machine, rng: random.Random) -> None:
        self._machine, self._rng = machine, rng
        self._stream = Stream()

    @property
    def totals(self) -> Totals:
        return self._stream.totals

    def connect(self) -> Iterator[Event]:
        hello = self._machine.hello()
        yield Connected(hello, "/dev/lever")
        yield self._chunk(wire(hello))

    def events(self, motion: NDArray[np.float64]) -> Iterator[Event]:
        """While somebody makes that motion (deg, 1 kHz); then something may befall the machine."""
        angles = motion[:: MOTION_HZ // RATE_HZ]
        counts = counts_of(angles, seed=self._rng.getrandbits(32)).tolist()
        for at in range(0, len(counts), AT_ONCE):
            data = self._machine.say(counts[at : at + AT_ONCE])
            if data:
                yield self._chunk(data)
        yield self._chunk(self._machine.status())
        chance = self._rng.random()
        if chance < SILENT:
            self._machine.go_on(round(self._rng.uniform(1, 60) * RATE_HZ))
        elif chance < SILENT + RESET:
            self._machine.restart()
            yield self._chunk(wire(self._machine.hello()))
        elif chance < SILENT + RESET + UNPLUGGED:
            yield Lost(LinkLost("/dev/lever is gone"))
            self._machine.restart()
            self._stream.new_connection()
            yield from self.connect()

    def last_word(self) -> Iterator[Event]:
        """Not before it is heard again can be known what a silence has cost."""
        yield self._chunk(self._machine.status())

    def _chunk(self, data: bytes) -> Chunk:
        return Chunk(data, self._stream.feed(data, self._machine.now_s))


@dataclass
class Day:
    """What came of it. `memory`: in bytes after each set, so many hours after the start."""

    seconds: float = 0.0
    hours: float = 0.0
    sets: int = 0
    reps: int = 0
    partials: int = 0
    reboots: int = 0
    wraps: int = 0
    wrong: list[str] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)


def figures(hours: float, seed: int, warm_h: float = 1.0) -> Iterator[Figure]:
    """Of so many hours; of a quarter of them, and at a quarter of the speed, with every object
    traced. Memory may change in the first `warm_h` hours.
    """
    progress(f"long run: {hours:g} h")
    with ThreadPoolExecutor() as pool:
        traced = pool.submit(in_process, max(hours / 4, 2 * warm_h), seed + 1, "traced")
        day, traced_day = in_process(hours, seed), traced.result()
    yield exact(day, traced_day, f"seed {seed}")
    yield speed(day)
    yield of_firmware(FIRMWARE_H, seed)
    yield flat("the process", day.memory, warm_h)
    yield flat("its Python objects", traced_day.memory, warm_h)


def exact(day: Day, traced: Day, detail: str) -> Figure:
    told = f"{day.hours:.1f} h, {day.sets} sets, {day.reps} reps, {day.partials} partials, "
    told += f"{day.reboots} restarts, {day.wraps} wraps of the clock; {detail}"
    wrong = [*day.wrong, *traced.wrong]
    words = "; ".join([told, *wrong[:3]])
    return Figure("sets or samples miscounted in a long run", len(wrong), 0, "", words)


def speed(day: Day) -> Figure:
    took = f"{day.hours:.1f} h in {day.seconds:.0f} s"
    return Figure("a long run", day.hours * HOUR_S / day.seconds, 50, " x", took, at_least=True)


def flat(what: str, memory: Sequence[Memory], warm_h: float) -> Figure:
    """How far it is at most from what it was after so many hours."""
    sizes = [size / 1e6 for hour, size in memory if hour >= warm_h]
    change = max(abs(size - sizes[0]) for size in sizes)
    hourly = [f"{size / 1e6:.1f}" for _, size in memory[:: max(1, len(memory) // 24)]]
    return Figure(f"{what} in a long run, grown or shrunk", change, 2.0, " MB", " ".join(hourly))


def in_process(hours: float, seed: int, *traced: str) -> Day:
    command = [sys.executable, "-m", "tests.soak.longrun", f"{hours}", f"{seed}", *traced]
    day = Day(**json.loads(subprocess.check_output(command, cwd=ROOT)))
    day.memory = [(hour, size) for hour, size in day.memory]
    return day


def live(hours: float, seed: int, folder: Path) -> Day:
    """Run so many hours of device time; `folder` is the station's."""
    rng, day, began = random.Random(seed), Day(), time.monotonic()
    machine = Machine(rng)
    line = Line(machine, rng)
    with Keeper(folder / STORE, recover) as keeper, Upkeep(folder) as upkeep:
        host = Host(keeper, upkeep, line, machine)
        host.follow(line.connect())
        while machine.now_s < hours * HOUR_S:
            motion, to_count = work(rng)
            told = host.follow(line.events(motion))
            del motion  # it is not the station's
            day.sets += 1
            if told != [to_count]:
                day.wrong.append(f"set {day.sets} of {to_count} was counted as {told}")
            day.reps += to_count[0]
            day.partials += to_count[1]
            day.memory.append((machine.now_s / HOUR_S, memory()))
        host.follow(line.last_word())
    day.seconds, day.hours = time.monotonic() - began, machine.now_s / HOUR_S
    day.reboots, day.wraps = machine.reboots, machine.wraps
    day.wrong += problems(machine, line.totals, day, folder, keeper.failure)
    return day


def of_firmware(hours: float, seed: int) -> Figure:
    """The same people on the real firmware, on a board that is as fast as the host reads."""
    rng, began, done = random.Random(seed), time.monotonic(), list[Work]()
    while sum(len(one.motion) for one in done) < hours * HOUR_S * MOTION_HZ:
        done.append(work(rng))
    motion = np.concatenate([one.motion for one in done])
    chain, told = Chain(Settings()), list[Counted]()
    with SimulatedMachine(counts_of(motion, seed=seed), fast=True) as machine:
        with Link(machine.port) as link:
            for event in link.events():
                told += counted(chain.take(event, time.monotonic()))
                if isinstance(event, Lost):
                    break
        interpreter, seconds = machine.interpreter, time.monotonic() - began
    to_count = (one.to_count for one in done)
    wrong = sum(one != other for one, other in zip_longest(told, to_count)) + link.totals.missing
    detail = f"{len(done)} sets, {len(motion) / MOTION_HZ / seconds:.0f} x real time, {interpreter}"
    detail += f", {link.totals.sent} samples, seed {seed}"
    return Figure("sets or samples miscounted of the real firmware", wrong, 0, "", detail)


class Host:
    """The station without a page."""

    def __init__(self, keeper: Keeper, upkeep: Upkeep, line: Line, machine: Machine) -> None:
        self._chain, self._keeper = Chain(Settings(), keeper=keeper), keeper
        self._upkeep, self._line, self._machine = upkeep, line, machine
        self._looked_s = self._kept_s = 0.0

    def follow(self, events: Iterator[Event]) -> list[tuple[int, int]]:
        """What was counted in the sets that have ended meanwhile."""
        told = []
        for event in events:
            at = self._machine.now_s
            self._upkeep.saw(event, at)
            told += counted(self._chain.take(event, at))
            if at - self._looked_s >= LOOK_S:
                self._looked_s = at
                board = self._chain.board
                board.machine = self._chain.health.view(self._line.totals, at)
                self._upkeep.turn(board.complaint, board.why_lost, True, at)
            if at - self._kept_s >= KEEP_S:
                self._kept_s = at
                self._let_keep()
        return told

    def _let_keep(self) -> None:
        """The keeper has the time that it would have on a day that is not over in minutes: what
        waits for the disk is of a few seconds, not of all that went by meanwhile.
        """
        self._keeper._wake.set()
        while self._keeper._waiting or not self._keeper._jobs.empty():
            if self._keeper.failure:
                raise RuntimeError(self._keeper.failure)
            time.sleep(0.0002)


def counted(events: Iterable[AnalysisEvent]) -> list[Counted]:
    """Of each set that has ended."""
    ended = [event["set"] for event in events if event.kind == "set_ended"]
    return [(one["rep_count"], one["partial_count"]) for one in ended]


def problems(
    machine: Machine, totals: Totals, day: Day, folder: Path, failure: str
) -> Iterator[str]:
    """What is not accounted for, or not kept, at the end."""
    said = machine.sent, machine.received, machine.reboots
    if (totals.sent, totals.received, totals.reboots) != said:
        yield f"sent, received, restarted {said}, but {totals}"
    if failure:
        yield failure
    with Store(folder / STORE) as store:
        kept = list(store.sets())
        reps = sum(one.report["rep_count"] for one in kept)
        if not store.is_whole() or (len(kept), reps) != (day.sets, day.reps):
            yield f"{len(kept)} sets with {reps} reps are kept of {day.sets} with {day.reps}"


def memory() -> int:
    """Bytes of the Python objects of this process where they are traced, of all of it elsewhere."""
    gc.collect()
    if tracemalloc.is_tracing():
        return tracemalloc.get_traced_memory()[0]
    # Making people's motion takes large arrays, which the C library does not give back by itself.
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


if __name__ == "__main__":
    if sys.argv[3:] == ["traced"]:
        tracemalloc.start()
    with TemporaryDirectory() as name:
        print(json.dumps(asdict(live(float(sys.argv[1]), int(sys.argv[2]), Path(name)))))
