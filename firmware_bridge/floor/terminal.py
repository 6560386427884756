"""The live view in a terminal: a board drawn as text, readable on 80 x 24 and without colours."""

from collections.abc import Iterable
from textwrap import wrap
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from analysis import Event
from firmware_bridge.floor.board import PHASES, Board, Link, trouble_words

WIDE, HIGH = 80, 24
DRAW_S = 0.05  # between two drawings: quicker than this nobody reads
_MARGIN = 2
_BAR = 8  # width of the bar itself
_MARK = 5  # the angle beside it
_LABEL = 22  # what the lines mean
_ABOVE = 5  # rows of the gauge past neutral
_DEPTHS_DEG = (60.0, 75.0, 90.0, 120.0, 180.0)  # what the bottom of the gauge can stand for

_WORDS = {
    "eccentric": ("▼", "lowering"),
    "bottom_hold": ("■", "bottom"),
    "concentric": ("▲", "raising"),
    "top_hold": ("■", "top"),
}
_PIXELS = {
    "0": "111 101 101 101 111",
    "1": "010 110 010 010 111",
    "2": "111 001 111 100 111",
    "3": "111 001 111 001 111",
    "4": "101 101 111 001 001",
    "5": "111 100 111 001 111",
    "6": "111 100 111 101 111",
    "7": "111 001 001 001 001",
    "8": "111 101 111 101 111",
    "9": "111 101 111 001 111",
}


def big_number(number: int) -> list[str]:
    """A number as ten rows of text, each digit twelve columns wide."""
    rows = []
    for row in range(5):
        digits = [_PIXELS[d].split()[row] for d in str(number)]
        line = "    ".join("".join("████" if p == "1" else "    " for p in d) for d in digits)
        rows += [line, line]
    return rows


def draw(board: Board, at: float, width: int = WIDE, height: int = HIGH) -> list[Text]:
    """The whole view as lines of text, at the second `at` of the steady clock."""
    width, height = max(width, 40), max(height, 10)
    fresh = board.is_fresh(at)
    body_height = height - 3
    gauge = _gauge(board, fresh, body_height)
    # On a narrow screen the labels of the gauge give way.
    label = _LABEL if width >= 72 else 0
    room = width - _MARK - _BAR - label - 3 - 2 * _MARGIN
    left = _panel(board, fresh, room, body_height)
    lines = [_header(board, fresh, at, width), Text("─" * width, "dim")]
    for row in range(body_height):
        text = left[row] if row < len(left) else Text()
        text.truncate(room, overflow="ellipsis")
        gauge[row].truncate(_MARK + _BAR + label + 3, overflow="crop")
        line = (
            Text(" " * _MARGIN) + text + Text(" " * (room - text.cell_len + _MARGIN)) + gauge[row]
        )
        lines.append(line)
    lines.append(_footer(board, width))
    if not fresh:
        for line in lines[1:]:
            line.stylize("dim")
    return lines


def _header(board: Board, fresh: bool, at: float, width: int) -> Text:
    left = Text("LeverRep", "bold")
    right = _link(board, fresh, at)
    right.truncate(max(10, width - left.cell_len - 3), overflow="ellipsis")
    return left + Text(" " * (width - left.cell_len - right.cell_len)) + right


def _link(board: Board, fresh: bool, at: float) -> Text:
    if board.trouble and board.link is Link.LIVE:
        return Text(f" ✕ {trouble_words(board.trouble)} ", "bold reverse red")
    if fresh:
        return Text(f"{board.port}  ● live", "green")
    if board.link is Link.LIVE and board.seen_at:
        return Text(f" ✕ no data for {at - board.seen_at:.0f} s ", "bold reverse red")
    if board.link is Link.LOST:
        return Text(f" ✕ {board.link.value} ", "bold reverse red")
    return Text(f"○ {board.link.value}", "yellow")


def _footer(board: Board, width: int) -> Text:
    style = "bold reverse red" if board.complaint else "dim"
    text = Text(" " * _MARGIN + (board.complaint or _keys(board)), style)
    text.truncate(width, overflow="ellipsis")
    return text


def _keys(board: Board) -> str:
    return f"{board.address}  Ctrl-C ends".strip()


def _panel(board: Board, fresh: bool, room: int, height: int) -> list[Text]:
    """Count, phase, tempo and messages; the count gives way first when there is no room."""
    about = Text(f"Set {board.set_number or 1} · reps", "bold")
    rows = [about, Text()]
    if height >= 20 and board.count < 1000:
        rows += [Text(row, "bold") for row in big_number(board.count)]
    else:
        rows.append(Text(str(board.count), "bold reverse"))
    rows += [Text(), _phase(board, fresh), _tempo(board), _target(board)]
    if board.over and fresh:
        return [*rows, *_warning(board, room)]
    return [*rows, Text(), *map(Text, wrap(board.message, room))]


def _phase(board: Board, fresh: bool) -> Text:
    if board.phase is None or not fresh:
        return Text()
    sign, word = _WORDS[board.phase]
    return Text(f"{sign} {word:<9}{board.phase_lasts_s():5.1f} s", "bold")


def _tempo(board: Board) -> Text:
    """Lowering - bottom - raising - top, with the present one growing."""
    text = Text("Tempo  ")
    for n, phase in enumerate(PHASES):
        if n:
            text.append(" - ")
        if phase == board.phase:
            text.append(f"{board.phase_lasts_s():.1f}", "bold underline")
        elif phase in board.tempo:
            text.append(f"{board.tempo[phase]:.1f}")
        else:
            text.append("  ·")
    return text


