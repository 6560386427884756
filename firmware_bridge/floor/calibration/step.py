"""What all steps of the guide have in common."""

from typing import ClassVar, Literal, Union

from config import Reading
from firmware_bridge.floor.calibration.found import Found
from firmware_bridge.floor.calibration.hold import Stretch
from firmware_bridge.floor.calibration.outcome import Outcome
from firmware_bridge.floor.calibration.refusals import Said
from firmware_bridge.floor.calibration.sight import Seen

# What comes of a sample or a press: another step, a refusal, the end, or none of these yet.
Next = Union["Step", Said, Outcome, None]


class Step:
    """One step. `taking`: a still stretch is looked for; `lacks`: what it lacks."""

    name: ClassVar[str]

    def __init__(self, found: Found) -> None:
        self.found = found
        self.progress = 0.0
        self.taking = False
        self.lacks: str | None = None

    def see(self, seen: Seen) -> Next:
        """What one sample has brought."""
        raise NotImplementedError

    def take(self) -> None:
        """The lifter stands tall now."""

    def skip(self) -> Next:
        """This step, or the rest of it, is left out."""
        return None

    def check(self, angle_deg: float) -> None:
        """The inclinometer shows this now."""


def lacking(stretch: Stretch | None) -> str | None:
    """What a stretch lacks to be a hold, except time."""
    if stretch is None:
        return None
    if not stretch.still:
        return "moving"
    return None if stretch.sound else "bad_samples"


def reading(
    step: Literal["neutral", "stop", "check"], held: Stretch, angle_deg: float | None = None
) -> Reading:
    """A hold as it is kept."""
    return Reading(
        step=step,
        counts=held.counts,
        spread_deg=held.spread_deg,
        moved_deg=held.moved_deg,
        angle_deg=angle_deg,
    )
