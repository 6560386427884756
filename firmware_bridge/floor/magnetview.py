"""Where the magnet has to go, from what the sensor says of it: for whoever is holding the magnet.

An AS5600 amplifies a weak field more than a strong one, so its gain (AGC) tells how far away the
magnet is. Its data sheet asks for the middle of the gain's range.
"""

from collections import deque
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

MAGNETIC = {"as5600"}
FULL_3V3, FULL_5V = 128, 255  # the upper end of the gain, by the supply of the sensor
GOOD = 0.25  # of the range, to either side of its middle
STEADY = 16  # a gain that changes by more while the lever turns: off centre, or not level
LOOK_BACK = 15  # readings, one a second: long enough to move the lever down and up

_BAR = 41  # odd, so that it has a middle
_NEAR, _FAR = "too close ", " too far"


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do with the magnet; `good` if it may be fixed where it is."""

    good: bool
    words: str


WAIT = Advice(False, "wait: the sensor speaks once a second")
GONE = Advice(False, "the board is gone: check its cable")
FINE = Advice(True, "fine: fix it now, then move the lever all the way down and up")
STATES = {
    "no_answer": Advice(False, "the sensor does not answer: check its wires"),
    "missing": Advice(False, "no magnet: hold it over the middle of the chip, 0.5 to 3 mm away"),
    "weak": Advice(False, "too weak: bring the magnet closer"),
    "strong": Advice(False, "too strong: move the magnet farther away"),
}


def advice(state: str, gains: list[int], full: int) -> Advice:
    """What to do now.

    state: "ok" or one of STATES. gains: AGC readings since the magnet came to where it is, the
    newest last, each 0 to `full`.
    """
    if state != "ok":
        return STATES[state]
    off = _off(gains[-1], full)
    if abs(off) > GOOD:
        how = "farther away" if off < 0 else "closer"
        return Advice(False, f"move the magnet a little {how}")
    if max(gains) - min(gains) > STEADY:
        return Advice(
            False,
            f"the gain went from {min(gains)} to {max(gains)}: if only the lever moved, centre the "
            "magnet on the axle and set it level",
        )
    return FINE


class MagnetView:
    """Takes what each STATUS says. Draws itself on a terminal (rich); elsewhere take `line`.

    sensor: its kind, as HELLO gives it.
    """

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        self._magnetic = sensor in MAGNETIC
        self._full = FULL_3V3 if self._magnetic else FULL_5V
        self._begin()

    def lose(self) -> None:
        """The board is gone; nothing of the magnet is known."""
        self._begin()
        self._gone = True

    def _begin(self) -> None:
        self._state, self._gone = "", False
        self._agc = self._magnitude = 0
        self._gains: deque[int] = deque(maxlen=LOOK_BACK)

    def take(self, state: str, agc: int, magnitude: int) -> None:
        """One STATUS: "ok" or one of STATES, its AGC and its magnitude."""
        self._magnetic |= agc > 0 or magnitude > 0  # a driver of somebody's own
        if agc > FULL_3V3:
            self._full = FULL_5V
        before, self._state = self._state, state
        if not before == self._state == "ok" or abs(_off(self._agc, self._full)) > GOOD:
            self._gains.clear()  # it was on its way here
        self._agc, self._magnitude = agc, magnitude
        self._gains.append(agc)

    @property
    def advice(self) -> Advice:
        """What to do now."""
        if not self._state:
            return GONE if self._gone else WAIT
        if self._magnetic:
            return advice(self._state, list(self._gains), self._full)
        if self._state == "no_answer":
            return STATES["no_answer"]
        return Advice(True, f"sensor {self._sensor} has no magnet to place, and it answers")

    def line(self) -> str:
        """All of it in one line."""
        if not self._has_reading():
            return self.advice.words
        return f"gain {self._agc} of {self._full}: {self.advice.words}"

    def __rich__(self) -> Group:
        now = self.advice
        sign, style = ("✓", "bold green") if now.good else ("→", "bold yellow")
        parts = [Text(f"{sign} {now.words}", style)]
        if self._has_reading():
            parts = [self._bar(), *parts, Text(self._facts(), "dim")]
        return Group(*parts)

    def _has_reading(self) -> bool:
        return self._magnetic and self._state not in ("", "no_answer")

    def _bar(self) -> Text:
        """The gain's range with its good part, and a mark under it where the gain is now."""
        cells = [abs(at / (_BAR - 1) - 0.5) <= GOOD for at in range(_BAR)]
        text = Text(_NEAR, no_wrap=True, overflow="crop")
        for good in cells:
            text.append("█" if good else "░", "green" if good else "yellow")
        at = round((_BAR - 1) * min(self._agc / self._full, 1))
        text.append(f"{_FAR}\n{' ' * (len(_NEAR) + at)}▲ {self._agc}\n")
        return text

    def _facts(self) -> str:
        facts = [f"gain (AGC) {self._agc} of {self._full}", f"magnitude {self._magnitude}"]
        if len(self._gains) > 1:
            facts.insert(1, f"{min(self._gains)} to {max(self._gains)} in {len(self._gains)} s")
        return ", ".join(facts)


def _off(agc: int, full: int) -> float:
    """How far a gain is from the middle of its range, as a part of the range."""
    return agc / full - 0.5


class MagnetScreen:
    """The view on a terminal, drawn anew with each reading; in a pipe a line when it changes.

    A context manager that gives the terminal back.
    """

    def __init__(self, stream: TextIO) -> None:
        console = Console(file=stream, highlight=False)
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._stream = stream
        self._view = MagnetView("")
        self._line = ""

    def __enter__(self) -> "MagnetScreen":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._live:
            self._live.stop()

    def begin(self, sensor: str) -> None:
        """A board with this kind of sensor is there."""
        self._view = MagnetView(sensor)
        self._show()

    def lose(self) -> None:
        """The board is gone."""
        self._view.lose()
        self._show()

    def take(self, state: str, agc: int, magnitude: int) -> None:
        """What MagnetView takes."""
        self._view.take(state, agc, magnitude)
        self._show()

    def _show(self) -> None:
        if self._live:
            self._live.update(self._view, refresh=True)
        elif self._view.line() != self._line:
            self._line = self._view.line()
            print(self._line, file=self._stream, flush=True)
