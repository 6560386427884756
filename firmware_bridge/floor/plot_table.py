"""The reps of a set as a table in a picture, a row each; in two blocks where they are many."""

from collections.abc import Sequence
from typing import Any

from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.plot_angle import cross, has_remark
from firmware_bridge.floor.plot_page import Rep, Sheet
from firmware_bridge.floor.plot_reps import TEMPO
from firmware_bridge.floor.plot_words import width_in
from firmware_bridge.floor.tables import rep_remarks

_ONE_BLOCK = 20  # rows
_MOST = 32  # rows of a block: with more the page has no room for anything else
_HEAD, _FOOT = 0.22, 0.26
_ROWS_IN = 3.9
_ROW_IN = (0.2, 0.155)  # in one block, in two
_POINTS = (7.5, 6.2)
_BETWEEN = 0.2  # two blocks

# What a column is, and in em where it ends.
_COLUMNS = (
    ("rep", 2.2),
    ("range °", 6.7),
    ("top °", 10.2),
    ("tempo  s", 20.6),
    ("peak °/s", 25.4),
    ("over °", 29.2),
    ("form", 32.2),
)
_WORDS = 33.4
_KEY = (
    "tempo: lowering - bottom - raising - top;  peak: fastest of raising;  over: past neutral at"
    " the top;  ?: not known;  +1: one flag more"
)


class Table:
    """Of a set in the report's JSON; `width` and `height` in inches."""

    def __init__(self, one: dict[str, Any], width: float) -> None:
        self._totals = _totals(one)
        room = 2 * _MOST - len(self._totals)
        self._reps, self._more = one["reps"][:room], one["reps"][room:]
        rows = len(self._reps) + len(self._totals)
        self._blocks = 1 if rows <= _ONE_BLOCK else 2
        self._rows = -(-rows // self._blocks)
        self._row_in = min(_ROW_IN[self._blocks - 1], _ROWS_IN / max(1, self._rows))
        self._points = _POINTS[self._blocks - 1]
        self._width = (width - _BETWEEN * (self._blocks - 1)) / self._blocks
        self.height = _HEAD + self._row_in * self._rows + _FOOT if rows else 0.0

    def draw(self, sheet: Sheet, left: float) -> None:
        """On a sheet of its height, from `left` on."""
        if not self._rows:
            return
        for block in range(self._blocks):
            self._draw_head(sheet, left + block * (self._width + _BETWEEN))
        for row, rep in enumerate(self._reps):
            self._draw_rep(sheet, *self._place(left, row), rep)
        for row, (name, *cells) in enumerate(self._totals, len(self._reps)):
            x, y = self._place(left, row)
            sheet.write(x, y, name, ha="left", fontsize=self._points, fontweight="bold")
            self._write(sheet, x, y, ("", *cells), fontweight="bold")
        sheet.write(
            left, sheet.height - _FOOT / 2, self._left_out() + _KEY, ha="left", fontsize=6.2,
            color=look.QUIET,
        )  # fmt: skip

    def _place(self, left: float, row: int) -> tuple[float, float]:
        """Where a row begins, and its middle."""
        block, row = divmod(row, self._rows)
        x = left + block * (self._width + _BETWEEN)
        return x, _HEAD + self._row_in * (row + 0.5)

    def _x(self, em: float) -> float:
        """How far from a block's edge a column is: further apart in a wide one."""
        return em * self._points / 72 * (1.3 if self._blocks == 1 else 1.0)

    def _draw_head(self, sheet: Sheet, left: float) -> None:
        names = [name for name, _ in _COLUMNS]
        self._write(sheet, left, _HEAD / 2, names, color=look.QUIET)
        sheet.rule(_HEAD, left, self._width, color=look.QUIET)

    def _draw_rep(self, sheet: Sheet, left: float, y: float, rep: Rep) -> None:
        color = look.INK if rep["counted"] else look.QUIET
        number = "" if rep["number"] is None else str(rep["number"])
        if not number:
            cross(sheet.axes, left + self._x(_COLUMNS[0][1]) - 0.05, y, rep)
        self._write(sheet, left, y, ("", *_cells(rep)), color=color)
        said = color if not has_remark(rep) else look.ALARM
        self._write(sheet, left, y, (number,), color=said, fontweight="bold")
        room = self._width - self._x(_WORDS)
        sheet.write(
            left + self._x(_WORDS), y, joined(rep_remarks(rep), room, self._points), ha="left",
            fontsize=self._points, color=said,
        )  # fmt: skip
        sheet.rule(y + self._row_in / 2, left, self._width)

    def _write(
        self, sheet: Sheet, left: float, y: float, cells: Sequence[str], **how: object
    ) -> None:
        for cell, (_, em) in zip(cells, _COLUMNS, strict=False):
            x = left + self._x(em)
            sheet.write(x, y, cell, ha="right", fontsize=self._points, **how)

    def _left_out(self) -> str:
        if not self._more:
            return ""
        counted = sum(rep["counted"] for rep in self._more)
        return (
            f"Not shown: {counted} reps more and {len(self._more) - counted} that do not count;"
            " `leverrep sets export --rows reps` has them all\n"
        )


def _cells(rep: Rep) -> tuple[str, ...]:
    """From the range on; a partial has no tempo and is not judged."""
    measured = look.number(rep["range_deg"]), look.number(rep["top_deg"])
    if rep["number"] is None:
        return measured
    return (
        *measured,
        _tempo([rep[lane.key] for lane in TEMPO]),
        look.number(rep["peak_concentric_dps"]),
        look.number(rep["overshoot_deg"]),
        look.number(rep["form_score"]),
    )


def _totals(one: dict[str, Any]) -> list[tuple[str, ...]]:
    if not one["rep_count"]:
        return []
    width, means = look.number(one["mean_range_deg"]), _tempo(one["mean_tempo_s"])
    mean = ("mean", width, "", means, "", "", look.number(one["form_score"]))
    if not one["target_tempo"]:
        return [mean]
    return [mean, ("target", "", "", _tempo([*map(float, one["target_tempo"].split("-"))]))]


def _tempo(seconds: Sequence[float | None]) -> str:
    return " - ".join(map(look.number, seconds))


def joined(words: Sequence[str], inches: float, points: float) -> str:
    """As many as there is room for, the first at least, and how many there are more."""
    for kept in range(len(words), 1, -1):
        line = _with_more(words, kept)
        if width_in(line, points) <= inches:
            return line
    return _with_more(words, 1) if words else ""


def _with_more(words: Sequence[str], kept: int) -> str:
    more = len(words) - kept
    return ", ".join(words[:kept]) + (f" +{more}" if more else "")
