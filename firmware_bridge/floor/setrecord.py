"""A set that is over: the report of the analysis, and what it was done with."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec

from analysis import SetReport
from config import FormStandard
from firmware_bridge.floor.plan import Plan

_POINTS = msgspec.json.Decoder(tuple[list[float], list[float]])


class Trace:
    """The lever's way in a set, packed as it is stored: many are kept, and few are looked at."""

    __slots__ = ("packed",)

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    @classmethod
    def of(cls, times: Sequence[float] = (), angles: Sequence[float] = ()) -> Self:
        """Times (s, the machine's) and lever angles (deg)."""
        return cls(zlib.compress(msgspec.json.encode((times, angles))))

    def points(self) -> tuple[list[float], list[float]]:
        """Times and angles. Raises ValueError or zlib.error if it is damaged."""
        return _POINTS.decode(zlib.decompress(self.packed))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and self.points() == other.points()

    def __hash__(self) -> int:
        return hash(self.packed)


NO_TRACE = Trace.of()


@dataclass(frozen=True)
class SetRecord:
    """`report`: an entry of the report's `sets`. `form`: the standard it was judged by.

    `ended_by`: as in the event `set_ended`. `rest_from_s`: when the last rep was over, by the
    station's steady clock.
    """

    number: int
    plan: Plan
    form: FormStandard
    report: dict[str, Any]
    ended_by: str
    rest_from_s: float
    trace: Trace = field(default=NO_TRACE, repr=False)
    discomfort: bool = False

    @property
    def removed(self) -> frozenset[int]:
        """Numbers of the reps that are struck out."""
        reps = self.report["reps"]
        return frozenset(rep["number"] for rep in reps if rep["number"] and not rep["counted"])

    @property
    def restarted(self) -> bool:
        """Did somebody start again in its middle?"""
        return self.ended_by == "restarted"

    def report_without(self, removed: Collection[int]) -> dict[str, Any]:
        """The report with just these reps struck out."""
        return SetReport.from_dict(self.report).without(removed).to_dict()
