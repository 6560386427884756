"""A set on one page, for a trainer to hand to the lifter: trace, reps, score and why, notes."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.board import set_line
from firmware_bridge.floor.plot_angle import draw_angle, since_start, span_of
from firmware_bridge.floor.plot_file import picture
from firmware_bridge.floor.plot_page import A4, CONTENT, LEFT, Page
from firmware_bridge.floor.plot_points import Curve, curve_of
from firmware_bridge.floor.plot_table import Table
from firmware_bridge.floor.plot_words import Side, fitted, width_in
from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.floor.tables import remarks

_EDGE = 0.45  # of the page, beyond what is left of the trace
_SIDE, _SIDE_X = 2.65, A4[0] - 0.35 - 2.65
_TABLE = _SIDE_X - 0.25 - _EDGE
_LEVELS = 1.25  # what the trace's lines are, right of it
_AXIS = 0.52
_ANGLE, _NO_ANGLE = 4.4, 1.2  # inches at most; without samples
_RUNS = 5  # of reps that are named one by one
_SCORE = 40.0  # points
_POINTS_IN = 0.36  # what is taken off, before the words why


def plot_set_report(
    target: Path, one: StoredSet, t_s: Sequence[float], angle_deg: Sequence[float]
) -> None:
    """Draw a set with its trace (s, deg; empty: there are no samples) on a page of A4 across.

    Raises OutputError if `target` cannot be written.
    """
    page = Page(0.0, A4[0] - _EDGE - _TABLE + _LEVELS)
    with picture(target) as new_figure:
        page.open(new_figure, CONTENT)
        _draw_side(Side(page, _SIDE_X, _SIDE), one)
        _draw_heading(page, one)
        table = Table(one.report, _TABLE)
        _draw_trace(page, min(_ANGLE, page.left_over - _AXIS - table.height), one, t_s, angle_deg)
        page.skip(_AXIS)
        table.draw(page.sheet((), table.height), _EDGE - LEFT)


def _draw_heading(page: Page, one: StoredSet) -> None:
    which = "" if one.id is None else f" {one.id}"
    title = f"Set{which} of {one.started_local:%Y-%m-%d, %H:%M}"
    page.write(_EDGE, 0, title, fontsize=15, fontweight="bold")
    page.write(_EDGE, 0.33, set_line(one.report), fontsize=11, fontweight="bold")
    (facts,) = fitted(_facts(one), _TABLE, 9, 1)
    page.write(_EDGE, 0.58, facts, fontsize=9, color=look.QUIET)
    page.skip(0.86)
    marks = _marks(one)
    x = _EDGE + 0.05
    for words in marks:
        box = {"boxstyle": "square,pad=0.4", "facecolor": look.ALARM, "linewidth": 0}
        page.write(x, 0.02, words, color="white", fontweight="bold", bbox=box)
        x += width_in(words, look.SMALL, "bold") + 0.22
    page.skip(0.38 if marks else 0.12)


def _facts(one: StoredSet) -> str:
    """What was to be done; the name last, for it may be long."""
    plan = one.record.plan
    load = "load not said" if plan.load_kg is None else f"{plan.load_kg:g} kg"
    reps = "" if plan.target_reps is None else f" {plan.target_reps} reps"
    tempo = "" if plan.target_tempo is None else f" at {plan.target_tempo}"
    target = f"target{reps}{tempo}" if reps or tempo else "no target"
    return f"{load},  {target},  form standard: {plan.standard}"


def _marks(one: StoredSet) -> list[str]:
    """What a reader must know before any figure."""
    marks = [
        (one.record.discomfort, "discomfort"),
        (one.interrupted, "interrupted: the end may be missing"),
        (one.record.restarted, "started again"),
        (one.suspect, "sensor had moved: angles are suspect"),
    ]
    return [words for applies, words in marks if applies]


def _draw_trace(
    page: Page, height: float, one: StoredSet, t_s: Sequence[float], angle_deg: Sequence[float]
) -> None:
    """The angle over the time since the set began, if it is known."""
    seen = _seen(one, curve_of(np.asarray(t_s, float), np.asarray(angle_deg, float)))
    axes = page.axes(height if seen else min(height, _NO_ANGLE))
    if seen is None:
        axes.set(xticks=[], yticks=[], facecolor="#f2f2f2")
        axes.spines[:].set_visible(False)
        axes.text(
            0.5, 0.5, "No samples of this set are kept: there is no trace", ha="center",
            va="center", color=look.QUIET, fontsize=9,
        )  # fmt: skip
        return
    report, curve, span = seen
    draw_angle(axes, curve, report, one.record.form, span)
    axes.set_xlabel("seconds since the set began", labelpad=2)


def _seen(one: StoredSet, curve: Curve) -> tuple[dict[str, Any], Curve, tuple[float, float]] | None:
    """Set and curve by the set's own time, and the part to show; None without samples of it."""
    if not len(curve.t_s):
        return None
    report, curve = since_start(one.report, curve)
    span = span_of(report, curve)
    return (report, curve, span) if len(curve.between(*span).t_s) else None


def _draw_side(side: Side, one: StoredSet) -> None:
    """The score and why, then all that there is to say in words."""
    _draw_score(side, one.report)
    # Why the score is what it is stands above already.
    said = remarks({**one.report, "deductions": []})
    if said:
        side.head("Remarks")
    for line in said:
        side.write(line, 3, color=look.QUIET)
        side.skip(0.04)
    if one.notes.strip():
        side.head("Trainer's notes")
        side.write(one.notes)


def _draw_score(side: Side, report: dict[str, Any]) -> None:
    """The score, and the sum that it is, a line for each reason."""
    if not report["rep_count"]:
        side.write("No rep that counts, so no score")
        return
    score = str(report["form_score"])
    side.put(score, fontsize=_SCORE, fontweight="bold")
    side.put("form, of 100", width_in(score, _SCORE, "bold") + 0.1, fontsize=9, color=look.QUIET)
    side.skip(0.72)
    side.write("100" if report["deductions"] else "100, nothing was taken off")
    for one in report["deductions"]:
        side.put(f"- {one['points']}", fontweight="bold")
        side.write(f"{one['reason'].replace('_', ' ')} ({named(one['reps'])})", 2, _POINTS_IN)


def named(numbers: Sequence[int]) -> str:
    """Reps by their numbers, those in a row as one: `reps 1-9, 12`."""
    rows = groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0])
    runs = [[number for _, number in row] for _, row in rows]
    said = [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:_RUNS]]
    more = sum(map(len, runs[_RUNS:]))
    return (
        ("rep " if len(numbers) == 1 else "reps ")
        + ", ".join(said)
        + (f" and {more} more" if more else "")
    )
