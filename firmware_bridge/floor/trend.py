"""How sets went over the weeks, load by load: figures, and a table of them for people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from firmware_bridge.floor.board import PHASES
from firmware_bridge.floor.store.storedset import StoredSet

_OVER_WORDS = "over: leaned back too far, of the reps"
FORM_WORDS = "form: the scores of the sets, weighted by their reps"

Tempo = tuple[float | None, ...]  # in the order of PHASES; s


@dataclass(frozen=True)
class Week:
    """The sets of one week with one load, as far as they have reps that count.

    `monday`: its first day, by the local time of the sets. `suspect`: how many of the sets the
    sensor had moved in; their range and overshoot are left out. Means are over reps, that of the
    form over the sets' scores weighted by their reps. None: of no rep known.
    """

    monday: date
    sets: int
    suspect: int
    reps: int
    mean_range_deg: float | None
    mean_tempo_s: Tempo
    overshoot_rate: float | None  # of the counted reps, 0..1
    mean_form_score: float

    @property
    def name(self) -> str:
        """As ISO 8601 has it: 2026-W48."""
        return f"{self.monday:%G-W%V}"


@dataclass(frozen=True)
class Trend:
    """The weeks in which there were sets with a load (kg; None: not said), in their order."""

    load_kg: float | None
    weeks: tuple[Week, ...]

    @property
    def load(self) -> str:
        """The load in words."""
        return load_words(self.load_kg)

    @property
    def reps(self) -> int:
        """All reps with this load."""
        return sum(week.reps for week in self.weeks)


def load_words(load_kg: float | None) -> str:
    """A load in words."""
    return "load not said" if load_kg is None else f"{load_kg:g} kg"


def trends(sets: Iterable[StoredSet]) -> list[Trend]:
    """The trend of each load, the lightest first, what is not said last."""
    weeks: defaultdict[float | None, defaultdict[date, _Sum]] = defaultdict(
        lambda: defaultdict(_Sum)
    )
    for one in sets:
        if one.report["rep_count"]:
            day = one.started_local.date()
            monday = day - timedelta(days=day.weekday())
            weeks[one.record.plan.load_kg][monday].add(one)
    loads = sorted(weeks, key=lambda load: (load is None, load))
    return [
        Trend(load, tuple(one.week(monday) for monday, one in sorted(weeks[load].items())))
        for load in loads
    ]


class _Mean:
    """Of what is known of many values."""

    def __init__(self) -> None:
        self._sum = self._weight = 0.0

    def add(self, value: float | None, weight: int = 1) -> None:
        if value is not None:
            self._sum += value * weight
            self._weight += weight

    def get(self) -> float | None:
        return self._sum / self._weight if self._weight else None


class _Sum:
    """What is needed of the sets of a week."""

    def __init__(self) -> None:
        self._sets = self._suspect = self._reps = 0
        self._range, self._overshoot, self._form = _Mean(), _Mean(), _Mean()
        self._tempo = tuple(_Mean() for _ in PHASES)

    def add(self, one: StoredSet) -> None:
        counted = [rep for rep in one.report["reps"] if rep["counted"]]
        self._sets += 1
        self._suspect += one.suspect
        self._reps += len(counted)
        self._form.add(one.report["form_score"], len(counted))
        for rep in counted:
            for phase, mean in zip(PHASES, self._tempo, strict=True):
                mean.add(rep[f"{phase}_s"])
            if not one.suspect:
                self._range.add(rep["range_deg"])
                self._overshoot.add("overshoot" in rep["flags"])

    def week(self, monday: date) -> Week:
        return Week(
            monday=monday,
            sets=self._sets,
            suspect=self._suspect,
            reps=self._reps,
            mean_range_deg=self._range.get(),
            mean_tempo_s=tuple(mean.get() for mean in self._tempo),
            overshoot_rate=self._overshoot.get(),
            mean_form_score=self._form.get() or 0.0,
        )


def suspect_words(trends: Sequence[Trend]) -> str:
    """What is left out; empty if nothing is."""
    count = sum(week.suspect for one in trends for week in one.weeks)
    if not count:
        return ""
    whose = "1 set is suspect" if count == 1 else f"{count} sets are suspect"
    return f"{whose} (sensor had moved): not in range and overshoot"


def trend_table(trends: Sequence[Trend]) -> RenderableType:
    """A table for each load, with a row a week."""
    if not trends:
        return Text("No sets with reps that count.")
    suspect = suspect_words(trends)
    lines = [_OVER_WORDS, FORM_WORDS, *([f"*: {suspect}"] if suspect else [])]
    return Group(*map(_table, trends), *(Text(f"  {line}") for line in lines))


def _table(one: Trend) -> Table:
    table = Table(title=one.load, title_justify="left", title_style="bold")
    for name in ("week", "sets", "reps", "range °", "tempo s", "over %", "form"):
        table.add_column(name, justify="right", no_wrap=True)
    for week in one.weeks:
        table.add_row(*_row(week))
    return table


def _row(week: Week) -> tuple[str, ...]:
    rate = week.overshoot_rate
    return (
        week.name,
        f"{week.sets}{'*' * bool(week.suspect)}",
        str(week.reps),
        _tenths(week.mean_range_deg),
        " - ".join(map(_tenths, week.mean_tempo_s)),
        "?" if rate is None else f"{100 * rate:.0f}",
        f"{week.mean_form_score:.0f}",
    )


def _tenths(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f}"
