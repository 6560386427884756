"""The angle over time: neutral, top zone and tolerance, strokes, reps by number, overshoots."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from config import FormStandard
from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.plot_paper import draw_paper
from firmware_bridge.floor.plot_points import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AROUND_S = 1.5  # shown before the first rep and after the last
_UNSEEN_S = 5.0  # the same, where it is not known when they began and ended
_NUMBERS_AT = 0.06  # of the height, from below
_NUMBER_IN, _DEGREES_IN = 0.23, 0.4  # what a rep's number takes, and what an overshoot's degrees

Mark = tuple[float, dict[str, Any]]  # where (s), and of which rep


def span_of(one: dict[str, Any], curve: Curve) -> tuple[float, float]:
    """From when to when (s) a set is shown: a little more than its reps, with the last hold."""
    span = float(curve.t_s[0]), float(curve.t_s[-1])
    known = [t for rep in one["reps"] for t in _instants(rep)]
    if not known:
        return span
    first, last = one["reps"][0], one["reps"][-1]
    begin = min(known) - (_UNSEEN_S if first["start_s"] is None else _AROUND_S)
    end = max(known) + (_UNSEEN_S if last["end_s"] is None else _AROUND_S)
    return max(span[0], begin), min(span[1], end + (last["top_hold_s"] or 0.0))


def since_start(one: dict[str, Any], curve: Curve) -> tuple[dict[str, Any], Curve]:
    """The same set and curve, their times since the set began."""
    start_s = float(curve.t_s[0]) if one["start_s"] is None else one["start_s"]
    return {**one, "reps": [_earlier(rep, start_s) for rep in one["reps"]]}, curve.shifted(-start_s)


def _earlier(rep: dict[str, Any], by_s: float) -> dict[str, Any]:
    times = {key: rep[key] for key in ("start_s", "end_s") if rep[key] is not None}
    return {**rep, **{key: t_s - by_s for key, t_s in times.items()}}


def draw_angle(
    axes: "Axes", curve: Curve, one: dict[str, Any], standard: FormStandard, span: Sequence[float]
) -> None:
    """One set of a report's JSON on its curve."""
    curve = curve.between(*span)
    line = curve.thinned()
    draw_paper(axes, [line.angle_deg], [one], standard)
    axes.set_xlim(*span)
    for rep in one["reps"]:
        _shade_strokes(axes, line, rep)
    _draw_gaps(axes, curve)
    axes.plot(line.t_s, line.angle_deg, color=look.INK, linewidth=1.2, zorder=4)
    _mark_reps(axes, curve, spans(one, span))


def _shade_strokes(axes: "Axes", curve: Curve, rep: dict[str, Any]) -> None:
    """What is not known is not shaded."""
    start_s, end_s = rep["start_s"], rep["end_s"]
    lowering_s, raising_s = rep["eccentric_s"], rep["concentric_s"]
    if start_s is not None and lowering_s is not None:
        _shade(axes, curve, start_s, start_s + lowering_s, **look.LOWERED)
    if end_s is not None and raising_s is not None:
        _shade(axes, curve, end_s - raising_s, end_s, **look.RAISED)


def _shade(axes: "Axes", curve: Curve, from_s: float, to_s: float, **fill: Any) -> None:
    part = curve.between(from_s, to_s)
    axes.fill_between(part.t_s, 0, part.angle_deg, linewidth=0, zorder=2, **fill)


def _draw_gaps(axes: "Axes", curve: Curve) -> None:
    """Where nothing is known: crossed out over the whole height."""
    for begin, end in curve.gaps:
        axes.axvspan(
            begin, end, facecolor="#f2f2f2", edgecolor=look.QUIET, hatch=look.GAP_HATCH,
            linewidth=0.4, zorder=3,
        )  # fmt: skip
    if curve.gaps:
        begin, end = max(curve.gaps, key=lambda gap: gap[1] - gap[0])
        axes.annotate(
            "no data", ((begin + end) / 2, 1), xycoords=axes.get_xaxis_transform(),
            xytext=(0, 1), textcoords="offset points", ha="center", va="bottom",
            fontsize=look.TINY, color=look.QUIET,
        )  # fmt: skip


def spans(one: dict[str, Any], span: Sequence[float]) -> list[tuple[dict[str, Any], float, float]]:
    """Each rep with its time (s), as far as known; else up to what is known of its neighbours."""
    reps = one["reps"]
    known = [_instants(rep) for rep in reps]
    found = []
    for i, (rep, its) in enumerate(zip(reps, known, strict=True)):
        before = max(t for times in (*known[:i], span[:1]) for t in times)
        after = min(t for times in (*known[i + 1 :], span[1:]) for t in times)
        begun = rep["start_s"] is not None or len(its) > 1
        ended = rep["end_s"] is not None or len(its) > 1
        found.append((rep, min(its) if begun else before, max(its) if ended else after))
    return found


