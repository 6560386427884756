"""A set that is over: the report of the analysis, and what it was done with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis import SetReport
from config import FormStandard
from firmware_bridge.floor.plan import Plan


@dataclass(frozen=True)
class SetRecord:
    """`report`: an entry of the report's `sets`. `form`: the standard it was judged by.

    `ended_by`: as in the event `set_ended`. `rest_from_s`: when the last rep was over, by the
    station's steady clock. `trace`: times (s, the machine's) and lever angles (deg).
    """

    number: int
    plan: Plan
    form: FormStandard
    report: dict[str, Any]
    ended_by: str
    rest_from_s: float
    trace: tuple[Sequence[float], Sequence[float]] = field(default=((), ()), repr=False)
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
