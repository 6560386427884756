"""How the pictures look: colours that colour-blind people can tell apart, sizes, marks, words."""

from typing import Any

# Okabe and Ito; nothing is said by a colour alone.
INK = "#222222"
QUIET = "#6b6b6b"
FAINT = "#d9d9d9"
LOWERED = {"facecolor": "#b5dcf3"}
RAISED = {"facecolor": "#f8e3b8", "edgecolor": "#e69f00", "hatch": "////"}
HELD = {"facecolor": "#b8b8b8"}
ALARM = "#b8430a"
TOP_ZONE = "#e7f1ec"
TOO_FAR = "#fbeee6"
FIRST, SECOND = "#0b5c93", "#d97706"  # of two sets that are compared
GAP_HATCH = "xxxx"

SMALL, TINY = 8.0, 7.0  # points

STYLE: dict[Any, Any] = {
    "figure.facecolor": "white",
    "font.size": SMALL,
    "text.color": INK,
    "text.parse_math": False,  # a file may have dollars in its name
    "axes.edgecolor": QUIET,
    "axes.labelcolor": QUIET,
    "axes.linewidth": 0.6,
    "axes.unicode_minus": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "hatch.linewidth": 0.5,
    "lines.solid_joinstyle": "round",
    "svg.fonttype": "none",
    "svg.hashsalt": "leverrep",
}


def number(value: float | None, none: str = "?") -> str:
    """A figure as it is shown: whole if it is a count, else to a tenth, no minus before zero."""
    if value is None:
        return none
    return str(value) if isinstance(value, int) else f"{round(value, 1) + 0.0:.1f}"
