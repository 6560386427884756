"""Commands asked to stop at any moment of their life: how long that takes, and what they leave.

Each is `leverrep` in a process of its own, at real time. Status 0 is expected; of `calibrate` 1, as
it has not calibrated; of any that is still being imported what its shell expects of a signal.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread, Timer
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
from websockets.sync.client import connect

from config.kept import STORE
from firmware_bridge.device.port import Port
from firmware_bridge.device.simulated import Fault, SimulatedMachine, counts_of
from firmware_bridge.errors import PortError
from firmware_bridge.floor.store.store import Store
from tests.bench.crowd import shaken_hands
from tests.bench.figure import Figure, progress
from tests.soak.kills import going_on
from tests.soak.overload import SETS, fill

ROOT = Path(__file__).parents[2]
STOP_S = 0.5
ENDLESS_S = 10.0  # who has not ended by then never does: it is killed, and its status tells
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# At these moments there is no machine at the place's port, or another.
NO_MACHINE = ("searching", "greeting", "unplugged", "sensor stuck", "demo")
CALIBRATES = "1 Neutral"  # so begins what `calibrate` says
# Before it can do anything: quietly, and as if nobody had caught the signal.
IMPORTING = {130, *(-number for number in SIGNALS)}
# With the interpreter's own words: it was not up yet, or had not come to us.
PYTHONS_OWN = {1, -signal.SIGINT}
STDLIB = sysconfig.get_path("stdlib")


class Program:
    """One that has been started."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._told, self._problems = folder / "out", folder / "err"
        with self._told.open("wb") as out, self._problems.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "firmware_bridge", *arguments],
                cwd=ROOT,
                env={**os.environ, "XDG_STATE_HOME": str(folder), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.PIPE,  # an end of it that nobody types into
                stdout=out,
                stderr=err,
            )

    @property
    def told(self) -> str:
        return self._told.read_text()

    @property
    def problems(self) -> str:
        return self._problems.read_text()

    @property
    def address(self) -> str:
        self.wait_for(lambda: "Display: " in self.told)
        return self.told.partition("Display: ")[2].split()[0]

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def state(self) -> dict[str, Any]:
        try:
            with urlopen(f"{self.address}api/state") as answer:
                told: dict[str, Any] = json.load(answer)
                return told
        except OSError:
            return {}  # its server is still being imported

    def reps(self) -> int:
        """Of the set under way."""
        state = self.state
        return int(state["set"]["reps"]) if state.get("screen") == "during" else 0

    def wait_for(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not what():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.told}{self.problems}")
            time.sleep(0.05)

    def stop(self, number: int) -> float:
        """Seconds from the signal to the end, but for those in which others had the processor."""
        if self.process.poll() is not None:
            raise RuntimeError(f"it was over before it was to stop: {self.told}{self.problems}")
        began, queued_s = time.monotonic(), self._queued_s()
        late = Timer(ENDLESS_S, self.process.kill)
        late.start()
        self.process.send_signal(number)
        os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)
        late.cancel()
        took_s = time.monotonic() - began - (self._queued_s() - queued_s)
        self.process.wait()
        return took_s

    def _queued_s(self) -> float:
        """How long it has been ready to run and has not run: its main thread, which is the last."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[1]) / 1e9

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@dataclass
class Place:
    """Where one program after the other is started, and the machine that is there."""

    folder: Path
    machine: SimulatedMachine
    chance: random.Random

    @property
    def store(self) -> Path:
        return self.folder / "leverrep" / STORE

    @contextmanager
    def started(self, command: str, *arguments: str) -> Iterator[Program]:
        config = self.folder / "leverrep.toml"
        config.write_text("[display]\nport = 0\n")
        program = Program(self.folder, command, *arguments, "--config", str(config))
        try:
            yield program
        finally:
            program.close()

    @contextmanager
    def in_a_set(self, command: str = "run", *arguments: str) -> Iterator[Program]:
        with self.started(command, *arguments, "--port", self.machine.port) as program:
            program.wait_for(program.reps)
            yield program

    def dally(self, most_s: float) -> None:
        time.sleep(self.chance.uniform(0, most_s))

    def sets(self) -> dict[str, int]:
        """Those that are kept: how many reps each has."""
        if not self.store.exists():
            return {}
        with Store(self.store) as store:
            return {one.uid: one.report["rep_count"] for one in store.sets()}


@contextmanager
def importing(place: Place) -> Iterator[Program]:
    command = place.chance.choice(("run", "calibrate"))
    with place.started(command, "--port", place.machine.port) as program:
        place.dally(1.5)
        yield program


@contextmanager
def searching(place: Place) -> Iterator[Program]:
    with place.started("run", "--wait", "--port", f"{place.machine.port}-none") as program:
        program.wait_for(lambda: program.address)
        place.dally(1)
        yield program


@contextmanager
def greeting(place: Place) -> Iterator[Program]:
    master, slave = os.openpty()
    with place.started("run", "--wait", "--port", os.ttyname(slave)) as program:
        program.wait_for(lambda: program.address)
        place.dally(1)
        yield program
    os.close(master)
    os.close(slave)


@contextmanager
def in_a_set(place: Place) -> Iterator[Program]:
    with place.in_a_set() as program:
        place.dally(3)
        yield program


@contextmanager
def set_just_over(place: Place) -> Iterator[Program]:
    with place.in_a_set() as program:
        with connect(f"ws://{program.host}/live", compression=None) as button:
            button.send('{"do": "end_set"}')
            place.dally(0.1)
        yield program


@contextmanager
def watched(place: Place) -> Iterator[Program]:
    """Three viewers read what they are sent, three never do."""
    with place.in_a_set() as program, ExitStack() as stack:
        viewers = [stack.enter_context(shaken_hands(program.host)) for _ in range(6)]
        for viewer in viewers[:3]:
            Thread(target=read_all, args=[viewer], daemon=True).start()
        place.dally(2)
        yield program


def read_all(viewer: socket.socket) -> None:
    try:
        while viewer.recv(1 << 16):
            pass
    except OSError:
        pass  # closed


@contextmanager
def exporting(place: Place) -> Iterator[Program]:
    """Somebody downloads everything, and takes their time."""
    fill_once(place)
    with place.in_a_set() as program:
        name, port = program.host.rsplit(":", 1)
        with socket.create_connection((name, int(port))) as browser:
            form = place.chance.choice(("csv", "json"))
            ask = f"GET /api/export?format={form} HTTP/1.1\r\nHost: {program.host}\r\n\r\n"
            browser.sendall(ask.encode())
            place.dally(0.3)
            yield program


def fill_once(place: Place) -> None:
    """Enough sets that an export of them takes a while."""
    if len(place.sets()) < SETS:
        place.store.parent.mkdir(exist_ok=True)
        fill(place.store)


@contextmanager
def unplugged(place: Place) -> Iterator[Program]:
    with place.in_a_set() as program:
        place.machine.unplug()
        place.dally(1)
        yield program
    place.machine.replug()


@contextmanager
def stuck(place: Place) -> Iterator[Program]:
    with (
        SimulatedMachine(np.full(1000, Fault.STUCK_HIGH)) as machine,
        place.started("run", "--port", machine.port) as program,
    ):
        program.wait_for(lambda: program.state.get("trouble"))
        place.dally(0.5)
        yield program


@contextmanager
def demo(place: Place) -> Iterator[Program]:
    with place.started("demo") as program:
        place.dally(8)
        yield program


@contextmanager
def recording(place: Place) -> Iterator[Program]:
    path = place.folder / f"{time.monotonic_ns()}.lever"
    with place.in_a_set("record", str(path)) as program:
        place.dally(1)
        yield program
    if not path.stat().st_size:
        raise RuntimeError("nothing was recorded")


@contextmanager
def calibrating(place: Place) -> Iterator[Program]:
    with place.started("calibrate", "--port", place.machine.port) as program:
        program.wait_for(lambda: program.told)
        place.dally(1)
        yield program


MOMENTS: Mapping[str, Callable[[Place], AbstractContextManager[Program]]] = {
    "importing": importing,
    "searching": searching,
    "greeting": greeting,
    "in a set": in_a_set,
    "a set just over": set_just_over,
    "watched": watched,
    "exporting": exporting,
    "unplugged": unplugged,
    "sensor stuck": stuck,
    "demo": demo,
    "recording": recording,
    "calibrating": calibrating,
}


@dataclass
class Tally:
    """What came of some stops: how long each took, by moment."""

    took_s: list[tuple[float, str]] = field(default_factory=list)
    sets: int = 0  # under way, and looked for afterwards
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.took_s + other.took_s, self.sets + other.sets, self.wrong + other.wrong)


def figures(
    stops: int, seed: int, places: int = 2, moments: tuple[str, ...] = tuple(MOMENTS)
) -> Iterator[Figure]:
    """Of so many stops at these moments in turn, in so many places at once."""
    began = time.monotonic()
    turns = [moments[n % len(moments)] for n in range(stops)]
    with ThreadPoolExecutor(places) as pool:
        chances = [random.Random(seed + n) for n in range(places)]
        shares = [turns[n::places] for n in range(places)]
        tally = sum(pool.map(stopped, shares, chances), Tally())
    yield from told_of(tally, f"seed {seed}, {time.monotonic() - began:.0f} s")


def told_of(tally: Tally, how: str) -> Iterator[Figure]:
    seconds = [s for s, _ in tally.took_s]
    most, moment = max(tally.took_s)
    by_moment = {name: [s for s, of in tally.took_s if of == name] for name in MOMENTS}
    each = ", ".join(f"{name} {max(s):.2f}" for name, s in by_moment.items() if s)
    detail = f"{moment}; {np.median(seconds):.2f} s in the middle, {len(seconds)} stops, {how}"
    yield Figure("from the signal to the end", most, STOP_S, " s", f"{detail}; most: {each}")
    detail = f"{tally.sets} sets under way looked for"
    wrong = "; ".join([detail, *tally.wrong[:5]])
    yield Figure("stops that left something behind", len(tally.wrong), 0, "", wrong)


def stopped(moments: list[str], chance: random.Random) -> Tally:
    """One stop after the other, at these moments."""
    tally = Tally()
    with TemporaryDirectory() as name:
        motion = counts_of(going_on(20.0 * len(moments), chance))
        with SimulatedMachine(motion) as machine:
            place = Place(Path(name), machine, chance)
            for moment in moments:
                tally += stopped_once(place, moment)
                progress(f"{len(tally.took_s)} stops of {len(moments)} in this place")
    return tally


def stopped_once(place: Place, moment: str) -> Tally:
    before = place.sets()
    with MOMENTS[moment](place) as program:
        keeps = moment != "demo" and "Display: " in program.told
        reps = program.reps() if keeps else 0
        seconds = program.stop(place.chance.choice(SIGNALS))
        problems = [*words_problems(program.process.returncode, program.told, program.problems)]
        if moment not in NO_MACHINE:
            problems += port_problems(place.machine.port)
    new = [count for uid, count in place.sets().items() if uid not in before]
    problems += kept_problems(reps, new)
    return Tally([(seconds, moment)], bool(reps), [f"{moment}: {text}" for text in problems])


def words_problems(status: int, told: str, problems: str) -> Iterator[str]:
    """Is it over as it should be, and is nothing else said of it?"""
    if not told and is_pythons_own(problems) and status in PYTHONS_OWN:
        return
    may_be = {0}
    if not told:
        may_be |= IMPORTING
    elif told.startswith(CALIBRATES):
        may_be = {1}
    lines = 1 if status == 1 else 0
    if status not in may_be or problems.count("\n") != lines or "Traceback" in problems:
        yield f"status {status}, {problems!r}"


def is_pythons_own(problems: str) -> bool:
    """Ctrl-C came before the first line of ours: the interpreter says so in its own way."""
    frames = [line for line in problems.splitlines() if line.startswith("  File ")]
    ours = any("<frozen " not in frame and STDLIB not in frame for frame in frames)
    return problems.endswith("\nKeyboardInterrupt\n") and not ours


def port_problems(path: str) -> Iterator[str]:
    """Can the next program have the port at once?"""
    try:
        Port(path).close()
    except PortError as error:
        yield str(error)


def kept_problems(reps: int, new: list[int]) -> Iterator[str]:
    """`reps`: of the set under way, just before; `new`: of each set that is kept since."""
    if max(new, default=0) < reps:
        yield f"a set with {reps} reps was under way, sets with {new} are kept"
