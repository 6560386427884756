"""The live view where there is no terminal: a line for each thing worth telling."""

from collections.abc import Iterable
from typing import TextIO

from analysis import Event
from firmware_bridge.floor.board import ADVICE, REASONS, Board, set_line, trouble_words


class PlainView:
    """Writes lines to a stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._complaint = ""

    def tell(self, events: Iterable[Event]) -> None:
        """Write the lines of these events."""
        for event in events:
            line = plain_line(event)
            if line:
                write_line(self._stream, line)

    def show(self, board: Board, at: float) -> None:
        """Write what has to be seen to; other lines are written when something happens."""
        if board.complaint != self._complaint:
            self._complaint = board.complaint
            words = board.complaint or "all is well again"
            write_line(self._stream, f"{board.now_s:7.1f} s  {words}")


def write_line(stream: TextIO, line: str) -> None:
    """A disk that is full below the stream stops no counting. Raises BrokenPipeError."""
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:
        raise
    except OSError:
        pass


def plain_line(event: Event) -> str:
    """One event in words; empty for what is not worth a line."""
    match event.kind:
        case "rep":
            words = f"rep {event['number']}"
        case "partial":
            words = f"not counted: {REASONS.get(event['reason'], event['reason'])}"
        case "overshoot":
            words = "too far back"
        case "flag":
            words = f"rep {event['number']}: {ADVICE.get(event['flag'], event['flag'])}"
        case "set_ended":
            words = f"set done: {set_line(event['set'])}"
        case "sensor":
            words = _sensor(event)
        case _:
            return ""
    return f"{event.t_s:7.1f} s  {words}"


def _sensor(event: Event) -> str:
    data = event.data
    if "link" in data:
        return f"{data['link']}: {data.get('port') or data.get('why')}"
    if "missing_s" in data:
        return f"samples missing for {data['missing_s']:.2f} s"
    return trouble_words(data["error"]) if data["error"] else "sensor is well again"
