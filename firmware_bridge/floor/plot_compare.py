"""Two sets over each other, and their reps and figures side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config import FormStandard
from firmware_bridge.errors import printable
from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.plot import Analysed, means_of
from firmware_bridge.floor.plot_angle import numbered, since_start, span_of, spans
from firmware_bridge.floor.plot_file import picture
from firmware_bridge.floor.plot_page import CONTENT, LEFT, Column, Page, Rep, Sheet
from firmware_bridge.floor.plot_paper import draw_paper
from firmware_bridge.floor.plot_points import Curve, curve_of
from firmware_bridge.floor.plot_reps import HEAD, Series, draw_lanes, lanes_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADING, _ROW, _AXIS = 1.0, 0.22, 0.5
_ANGLE_AT_LEAST = 2.4
_PAIR = 0.46  # no column is narrower: the words on both reps must fit
_RIGHT = 2.2
_COLUMNS = (0.45, 1.05, 1.65)  # of A, of B and of the difference, from the lanes' end
_MORE = "B - A"
_SIDES: tuple[dict[str, Any], ...] = (
    {"name": "A", "color": look.FIRST, "linestyle": "-"},
    {"name": "B", "color": look.SECOND, "linestyle": (0, (4, 1.5))},
)
_FILLS: tuple[dict[str, Any], ...] = (
    {"facecolor": look.FIRST, "edgecolor": look.FIRST, "hatch": ""},
    {"facecolor": "white", "edgecolor": look.SECOND, "hatch": "////"},
)
_TOTALS = (
    ("reps", "rep_count"),
    ("not counted", "partial_count"),
    ("too far back", "overshoot_count"),
    ("under tension  s", "time_under_tension_s"),
    ("speed lost  %", "concentric_speed_loss_pct"),
    ("range lost  %", "range_loss_pct"),
)


@dataclass(frozen=True)
class _Side:
    """One of the two sets, in the report's JSON, and its curve; both from the set's start."""

    what: str
    one: dict[str, Any]
    curve: Curve

    @property
    def counted(self) -> list[Rep]:
        return [rep for rep in self.one["reps"] if rep["counted"]]


def plot_comparison(target: Path, pair: Sequence[Analysed], standard: FormStandard) -> None:
    """Draw the set with the most reps of one file over that of another.

    Raises TraceError if one has no set and OutputError if `target` cannot be written.
    """
    sides = [_side(one) for one in pair]
    columns: list[Column] = list(zip_longest(*(side.counted for side in sides)))
    page = Page(len(columns) * _PAIR, _RIGHT)
    lanes = lanes_in(columns, 2, page.inner)
    with picture(target) as new_figure:
        page.open(new_figure, max(CONTENT, _HEADING + _ANGLE_AT_LEAST + _AXIS + lanes))
        _draw_heading(page, sides)
        _draw_overlay(page.axes(page.left_over - _AXIS - lanes), sides, standard)
        page.skip(_AXIS)
        _draw_lanes(page.sheet(columns, lanes), sides, standard)


def _side(analysed: Analysed) -> _Side:
    sets = analysed.sets()
    best = max(range(len(sets)), key=lambda i: (sets[i]["rep_count"], -i))
    one = sets[best]
    which = f", set {best + 1} of {len(sets)}" if len(sets) > 1 else ""
    curve = curve_of(analysed.t_s, analysed.angle_deg)
    return _Side(printable(analysed.name)[-34:] + which, *since_start(one, curve))


def _draw_heading(page: Page, sides: Sequence[_Side]) -> None:
    """Which line is whose, and the figures of the whole sets."""
    for row, (side, how) in enumerate(zip(sides, _SIDES, strict=True)):
        down = _ROW * (row + 1)
        named = {"color": how["color"], "fontsize": 11, "fontweight": "bold"}
        page.write(LEFT, down, how["name"], **named)
        page.rule(LEFT + 0.2, 0.5, down + 0.08, color=how["color"], linestyle=how["linestyle"])
        page.write(LEFT + 0.85, down, side.what, **named)
    for i, (words, key) in enumerate(_TOTALS):
        x = page.width - 0.55 - 0.95 * (len(_TOTALS) - 1 - i)
        page.write(x, 0.02, words, ha="center", color=look.QUIET)
        told = _told([side.one[key] for side in sides])
        for row, (value, weight) in enumerate(told):
            down = _ROW * (row + 1) + 0.02
            page.write(x, down, value, ha="center", fontsize=9, fontweight=weight)
    page.write(LEFT, _ROW * 3, _MORE, fontsize=11, fontweight="bold")
    page.skip(_HEADING)


def _draw_overlay(axes: "Axes", sides: Sequence[_Side], standard: FormStandard) -> None:
    begins, ends = zip(*(span_of(side.one, side.curve) for side in sides), strict=True)
    span = min(begins), max(ends)
    lines = [side.curve.between(*span) for side in sides]
    draw_paper(axes, [line.angle_deg for line in lines], [side.one for side in sides], standard)
    axes.set_xlim(*span)
    axes.set_xlabel("seconds since the set began", labelpad=2)
    for i, (side, how, line) in enumerate(zip(sides, _SIDES, lines, strict=True)):
        seen = line.thinned()
        stroke = {"color": how["color"], "linestyle": how["linestyle"]}
        axes.plot(seen.t_s, seen.angle_deg, linewidth=1.3, zorder=4 + i, **stroke)
        for rep, from_s, to_s in spans(side.one, span):
            if rep["counted"]:
                _mark_rep(axes, line, rep, (from_s, to_s), i)


def _mark_rep(axes: "Axes", line: Curve, rep: Rep, span: tuple[float, float], row: int) -> None:
    """A's number in a circle, B's in a square a row below; a full triangle is A's overshoot."""
    color = _SIDES[row]["color"]
    at = line.deepest(*span)
    if at is not None:
        place: dict[str, Any] = {"xycoords": axes.get_xaxis_transform()}
        under = at[0], 0.125 - 0.08 * row
        numbered(axes, under, str(rep["number"]), color, square=row == 1, **place)
    if "overshoot" in rep["flags"]:
        axes.plot(
            span[1], rep["top_deg"], marker="^", markersize=6, color=color,
            markerfacecolor=(color, "white")[row], zorder=6,
        )  # fmt: skip


