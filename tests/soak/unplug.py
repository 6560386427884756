"""A machine unplugged and plugged in again at any moment while somebody trains on it.

Each is a whole station at real time: link, chain and keeper. `python -m tests.soak.unplug FOLDER
PORT WIRE [auto]` is that station; it tells what it sees as lines of JSON, and writes the machine's
bytes to the descriptor WIRE. "auto": PORT is a link to the one likely port, which it has to find.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from analysis import Event
from config import Settings
from config.kept import STORE
from firmware_bridge.device import link as link_module
from firmware_bridge.device.decoder import Decoder
from firmware_bridge.device.events import Chunk, Connected, Lost, Searching
from firmware_bridge.device.events import Event as LinkEvent
from firmware_bridge.device.frames import Hello, Samples, Status, wire
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.people import Hold, Segment, Stroke, perform
from firmware_bridge.device.port import FoundPort, Port
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from firmware_bridge.floor.display.display import Display
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.store import Store
from firmware_bridge.station import Chain, Station, recover
from firmware_bridge.stop import Stop
from tests.bench.figure import Figure, progress

ROOT = Path(__file__).parents[2]
BACK_S = 2.0  # from the plug to the first sample
NEVER_S = 999.0
STOP_DEG = 62.0
# When a rep is told its lever has just come into the top zone, or comes to rest soon after; and a
# busy computer is late. Reps are further apart than twice that.
NEAR_S = 1.2
HIDDEN_S = 0.3  # so much of a rep that was not seen is always marked
SHORT_GAP = 10  # samples; no longer one is told of
SEEN_S = 0.5  # after the last plug, so that samples follow
BLIP_S = 0.3  # samples of such a short while between two gaps may be believed or not


class TellingChain(Chain):
    """Tells what the link brings, as it comes to be followed, and keeps the bytes."""

    def __init__(self, wire: int, keeper: Keeper) -> None:
        super().__init__(Settings(), keeper=keeper, waits=True)
        self._wire, self._written = wire, 0
        self._fresh = False  # since a machine said HELLO or was restarted, until a sample comes

    def take(self, event: LinkEvent, at: float) -> list[Event]:
        match event:
            case Connected():
                tell(what="connected", at=at, wire=self._written)
                self._fresh = True
            case Lost() | Searching():
                tell(what=type(event).__name__.lower(), at=at, why=str(event.why))
            case Chunk():
                self._written += os.write(self._wire, event.data)
                self._tell_items(event, at)
        return super().take(event, at)

    def _tell_items(self, chunk: Chunk, at: float) -> None:
        for item in chunk.items:
            if isinstance(item, Gap):
                tell(what="gap", at=at, missing=item.missing)
                self._fresh |= item.missing is None
            elif isinstance(item, Readings) and self._fresh:
                tell(what="sample", at=at)
                self._fresh = False


class Teller:
    """In the place of a display: tells what the chain says."""

    def tell(self, events: Sequence[Event]) -> None:
        now = time.monotonic()
        for event in events:
            happened = now - (event.detected_s - event.t_s)
            tell(what=event.kind, at=now, happened=happened, t_s=event.t_s, **event.data)

    def show(self, board: object, at: float) -> None:
        """Nothing that is asked here."""


def tell(**what: Any) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def main(folder: str, port: str, wire: str, *mode: str) -> None:
    if mode:
        link_module.find_ports = lambda hints: [  # type: ignore[assignment]
            FoundPort(os.path.realpath(port), "", True) for _ in range(os.path.exists(port))
        ]
    run(Path(folder), mode[0] if mode else port, int(wire))


def run(folder: Path, port: str, wire: int, display: Display | None = None) -> None:
    """Until it is asked to stop."""
    stop, link = Stop(), Link(port)
    with stop.on_signals(), Keeper(folder / STORE, recover) as keeper:
        while keeper.found is None:  # what it opens is no leak
            time.sleep(0.01)
        chain = TellingChain(wire, keeper)
        Station(chain, view=Teller(), display=display, keeper=keeper, stop=stop).run(link)
    totals = link.totals
    tell(what="totals", sent=totals.sent, received=totals.received, reboots=totals.reboots)


@dataclass
class Tally:
    """What came of some cycles on one machine, or on several."""

    plugs: int = 0
    back_s: list[float] = field(default_factory=list)
    reps: Counter[str] = field(default_factory=Counter)  # done, told, marked
    leaked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # reps, sets
    gaps: list[str] = field(default_factory=list)  # not told once each
    unaccounted: list[str] = field(default_factory=list)
    sent: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: mine + getattr(other, name) for name, mine in vars(self).items()})


def figures(cycles: int, seed: int, machines: int = 10, longest_s: float = 6.0) -> Iterator[Figure]:
    """Of so many cycles, each after at most so long, on so many machines at once; half of these
    are found by themselves.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(machines) as pool:
        shares = [len(range(n, cycles, machines)) for n in range(machines)]
        chances = [random.Random(seed + n) for n in range(machines)]
        modes: list[tuple[str, ...]] = [("auto",) * (n % 2) for n in range(machines)]
        each = pool.map(unplugged, shares, chances, modes, [longest_s] * machines)
        tally = sum(each, Tally())
    yield from told_of(tally, f"seed {seed}, {time.monotonic() - began:.0f} s")


