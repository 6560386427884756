"""Words in a picture that have to fit: measured letter by letter, wrapped, cut where they must be.

They may be anybody's: of any script, and with letters that the font does not have.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any
from unicodedata import east_asian_width

from firmware_bridge.errors import printable
from firmware_bridge.floor import plot_look as look
from firmware_bridge.floor.plot_page import Page

_CUT = " ..."
_SLACK = 1.08  # on the screen letters are fitted to pixels
_WIDE_EM = 1.3  # an emoji of whatever font the reader of an SVG has
_LINE_IN = look.SMALL * 1.5 / 72


def width_in(words: str, points: float, weight: str = "normal") -> float:
    """How many inches a line of words takes."""
    return sum(_em(letter, weight) for letter in words) * _SLACK * points / 72


@cache
def _em(letter: str, weight: str) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=1, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(letter, font, False)
    return max(width, _WIDE_EM if east_asian_width(letter) in "WF" else 0.0)


def fitted(text: str, inches: float, points: float, most: int) -> list[str]:
    """A text in at most so many lines; dots where it had to be cut."""
    lines = _wrapped(text, inches - width_in(_CUT, points), points)
    first = list(islice(lines, most + 1))
    return first if len(first) <= most else [*first[: most - 1], first[most - 1] + _CUT]


def _wrapped(text: str, inches: float, points: float) -> Iterator[str]:
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            for piece in _pieces(printable(word), inches, points):
                longer = f"{line} {piece}".lstrip()
                if line and width_in(longer, points) > inches:
                    yield line
                    longer = piece
                line = longer
        if line:
            yield line


def _pieces(word: str, inches: float, points: float) -> Iterator[str]:
    """A word; in pieces if it is wider than a line."""
    piece = ""
    for letter in word:
        if piece and width_in(piece + letter, points) > inches:
            yield piece
            piece = ""
        piece += letter
    yield piece


class Side:
    """A column of words beside what else is on a page, filled from its top (inches)."""

    def __init__(self, page: Page, x: float, width: float) -> None:
        self._page, self.x, self.width = page, x, width
        self._left_over = page.left_over

    def skip(self, height: float) -> None:
        """Leave some height free."""
        self._left_over -= height

    def head(self, words: str) -> None:
        """What the words under it are."""
        self.skip(0.12)
        self.write(words, fontweight="bold")

    def write(self, text: str, most: int = 99, right: float = 0.0, **how: Any) -> None:
        """A text in at most so many lines, and no more than there is room for."""
        room = min(most, int(self._left_over / _LINE_IN))
        for line in fitted(text, self.width - right, look.SMALL, room) if room > 0 else ():
            self.put(line, right, **how)
            self.skip(_LINE_IN)

    def put(self, words: str, right: float = 0.0, **how: Any) -> None:
        """Words at the top of what is left over, `right` of the column's edge."""
        down = self._page.left_over - self._left_over
        self._page.write(self.x + right, down, words, **how)