def _draw_lanes(sheet: Sheet, sides: Sequence[_Side], standard: FormStandard) -> None:
    sheet.label(HEAD / 2, "rep")
    for i in range(len(sheet.columns)):
        sheet.write(sheet.x(i), HEAD / 2, str(i + 1), fontsize=look.SMALL, fontweight="bold")
    for x, how in zip(_COLUMNS, (*_SIDES, {"name": _MORE, "color": look.INK}), strict=True):
        sheet.write(sheet.right + x, HEAD / 2, how["name"], color=how["color"], fontweight="bold")
    series = [Series(how["color"], fill) for how, fill in zip(_SIDES, _FILLS, strict=True)]
    middles = draw_lanes(sheet, series, standard.tempo_s)
    for y, *means in zip(middles, *(means_of(side.one) for side in sides), strict=True):
        for x, (value, weight) in zip(_COLUMNS, _told(means), strict=True):
            sheet.write(sheet.right + x, y, value, fontweight=weight)


def _told(pair: Sequence[float | None]) -> list[tuple[str, str]]:
    """A's figure, B's, and by how much B's as shown is greater, each with its weight."""
    a, b = pair
    told = [(look.number(value, none="-"), "normal") for value in pair]
    if a is None or b is None:
        return [*told, ("", "normal")]
    more = look.number(round(b, 1) - round(a, 1))
    if not more.strip("0."):
        return [*told, ("=", "normal")]
    return [*told, (more if more.startswith("-") else f"+{more}", "bold")]
