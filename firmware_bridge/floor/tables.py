"""A report as tables for people."""

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from firmware_bridge.floor.board import REASONS, set_line


def print_report(report: dict[str, Any]) -> None:
    """Print the sets of a report's JSON document."""
    print_rich(report_table(report))


def print_set(number: int, one: dict[str, Any]) -> None:
    """Print one set; its times are from its start."""
    print_rich(Group(*_set(number, one, one["start_s"] or 0.0)))


def print_rich(what: RenderableType) -> None:
    """Print a table."""
    console = Console()
    with console.capture() as table:  # rich has its own way with a reader that is gone
        console.print(what)
    print(table.get(), end="")


def report_table(report: dict[str, Any]) -> RenderableType:
    """The sets of a report's JSON document, one table each."""
    sets = report["sets"]
    if not sets:
        return Text("No reps and no partials found.")
    return Group(*(part for n, one in enumerate(sets, 1) for part in _set(n, one, 0.0)))


def _set(number: int, one: dict[str, Any], from_s: float) -> tuple[RenderableType, ...]:
    lines = (Text(f"  {line}") for line in remarks(one))
    return _set_table(number, one, from_s), *lines, Text()


def remarks(one: dict[str, Any]) -> list[str]:
    """What there is to say of a whole set: its measures, why its score, what a reader must know."""
    said = [_measures(one), _why(one)] if one["rep_count"] else []
    return [line for line in (*said, *one["notes"]) if line]


def _set_table(number: int, one: dict[str, Any], from_s: float) -> RenderableType:
    table = Table(title=f"Set {number}: {set_line(one)}", title_justify="left", title_style="bold")
    for name in ("rep", "at s", "range °", "top °", "tempo s", "form"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("notes")
    for rep in one["reps"]:
        table.add_row(*_row(rep, from_s))
    if one["rep_count"]:
        table.add_section()
        tempo, score = _tempo(one["mean_tempo_s"]), _whole(one["form_score"])
        table.add_row("mean", "", _degrees(one["mean_range_deg"]), "", tempo, score, "")
        if one["target_tempo"]:
            target = _tempo([float(s) for s in one["target_tempo"].split("-")])
            table.add_row("target", "", "", "", target, "", "")
    return table


def rep_remarks(rep: dict[str, Any]) -> list[str]:
    """What there is to say of a rep; of one that is not counted, why, to begin with."""
    words = [_words(name) for name in rep["flags"]]
    if not rep["counted"]:
        words.insert(0, REASONS.get(rep["reason"], str(rep["reason"])))
    elif rep.get("uncertain"):
        words.append("uncertain")
    return words


def _measures(one: dict[str, Any]) -> str:
    """What the set was like, as far as it is known."""
    known = [
        ("under tension", one["time_under_tension_s"], "s"),
        ("speed loss", one["concentric_speed_loss_pct"], "%"),
        ("range loss", one["range_loss_pct"], "%"),
        ("consistency", one["consistency_pct"], "%"),
    ]
    return ", ".join(f"{name} {v:.0f} {unit}" for name, v, unit in known if v is not None)


def _why(one: dict[str, Any]) -> str:
    """The score as the sum that it is; empty where nothing was taken off."""
    parts = [f"{d['points']} {_words(d['reason'])} ({_reps(d['reps'])})" for d in one["deductions"]]
    return " - ".join([f"form {one['form_score']} = 100", *parts]) if parts else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _reps(numbers: list[int]) -> str:
    return f"{'rep' if len(numbers) == 1 else 'reps'} {', '.join(map(str, numbers))}"


def _row(rep: dict[str, Any], from_s: float) -> tuple[str, ...]:
    holds = ("eccentric_s", "bottom_hold_s", "concentric_s", "top_hold_s")
    return (
        str(rep["number"] or "-"),
        "?" if rep["start_s"] is None else f"{rep['start_s'] - from_s:.1f}",
        _degrees(rep["range_deg"]),
        _degrees(rep["top_deg"]),
        _tempo([rep[name] for name in holds]),
        _whole(rep["form_score"]),
        ", ".join(rep_remarks(rep)),
    )


def _degrees(value: float | None) -> str:
    return "?" if value is None else f"{value if abs(value) >= 0.05 else 0.0:.1f}"


def _tempo(seconds: list[float | None]) -> str:
    if all(s is None for s in seconds):
        return ""
    return " - ".join("?" if s is None else f"{s:.1f}" for s in seconds)


def _whole(value: int | None) -> str:
    return "" if value is None else str(value)
