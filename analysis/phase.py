"""Which part of a rep the lever is in right now, for a display; nothing is counted by it."""

from collections import deque
from typing import Literal, NamedTuple

from analysis.cells import CELL_S, Cell

Phase = Literal["eccentric", "bottom_hold", "concentric", "top_hold"]

_WINDOW = round(0.5 / CELL_S)
_MOVES_DEG = 1.2  # in the window: the lever moves
_STAYS_DEG = 0.6  # in the window: it has come to a stop


class Change(NamedTuple):
    """A phase that begins, and the one before it and how long that lasted (s)."""

    phase: Phase
    before: Phase | None
    lasted_s: float


class PhaseWatch:
    """`step` says when a phase begins."""

    def __init__(self, top_zone_deg: float) -> None:
        self._zone = top_zone_deg
        self._recent: deque[float] = deque(maxlen=_WINDOW)
        self._phase: Phase | None = None
        self._since = 0

    def step(self, cell: Cell) -> Change | None:
        """The phase that begins at `cell`, or None when the present one goes on."""
        if cell.gap_s:
            self._recent.clear()
        self._recent.append(cell.angle_deg)
        phase = self._read(cell.angle_deg)
        if phase == self._phase:
            return None
        change = Change(phase, self._phase, (cell.number - self._since) * CELL_S)
        self._phase, self._since = phase, cell.number
        return change

    def _read(self, angle_deg: float) -> Phase:
        moved = angle_deg - self._recent[0]
        since_low = angle_deg - min(self._recent)
        since_high = max(self._recent) - angle_deg
        # Settling back from past neutral is no lowering yet.
        if since_low >= _MOVES_DEG and since_low > since_high and angle_deg > _MOVES_DEG:
            return "eccentric"
        if since_high >= _MOVES_DEG and since_high > since_low:
            return "concentric"
        if abs(moved) > _STAYS_DEG and self._phase is not None:
            return self._phase
        return "top_hold" if angle_deg <= self._zone else "bottom_hold"