def _instants(rep: dict[str, Any]) -> list[float]:
    """When the strokes of a rep began and ended, as far as known."""
    phases = [rep["eccentric_s"], rep["bottom_hold_s"], rep["concentric_s"]]
    times = []
    for at, sign, lasted in ((rep["start_s"], 1, phases), (rep["end_s"], -1, phases[::-1])):
        for seconds in (0.0, *lasted):
            if at is None or seconds is None:
                break
            at += sign * seconds
            times.append(at)
    return times


def _mark_reps(
    axes: "Axes", curve: Curve, spans: Sequence[tuple[dict[str, Any], float, float]]
) -> None:
    """Their numbers under their bottoms; a partial is marked where it turned back."""
    numbers, overshoots = [], []
    for rep, from_s, to_s in spans:
        shallow = rep["reason"] != "incomplete_top"
        at = curve.deepest(from_s, to_s) if shallow else (to_s, rep["top_deg"])
        if at is not None and rep["counted"]:
            numbers.append((at[0], rep))
        elif at is not None and at[1] is not None:
            cross(axes, at[0], at[1], rep)
        top_s = _mark_overshoot(axes, curve, rep, to_s)
        if top_s is not None:
            overshoots.append((top_s, rep))
    numbers.sort(key=lambda mark: not has_remark(mark[1]))
    for at_s, rep in _with_room(axes, numbers, _NUMBER_IN):
        badge(axes, at_s, _NUMBERS_AT, rep, xycoords=axes.get_xaxis_transform())
    overshoots.sort(key=lambda mark: -mark[1]["overshoot_deg"])
    for at_s, rep in _with_room(axes, overshoots, _DEGREES_IN):
        _write_overshoot(axes, at_s, rep["overshoot_deg"])


def _with_room(axes: "Axes", marks: Sequence[Mark], inches: float) -> list[Mark]:
    """Those, the first before the others, that do not stand on one that is there already."""
    begin, end = axes.get_xlim()
    width = axes.bbox.width / axes.figure.dpi
    room_s = inches * (end - begin) / width
    kept: list[Mark] = []
    for mark in marks:
        if all(abs(mark[0] - other[0]) >= room_s for other in kept):
            kept.append(mark)
    return kept


def cross(axes: "Axes", x: float, y: float, rep: dict[str, Any]) -> None:
    """What stands for a partial."""
    axes.plot(
        x, y, marker="X", markersize=7, color=look.QUIET, markeredgecolor="white", zorder=6,
        clip_on=False,
    )  # fmt: skip


def badge(axes: "Axes", x: float, y: float, rep: dict[str, Any], **place: Any) -> None:
    """A rep's number in a circle; in a filled square if something is to be said about the rep."""
    said = has_remark(rep)
    color = look.ALARM if said else look.INK
    numbered(axes, (x, y), str(rep["number"]), color, square=said, filled=said, **place)


def has_remark(rep: dict[str, Any]) -> bool:
    """Is there something to be said about a rep?"""
    return bool(rep["flags"]) or rep["uncertain"]


def numbered(
    axes: "Axes", at: tuple[float, float], number: str, color: str, *, square: bool = False,
    filled: bool = False, **place: Any,
) -> None:  # fmt: skip
    """A number in a circle or in a square."""
    box = {
        "boxstyle": "square,pad=0.28" if square else "circle,pad=0.22",
        "facecolor": color if filled else "white",
        "edgecolor": color,
        "linewidth": 0.8,
    }
    axes.annotate(
        number, at, ha="center", va="center", fontsize=look.TINY, fontweight="bold", bbox=box,
        color="white" if filled else color, zorder=6, annotation_clip=False, **place,
    )  # fmt: skip


def _mark_overshoot(
    axes: "Axes", curve: Curve, rep: dict[str, Any], finished_s: float
) -> float | None:
    """When it was furthest; None if it was none, or not seen."""
    if "overshoot" not in rep["flags"]:
        return None
    hold_s, rise_s = rep["top_hold_s"] or 0.0, rep["concentric_s"] or 0.0
    at = curve.highest(finished_s - rise_s / 2, finished_s + max(hold_s, 0.3))
    if at is None:
        return None
    axes.plot(at[0], -rep["overshoot_deg"], marker="^", markersize=6, color=look.ALARM, zorder=6)
    return at[0]


def _write_overshoot(axes: "Axes", at_s: float, over_deg: float) -> None:
    axes.annotate(
        f"{look.number(over_deg)}°", (at_s, -over_deg), xytext=(0, 5),
        textcoords="offset points", ha="center", fontsize=look.SMALL, fontweight="bold",
        color=look.ALARM, zorder=6,
    )  # fmt: skip