def told_of(tally: Tally, how: str) -> Iterator[Figure]:
    back_s = tally.back_s or [NEVER_S]
    middle, most = np.median(back_s), max(back_s)
    yield Figure(
        "back from the plug to the first sample, p99",
        float(np.percentile(back_s, 99)),
        BACK_S,
        " s",
        f"{middle:.2f} s in the middle, {most:.2f} s at most; {tally.plugs} plugs, {how}",
    )
    reps = ", ".join(f"{count} {what}" for what, count in tally.reps.items())
    for what, found, detail in (
        ("descriptors and threads leaked", tally.leaked, ""),
        ("reps wrong, doubled, lost or not marked, sets broken", tally.wrong, f"reps: {reps}"),
        ("gaps not told once", tally.gaps, ""),
        ("samples unaccounted for", tally.unaccounted, f"{tally.sent} sent"),
    ):
        yield Figure(what, len(found), 0, "", "; ".join(filter(None, [detail, *found[:5]])))


def unplugged(cycles: int, chance: random.Random, mode: tuple[str, ...], longest_s: float) -> Tally:
    """One machine and one station, through so many cycles."""
    motion, reps = training(20.0 + (longest_s + 4.0) * cycles, chance)
    with (
        TemporaryDirectory() as name,
        SimulatedMachine(counts_of(motion, seed=chance.randrange(1000))) as machine,
    ):
        folder = Path(name)
        with Watched(folder, machine.port, *mode) as watched:
            watched.wait_until_live()
            before = watched.holds()
            plugs = []
            for done in range(cycles):
                plugs += unplug_and_replug(machine, chance, longest_s)
                progress(f"{done} cycles of {cycles} on this machine")
            watched.wait_until_live()
            after = watched.holds()
            time.sleep(SEEN_S)
            began = started_at(machine)
            watched.end()
        ends = [began + at for at in reps]
        with Store(folder / STORE) as store:
            kept = [one.report for one in store.sets()]
        tally = judged(watched.told, plugs, ends, kept)
        tally.unaccounted += accounting_problems(
            watched.told, watched.wire, last_word(machine.port)
        )
    grown = any(late > early for early, late in zip(before, after, strict=True))
    tally.leaked += [f"{before} before, {after} after"] if grown else []
    return tally


@dataclass
class Plug:
    """Out at a time of the monotonic clock, in at another."""

    out: float
    at: float


def unplug_and_replug(
    machine: SimulatedMachine, chance: random.Random, longest_s: float
) -> list[Plug]:
    """Once, or twice in quick succession; the machine is left alone before for any time."""
    time.sleep(chance.uniform(0, chance.choice((0.1, 1.0, longest_s, longest_s))))
    plugs = []
    for _ in range(chance.choice((1, 1, 1, 2))):
        if chance.random() < 0.3:  # in the middle of a frame
            part = wire(Samples(1, 0, 0, (0,), (0,)))[: chance.randint(1, 20)]
            with suppress(BlockingIOError):  # the board writes at this very moment
                os.write(machine._master, part)
        plugs.append(Plug(time.monotonic(), 0.0))
        machine.unplug()
        time.sleep(chance.choice((0, chance.uniform(0, 0.3), chance.uniform(0, 2))))
        plugs[-1].at = time.monotonic()
        machine.replug()
        time.sleep(chance.choice((0, chance.uniform(0, 0.1))))
    return plugs


