"""Somebody who is calibrated: motion, a sensor with faults, and who stands beside and presses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config import MachineProfile, Settings
from firmware_bridge.device.people import MOTION_HZ, Hold, Segment, Stroke, perform
from firmware_bridge.floor.calibration.guide import Guide

CHUNK = 10
Values = list[tuple[float, int | str]]


@dataclass(frozen=True)
class Machine:
    """A sensor on a lever, as it really is; `eccentricity_deg` at `phase` (turns)."""

    neutral_counts: float = 700.0
    direction: int = -1
    gear: float = 1.0
    eccentricity_deg: float = 0.0
    phase: float = 0.0
    noise_deg: float = 0.03
    spikes: float = 0.0
    rate_hz: int = 200
    turn: int = 4096

    def counts(self, lever_deg: NDArray[np.float64]) -> NDArray[np.float64]:
        """What an exact reading of this sensor would be, along the movement."""
        neutral = self.neutral_counts / self.turn * 360
        # A reading phi has the error e(phi): found by going round until it agrees.
        true = neutral - self._error(neutral) + lever_deg * self.direction * self.gear
        reading = true
        for _ in range(30):
            reading = true + self._error(reading)
        return np.asarray(reading / 360 * self.turn)

    def _error(self, reading_deg: Any) -> Any:
        return self.eccentricity_deg * np.sin(np.radians(reading_deg) + self.phase * 2 * np.pi)

    def samples(self, motion: NDArray[np.float64], rng: np.random.Generator) -> Values:
        """A motion at 1 kHz as it is sampled."""
        t = np.arange(0, len(motion), MOTION_HZ / self.rate_hz).astype(int)
        noise = rng.normal(0, self.noise_deg, len(t))
        counts = self.counts(motion[t]) + noise / 360 * self.turn
        raw = np.rint(counts).astype(int) % self.turn
        spikes = rng.random(len(t)) < self.spikes
        raw[spikes] = rng.integers(0, self.turn, spikes.sum())
        return [(at / MOTION_HZ, int(value)) for at, value in zip(t, raw, strict=True)]


@dataclass
class Visit:
    """What is done, and what is pressed when: `at_s` -> action on the guide."""

    segments: list[Segment] = field(default_factory=list)
    presses: list[tuple[float, Callable[[Guide], None]]] = field(default_factory=list)
    start_deg: float = 62.0

    @property
    def now_s(self) -> float:
        return sum(max(1, round(s.seconds * MOTION_HZ)) for s in self.segments) / MOTION_HZ

    def do(self, *segments: Segment) -> "Visit":
        self.segments += segments
        return self

    def press(self, action: Callable[[Guide], None]) -> "Visit":
        self.presses.append((self.now_s, action))
        return self

    @property
    def motion(self) -> NDArray[np.float64]:
        return perform(self.start_deg, self.segments)

    def run(
        self,
        machine: Machine,
        seed: int = 0,
        settings: Settings | None = None,
        change: Callable[[Values], Values] = lambda values: values,
    ) -> Guide:
        """The guide after all of it. `change`: what else becomes of the samples."""
        guide = guide_of(machine, settings)
        values = change(machine.samples(self.motion, np.random.default_rng(seed)))
        presses = list(self.presses)
        for begin in range(0, len(values), CHUNK):
            part = values[begin : begin + CHUNK]
            while presses and part[-1][0] >= presses[0][0]:
                presses.pop(0)[1](guide)
            guide.feed(part)
        for _, action in presses:
            action(guide)
        return guide


def guide_of(machine: Machine, settings: Settings | None = None) -> Guide:
    settings = settings or Settings(machine=MachineProfile(counts_per_turn=machine.turn))
    return Guide(settings, "e66138528350b92b", "as5600", "0.1.0", machine.turn)


def take(guide: Guide) -> None:
    guide.take()


def skip(guide: Guide) -> None:
    guide.skip()


def reads(angle_deg: float) -> Callable[[Guide], None]:
    return lambda guide: guide.check(angle_deg)


def to_neutral(stop_deg: float = 62.0, sway_deg: float = 0.0) -> Visit:
    """Lifted in, and neutral taken."""
    visit = Visit(start_deg=stop_deg).do(Hold(1.0), Stroke(0.0, 2.0), Hold(1.0, sway_deg))
    return visit.press(take).do(Hold(3.0, sway_deg))


def to_stop(stop_deg: float = 62.0, sway_deg: float = 0.0, seconds: float = 3.0) -> Visit:
    """And then lowered to the stop."""
    return to_neutral(stop_deg, sway_deg).do(Stroke(stop_deg, seconds), Hold(3.5))


def slow_rep(bottom_deg: float = 44.0, top_deg: float = 0.0, lower_s: float = 2.2) -> list[Segment]:
    return [Stroke(bottom_deg, lower_s), Hold(0.4), Stroke(top_deg, 1.5), Hold(1.0)]


def with_checks(
    visit: Visit, angles: Sequence[tuple[float, float]], sway_deg: float = 0.0
) -> Visit:
    """`angles`: where the lever is held, and what the inclinometer is read to show."""
    for true_deg, shown_deg in angles:
        visit.do(Stroke(true_deg, 1.5), Hold(1.0, sway_deg)).press(reads(shown_deg))
        visit.do(Hold(2.0, sway_deg))
    return visit
