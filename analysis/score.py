"""The form score: 100 less a plain sum of listed deductions, so it can be said why it is 83."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from analysis.flags import FLAGS
from config import FormStandard

OFF_TEMPO = "off_tempo"
_MOST_OFF_TEMPO = 10

_POINTS = {flag.name: flag.deduction for flag in FLAGS}


@dataclass(frozen=True)
class Deduction:
    """Points taken off, and why: the name of a flag, or `off_tempo`."""

    reason: str
    points: int

    def to_dict(self) -> dict[str, Any]:
        """One entry of a rep's `deductions`."""
        return {"reason": self.reason, "points": self.points}


@dataclass(frozen=True)
class SetDeduction(Deduction):
    """What the deductions of these reps (their numbers) take off the score of the set."""

    reps: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """One entry of a set's `deductions`."""
        return super().to_dict() | {"reps": list(self.reps)}


def rep_deductions(
    flags: Sequence[str], tempo_s: Sequence[float | None], standard: FormStandard
) -> tuple[Deduction, ...]:
    """What a rep loses: the points of its flags, and those of its tempo, gravest first.

    `tempo_s`: eccentric, bottom hold, concentric, top hold; None is not judged.
    """
    found = [Deduction(name, _POINTS[name]) for name in flags if _POINTS[name]]
    points = _off_tempo(tempo_s, standard)
    return (*found, *([Deduction(OFF_TEMPO, points)] if points else []))


def _off_tempo(tempo_s: Sequence[float | None], standard: FormStandard) -> int:
    """One point for each tenth of the target's time that the phases are off by."""
    if standard.tempo_s is None:
        return 0
    phases = list(zip(tempo_s, standard.tempo_s, strict=True))
    off = sum(abs(took - target) for took, target in phases if took is not None)
    whole = sum(target for took, target in phases if took is not None)
    return min(int(10 * off / whole), _MOST_OFF_TEMPO) if whole > 0 else 0


def set_deductions(reps: Sequence[tuple[int, Sequence[Deduction]]]) -> tuple[SetDeduction, ...]:
    """For each reason the mean over the reps (number, deductions), rounded up."""
    by_reason: dict[str, dict[int, int]] = {reason: {} for reason in (*_POINTS, OFF_TEMPO)}
    for number, deductions in reps:
        for one in deductions:
            by_reason[one.reason][number] = one.points
    return tuple(
        SetDeduction(reason, ceil(sum(points.values()) / len(reps)), tuple(points))
        for reason, points in by_reason.items()
        if points
    )


def score(deductions: Sequence[Deduction]) -> int:
    """0..100."""
    return 100 - sum(one.points for one in deductions)
