"""The guided calibration: samples and presses in, how it stands and what was found out. Pure.

    neutral --held--> stop --held--> range --3 slow reps, or skip--> checks --6, or skip--> done
       any of them --refused or cancelled--> refused

The lifter is strapped in and cannot press anything, so the guide finds the holds; only `take` is
pressed, by whoever stands beside. Time is that of the samples.
"""

from collections.abc import Sequence
from typing import Any

from config import SavedCalibration, Settings
from firmware_bridge.floor.calibration.found import Found
from firmware_bridge.floor.calibration.magnet import Magnet
from firmware_bridge.floor.calibration.outcome import Device, Outcome
from firmware_bridge.floor.calibration.refusals import Said, refusal
from firmware_bridge.floor.calibration.sight import Sight
from firmware_bridge.floor.calibration.slowreps import WANTED
from firmware_bridge.floor.calibration.step import Next, Step
from firmware_bridge.floor.calibration.steps import Neutral

SILENT_S = 10.0


class Guide:
    """One calibration of one machine, from its first sample on."""

    def __init__(
        self,
        settings: Settings,
        device_id: str,
        sensor: str,
        firmware: str,
        counts_per_turn: int,
        before: SavedCalibration | None = None,
    ) -> None:
        """`before`: the calibration of the same device that is in force."""
        machine = settings.machine
        self._sight = Sight(counts_per_turn, machine.gear, machine.play_deg)
        device = Device(device_id, sensor, firmware, counts_per_turn)
        self._found = Found(settings, device, self._sight, before)
        self._magnet = Magnet(sensor)
        self._step: Step = Neutral(self._found)
        self._refusal: Said | None = None
        self._outcome: Outcome | None = None

    # What happens at the machine.

    def feed(self, samples: Sequence[tuple[float, int | str]]) -> None:
        """The next samples: time (s), and raw counts or the name of the sensor's error."""
        for t_s, value in samples:
            if self.over:
                return
            seen = self._sight.take(t_s, value)
            self._go(self._wrong() or self._step.see(seen))

    def missing(self, samples: int) -> None:
        """So many samples after the last one were lost; 0 if nobody knows how many."""
        self._sight.miss(samples)

    def status(self, magnet: str, agc: int, magnitude: int) -> None:
        """What the sensor says of its magnet, once a second: ok, weak, strong, missing, or
        no_answer.
        """
        self._go(self._magnet.status(magnet, agc, magnitude))

    def tick(self, silent_s: float) -> None:
        """No samples have come for so long."""
        if silent_s >= SILENT_S:
            self._go(refusal("no_data", silent_s=silent_s))

    # What people press. Where it has no meaning nothing happens.

    def take(self) -> None:
        """The lifter stands tall now."""
        self._step.take()

    def skip(self) -> None:
        """No working range; no (more) checks."""
        self._go(self._step.skip())

    def check(self, angle_deg: float) -> None:
        """The inclinometer shows this now."""
        self._step.check(angle_deg)

    def cancel(self) -> None:
        """Stop here; the calibration before stays in force."""
        self._go(refusal("cancelled"))

    # How it stands.

    @property
    def over(self) -> bool:
        """Is it done or refused?"""
        return bool(self._outcome or self._refusal)

    def saved(self, made_utc: str) -> SavedCalibration:
        """The calibration to keep, once it is done; `made_utc` like "2026-01-31T17:05:00Z"."""
        if self._outcome is None:
            raise ValueError("the calibration is not done")
        return self._outcome.saved(made_utc)

    def view(self) -> dict[str, Any]:
        """How it stands, ready for JSON; CALIBRATING.md says what the fields mean."""
        found, reps = self._found, self._found.reps
        return {
            "step": self._step_name(),
            "progress": 1.0 if self._outcome else round(self._step.progress, 3),
            "taking": self._step.taking and not self.over,
            "angle_deg": found.angle_deg,
            "turned_deg": found.turned_deg,
            "lacks": None if self.over else self._step.lacks,
            "reps": reps.count if reps else 0,
            "reps_wanted": WANTED,
            "rushed": reps.rushed if reps else 0,
            "checks": found.checks_view(),
            "magnet": self._magnet.to_dict(),
            "note": found.note.to_dict() if found.note else None,
            "refusal": self._refusal.to_dict() if self._refusal else None,
            "result": self._outcome.to_dict() if self._outcome else None,
        }

    def _step_name(self) -> str:
        if self._refusal:
            return "refused"
        return "done" if self._outcome else self._step.name

    def _wrong(self) -> Said | None:
        """What is wrong with the sensor, whatever the step."""
        return self._sight.blind or (self._sight.unseen if self._found.neutral else None)

    def _go(self, to: Next) -> None:
        if to is None or self.over:
            return
        if isinstance(to, Said):
            self._refusal = to
        elif isinstance(to, Outcome):
            self._outcome = to
        else:
            self._step = to
