"""The guided calibration in a terminal: draws a guide's view, and reads what is pressed."""

import os
import select
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from firmware_bridge.floor.calibration.guide import Guide
from firmware_bridge.floor.calibration.outcome import words

Action = Callable[[Guide], None]
View = dict[str, Any]

STEPS = {
    "neutral": "1 Neutral: stand tall, ribs over the pelvis. Enter when the lifter stands still.",
    "stop": "2 Stop: lower the lever without a pause until it rests on its forward stop.",
    "range": "3 Range: three slow reps, as deep as they are meant to be. Enter leaves them out.",
    "checks": "4 Checks: zero an inclinometer at neutral, hold the lever at 3 to 6 angles, two of "
    "them at the stop; at each type what it shows, and Enter. Enter alone ends.",
    "done": "Done.",
    "refused": "No calibration was made; the one before stays in force.",
}
LACKS = {"moving": "hold still", "bad_samples": "bad samples"}
KEYS = "Enter, an angle like 42.5, or q to stop"
QUIT = "q"
_ENTER: dict[str, Action] = {"neutral": Guide.take, "range": Guide.skip, "checks": Guide.skip}
_BAR = 24
_QUARTERS = 4


class CalibrationTerminal:
    """A context manager. Lines of a pipe wait until the guide can use them; on a terminal what is
    typed too early is dropped, and its end (Ctrl-D) stops the guide. Where nothing could ever be
    typed, and at the end of a pipe, Enter is pressed.
    """

    def __init__(self, stdin: TextIO | None, stdout: TextIO) -> None:
        self._keys = _Keys(stdin)
        self._screen = _Screen(stdout) if stdout.isatty() else _Lines(stdout)
        self._view: View = {"step": "neutral", "taking": False}

    def __enter__(self) -> "CalibrationTerminal":
        self._screen.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._screen.stop()

    def actions(self) -> list[Action]:
        """What has been pressed and is to be done to the guide now; does not wait."""
        self._keys.read()
        lines = self._keys.take_all() if self._keys.typed else self._next()
        return [action for line in lines if (action := self._action(line))]

    def show(self, view: View) -> None:
        """How the guide stands now."""
        self._view = view
        self._screen.show(view)

    def _next(self) -> list[str]:
        """The next line of a pipe, if its turn has come."""
        line = self._keys.first()
        if line is None or not (line == QUIT or self._is_awaited(line)):
            return []
        self._keys.drop()
        return [line]

    def _is_awaited(self, line: str) -> bool:
        step, taking = self._view["step"], self._view["taking"]
        if step == "range":
            return _number(line) is None
        return step in ("neutral", "checks") and not taking

    def _action(self, line: str) -> Action | None:
        if line == QUIT:
            return Guide.cancel
        if not line:
            return _ENTER[self._view["step"]] if self._is_awaited(line) else None
        angle_deg = _number(line)
        if angle_deg is None:
            self._screen.tell(f"{line!r}? {KEYS}")
            return None
        return partial(Guide.check, angle_deg=angle_deg)


def _number(line: str) -> float | None:
    try:
        return float(line.replace(",", ".").removesuffix("°"))
    except ValueError:
        return None


class _Keys:
    """Whole lines of standard input. At its end there is an empty one whenever one is wanted."""

    def __init__(self, stdin: TextIO | None) -> None:
        self._file = _descriptor(stdin)
        self.typed = self._file is not None and os.isatty(self._file)
        self._begun = b""
        self._lines: deque[str] = deque()

    def read(self) -> None:
        while self._file is not None and select.select([self._file], [], [], 0)[0]:
            try:
                data = os.read(self._file, 4096)
            except OSError:  # the terminal is gone
                data = b""
            *lines, self._begun = (self._begun + data).split(b"\n")
            if not data:
                last = [QUIT.encode()] if self.typed else [self._begun]
                lines += filter(None, last)
                self._file, self._begun = None, b""
            self._lines += [line.decode(errors="replace").strip() for line in lines]

    def take_all(self) -> list[str]:
        lines = list(self._lines)
        self._lines.clear()
        return lines

    def first(self) -> str | None:
        if self._lines:
            return self._lines[0]
        return "" if self._file is None else None

    def drop(self) -> None:
        if self._lines:
            self._lines.popleft()


def _descriptor(stdin: TextIO | None) -> int | None:
    try:
        return None if stdin is None else stdin.fileno()
    except (OSError, ValueError):  # closed, or no file
        return None


class _Screen:
    """Drawn anew and anew on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._live = Live(console=Console(file=stream), auto_refresh=False)
        self._told = ""

    def start(self) -> None:
        self._live.start()

    def stop(self) -> None:
        self._live.stop()

    def tell(self, line: str) -> None:
        self._told = line

    def show(self, view: View) -> None:
        self._live.update(Text("\n".join([*_picture(view), self._told])), refresh=True)


class _Lines:
    """A line for whatever is new."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown: View = {"step": None, "progress": 0.0, "checks": [], "note": None, "reps": 0}

    def start(self) -> None:
        """Nothing to begin with."""

    def stop(self) -> None:
        """Nothing to give back."""

    def tell(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def show(self, view: View) -> None:
        before, self._shown = self._shown, view
        if view["step"] != before["step"]:
            for line in [STEPS[view["step"]], *_ending(view)]:
                self.tell(line)
        elif _quarter(view) > _quarter(before):
            self.tell(f"  {100 * _quarter(view) // _QUARTERS}%")
        if len(view["checks"]) > len(before["checks"]):
            self.tell(_check_line(view["checks"][-1]))
        if view["note"] and view["note"] != before["note"]:
            self.tell(f"  {view['note']['words']}")


def _quarter(view: View) -> int:
    return int(view["progress"] * _QUARTERS)


def _picture(view: View) -> list[str]:
    lines = [STEPS[view["step"]], "", _bar(view), _where(view)]
    if view["step"] == "range":
        lines.append(f"reps: {view['reps']} of {view['reps_wanted']}" + _rushed(view))
    lines += map(_check_line, view["checks"])
    if view["note"]:
        lines.append(view["note"]["words"])
    return lines + _ending(view)


def _bar(view: View) -> str:
    full = round(_BAR * view["progress"])
    lacks = LACKS.get(view["lacks"] or "", "")
    return f"[{'█' * full}{'░' * (_BAR - full)}] {lacks}".rstrip()


def _where(view: View) -> str:
    if view["angle_deg"] is not None:
        return f"lever at {view['angle_deg']:.1f}°"
    turned = view["turned_deg"]
    return "no samples yet" if turned is None else f"turned by {abs(turned):.1f}°"


def _rushed(view: View) -> str:
    return f", {view['rushed']} too fast to count" if view["rushed"] else ""


def _check_line(check: dict[str, Any]) -> str:
    left = check["residual_deg"]
    fits = "" if left is None else f", off by {left:+.2f}° after the fit"
    shown, measured = check["angle_deg"], check["measured_deg"]
    return f"  check {check['number']}: shows {shown:g}°, the sensor {measured:.1f}°{fits}"


def _ending(view: View) -> list[str]:
    # Why it was refused is the command's last line, like any error.
    return words(view["result"]) if view["result"] else []
