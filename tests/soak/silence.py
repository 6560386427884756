"""A machine that falls silent, or whose sensor does, at any moment: how soon that is shown.

Shown is: what the station last gave its displays is not fresh, or tells of the sensor. A display
looks as often as the station does; one on the network goes by the age of the lever itself.
"""

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from analysis import Event
from config import Calibration, Settings
from firmware_bridge.device.decoder import Decoder
from firmware_bridge.device.frames import DeviceFrame, Status, wire
from firmware_bridge.device.ledger import Totals
from firmware_bridge.device.link import Link
from firmware_bridge.device.people import MOTION_HZ
from firmware_bridge.device.simulated import Fault, SimulatedMachine
from firmware_bridge.floor.board import Board
from firmware_bridge.station import Chain, Station
from firmware_bridge.stop import Stop
from tests.bench.figure import Figure, progress
from tests.bench.machine import WiredMachine
from tests.soak.unplug import started_at

SHOWN_S, NEVER_S = 1.0, 999.0
LASTS_S = (1.2, 2.0)  # a fault; after 3 s the link would be let go
SILENCES = ("no bytes", "half frames", "garbage only", "status only")
TOLD_AS = {
    Fault.NO_ANSWER: "no_answer",
    Fault.NO_MAGNET: "no_magnet",
    Fault.STUCK_HIGH: "nonsense",
    Fault.STUCK_LOW: "nonsense",
    Fault.STALE: "nonsense",
    Fault.CUT: "nonsense",
}


class FaultyMachine(WiredMachine):
    """Streams until it has a `fault`: one of SILENCES. `said_at`: its last samples, undamaged."""

    fault = ""
    said_at = 0.0

    def _write(self, data: bytes) -> None:
        if not self.fault:
            self.said_at = time.monotonic()
            super()._write(data)
        for frame in Decoder().feed(data) if self.fault else ():
            super()._write(damaged(self.fault, frame))


def damaged(fault: str, frame: DeviceFrame) -> bytes:
    """What goes over the wire in the place of a frame."""
    whole = wire(frame)
    match fault:
        case "half frames":
            return whole[: len(whole) // 2]
        case "garbage only":
            return random.randbytes(len(whole))
        case "status only" if isinstance(frame, Status):
            return whole
    return b""


@dataclass
class Look:
    """What a display had to show from a second of the monotonic clock on."""

    at: float
    fresh: bool
    trouble: str


@dataclass
class Onlooker:
    """Takes down what is shown whenever it changes, and what is told of the link."""

    looks: list[Look] = field(default_factory=list)
    lost: int = 0

    def tell(self, events: Sequence[Event]) -> None:
        self.lost += sum(event.data.get("link") == "lost" for event in events)

    def show(self, board: Board, at: float) -> None:
        now = board.is_fresh(at), board.trouble
        if not self.looks or now != (self.looks[-1].fresh, self.looks[-1].trouble):
            self.looks.append(Look(at, *now))

    def wait_for(self, fresh: bool) -> Look:
        """The first look that is so."""
        deadline = time.monotonic() + 30
        while not self.looks or self.looks[-1].fresh is not fresh:
            if time.monotonic() > deadline:
                raise RuntimeError(f"never {'fresh' if fresh else 'stale'}: {self.looks[-5:]}")
            time.sleep(0.005)
        return self.looks[-1]


@dataclass
class Tally:
    """How long each fault was shown after it began, and what else there was to see."""

    shown_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.shown_s + other.shown_s, self.wrong + other.wrong)


def figures(faults: int, seed: int, machines: int = 4, still_s: float = 7200.0) -> Iterator[Figure]:
    """Of so many silences and as many faults of the sensor, and a lever left alone for so long."""
    measures = {"silent machine": silenced, "failing sensor": failed}
    shares = [len(range(n, faults, machines)) for n in range(machines)]
    with ThreadPoolExecutor(len(measures) * machines) as pool:
        tallies = {
            name: [
                pool.submit(measure, share, random.Random(seed + n))
                for n, share in enumerate(shares)
            ]
            for name, measure in measures.items()
        }
    for name, parts in tallies.items():
        yield from told_of(name, sum((part.result() for part in parts), Tally()), seed)
    wrong = left_alone(np.full(round(MOTION_HZ * still_s), 2048))
    detail = f"one constant count for {still_s / 3600:.2g} h, real firmware"
    yield Figure(
        "a still lever called stuck, silent or faulty",
        len(wrong),
        0,
        "",
        "; ".join([detail, *wrong[:5]]),
    )


def told_of(name: str, tally: Tally, seed: int) -> Iterator[Figure]:
    shown_s = tally.shown_s or [NEVER_S]
    detail = f"{np.median(shown_s):.2f} s in the middle, p99 {np.percentile(shown_s, 99):.2f} s"
    detail += f"; {len(tally.shown_s)} faults, seed {seed}"
    yield Figure(f"{name} shown within", max(shown_s), SHOWN_S, " s", detail)
    wrong = len(tally.wrong)
    yield Figure(f"{name}: wrong besides", wrong, 0, "", "; ".join(tally.wrong[:5]))