class Watched:
    """A station in a process of its own, and what it tells: through pipes, as its disk may be full.

    `module`: the one of which it is the main program. `told`: so far; `wire`: the machine's bytes.
    """

    def __init__(
        self, folder: Path, port: str, *mode: str, module: str = "tests.soak.unplug"
    ) -> None:
        read, write = os.pipe()
        command = [sys.executable, "-m", module, str(folder), port, str(write), *mode]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, pass_fds=[write])
        os.close(write)
        self.told: list[dict[str, Any]] = []
        self.wire = bytearray()
        self._threads = [Thread(target=self._listen), Thread(target=self._read, args=[read])]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._join()

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as pipe:
            self.told += map(json.loads, pipe)

    def _read(self, pipe_end: int) -> None:
        with open(pipe_end, "rb", buffering=0) as pipe:
            while data := pipe.read(1 << 16):
                self.wire += data

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()

    def wait_until_live(self) -> None:
        """Until a sample has come since the last time the machine was there anew."""
        self.wait_for(lambda: is_live(self.told))

    def wait_for(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not what():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the station does not live: {self.told[-3:]}")
            time.sleep(0.1)

    def reps(self) -> list[dict[str, Any]]:
        """Those that it has told."""
        return [line for line in self.told if line["what"] == "rep"]

    def holds(self) -> tuple[int, int]:
        """How many descriptors and threads it has."""
        of_process = Path(f"/proc/{self.process.pid}")
        return len(os.listdir(of_process / "fd")), len(os.listdir(of_process / "task"))

    def end(self) -> None:
        """Ask it to stop; then all has been told."""
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(30):
            raise RuntimeError(f"the station ended with status {self.process.returncode}")
        self._join()


def is_live(told: Sequence[dict[str, Any]]) -> bool:
    seen = [line["what"] for line in told if line["what"] in ("connected", "sample", "lost")]
    return seen[-1:] == ["sample"]


def started_at(machine: SimulatedMachine) -> float:
    """When the motion began, by the monotonic clock."""
    wall_s = int(Path(f"{machine._motion}.started").read_text()) / 1e6
    return time.monotonic() - (time.time() - wall_s)


def last_word(port: str) -> Status:
    """What the machine says of itself, now that it has stopped."""
    decoder = Decoder()
    with Port(port) as opened:
        while True:
            for found in decoder.feed(opened.read()):
                if isinstance(found, Status):
                    return found


def judged(
    told: list[dict[str, Any]],
    plugs: list[Plug],
    reps: list[float],
    kept: list[dict[str, Any]],
) -> Tally:
    """`reps`: when each true one was over, by the monotonic clock; `kept`: reports of sets."""
    samples = [line["at"] for line in told if line["what"] == "sample"]
    outages = outages_of(plugs, samples)
    tally = Tally(len(plugs), [seen - plug.at for plug, seen in outages], sent=told[-1]["sent"])
    tally.gaps += gap_problems(told)
    flags = {r["number"]: r["flags"] for one in kept for r in one["reps"] if r["counted"]}
    tally.wrong += set_problems(told, len(kept), list(flags))
    marked = [number for number, of_rep in flags.items() if "sensor_gap" in of_rep]
    ends = [(line["happened"], line["number"]) for line in told if line["what"] == "rep"]
    until = max(line["at"] for line in told if "at" in line)
    spans = [*((plug.out, seen) for plug, seen in outages), (until, np.inf)]
    tally.wrong += rep_problems(ends, reps, spans, marked)
    done = sum(at < until for at in reps)
    tally.reps = Counter(done=done, told=len(ends), marked=len(marked))
    return tally


def outages_of(plugs: list[Plug], samples: list[float]) -> list[tuple[Plug, float]]:
    """Each time that the machine was away, and when it was seen again. Of plugs that follow each
    other without a sample between, the last brings it back, and it has been out since the first.
    """
    found: list[tuple[Plug, float]] = []
    out: float | None = None
    for plug, after in zip(plugs, [*plugs[1:], Plug(np.inf, np.inf)], strict=True):
        out = plug.out if out is None else out
        seen = [at for at in samples if plug.at <= at < after.out]
        if seen:
            found.append((Plug(out, plug.at), seen[0]))
            out = None
    if out is not None:
        found.append((Plug(out, plugs[-1].at), np.inf))
    return found


def gap_problems(told: list[dict[str, Any]]) -> Iterator[str]:
    """Each time that samples come again after some are missing, that is told once."""
    restarted, breaks, said, blips, since = False, 0, 0, 0, -np.inf
    for line in told:
        match line["what"]:
            case "gap" if line["missing"] is None:
                restarted = True
            case "gap":
                breaks += line["missing"] > SHORT_GAP
            case "sample":
                breaks += restarted
                restarted, since = False, line["at"]
            case "sensor":
                said += "missing_s" in line
                blips += line.get("link") == "lost" and line["at"] - since < BLIP_S
                since = -np.inf if "link" in line else since
    if not breaks - blips <= said <= breaks:
        yield f"{breaks} gaps, told {said} times"


def accounting_problems(
    told: list[dict[str, Any]], data: bytes | bytearray, machine: Status
) -> Iterator[str]:
    """What the station counted is what its bytes say, and at the end what the machine says."""
    totals = told[-1]
    offsets = [line["wire"] for line in told if line["what"] == "connected"]
    sent, received, count = counted(bytes(data), offsets, machine.boot)
    missing = sum(line["missing"] or 0 for line in told if line["what"] == "gap")
    if (totals["sent"], totals["received"]) != (sent, received):
        yield f"{totals} where {received} of {sent} samples came"
    if totals["received"] + missing != sent:
        yield f"{totals['received']} came and {missing} were told missing, of {sent}"
    if count != machine.samples:
        yield f"the machine counts {machine.samples} samples since its boot, the station {count}"


def counted(data: bytes, offsets: list[int], last_boot: int) -> tuple[int, int, int]:
    """Samples sent and received of all boots, and the last one's own count, by a look of our own.

    Short boots only: their sequence numbers do not wrap.
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    received = 0
    for begin, end in zip(offsets, [*offsets[1:], len(data)], strict=True):
        for frame in Decoder().feed(data[begin:end]):
            if isinstance(frame, Hello | Status):
                first.setdefault(frame.boot, frame.samples)
                last[frame.boot] = max(last.get(frame.boot, 0), frame.samples)
            elif isinstance(frame, Samples) and frame.boot in first:
                received += len(frame.values)
                last[frame.boot] = max(last[frame.boot], frame.seq + len(frame.values))
    return sum(last[boot] - first[boot] for boot in first), received, last.get(last_boot, 0)


def set_problems(told: list[dict[str, Any]], sets: int, kept: list[int]) -> Iterator[str]:
    """It is one set, with the reps numbered as they were told; none if nothing was seen whole."""
    kinds = Counter(line["what"] for line in told)
    if not sets == kinds["set_started"] == kinds["set_ended"] <= 1:
        yield f"{kinds['set_started']} sets begun, {kinds['set_ended']} ended, {sets} kept"
    numbers = [line["number"] for line in told if line["what"] == "rep"]
    if not numbers == kept == [*range(1, len(numbers) + 1)]:
        yield f"reps {numbers} told, {kept} kept"


def rep_problems(
    told: list[tuple[float, int]],
    reps: list[float],
    spans: list[tuple[float, float]],
    marked: Sequence[int],
) -> Iterator[str]:
    """Each rep that was told is one that was done; one of which a part was not seen is marked; one
    that is not told was not seen to end.

    told: when, and its number; reps: when each was over; spans: when the machine was away.
    """
    unmatched = dict.fromkeys(range(len(reps)))
    for at, number in told:
        since = min([out for out, seen in spans if out - NEAR_S < at < seen + NEAR_S], default=at)
        near = [n for n in unmatched if since - NEAR_S < reps[n] < at + NEAR_S]
        if not near:
            yield f"rep {number}, told {at - reps[0]:.2f} s after the first was over, is none"
            continue
        del unmatched[near[-1]]
        begun, over = reps[near[-1]] - MOVING_S, reps[near[-1]]
        hidden_s = max([min(over, seen) - max(begun, out) for out, seen in spans], default=0.0)
        if hidden_s > HIDDEN_S and number not in marked:
            yield f"rep {number} is not marked, {hidden_s:.2f} s of it were not seen"
    for n in unmatched:
        if not any(out < reps[n] + NEAR_S and seen > reps[n] - REP_S for out, seen in spans):
            yield f"a rep, over {reps[n] - reps[0]:.2f} s after the first, is not told"


LOWER_S, UNDER_S, RAISE_S = 0.9, 0.3, 0.8
MOVING_S = LOWER_S + UNDER_S + RAISE_S
REP_S = MOVING_S + NEAR_S


def training(seconds: float, chance: random.Random) -> tuple[NDArray[np.float64], list[float]]:
    """Somebody who makes reps for so long: the lever's way (deg, 1 kHz), and when each is over."""
    segments: list[Segment] = [Hold(0.2), Stroke(0.0, 0.8)]
    lasts_s, ends = 1.0, []
    while lasts_s < seconds:
        top = Hold(chance.uniform(0.5, 1.5))
        bottom, finish = chance.uniform(35, 50), chance.uniform(-2, 3)
        segments += (top, Stroke(bottom, LOWER_S), Hold(UNDER_S), Stroke(finish, RAISE_S))
        lasts_s += top.seconds + MOVING_S
        ends.append(lasts_s)
    return perform(STOP_DEG, segments), ends


if __name__ == "__main__":
    main(*sys.argv[1:])
