"""The paper that angles are drawn on: the top at the top, and the lines of the form standard."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from config import FormStandard
from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.plot_points import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADROOM_DEG = 5.0  # above the highest point, for what is written there
_FOOT = 0.2  # of the height, below the deepest point, for the numbers of the reps


def draw_paper(
    axes: "Axes", lines: Sequence[Floats], sets: Sequence[dict[str, Any]], standard: FormStandard
) -> None:
    """The paper to draw on: the angle's axis with the top at the top, and the standard's lines."""
    low, high = _limits(lines, sets, standard)
    axes.set_ylim(low, high)
    axes.set_ylabel("lever angle", labelpad=4)
    axes.yaxis.set_major_formatter("{x:.0f}°")
    axes.yaxis.set_major_locator(_degrees_apart(low - high))
    axes.margins(x=0)
    tolerated = -standard.neutral_tolerance_deg
    axes.axhspan(tolerated, standard.top_zone_deg, color=look.TOP_ZONE, linewidth=0, zorder=0)
    axes.axhspan(
        high, tolerated, facecolor=look.TOO_FAR, edgecolor="#efd3c2", hatch="\\\\\\", linewidth=0,
        zorder=0,
    )  # fmt: skip
    _level(axes, 0, "0° neutral", linewidth=1.2, color=look.INK, zorder=3)
    _level(axes, standard.top_zone_deg, f"{standard.top_zone_deg:g}° top zone")
    if tolerated:
        _level(axes, tolerated, f"{tolerated:g}° too far back", "bottom")
    _level(axes, standard.min_depth_deg, f"{standard.min_depth_deg:g}° counts from here")
    if standard.target_depth_deg is not None:
        _level(axes, standard.target_depth_deg, f"{standard.target_depth_deg:g}° target", "bottom")
    if standard.max_depth_deg is not None:
        _level(axes, standard.max_depth_deg, f"{standard.max_depth_deg:g}° too deep", "top")


def _limits(
    lines: Sequence[Floats], sets: Sequence[dict[str, Any]], standard: FormStandard
) -> tuple[float, float]:
    """Bottom and top of the angle's axis: what was done in the reps, not the way to the stop."""
    reps = [rep for one in sets for rep in one["reps"]]
    bottoms = [rep["bottom_deg"] for rep in reps if rep["bottom_deg"] is not None]
    tops = [rep["top_deg"] for rep in reps if rep["top_deg"] is not None]
    if not bottoms:  # all unknown
        bottoms = [float(np.nanmax(line)) for line in lines]
    bottom = max(*bottoms, standard.min_depth_deg, standard.max_depth_deg or 0.0)
    top = min([-standard.neutral_tolerance_deg, *tops]) - _HEADROOM_DEG
    return bottom + _FOOT * (bottom - top), top


def _degrees_apart(height: float) -> Any:
    from matplotlib.ticker import MultipleLocator

    return MultipleLocator(10 if height < 100 else 20)


def _level(axes: "Axes", angle_deg: float, words: str, va: str = "center", **line: Any) -> None:
    axes.axhline(angle_deg, **{"color": look.QUIET, "linewidth": 0.5, "zorder": 1, **line})
    axes.annotate(
        words, (1, angle_deg), xycoords=axes.get_yaxis_transform(), xytext=(4, 0),
        textcoords="offset points", va=va, fontsize=look.TINY,
        color=line.get("color", look.QUIET),
    )  # fmt: skip