def _target(board: Board) -> Text:
    target = board.standard.target_tempo
    return Text(f"Target {target.replace('-', ' - ')}" if target else "", "dim")


def _warning(board: Board, room: int) -> list[Text]:
    """Not to be missed, with or without colours."""
    says = f"▲▲  TOO FAR BACK  {board.past_neutral_deg:.1f}°  ▲▲"
    inside = min(room, 40) - 2
    rows = ["┏" + "━" * inside + "┓", "┃" + says.center(inside) + "┃", "┗" + "━" * inside + "┛"]
    return [Text(row, "bold reverse red") for row in rows]


def _gauge(board: Board, fresh: bool, height: int) -> list[Text]:
    """A column with the top at the top: past neutral, the neutral line, and the way down."""
    above = min(_ABOVE, max(2, height // 4))
    below = height - above - 1
    scale = _Scale(above, below, board)
    labels = scale.labels()
    angle = board.angle_deg if fresh else None
    at_row = None if angle is None else scale.row(angle)
    rows = []
    for row in range(height):
        mark = f"{angle:4.0f}°" if angle is not None and row == at_row else ""
        line = Text(f"{mark:>{_MARK}}", "bold")
        side = "┝┥" if row == above else "││"
        line.append(side[0], "dim").append_text(scale.cell(row, angle)).append(side[1], "dim")
        line.append(" ").append_text(labels.get(row, Text()))
        rows.append(line)
    return rows


class _Scale:
    """Rows of the gauge and the angles they stand for."""

    def __init__(self, above: int, below: int, board: Board) -> None:
        self._standard = board.standard
        self._above = above
        self._rows = above + 1 + below
        # One row of tolerance, so that the zone begins at a line of text.
        self._up_deg = max(1.0, board.standard.neutral_tolerance_deg)
        depth = next((d for d in _DEPTHS_DEG if board.deepest_deg <= d + 5), _DEPTHS_DEG[-1])
        self._down_deg = depth / below

    def row(self, angle_deg: float) -> int:
        """The row that an angle is in, the first or the last if it is beyond."""
        if angle_deg < 0:
            return max(0, self._above - 1 - int(-angle_deg / self._up_deg))
        row = self._above + 1 + int(angle_deg / self._down_deg)
        return min(row, self._rows - 1)

    def labels(self) -> dict[int, Text]:
        """What stands beside which row; the more important one wins."""
        s = self._standard
        labels = {self._above: Text("0° neutral", "bold")}
        for angle, words in (
            (s.max_depth_deg, "too deep"),
            (s.target_depth_deg, "target"),
            (s.min_depth_deg, "counts from here"),
            (s.top_zone_deg, "top"),
        ):
            if angle is not None and self.row(angle) < self._rows - 1:
                labels.setdefault(self.row(angle), Text(f"{angle:g}° {words}", "dim"))
        if self._above >= 2:
            labels[self._above - 2] = Text(f"-{s.neutral_tolerance_deg:g}° too far back", "red")
        return labels

    def cell(self, row: int, angle: float | None) -> Text:
        """One row of the bar."""
        if row == self._above:
            return Text("━" * _BAR, "bold")
        zone = row < self._above - 1
        empty = Text(("░" if zone else " ") * _BAR, "red" if zone else "")
        if angle is None:
            return empty
        return self._past(row, angle, empty) if row < self._above else self._down(row, angle, empty)

    def _past(self, row: int, angle: float, empty: Text) -> Text:
        """The bar grows upwards from neutral, in eighths of a row."""
        eighths = _eighths(-angle / self._up_deg - (self._above - 1 - row))
        over = -angle > self._standard.neutral_tolerance_deg
        style = "bold red" if over else "yellow"
        return Text(" ▁▂▃▄▅▆▇█"[eighths] * _BAR, style) if eighths else empty

    def _down(self, row: int, angle: float, empty: Text) -> Text:
        """The bar grows downwards: a lower part of the row left empty, drawn in reverse."""
        eighths = _eighths(angle / self._down_deg - (row - self._above - 1))
        if not eighths:
            return empty
        deep = self._standard.max_depth_deg is not None and angle > self._standard.max_depth_deg
        style = "yellow" if deep else "cyan"
        if eighths == 8:
            return Text("█" * _BAR, style)
        return Text(" ▁▂▃▄▅▆▇"[8 - eighths] * _BAR, f"{style} reverse")


def _eighths(part: float) -> int:
    return round(8 * min(max(part, 0.0), 1.0))


class _View:
    """The board as something rich can draw, as large as the terminal is."""

    def __init__(self, board: Board, at: float) -> None:
        self._board, self._at = board, at

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = draw(self._board, self._at, options.max_width, console.height)
        for n, line in enumerate(lines):
            yield from line.render(console)
            if n < len(lines) - 1:
                yield Segment.line()


class TerminalView:
    """The live view on a real terminal; a context manager that gives the screen back."""

    def __init__(self, stream: TextIO, force: bool = False) -> None:
        self._console = Console(file=stream, force_terminal=force or None)
        self._live = Live(console=self._console, screen=True, auto_refresh=False)
        self._drawn_at = 0.0

    def __enter__(self) -> "TerminalView":
        self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._live.stop()

    def tell(self, events: Iterable[Event]) -> None:
        """The board has it all."""

    def show(self, board: Board, at: float) -> None:
        """Draw the board as it is at the second `at` of the steady clock."""
        if at - self._drawn_at < DRAW_S:
            return
        self._drawn_at = at
        self._live.update(_View(board, at), refresh=True)
