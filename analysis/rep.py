"""A rep or a partial as it is reported."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from analysis.measures import Measures, measure
from analysis.samples import Samples
from analysis.score import Deduction, score
from analysis.session import Done
from config import FormStandard

REMOVED = "removed"


class Rep(NamedTuple):
    """A rep, or with `number` None a partial. `reason`: why it does not count.

    A rep that somebody has struck out keeps its number and its measures; its reason is REMOVED.
    """

    number: int | None
    reason: str | None
    measures: Measures
    flags: tuple[str, ...] = ()
    deductions: tuple[Deduction, ...] = ()

    @property
    def counts(self) -> bool:
        """Is it a rep of its set?"""
        return self.number is not None and self.reason is None

    @property
    def form_score(self) -> int | None:
        """0..100; None for a partial."""
        return None if self.number is None else score(self.deductions)

    def to_dict(self) -> dict[str, Any]:
        """One entry of a set's `reps`."""
        m = self.measures
        return {
            "number": self.number,
            "counted": self.counts,
            "reason": self.reason,
            "uncertain": m.uncertain,
            "start_s": rounded(m.start_s),
            "end_s": rounded(m.end_s),
            "bottom_deg": rounded(m.bottom_deg),
            "top_deg": rounded(m.top_deg),
            "range_deg": rounded(m.range_deg),
            "eccentric_s": rounded(m.eccentric_s),
            "bottom_hold_s": rounded(m.bottom_hold_s),
            "concentric_s": rounded(m.concentric_s),
            "top_hold_s": rounded(m.top_hold_s),
            "overshoot_deg": rounded(m.overshoot_deg),
            "overshoot_s": rounded(m.overshoot_s),
            "peak_eccentric_dps": rounded(m.peak_eccentric_dps),
            "peak_concentric_dps": rounded(m.peak_concentric_dps),
            "mean_concentric_dps": rounded(m.mean_concentric_dps),
            "shake_deg": rounded(m.shake_deg, 4),
            "start_accel_dps2": rounded(m.start_accel_dps2, 1),
            "smoothness": rounded(m.smoothness),
            "form_score": self.form_score,
            "deductions": [one.to_dict() for one in self.deductions],
            "flags": list(self.flags),
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Self:
        """The rep that an entry of a set's `reps` tells of, to the digits told."""
        measures = Measures(**{name: entry[name] for name in Measures._fields if name in entry})
        deductions = tuple(Deduction(**one) for one in entry["deductions"])
        return cls(entry["number"], entry["reason"], measures, tuple(entry["flags"]), deductions)


def reps_of(samples: Samples, done: Sequence[Done], standard: FormStandard) -> list[Rep]:
    """The reps and partials that are over, in their order, measured and not yet judged."""
    reps = []
    for one, measures in zip(done, measure(samples, done, standard), strict=True):
        flags = ("sensor_gap",) if one.number is None and measures.uncertain else ()
        reps.append(Rep(one.number, one.reason, measures, flags))
    return reps


def rounded(value: float | None, digits: int = 3) -> float | None:
    """As reports show it; None stays None."""
    return None if value is None else round(value, digits)
