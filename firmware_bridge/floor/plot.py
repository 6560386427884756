"""Pictures of sets, for people: all sets of a file, each with its angle, range and tempo."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import Report
from config import FormStandard
from firmware_bridge.errors import TraceError
from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.board import set_line
from firmware_bridge.floor.plot_angle import badge, cross, draw_angle, span_of
from firmware_bridge.floor.plot_file import picture
from firmware_bridge.floor.plot_page import CONTENT, LEFT, Page, Sheet
from firmware_bridge.floor.plot_points import Curve, Floats, curve_of
from firmware_bridge.floor.plot_reps import HEAD, Series, draw_lanes, lanes_in
from firmware_bridge.floor.tables import remarks

_HEADING, _AXIS, _BETWEEN = 0.62, 0.5, 0.35
_ANGLE_AT_LEAST = 2.6
_REMARK = 0.19
_COLUMN = 0.29  # no column is narrower: its numbers must fit


@dataclass(frozen=True)
class Analysed:
    """A trace (s, deg) and what was found in it; `name` is what it is called."""

    name: str
    t_s: Floats
    angle_deg: Floats
    report: Report

    def sets(self) -> list[dict[str, Any]]:
        """The sets of the report's JSON. Raises TraceError if there is none."""
        sets: list[dict[str, Any]] = self.report.to_dict()["sets"]
        if not sets:
            raise TraceError(f"{self.name}: no reps and no partials found, so nothing to plot")
        return sets


def plot_sets(target: Path, one: Analysed, standard: FormStandard) -> None:
    """Draw all sets of a file.

    Raises TraceError if there is no set and OutputError if `target` cannot be written.
    """
    sets = one.sets()
    curve = curve_of(one.t_s, one.angle_deg)
    page = Page(max(len(each["reps"]) for each in sets) * _COLUMN)
    blocks = [_Block(each, page.inner) for each in sets]
    spare = CONTENT - blocks[0].height
    angle = max(_ANGLE_AT_LEAST, spare if len(sets) == 1 else 0.0)
    with picture(target) as new_figure:
        height = sum(block.height + angle for block in blocks) + _BETWEEN * (len(sets) - 1)
        page.open(new_figure, height)
        page.corner(one.name)
        for number, block in enumerate(blocks, 1):
            which = "" if len(sets) == 1 else f"Set {number} of {len(sets)}: "
            block.draw(page, which, angle, curve, standard)
            page.skip(_BETWEEN)


class _Block:
    """A set's part of the page."""

    def __init__(self, one: dict[str, Any], width: float) -> None:
        self.one = one
        self.columns = [(rep,) for rep in one["reps"]]
        self.lanes = lanes_in(self.columns, 1, width)
        self.remarks = remarks(one)
        remarks_in = _REMARK * len(self.remarks)
        self.height = _HEADING + _AXIS + self.lanes + remarks_in  # without the angle

    def draw(
        self, page: Page, which: str, angle: float, curve: Curve, standard: FormStandard
    ) -> None:
        one = self.one
        page.write(LEFT, 0, which + set_line(one), fontsize=13, fontweight="bold")
        page.write(LEFT, 0.27, _figures(one), fontsize=9, color=look.QUIET)
        page.skip(_HEADING)
        axes = page.axes(angle)
        draw_angle(axes, curve, one, standard, span_of(one, curve))
        axes.set_xlabel("seconds of the recording", labelpad=2)
        page.skip(_AXIS)
        self._draw_lanes(page.sheet(self.columns, self.lanes), standard)
        for line in self.remarks:
            page.write(LEFT, 0, line, fontsize=look.SMALL, color=look.QUIET)
            page.skip(_REMARK)

    def _draw_lanes(self, sheet: Sheet, standard: FormStandard) -> None:
        sheet.label(HEAD / 2, "rep")
        for i, rep in enumerate(self.one["reps"]):
            mark = badge if rep["counted"] else cross
            mark(sheet.axes, sheet.x(i), HEAD / 2, rep)
        middles = draw_lanes(sheet, [Series(look.INK, {})], standard.tempo_s)
        x = sheet.right + 0.4
        sheet.write(x, HEAD / 2, "mean", color=look.QUIET, fontsize=look.SMALL)
        for y, mean in zip(middles, means_of(self.one), strict=True):
            sheet.write(x, y, look.number(mean, none="-"), fontweight="bold")


def means_of(one: dict[str, Any]) -> list[float | None]:
    """A set's means, in the order of the lanes."""
    return [one["mean_range_deg"], *one["mean_tempo_s"], one["form_score"]]


def _figures(one: dict[str, Any]) -> str:
    """A set's means in a line."""
    if not one["rep_count"]:
        return ""
    parts = [
        f"mean range {look.number(one['mean_range_deg'])}°",
        f"mean tempo {' - '.join(map(look.number, one['mean_tempo_s']))} s",
        f"form {look.number(one['form_score'])} of 100",
    ]
    return "    ".join(parts)
