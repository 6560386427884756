"""The result of an analysis: sets of reps, and their JSON document (contract, section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.flags import rep_score
from analysis.measures import Measures

SCHEMA = "leverrep.analysis/1"


@dataclass(frozen=True)
class Rep:
    """A rep, or with `number` None a partial and the reason why it does not count.

    `uncertain`: a gap in the data may hide what a partial lacks, or a rep within this rep.
    """

    number: int | None
    reason: str | None
    measures: Measures
    flags: tuple[str, ...] = ()
    uncertain: bool = False

    @property
    def form_score(self) -> int | None:
        """0..100; None for a partial."""
        return None if self.number is None else rep_score(self.flags)

    def to_dict(self) -> dict[str, Any]:
        """One entry of a set's `reps`."""
        m = self.measures
        return {
            "number": self.number,
            "counted": self.number is not None,
            "reason": self.reason,
            "uncertain": self.uncertain,
            "start_s": _rounded(m.start_s),
            "end_s": _rounded(m.end_s),
            "bottom_deg": _rounded(m.bottom_deg),
            "top_deg": _rounded(m.top_deg),
            "range_deg": _rounded(m.range_deg),
            "eccentric_s": _rounded(m.eccentric_s),
            "bottom_hold_s": _rounded(m.bottom_hold_s),
            "concentric_s": _rounded(m.concentric_s),
            "top_hold_s": _rounded(m.top_hold_s),
            "overshoot_deg": _rounded(m.overshoot_deg),
            "overshoot_s": _rounded(m.overshoot_s),
            "peak_eccentric_dps": _rounded(m.peak_eccentric_dps),
            "peak_concentric_dps": _rounded(m.peak_concentric_dps),
            "mean_concentric_dps": _rounded(m.mean_concentric_dps),
            "shake_deg": _rounded(m.shake_deg, 4),
            "start_accel_dps2": _rounded(m.start_accel_dps2, 1),
            "smoothness": _rounded(m.smoothness),
            "form_score": self.form_score,
            "flags": list(self.flags),
        }


@dataclass(frozen=True)
class SetReport:
    """A set and its reps and partials in the order they were done."""

    reps: tuple[Rep, ...]
    notes: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[Rep, ...]:
        """The reps that count."""
        return tuple(rep for rep in self.reps if rep.number is not None)

    def to_dict(self) -> dict[str, Any]:
        """One entry of the document's `sets`."""
        reps = self.counted
        measures = [rep.measures for rep in reps]
        starts = [r.measures.start_s for r in self.reps if r.measures.start_s is not None]
        ends = [r.measures.end_s for r in self.reps if r.measures.end_s is not None]
        return {
            "start_s": _rounded(min(starts, default=None)),
            "end_s": _rounded(max(ends, default=None)),
            "rep_count": len(reps),
            "partial_count": len(self.reps) - len(reps),
            "overshoot_count": sum("overshoot" in rep.flags for rep in reps),
            "mean_range_deg": _mean([m.range_deg for m in measures]),
            "mean_tempo_s": [
                _mean([m.eccentric_s for m in measures]),
                _mean([m.bottom_hold_s for m in measures]),
                _mean([m.concentric_s for m in measures]),
                _mean([m.top_hold_s for m in measures]),
            ],
            "time_under_tension_s": _rounded(_time_under_tension(measures)),
            "concentric_speed_loss_pct": _loss([m.mean_concentric_dps for m in measures]),
            "range_loss_pct": _loss([m.range_deg for m in measures]),
            "form_score": _whole([rep.form_score for rep in reps]),
            "notes": list(self.notes),
            "reps": [rep.to_dict() for rep in self.reps],
        }


@dataclass(frozen=True)
class Report:
    """All sets of a trace."""

    sets: tuple[SetReport, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON document `leverrep.analysis/1`."""
        return {"schema": SCHEMA, "sets": [one.to_dict() for one in self.sets]}


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Sequence[float | None]) -> float | None:
    known = _known(values)
    return _rounded(float(np.mean(known))) if known else None


def _whole(values: Sequence[float | None]) -> int | None:
    known = _known(values)
    return round(float(np.mean(known))) if known else None


def _loss(values: Sequence[float | None]) -> float | None:
    """By how many percent the last two fall short of the best."""
    known = _known(values)
    if len(known) < 2 or max(known) <= 0:
        return None
    return _rounded(100 * (1 - float(np.mean(known[-2:])) / max(known)), 1)


def _time_under_tension(measures: Sequence[Measures]) -> float:
    """The time from the beginning of each rep's descent to the end of its rise."""
    return sum(
        m.end_s - m.start_s for m in measures if m.end_s is not None and m.start_s is not None
    )
