"""A rep or a partial as it is reported."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from analysis.measures import Measures, measure
from analysis.samples import Samples
from analysis.score import Deduction, score
from analysis.session import Done
from config import FormStandard


class Rep(NamedTuple):
    """A rep, or with `number` None a partial and the reason why it does not count."""

    number: int | None
    reason: str | None
    measures: Measures
    flags: tuple[str, ...] = ()
    deductions: tuple[Deduction, ...] = ()

    @property
    def form_score(self) -> int | None:
        """0..100; None for a partial."""
        return None if self.number is None else score(self.deductions)

    def to_dict(self) -> dict[str, Any]:
        """One entry of a set's `reps`."""
        m = self.measures
        return {
            "number": self.number,
            "counted": self.number is not None,
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
