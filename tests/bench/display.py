"""The display: how late a painted number is, with what a crowd costs; memory and load."""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from firmware_bridge.device.people import MOTION_HZ, Hold, Stroke, perform
from tests.bench.crowd import Crowd
from tests.bench.figure import Figure, progress
from tests.bench.machine import AT_ONCE, RATE_HZ, WiredMachine
from tests.browser.chromium import CHROMIUM, MISSING, launched

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
READERS, SLEEPERS = 39, 10  # and the browser: 50
STEPS = 400  # numbers that are painted
LOAD_S = 30.0
# Notes when a number was painted: the frame after the one that drew it has begun.
NOTE_PAINTED = """() => {
    window.painted = [];
    const angle = document.querySelector("#angle");
    new MutationObserver(() => {
        const text = angle.textContent;
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => window.painted.push(
                [text, performance.timeOrigin + performance.now()]);
            port2.postMessage(null);
        });
    }).observe(angle, { childList: true, characterData: true, subtree: true });
    document.body.dataset.screen = "during";
}"""


@dataclass
class Served:
    """A station of its own process on a machine of ours."""

    machine: WiredMachine
    address: str
    pid: int

    def memory_bytes(self) -> int:
        return _status_bytes(self.pid, "VmRSS")

    def busy_s(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figures() -> Iterator[Figure]:
    if CHROMIUM is None:
        print(f"the display is not measured: {MISSING}", file=sys.stderr)
        return
    with served() as station:
        yield from load(station, LOAD_S)
    with served() as station:  # a fresh one: memory that was used once is not given back
        yield from crowded(station, STEPS)


@contextmanager
def served() -> Iterator[Served]:
    """A station that serves its page."""
    command = [sys.executable, "-m", "firmware_bridge", "run", "--port"]
    with WiredMachine() as machine, tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "leverrep.toml"
        settings.write_text("[display]\nport = 0\n")
        command += [machine.port, "--config", str(settings)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            address = process.stdout.readline().split()[-1]
            try:
                _wait(lambda: len(machine.written) > 2)
                yield Served(machine, address, process.pid)
            finally:
                process.terminate()


def load(station: Served, seconds: float) -> Iterator[Figure]:
    """What the station itself costs while one browser shows it."""
    with _browser(station.address):
        time.sleep(3)
        progress("load: nobody trains")
        idle = _share_busy(station, lambda: time.sleep(seconds))
        yield Figure("load of a core, nobody trains", 100 * idle, 3, " %", "one browser looks on")
        progress("load: a set")
        training = _share_busy(station, lambda: station.machine.play(_a_set(seconds)))
        yield Figure("load of a core, a set under way", 100 * training, 10, " %")
        memory = station.memory_bytes() / 1e6
        yield Figure("memory of the station with its display on", memory, 120, " MB")


def crowded(station: Served, steps: int) -> Iterator[Figure]:
    """Numbers from the wire to the screen, while a crowd looks on that sleeps in part."""
    with _browser(station.address) as page:
        page.evaluate(NOTE_PAINTED)
        time.sleep(2)
        alone = station.memory_bytes()
        with Crowd(station.address, READERS, SLEEPERS) as crowd:
            time.sleep(6)
            more = station.memory_bytes() - alone
            crowd.arrivals.clear()
            written = _step(station.machine, steps)
            painted = page.evaluate("window.painted")
    delays = _delays_ms(written, painted)
    lags = _lags_ms(station.machine, crowd.arrivals)
    yield Figure(
        f"serial to painted number, {READERS + SLEEPERS + 1} viewers of which {SLEEPERS} never "
        "read, p99",
        float(np.percentile(delays, 99)),
        100,
        " ms",
        f"of {len(delays)} numbers of {steps}; median {median(delays):.0f} ms, "
        f"most {max(delays):.0f} ms",
    )
    yield Figure("numbers that were not painted", steps - len(delays), 0)
    yield Figure(
        "serial to any viewer that reads, p99",
        float(np.percentile(lags, 99)),
        50,
        " ms",
        f"of {len(lags):,} messages; median {median(lags):.1f} ms, most {max(lags):.0f} ms",
    )
    yield Figure(
        "viewers that never read are dropped after, at most",
        max(crowd.dropped_s, default=np.inf),
        5,
        " s",
        f"of {len(crowd.dropped_s)}, soonest {min(crowd.dropped_s, default=np.inf):.1f} s",
    )
    each = more / (READERS + SLEEPERS) / 1024
    yield Figure("memory of a viewer on the station", each, 64, " KiB")


def _step(machine: WiredMachine, steps: int) -> list[tuple[str, float]]:
    """Set one angle after the other; what number each is, and when it was written (s, wall)."""
    draw = random.Random(1)
    to_wall = time.time() - time.monotonic()
    written = []
    angle = 0
    for number in range(steps):
        progress(f"painted numbers: {number} of {steps}")
        angle = draw.choice([a for a in range(10, 50, 3) if a != angle])
        before = len(machine.written)
        machine.angle_deg = float(angle)
        time.sleep(draw.uniform(0.1, 0.25))
        at = next(at for shown, at in machine.written[before:] if shown == angle)
        written.append((f"{angle}°", at + to_wall))
    return written


def _delays_ms(written: list[tuple[str, float]], painted: list[tuple[str, float]]) -> list[float]:
    delays = []
    at = 0
    for text, written_s in written:
        for n in range(at, len(painted)):
            if painted[n][0] == text and painted[n][1] / 1000 >= written_s - 0.002:
                delays.append(painted[n][1] - 1000 * written_s)
                at = n + 1
                break
    return delays


def _lags_ms(machine: WiredMachine, arrivals: list[tuple[float, float]]) -> list[float]:
    """From the frame of a sample to its arrival. The station's second 0 is its first sample's."""
    frames = [round(t_s * RATE_HZ) // AT_ONCE for t_s, _ in arrivals]
    return [
        1000 * (at - machine.written[frame][1])
        for frame, (_, at) in zip(frames, arrivals, strict=True)
    ]


def _a_set(seconds: float) -> list[float]:
    rep = (Stroke(44, 2), Hold(0.4), Stroke(0, 1.4), Hold(0.8))
    segments = [Hold(1), Stroke(0, 2), Hold(1), *rep * max(1, int((seconds - 7) / 4.6))]
    motion = perform(60.0, [*segments, Stroke(60, 2)])
    noise = np.random.default_rng(0).normal(0, 0.03, len(motion))
    return [float(a) for a in (motion + noise)[:: MOTION_HZ // RATE_HZ]]


def _share_busy(station: Served, activity: Callable[[], object]) -> float:
    began, busy = time.monotonic(), station.busy_s()
    activity()
    return (station.busy_s() - busy) / (time.monotonic() - began)


@contextmanager
def _browser(address: str) -> "Iterator[Page]":
    with launched() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(address)
        page.wait_for_selector('body[data-lost=""]')
        yield page


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not until():
        if time.monotonic() > deadline:
            raise RuntimeError("the station does not take samples")
        time.sleep(0.002)


def _status_bytes(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))
