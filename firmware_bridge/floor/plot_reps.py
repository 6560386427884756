"""Range and tempo rep by rep: a column for each rep, a lane for each measure, its number under
its bar.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.plot_page import Column, Rep, Sheet, column_width
from firmware_bridge.floor.tables import rep_remarks

HEAD = 0.34
_FORM = 0.24
_UPRIGHT = 0.52  # words are written across in a column of so many inches, else upright
_LETTER, _LINE = 0.06, 0.12  # a letter's width, a line's height
_UNDER = 0.19  # under a lane's bars: the first line of numbers


@dataclass(frozen=True)
class Lane:
    """One measure of the reps: what it is, how high its bars may be, how they are filled."""

    name: str
    key: str
    bars: float
    fill: dict[str, Any]


RANGE = Lane("range  °", "range_deg", 0.48, {"facecolor": "#595959"})
TEMPO = (
    Lane("lowering  s", "eccentric_s", 0.26, look.LOWERED),
    Lane("bottom  s", "bottom_hold_s", 0.22, look.HELD),
    Lane("raising  s", "concentric_s", 0.26, look.RAISED),
    Lane("top  s", "top_hold_s", 0.22, look.HELD),
)


@dataclass(frozen=True)
class Series:
    """The reps of one set in the columns: the colour of what is written, the bars' own fill."""

    color: str
    fill: dict[str, Any]


def lanes_in(columns: Sequence[Column], series: int, width: float) -> float:
    """How many inches draw_lanes takes."""
    bars = RANGE.bars + sum(lane.bars for lane in TEMPO)
    numbers = (_UNDER + _LINE * (series - 1)) * (1 + len(TEMPO)) + _LINE * (series - 1)
    return HEAD + bars + numbers + _FORM + _words_in(columns, series, width)


def draw_lanes(
    sheet: Sheet, series: Sequence[Series], target_s: Sequence[float] | None
) -> list[float]:
    """All lanes under the heads: range, tempo, form, words.

    Where the middle of the first line of numbers is, lane by lane.
    """
    sheet.y = HEAD
    middles = [_draw_range(sheet, series)]
    longest = max([0.1, *(target_s or ()), *_known(sheet, *(lane.key for lane in TEMPO))])
    for i, lane in enumerate(TEMPO):
        middles.append(_draw_tempo(sheet, lane, series, longest, target_s[i] if target_s else None))
    middles.append(_draw_form(sheet, series))
    _draw_words(sheet, series)
    return middles


def _known(sheet: Sheet, *keys: str) -> list[float]:
    reps = [rep for column in sheet.columns for rep in column if rep]
    return [rep[key] for rep in reps for key in keys if rep[key] is not None]


def _each(sheet: Sheet) -> Iterator[tuple[int, int, Rep]]:
    """Column, series and rep of all that there are."""
    for i, column in enumerate(sheet.columns):
        for k, rep in enumerate(column):
            if rep is not None:
                yield i, k, rep


def _draw_range(sheet: Sheet, series: Sequence[Series]) -> float:
    """From the top that was reached down to the bottom, as on the machine."""
    y = sheet.y
    highest = min([0.0, *_known(sheet, "top_deg")])
    deepest = max([1.0, *_known(sheet, "bottom_deg")])
    inches = RANGE.bars / (deepest - highest)
    sheet.rule(y - highest * inches, color=look.QUIET)
    for i, k, rep in _each(sheet):
        if rep["range_deg"] is not None:
            top = y + (rep["top_deg"] - highest) * inches
            _bar(sheet, (i, k), top, rep["range_deg"] * inches, RANGE.fill | series[k].fill)
    return _write_numbers(sheet, RANGE, series)


def _draw_tempo(
    sheet: Sheet, lane: Lane, series: Sequence[Series], longest: float, target_s: float | None
) -> float:
    """All four to the same scale; a target is a line to reach."""
    floor = sheet.y + lane.bars
    inches = (lane.bars - 0.02) / longest
    sheet.rule(floor)
    if target_s is not None:
        sheet.rule(floor - target_s * inches, color=look.INK, linestyle=(0, (3, 2)), zorder=5)
    for i, k, rep in _each(sheet):
        if rep[lane.key] is not None:
            height = rep[lane.key] * inches
            _bar(sheet, (i, k), floor - height, height, lane.fill | series[k].fill)
    return _write_numbers(sheet, lane, series)


def _bar(
    sheet: Sheet, place: tuple[int, int], top: float, height: float, fill: dict[str, Any]
) -> None:
    of = len(sheet.columns[0])
    width = min(0.3, 0.62 * sheet.column_in / of)
    sheet.axes.bar(sheet.x(*place, of), height, width, top, linewidth=0.5, zorder=2, **fill)


def _write_numbers(sheet: Sheet, lane: Lane, series: Sequence[Series]) -> float:
    """Under the bars, a line for each series; a partial has no tempo."""
    sheet.label(sheet.y + (lane.bars + _UNDER) / 2, lane.name)
    first = sheet.y + lane.bars + _UNDER / 2 - 0.01
    for i, k, rep in _each(sheet):
        if rep["counted"] or lane is RANGE:
            words = look.number(rep[lane.key])
            sheet.write(sheet.x(i), first + _LINE * k, words, color=series[k].color)
    sheet.y += lane.bars + _UNDER + _LINE * (len(series) - 1)
    return first


def _draw_form(sheet: Sheet, series: Sequence[Series]) -> float:
    y = sheet.y + _FORM / 2
    sheet.label(y, "form  of 100")
    for i, k, rep in _each(sheet):
        if rep["form_score"] is not None:
            words = str(rep["form_score"])
            sheet.write(sheet.x(i), y + _LINE * k, words, color=series[k].color)
    sheet.y += _FORM + _LINE * (len(series) - 1)
    return y


def _draw_words(sheet: Sheet, series: Sequence[Series]) -> None:
    """Under the rep; of two, the first one's to the left and the second one's to the right."""
    of = len(series)
    upright = _is_upright(sheet.column_in, of)
    for i, k, rep in _each(sheet):
        lines = _lines(rep_remarks(rep), sheet.column_in, of)
        sheet.write(
            sheet.x(i), sheet.y + 0.04, "\n".join(lines), va="top", linespacing=1.1,
            ha="center" if of == 1 else ("right", "left")[k], rotation=90 if upright else 0,
            color=look.ALARM if of == 1 else series[k].color,
        )  # fmt: skip


def _words_in(columns: Sequence[Column], series: int, width: float) -> float:
    """How many inches the words under the reps take."""
    column_in = column_width(columns, width)
    said = [
        _lines(rep_remarks(rep), column_in, series) for column in columns for rep in column if rep
    ]
    if _is_upright(column_in, series):
        return 0.1 + _LETTER * max((len(line) for lines in said for line in lines), default=0)
    return 0.1 + _LINE * max(map(len, said), default=0)


def _is_upright(column_in: float, series: int) -> bool:
    return column_in < _UPRIGHT * series


def _lines(words: list[str], column_in: float, series: int) -> list[str]:
    if _is_upright(column_in, series):
        return words
    width = max(9, int(column_in / _LETTER))
    apart = [f"{one}," for one in words[:-1]] + words[-1:]
    return [line for one in apart for line in wrap(one, width, break_long_words=False)]
