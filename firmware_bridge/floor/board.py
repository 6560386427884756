"""What a display shows: events and angles folded into one small state. Time is an argument."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from analysis import Event
from analysis.flags import FLAGS
from config import FormStandard

PHASES = ("eccentric", "bottom_hold", "concentric", "top_hold")
# A display that shows an older angle than this would be showing a lie.
STALE_S = 0.4
ADVICE = {flag.name: flag.advice for flag in FLAGS}
_GRAVEST_FIRST = list(ADVICE)
REASONS = {
    "incomplete_top": "not all the way up",
    "shallow": "not deep enough",
    "removed": "struck out",
}

TROUBLES = {
    "no_answer": "sensor does not answer: check its cable",
    "no_magnet": "no magnet at the sensor",
    "nonsense": "sensor answers nonsense: check its cable",
}
BEGIN = "Lift the lever to the top to begin"


class Link(Enum):
    """What is known of the machine."""

    SEARCHING = "looking for the machine"
    LIVE = "live"
    LOST = "link lost, reconnecting"
    ENDED = "ended"


@dataclass
class Board:
    """The state of one display. Seconds are the machine's time, degrees the lever's.

    `tempo` holds how long each phase of the rep under way has lasted, None for those to come.
    """

    standard: FormStandard
    link: Link = Link.SEARCHING
    port: str = ""
    trouble: str = ""  # what is wrong with the sensor
    now_s: float = 0.0
    angle_deg: float | None = None
    deepest_deg: float = 0.0
    seen_at: float = 0.0
    set_number: int = 0
    in_set: bool = False
    reps: int = 0
    partials: int = 0
    phase: str | None = None
    phase_since_s: float = 0.0
    tempo: dict[str, float] = field(default_factory=dict)
    over: bool = False
    past_neutral_deg: float = 0.0
    message: str = BEGIN
    cue: tuple[int, str] = (0, "")  # the last rep with something to say about it, and what
    failure: str = ""  # what cannot be written any more

    def see(self, t_s: float, angle_deg: float, at: float) -> None:
        """Take the newest angle, which arrived at the wall-clock second `at`."""
        self.now_s, self.angle_deg, self.seen_at = t_s, angle_deg, at
        self.deepest_deg = max(self.deepest_deg, angle_deg)
        if self.over:
            self.past_neutral_deg = max(self.past_neutral_deg, -angle_deg)

    def is_fresh(self, at: float) -> bool:
        """Is what the board shows true at the wall-clock second `at`?"""
        return self.link is Link.LIVE and at - self.seen_at <= STALE_S

    def connect(self, link: Link, port: str = "", why: str = "") -> None:
        """The link has changed; `why` is shown until it changes again."""
        if why or self.link is Link.LOST:
            self.message = why
        self.link, self.port = link, port or self.port
        if link is not Link.LIVE:
            self.over = False

    def apply(self, event: Event) -> None:
        """Follow one event of the analysis."""
        _ACTIONS[event.kind](self, event)

    def phase_lasts_s(self) -> float:
        """How long the present phase has lasted."""
        return max(0.0, self.now_s - self.phase_since_s)

    def _start_set(self, event: Event) -> None:
        self.set_number += 1
        self.in_set = True
        self.reps = self.partials = 0
        self.cue = (0, "")
        self.message = ""

    def _end_set(self, event: Event) -> None:
        self.in_set, self.phase, self.tempo = False, None, {}
        self.message = f"Set {self.set_number} done: " + set_line(event["set"])

    def _count(self, event: Event) -> None:
        self.reps = event["number"]
        self.message = ""

    def _note_partial(self, event: Event) -> None:
        self.partials += 1
        why = REASONS.get(event["reason"], event["reason"])
        self.message = f"Not counted: {why}"

    def _note_flag(self, event: Event) -> None:
        number, flag = event["number"], event["flag"]
        told_of, told = self.cue
        if told_of == number and _GRAVEST_FIRST.index(told) < _GRAVEST_FIRST.index(flag):
            return  # one cue a rep, the one that matters most
        self.cue = (number, flag)
        self.message = f"Rep {number}: {ADVICE[flag]}"

    def _enter_phase(self, event: Event) -> None:
        phase, before = event["phase"], self.phase
        if before is not None:
            self.tempo[before] = event.t_s - self.phase_since_s
        if phase == "eccentric":
            self.tempo = {}
        self.phase, self.phase_since_s = phase, event.t_s
        if self.message == BEGIN:
            self.message = ""

    def _go_over(self, event: Event) -> None:
        self.over, self.past_neutral_deg = True, -event["angle_deg"]

    def _come_back(self, event: Event) -> None:
        self.over = False
        self.message = f"Leaned back {self.past_neutral_deg:.0f}° past neutral"

    def _note_sensor(self, event: Event) -> None:
        if "error" in event.data:
            error = event["error"]
            self.trouble = TROUBLES.get(error, "sensor error") if error else ""
        elif "missing_s" in event.data:
            self.message = "Some samples were missing"


def set_line(one: dict[str, Any]) -> str:
    """A set of the report's JSON in a few words."""
    reps = one["rep_count"]
    parts = ["1 rep" if reps == 1 else f"{reps} reps"]
    if one["partial_count"]:
        parts.append(f"{one['partial_count']} not counted")
    if one["overshoot_count"]:
        parts.append(f"{one['overshoot_count']} leaned back too far")
    return ", ".join(parts)


_ACTIONS: dict[str, Callable[[Board, Event], None]] = {
    "set_started": Board._start_set,
    "set_ended": Board._end_set,
    "rep": Board._count,
    "partial": Board._note_partial,
    "flag": Board._note_flag,
    "phase": Board._enter_phase,
    "overshoot": Board._go_over,
    "overshoot_cleared": Board._come_back,
    "sensor": Board._note_sensor,
}
