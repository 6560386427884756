"""What a display shows: events and angles folded into one small state. Time is an argument."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace as replace_plan

from analysis import Event, SetReport
from analysis.flags import FLAGS
from config import FormStandard
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord, Trace
from firmware_bridge.floor.trail import BESIDE_S, Trail

PHASES = ("eccentric", "bottom_hold", "concentric", "top_hold")
# A display that shows an older angle than this would be showing a lie.
STALE_S = 0.4
SETS_KEPT = 36  # three times what a display shows; older ones are in the store
CUE_S = 3.0
BY_HAND = ("button", "restarted", "discomfort")
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
NEVER_CALIBRATED = "not calibrated yet: angles may be wrong, run leverrep calibrate"
BEGIN = "Lift the lever to the top to begin"


class Link(Enum):
    """What is known of the machine."""

    SEARCHING = "looking for the machine"
    LIVE = "live"
    LOST = "link lost, reconnecting"


class Kept(NamedTuple):
    """How a set is kept: its number in the store, and whether the sensor had moved."""

    id: int | None = None
    suspect: bool = False


NOT_KEPT = Kept()


@dataclass
class Board:
    """The state of one display. Seconds are the machine's time, degrees the lever's.

    `tempo` holds how long each phase of the rep under way has lasted, None for those to come.
    """

    standard: FormStandard  # of the set under way
    plan: Plan = field(default_factory=Plan)  # of the next one
    judged_by: Plan = field(default_factory=Plan)  # the plan that `standard` is of
    link: Link = Link.SEARCHING
    port: str = ""
    why_lost: str = ""
    trouble: str = ""  # what is wrong with the sensor, as in TROUBLES
    now_s: float = 0.0
    angle_deg: float | None = None
    deepest_deg: float = 0.0
    seen_at: float = 0.0
    screen: Literal["before", "during", "after"] = "before"
    set_number: int = 0
    in_set: bool = False
    reps: int = 0  # the number of the last one
    removed: set[int] = field(default_factory=set)  # numbers of those that are struck out
    bottom_deg: float = 0.0  # the deepest of them
    partials: int = 0
    partial: str | None = None  # why the last try did not count, until the next rep
    phase: str | None = None
    phase_since_s: float = 0.0
    tempo: dict[str, float] = field(default_factory=dict)
    over: bool = False
    past_neutral_deg: float = 0.0
    message: str = BEGIN
    cue: tuple[int, str] = (0, "")  # the last rep with something to say about it, and what
    cannot_write: str = ""  # events or a recording, any more
    cannot_keep: str = ""  # sets, for now
    kept: Mapping[int, Kept] = field(default_factory=dict)  # by the number of the set
    standards: Mapping[str, FormStandard] = field(default_factory=dict)  # to choose from
    can_calibrate: bool = False
    uncalibrated: str = ""  # why nothing is counted before the guide has been run
    never_calibrated: bool = False  # it counts by what the settings say if nobody has said anything
    guide: dict[str, Any] | None = None  # a calibration under way (calibration/CALIBRATING.md)
    remembered: int = 0  # sets up to this number are from before this start
    slip_deg: float | None = None  # how far the sensor has moved since it was calibrated
    address: str = ""  # of the page
    machine: Mapping[str, Any] | None = None  # how it and its line are (device/machinehealth.py)
    sets: deque[SetRecord] = field(default_factory=lambda: deque(maxlen=SETS_KEPT))
    _trail: Trail = field(default_factory=Trail)
    _done_with: Plan | None = None  # what the last rep was done with
    _been_down: bool = True  # since the last set
    _cued_s: float = 0.0

    @property
    def count(self) -> int:
        """Reps of the set under way that count."""
        return self.reps - len(self.removed)

    @property
    def complaint(self) -> str:
        """What somebody has to see to, the worst of it."""
        moved = slip_words(self.slip_deg) if self.slip_deg else ""
        never = NEVER_CALIBRATED if self.never_calibrated else ""
        return self.uncalibrated or self.cannot_write or self.cannot_keep or moved or never

    def see(self, t_s: float, angle_deg: float, at: float) -> None:
        """Take the newest angle, which was taken at the second `at` of the steady clock."""
        self.now_s, self.angle_deg, self.seen_at = t_s, angle_deg, at
        self.deepest_deg = max(self.deepest_deg, angle_deg)
        self._trail.add(t_s, angle_deg)
        if self.over:
            self.past_neutral_deg = max(self.past_neutral_deg, -angle_deg)

    def is_fresh(self, at: float) -> bool:
        """Is what the board shows true at the second `at` of the steady clock?"""
        return self.link is Link.LIVE and at - self.seen_at <= STALE_S

    def connect(self, link: Link, port: str = "", why: str = "") -> None:
        """The link has changed; `why` is shown until it changes again."""
        if why or self.why_lost:
            self.message = why or (BEGIN if self.link is Link.SEARCHING else "")
        self.link, self.port, self.why_lost = link, port or self.port, why
        if link is not Link.LIVE:
            self.over = False

    def apply(self, event: Event) -> None:
        """Follow one event of the analysis."""
        _ACTIONS[event.kind](self, event)

    def phase_lasts_s(self) -> float:
        """How long the present phase has lasted."""
        return max(0.0, self.now_s - self.phase_since_s)

    def leave(self) -> None:
        """The lever was left to rest."""
        self.phase, self.tempo, self._been_down = None, {}, True
        if self.screen == "during" and not self.in_set:
            self.screen = "after" if self.sets else "before"
            self.message = BEGIN

    def start_again(self, lifting: bool) -> None:
        """Somebody begins anew, `lifting` already or not."""
        self._clear()
        self.screen = "during" if lifting else "before"
        self.message = "" if lifting else BEGIN

    def strike(self, numbers: Collection[int]) -> None:
        """Just these reps of the set under way are struck out."""
        self.removed = set(numbers)
        if self.cue[0] in numbers:
            self.cue, self.message = (0, ""), ""

    def note_discomfort(self) -> None:
        """It hurt in the last set; in a new one without reps if the lifter has begun the next."""
        if self.screen == "during":
            self.set_number += 1
            self._keep_set(SetReport(()).to_dict(), "discomfort")
        if self.sets:
            self.sets[-1] = replace(self.sets[-1], discomfort=True)
        self.message = "Noted. Shorter range, less load; stop for today if it stays"

    @property
    def done_with(self) -> Plan:
        """What the set under way is done with, should it end here."""
        return self._done_with or self._present_plan()

    def unfinished(self) -> SetRecord:
        """The set under way, or the one that the rep under way will begin, should it end here."""
        return SetRecord(
            number=self.set_number if self.in_set else self.set_number + 1,
            plan=self.done_with,
            form=self.standard,
            report=SetReport(()).to_dict(),
            ended_by="interrupted",
            rest_from_s=0.0,
        )

    def _start_set(self, event: Event) -> None:
        self._clear()
        self.set_number += 1
        self.in_set = True
        self.screen = "during"
        self.message = ""

    def _clear(self) -> None:
        self.reps = self.partials = 0
        self.bottom_deg = self.past_neutral_deg = 0.0
        self.removed, self.partial, self.cue = set(), None, (0, "")

    def _end_set(self, event: Event) -> None:
        self.message = f"Set {self.set_number} done: " + set_line(event["set"])
        self._keep_set(event["set"], event["reason"])

    def _keep_set(self, report: dict[str, Any], ended_by: str) -> None:
        start_s, end_s = (
            self.now_s if report[k] is None else report[k] for k in ("start_s", "end_s")
        )
        record = SetRecord(
            number=self.set_number,
            plan=self.done_with,
            form=self.standard,
            report=report,
            ended_by=ended_by,
            rest_from_s=self.seen_at - max(0.0, self.now_s - end_s),
            trace=Trace.of(*self._trail.between(start_s - BESIDE_S, end_s + BESIDE_S)),
        )
        self.sets.append(record)
        self._been_down = ended_by not in BY_HAND
        self.in_set, self.phase, self.tempo, self._done_with = False, None, {}, None
        self.screen = "after"

    def _count(self, event: Event) -> None:
        self.reps = event["number"]
        self.bottom_deg = max(self.bottom_deg, event["bottom_deg"])
        self.message, self.partial = "", None
        self._forget_cue()
        # A load that is changed after the last rep is for the next set; so is a standard at once.
        self._done_with = self._present_plan()

    def _present_plan(self) -> Plan:
        """The plan, but with what judges now."""
        judges = self.judged_by
        return replace_plan(self.plan, standard=judges.standard, target_tempo=judges.target_tempo)

    def _note_partial(self, event: Event) -> None:
        self.partials += 1
        self.partial = event["reason"]
        why = REASONS.get(event["reason"], event["reason"])
        self.message = f"Not counted: {why}"

    def _note_flag(self, event: Event) -> None:
        number, flag = event["number"], event["flag"]
        told_of, told = self.cue
        if number in self.removed or (
            told_of == number and _GRAVEST_FIRST.index(told) < _GRAVEST_FIRST.index(flag)
        ):
            return  # one cue a rep, the one that matters most
        self.cue, self._cued_s = (number, flag), self.now_s
        self.message = f"Rep {number}: {ADVICE[flag]}"

    def _forget_cue(self) -> None:
        """A cue is of the last rep, but what is said late of it must stay for a glance."""
        if self.now_s - self._cued_s >= CUE_S:
            self.cue = (0, "")

    def _enter_phase(self, event: Event) -> None:
        phase, before = event["phase"], self.phase
        if before is not None:
            self.tempo[before] = event.t_s - self.phase_since_s
        if phase == "eccentric":
            self.tempo = {}
            self._forget_cue()
        self.phase, self.phase_since_s = phase, event.t_s
        self._been_down |= phase == "bottom_hold"
        if phase == "top_hold" and self.screen != "during" and self._begins():
            self._clear()
            self.screen = "during"
        if self.message == BEGIN:
            self.message = ""

    def _begins(self) -> bool:
        """Is a stay at the top the beginning of a set? Not as the last rep comes up that a hand has
        ended; and whom it hurts has to lift the lever to get out, and is to read on.
        """
        hurt = self.screen == "after" and self.sets[-1].discomfort
        return self._been_down and not hurt

    def _go_over(self, event: Event) -> None:
        self.over, self.past_neutral_deg = True, -event["angle_deg"]

    def _come_back(self, event: Event) -> None:
        self.over = False
        self.message = f"Leaned back {self.past_neutral_deg:.0f}° past neutral"

    def _note_sensor(self, event: Event) -> None:
        if "error" in event.data:
            self.trouble = event["error"] or ""
        elif "missing_s" in event.data:
            self.message = "Some samples were missing"


def slip_words(slip_deg: float) -> str:
    """The sensor has moved, in a few words."""
    return f"the sensor has moved by {abs(slip_deg):.1f}°: measures are suspect, calibrate it"


def trouble_words(name: str) -> str:
    """What is wrong with the sensor, in a few words."""
    return TROUBLES.get(name, "sensor error")


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
