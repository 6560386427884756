"""Where things stand in a picture: a page that is filled from its top, a sheet with a column a rep.
All lengths are inches.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from firmware_bridge.errors import printable
from firmware_bridge.floor import plot_look as look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

A4 = (11.69, 8.27)  # across; more columns than fit make the page wider, more sets higher
LEFT, RIGHT, TOP, BOTTOM = 0.95, 1.35, 0.3, 0.25
CONTENT = A4[1] - TOP - BOTTOM
_WIDEST = 60.0
_FEWEST_COLUMNS = 10  # so that a single rep does not get a column as wide as the page

Rep = dict[str, Any]
# The reps of one column: one, or of two sets that are compared one each, None where it has none.
Column = Sequence[Rep | None]


def column_width(columns: Sequence[Column], width: float) -> float:
    """What each gets of a width."""
    return width / max(len(columns), _FEWEST_COLUMNS)


class Page:
    """A figure that is filled from its top, in inches."""

    def __init__(self, columns_in: float, right: float = RIGHT) -> None:
        self.inner = max(A4[0] - LEFT - right, min(columns_in, _WIDEST))
        self.width = LEFT + self.inner + right
        self.height = self.left_over = 0.0

    def open(self, new_figure: "Callable[[float, float], Figure]", content: float) -> None:
        """Make the figure, high enough for its content."""
        self.height = content + TOP + BOTTOM
        self.left_over = content
        self.figure = new_figure(self.width, self.height)

    def skip(self, height: float) -> None:
        """Leave some height free."""
        self.left_over -= height

    def axes(self, height: float) -> "Axes":
        """Axes of this height, as wide as the page without its margins."""
        self.left_over -= height
        y = (self.left_over + BOTTOM) / self.height
        place = (LEFT / self.width, y, self.inner / self.width, height / self.height)
        return self.figure.add_axes(place)

    def sheet(self, columns: Sequence[Column], height: float) -> "Sheet":
        """Axes in inches, with a column for each rep."""
        return Sheet(self.axes(height), columns, self.inner, height)

    def write(self, x: float, down: float, words: str, **how: Any) -> None:
        """Words that begin `x` from the left and `down` from what is left over."""
        y = (self.left_over + BOTTOM - down) / self.height
        self.figure.text(x / self.width, y, words, va="top", **how)

    def rule(self, x: float, length: float, down: float, **how: Any) -> None:
        """A line across that begins `x` from the left and `down` from what is left over."""
        from matplotlib.lines import Line2D

        y = (self.left_over + BOTTOM - down) / self.height
        ends = (x / self.width, (x + length) / self.width)
        self.figure.add_artist(Line2D(ends, (y, y), **how))

    def corner(self, name: str) -> None:
        """The file's name, at the upper right."""
        x = self.width - 0.3
        self.write(x, 0, printable(name)[-60:], ha="right", color=look.QUIET)


class Sheet:
    """Axes in inches from their upper left corner, with a column for each rep."""

    def __init__(
        self, axes: "Axes", columns: Sequence[Column], width: float, height: float
    ) -> None:
        self.axes, self.columns = axes, columns
        self.column_in = column_width(columns, width)
        self.right, self.height = width, height
        self.y = 0.0
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.set_axis_off()

    def x(self, column: int, series: int = 0, of: int = 1) -> float:
        """The middle of a column, or of one series of the `of` in it."""
        return self.column_in * (column + 0.5 + (series - (of - 1) / 2) * 0.74 / of)

    def write(self, x: float, y: float, words: str, **how: Any) -> None:
        """Words in the middle of a place."""
        given = {"ha": "center", "va": "center", "fontsize": look.TINY, "clip_on": False}
        self.axes.text(x, y, words, **{**given, **how})

    def label(self, y: float, words: str) -> None:
        """What a lane is, left of it."""
        self.write(-0.12, y, words, ha="right", color=look.INK, fontsize=look.SMALL)

    def rule(self, y: float, left: float = 0.0, length: float | None = None, **line: Any) -> None:
        """A thin line across, or a part of it."""
        ends = [left, self.right if length is None else left + length]
        self.axes.plot(
            ends, [y, y], clip_on=False,
            **{"color": look.FAINT, "linewidth": 0.6, "zorder": 0, **line},
        )  # fmt: skip