@contextmanager
def station(port: str, onlooker: Onlooker) -> Iterator[Link]:
    """One that runs in a thread."""
    stop, link = Stop(), Link(port)
    settings = Settings(calibration=Calibration())
    one = Station(Chain(settings, waits=True), view=onlooker, stop=stop)
    thread = Thread(target=one.run, args=[link])
    thread.start()
    try:
        yield link
    finally:
        stop.asked = True
        thread.join()


def silenced(faults: int, chance: random.Random) -> Tally:
    """One machine that falls silent so often, in every way in turn, and comes round each time."""
    tally, onlooker = Tally(), Onlooker()
    with FaultyMachine() as machine, station(machine.port, onlooker) as link:
        for n in range(faults):
            onlooker.wait_for(fresh=True)
            time.sleep(chance.uniform(0.05, 1.0))
            machine.angle_deg = chance.uniform(0, 60)
            machine.fault = SILENCES[n % len(SILENCES)]
            time.sleep(chance.uniform(*LASTS_S))
            shown = onlooker.wait_for(fresh=False)
            tally.shown_s.append(shown.at - machine.said_at)
            machine.fault = ""
            progress(f"{n} silences of {faults} on this machine")
        onlooker.wait_for(fresh=True)
    if onlooker.lost:
        tally.wrong.append(f"{onlooker.lost} times a machine was let go that came round")
    tally.wrong += unaccounted(link.totals, 4 * len(machine.written))
    return tally


def unaccounted(totals: Totals, written: int) -> Iterator[str]:
    """Is what came, and what is known to be missing, all but the last of what was written?"""
    if not 0 <= written - totals.sent < 200:
        yield f"{totals.sent} samples known of {written}"


def failed(faults: int, chance: random.Random) -> Tally:
    """One real firmware whose sensor fails so often, each way in turn, and is well again."""
    kinds = [chance.choice(list(TOLD_AS)) for _ in range(faults)]
    motion, begins_s = failing(kinds, chance)
    onlooker = Onlooker()
    with SimulatedMachine(motion) as machine, station(machine.port, onlooker):
        onlooker.wait_for(fresh=True)
        time.sleep(len(motion) / MOTION_HZ)
        began = started_at(machine)
    return seen_of(onlooker.looks, [TOLD_AS[kind] for kind in kinds], [began + s for s in begins_s])


def failing(kinds: list[Fault], chance: random.Random) -> tuple[NDArray[np.uint16], list[float]]:
    """A motion at 1 kHz in which the sensor fails so, and when each time (s)."""
    parts, begins_s, lasts_ms = [], [], 0
    for kind in kinds:
        well = np.full(chance.randint(1000, 2000), chance.randint(0, 4095))
        ill = np.full(chance.randint(1000, 1600), kind)
        parts += [well, ill]
        begins_s.append((lasts_ms + len(well)) / 1000)
        lasts_ms += len(well) + len(ill)
    return np.concatenate([*parts, np.full(500, 2048)]).astype(np.uint16), begins_s


def seen_of(looks: list[Look], names: list[str], begins: list[float]) -> Tally:
    """Was each fault told by its name, and well again before the next?"""
    tally = Tally()
    for name, begin, end in zip(names, begins, [*begins[1:], np.inf], strict=True):
        during = [look for look in looks if begin <= look.at < end]
        told = [look for look in during if look.trouble]
        if {look.trouble for look in told} != {name}:
            tally.wrong.append(f"{name} told as {[look.trouble for look in told]}")
            continue
        tally.shown_s.append(told[0].at - begin)
        if not (during[-1].fresh and not during[-1].trouble):
            tally.wrong.append(f"{name} told for ever")
    return tally


class Strict(Onlooker):
    """Takes down whatever is told of the sensor, or of the link once it is there."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def tell(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.kind == "sensor" and event.data.get("link") not in ("connected", "lost"):
                self.told.append(f"{event.t_s:.1f} s: {event.data}")

    def show(self, board: Board, at: float) -> None:
        if board.trouble:
            self.told.append(f"{board.now_s:.1f} s: {board.trouble}")


def left_alone(counts: NDArray[np.int64]) -> list[str]:
    """What is told of a lever at these counts (1 kHz); as fast as they can be read."""
    seconds = len(counts) / MOTION_HZ
    with SimulatedMachine(counts, fast=True) as machine:
        link, onlooker = Link(machine.port), Strict()
        one = Station(Chain(Settings()), view=onlooker, session_s=seconds)
        one.run(link)
    now_s, missing = one.chain.board.now_s, link.totals.missing
    over = [f"over after {now_s:.0f} s, {missing} missing"]
    return onlooker.told + (over if now_s < seconds - 1 or missing else [])
