"""A stored set and a rep of it as columns: the name of each and where it comes from. FORMATS.md
says what they mean. A column that is here stays; new ones are added at the end.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from firmware_bridge.floor.store.listing import utc_text
from firmware_bridge.floor.store.storedset import StoredSet

Value = str | float | bool | None
Entry = Mapping[str, Any]  # of a report: a set or a rep
OfSet = Callable[[StoredSet], Value]
OfRep = Callable[[StoredSet, Entry], Value]

_TEMPO = ("mean_eccentric_s", "mean_bottom_hold_s", "mean_concentric_s", "mean_top_hold_s")


def _reported(name: str) -> OfSet:
    # A set that an older program analysed may not have it.
    return lambda one: one.report.get(name)


def _mean_tempo(phase: int) -> OfSet:
    return lambda one: one.report["mean_tempo_s"][phase]


def _measured(name: str) -> OfRep:
    return lambda one, rep: rep.get(name)


def _utc(one: StoredSet, at_s: float | None) -> str | None:
    """A time of the report by the world's clock."""
    from_s = one.report["start_s"]
    if at_s is None or from_s is None:
        return None
    return utc_text(one.started_utc + timedelta(seconds=at_s - from_s))


def _deductions(taken_off: Iterable[Entry]) -> str:
    """`overshoot 2 (3 5); off_tempo 1 (4)`: points, and for a set the reps that they are for."""
    return "; ".join(f"{one['reason']} {one['points']}{_reps(one)}" for one in taken_off)


def _reps(one: Entry) -> str:
    return f" ({' '.join(map(str, one['reps']))})" if "reps" in one else ""


# What is known of a set besides its report.
FACTS: Mapping[str, OfSet] = {
    "set": lambda one: one.id,
    "uid": lambda one: one.uid,
    "started_utc": lambda one: utc_text(one.started_utc),
    "started_local": lambda one: one.started_local.isoformat(timespec="milliseconds"),
    "ended_utc": lambda one: utc_text(one.ended_utc),
    "device_id": lambda one: one.device_id,
    "source": lambda one: one.source,
    "standard": lambda one: one.record.plan.standard,
    "load_kg": lambda one: one.record.plan.load_kg,
    "target_reps": lambda one: one.record.plan.target_reps,
    "target_tempo": lambda one: one.record.plan.target_tempo,
    "ended_by": lambda one: one.record.ended_by,
    "interrupted": lambda one: one.interrupted,
    "discomfort": lambda one: one.record.discomfort,
    "suspect": lambda one: one.suspect,
    "stop_deg": lambda one: one.stop_deg,
    "notes": lambda one: one.notes,
    "program": lambda one: one.program,
    "analysed_utc": lambda one: utc_text(one.analysed_utc) if one.analysed_utc else None,
}

SET_COLUMNS: Mapping[str, OfSet] = {
    **FACTS,
    **{name: _reported(name) for name in ("start_s", "end_s")},
    **{name: _reported(name) for name in ("rep_count", "partial_count", "overshoot_count")},
    "mean_range_deg": _reported("mean_range_deg"),
    **{name: _mean_tempo(phase) for phase, name in enumerate(_TEMPO)},
    "time_under_tension_s": _reported("time_under_tension_s"),
    "concentric_speed_loss_pct": _reported("concentric_speed_loss_pct"),
    "range_loss_pct": _reported("range_loss_pct"),
    "consistency_pct": _reported("consistency_pct"),
    "form_score": _reported("form_score"),
    "deductions": lambda one: _deductions(one.report["deductions"]),
    "remarks": lambda one: "; ".join(one.report["notes"]),
}

# In the row of a rep: first what it shares with all of its set.
SHARED_COLUMNS: Mapping[str, OfSet] = {
    name: FACTS[name] for name in ("set", "uid", "started_utc", "standard", "load_kg")
}

REP_COLUMNS: Mapping[str, OfRep] = {
    **{name: _measured(name) for name in ("number", "counted", "reason", "uncertain")},
    "start_utc": lambda one, rep: _utc(one, rep["start_s"]),
    "end_utc": lambda one, rep: _utc(one, rep["end_s"]),
    **{name: _measured(name) for name in ("start_s", "end_s")},
    **{name: _measured(name) for name in ("bottom_deg", "top_deg", "range_deg")},
    **{name: _measured(name) for name in ("eccentric_s", "bottom_hold_s")},
    **{name: _measured(name) for name in ("concentric_s", "top_hold_s")},
    **{name: _measured(name) for name in ("overshoot_deg", "overshoot_s")},
    **{name: _measured(name) for name in ("peak_eccentric_dps", "peak_concentric_dps")},
    **{name: _measured(name) for name in ("mean_concentric_dps", "shake_deg")},
    **{name: _measured(name) for name in ("start_accel_dps2", "smoothness", "form_score")},
    "deductions": lambda one, rep: _deductions(rep["deductions"]),
    "flags": lambda one, rep: " ".join(rep["flags"]),
}
