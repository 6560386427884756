"""The result of an analysis: sets of reps, and their JSON document (contract, section 4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from analysis.flags import flags_of_set
from analysis.rep import REMOVED, Rep, rounded
from analysis.score import rep_deductions, score, set_deductions
from analysis.summary import notes, summary
from config import FormStandard

SCHEMA = "leverrep.analysis/1"


@dataclass(frozen=True)
class SetReport:
    """A set, its reps and partials in the order they were done, and remarks on all of it."""

    reps: tuple[Rep, ...]
    target_tempo: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[Rep, ...]:
        """The reps that count."""
        return tuple(rep for rep in self.reps if rep.counts)

    def without(self, removed: Collection[int]) -> Self:
        """The same set with just these reps (their numbers) struck out: kept, in no figure of it.

        The flags stay as they were judged.
        """
        reps = []
        for rep in self.reps:
            if rep.number is not None:
                rep = rep._replace(reason=REMOVED if rep.number in removed else None)
            reps.append(rep)
        return replace(self, reps=tuple(reps))

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Self:
        """The set that an entry of the document's `sets` tells of, but for remarks on its trace."""
        return cls(tuple(Rep.from_dict(rep) for rep in entry["reps"]), entry["target_tempo"])

    def to_dict(self) -> dict[str, Any]:
        """One entry of the document's `sets`."""
        counted = self.counted
        starts = [r.measures.start_s for r in self.reps if r.measures.start_s is not None]
        ends = [r.measures.end_s for r in self.reps if r.measures.end_s is not None]
        taken_off = set_deductions([(rep.number, rep.deductions) for rep in counted if rep.number])
        return {
            "start_s": rounded(min(starts, default=None)),
            "end_s": rounded(max(ends, default=None)),
            "rep_count": len(counted),
            "partial_count": sum(rep.number is None for rep in self.reps),
            "overshoot_count": sum("overshoot" in rep.flags for rep in counted),
            **summary(counted),
            "target_tempo": self.target_tempo,
            "form_score": score(taken_off) if counted else None,
            "deductions": [one.to_dict() for one in taken_off],
            "notes": [*self.notes, *notes(self.reps)],
            "reps": [rep.to_dict() for rep in self.reps],
        }


@dataclass(frozen=True)
class Report:
    """All sets of a trace."""

    sets: tuple[SetReport, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON document `leverrep.analysis/1`."""
        return {"schema": SCHEMA, "sets": [one.to_dict() for one in self.sets]}


def judged(reps: Sequence[Rep], standard: FormStandard) -> SetReport:
    """The reps and partials of a set that is over, with what the whole of it says about each."""
    counted = [rep for rep in reps if rep.number is not None]
    flags = iter(flags_of_set([rep.measures for rep in counted], standard))
    done = []
    for rep in reps:
        if rep.number is not None:
            mine = next(flags)
            m = rep.measures
            top_hold_s = None if rep is counted[-1] else m.top_hold_s  # that is rest, of no tempo
            tempo_s = (m.eccentric_s, m.bottom_hold_s, m.concentric_s, top_hold_s)
            taken_off = rep_deductions(mine, tempo_s, standard)
            rep = rep._replace(flags=mine, deductions=taken_off)
        done.append(rep)
    return SetReport(tuple(done), standard.target_tempo)
