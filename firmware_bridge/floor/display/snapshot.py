"""The state of a station as JSON, for the page and for other displays: see API.md."""

from typing import Any

import msgspec

from config import FormStandard
from firmware_bridge.floor.board import NOT_KEPT, Board, Kept
from firmware_bridge.floor.hint import hint
from firmware_bridge.floor.setrecord import SetRecord

SCHEMA = "leverrep.state/1"
SETS_SHOWN = 12


def state(board: Board) -> dict[str, Any]:
    """Everything but where the lever is; changes only when something happens."""
    newest = list(board.sets)[-SETS_SHOWN:]
    return {
        "schema": SCHEMA,
        "screen": board.screen,
        "link": {"state": board.link.name.lower(), "port": board.port, "why": board.why_lost},
        "trouble": board.trouble or None,
        "failure": board.cannot_write or board.cannot_keep or None,
        "calibration": {
            "can": board.can_calibrate,
            "needed": board.uncalibrated or None,
            "slip_deg": board.slip_deg,
            "never": board.never_calibrated,
        },
        "guide": board.guide,
        "standards": list(board.standards),
        "plan": msgspec.structs.asdict(board.plan),
        "form": form(board.standard),
        "set": _set(board),
        "sets": [set_line(one, board.kept.get(one.number, NOT_KEPT)) for one in newest],
        "hint": hint(board.sets),
    }


def lever(board: Board) -> dict[str, float]:
    """Where the lever is, and when, by the machine's clock."""
    return {"t_s": round(board.now_s, 3), "angle_deg": round(board.angle_deg or 0.0, 2)}


def form(standard: FormStandard) -> dict[str, Any]:
    """The thresholds of a form standard."""
    return msgspec.structs.asdict(standard)


def set_line(record: SetRecord, kept: Kept) -> dict[str, Any]:
    """A set that is over, in a few figures."""
    report = record.report
    return {
        "number": record.number,
        "id": kept.id,
        "suspect": kept.suspect,
        "rest_from_s": round(record.rest_from_s, 2),
        "ended_by": record.ended_by,
        "discomfort": record.discomfort,
        **msgspec.structs.asdict(record.plan),
        **{name: report[name] for name in _FIGURES},
        "removed": sorted(record.removed),
    }


def whole_set(record: SetRecord, kept: Kept) -> dict[str, Any]:
    """A set that is over, with its reps and the way the lever went."""
    times, angles = record.trace.points()
    return {
        **set_line(record, kept),
        "form": form(record.form),
        "report": record.report,
        "trace": {"t_s": times, "angle_deg": angles},
    }


_FIGURES = (
    "rep_count",
    "partial_count",
    "overshoot_count",
    "mean_range_deg",
    "mean_tempo_s",
    "form_score",
)


def _set(board: Board) -> dict[str, Any]:
    """The set under way, or the one that the next rep will begin."""
    told_of, flag = board.cue if board.in_set else (0, "")
    return {
        "number": board.set_number if board.in_set else board.set_number + 1,
        "reps": board.count if board.in_set else 0,
        "bottom_deg": round(board.bottom_deg) if board.in_set else 0,
        "partials": board.partials if board.in_set else 0,
        "partial": board.partial if board.in_set else None,
        "removed": sorted(board.removed) if board.in_set else [],
        "phase": board.phase,
        "phase_since_s": round(board.phase_since_s, 3),
        "tempo_s": {phase: round(lasted, 2) for phase, lasted in board.tempo.items()},
        "over": board.over,
        "past_neutral_deg": None if board.over else round(board.past_neutral_deg, 1),
        "cue": {"rep": told_of, "flag": flag} if told_of else None,
    }
