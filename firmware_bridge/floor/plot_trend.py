"""Range, tempo, overshoot and form over the weeks, a line for each load, on one page."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from math import ceil, inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from firmware_bridge.errors import OutputError
from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.plot_file import picture
from firmware_bridge.floor.plot_page import A4, BOTTOM, CONTENT, Page
from firmware_bridge.floor.trend import FORM_WORDS, Trend, Week, suspect_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EDGE = 0.45
_COLUMNS = (0.8, 6.4)  # where the charts begin, from the left; two beside each other
_WIDTH = 4.85
_UNDER, _OVER = 0.9, 0.3  # a column of charts: the weeks and words under it, a name over each
_ENTRY = 1.78  # of the legend
_TICKS = 8
_MANY = 40  # weeks: smaller marks
# To be told apart in grey: no mark and no way to fill it is like another.
_LINES: tuple[dict[str, Any], ...] = (
    {"color": look.FIRST, "linestyle": "-", "marker": "o"},
    {"color": look.SECOND, "linestyle": (0, (5, 1.5)), "marker": "s"},
    {"color": "#00725a", "linestyle": (0, (1.5, 1.2)), "marker": "^"},
    {"color": look.INK, "linestyle": "-", "marker": "D", "markerfacecolor": "white"},
    {"color": "#a3467a", "linestyle": (0, (5, 1.5)), "marker": "v", "markerfacecolor": "white"},
    {"color": look.QUIET, "linestyle": (0, (1.5, 1.2)), "marker": "X"},
)


class _Chart(NamedTuple):
    """What is drawn of a week. `least`: what its scale spans at least; `most`: where it ends."""

    name: str
    of: Callable[[Week], float | None]
    least: float
    most: float = inf


def _phase(name: str, index: int) -> _Chart:
    return _Chart(f"{name}  s", lambda week: week.mean_tempo_s[index], 1.0)


_LEFT = (
    _Chart("range  °", lambda week: week.mean_range_deg, 10.0),
    _Chart("leaned back too far  % of the reps", lambda week: _percent(week), 20.0, 100.0),
    _Chart("form  of 100", lambda week: week.mean_form_score, 20.0, 100.0),
)
_RIGHT = tuple(
    _phase(name, i)
    for i, name in enumerate(("tempo: lowering", "bottom hold", "raising", "top hold"))
)


def _percent(week: Week) -> float | None:
    return None if week.overshoot_rate is None else 100 * week.overshoot_rate


def plot_trends(target: Path, trends: Sequence[Trend]) -> None:
    """Draw the loads with the most reps; the others are counted in words.

    Raises OutputError if there is no trend or `target` cannot be written.
    """
    if not trends:
        raise OutputError(
            f"{target}: no sets with reps that count, so nothing to draw: see `leverrep sets list`"
        )
    most = sorted(trends, key=lambda one: -one.reps)[: len(_LINES)]
    shown = [one for one in trends if one in most]
    with picture(target) as new_figure:
        page = Page(0.0)
        page.open(new_figure, CONTENT)
        _draw_heading(page, trends, shown)
        for x, charts in zip(_COLUMNS, (_LEFT, _RIGHT), strict=True):
            _draw_column(page, x, charts, shown)
        page.skip(page.left_over - 0.34)
        more = len(trends) - len(shown)
        others = f"And {_many(more, 'load')} more, with fewer reps: --load KG"
        said = filter(None, [others if more else "", suspect_words(trends)])
        page.write(_EDGE, 0, "A mark is a week: means over its reps.  " + FORM_WORDS, **_SMALL)
        page.write(_EDGE, 0.17, ".  ".join(said), **_SMALL)


_SMALL: dict[str, Any] = {"fontsize": look.SMALL, "color": look.QUIET}


def _draw_heading(page: Page, trends: Sequence[Trend], shown: Sequence[Trend]) -> None:
    """Which weeks and how much of them, and which line is of which load."""
    weeks = sorted({week.monday for one in trends for week in one.weeks})
    sets = sum(week.sets for one in trends for week in one.weeks)
    first, last = f"{weeks[0]:%G-W%V}", f"{weeks[-1]:%G-W%V}"
    upto = f" to {last}" if last != first else ""
    page.write(_EDGE, 0, f"Trends, {first}{upto}", fontsize=15, fontweight="bold")
    told = f"{_many(sets, 'set')}, {_many(sum(one.reps for one in trends), 'rep')}"
    page.write(A4[0] - _EDGE, 0.06, told, ha="right", fontsize=9, color=look.QUIET)
    page.skip(0.48)
    for i, (one, line) in enumerate(zip(shown, _LINES, strict=False)):
        x = _EDGE + i * _ENTRY
        page.rule(x + 0.05, 0.4, 0.06, linewidth=1.2, markersize=5, **line)
        page.write(x + 0.58, 0, one.load, fontweight="bold")
        page.write(x + 0.58, 0.15, _many(one.reps, "rep"), **_SMALL)
    page.skip(0.5)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + "s" * (count != 1)


def _draw_column(page: Page, x: float, charts: Sequence[_Chart], shown: Sequence[Trend]) -> None:
    """Charts over each other, with the weeks under the last."""
    each = (page.left_over - _UNDER) / len(charts)
    weeks = [_index(week.monday) for one in shown for week in one.weeks]
    for i, chart in enumerate(charts):
        y = page.left_over + BOTTOM - (i + 1) * each
        place = (x / page.width, y / page.height, _WIDTH / page.width)
        axes = page.figure.add_axes((*place, (each - _OVER) / page.height))
        axes.set_xlim(min(weeks) - 0.5, max(weeks) + 0.5)
        axes.set_title(chart.name, loc="left", fontsize=9, fontweight="bold", pad=4)
        _draw_lines(axes, chart, shown, many=max(weeks) - min(weeks) > _MANY)
        _mark_weeks(axes, min(weeks), max(weeks), named=i == len(charts) - 1)


def _draw_lines(axes: "Axes", chart: _Chart, shown: Sequence[Trend], *, many: bool) -> None:
    known = [v for one in shown for week in one.weeks if (v := chart.of(week)) is not None]
    axes.set_ylim(_scale(chart, known))
    axes.locator_params(axis="y", nbins=5, steps=(1, 2, 5, 10), min_n_ticks=3)
    axes.grid(axis="y", color=look.FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    for one, line in zip(shown, _LINES, strict=False):
        axes.plot(
            *points(one.weeks, chart.of), linewidth=1.1, markersize=3 if many else 4.5,
            markeredgewidth=0.8, clip_on=False, **line,
        )  # fmt: skip


def _scale(chart: _Chart, known: Sequence[float]) -> tuple[float, float]:
    low, high = min(known, default=0.0), max(known, default=0.0)
    beside = max(0.08 * (high - low), (chart.least - (high - low)) / 2)
    return max(0.0, low - beside), min(chart.most, high + beside)


def points(
    weeks: Sequence[Week], of: Callable[[Week], float | None]
) -> tuple[list[float], list[float]]:
    """Where a line goes, week by week; NaN, where it breaks, between weeks that do not adjoin."""
    at: list[float] = []
    values: list[float] = []
    for before, week in pairwise((None, *weeks)):
        if before and week and _index(week.monday) - _index(before.monday) > 1:
            at.append(_index(before.monday) + 0.5)
            values.append(nan)
        if week:
            value = of(week)
            at.append(_index(week.monday))
            values.append(nan if value is None else value)
    return at, values


def _mark_weeks(axes: "Axes", first: int, last: int, *, named: bool) -> None:
    """Some of the weeks; the year under the first and wherever it is another."""
    ticks = range(first, last + 1, ceil((last - first + 1) / _TICKS))
    axes.set_xticks(ticks, _names(ticks) if named else [""] * len(ticks))
    axes.tick_params(length=2.5)


def _names(ticks: Sequence[int]) -> list[str]:
    days = [date.fromordinal(7 * tick + 1) for tick in ticks]
    years = [f"{day:%G}" for day in days]
    return [
        f"{day:W%V}" + (f"\n{year}" if year != before else "")
        for day, year, before in zip(days, years, ["", *years], strict=False)
    ]


def _index(monday: date) -> int:
    """Weeks in a row have numbers in a row."""
    return monday.toordinal() // 7
