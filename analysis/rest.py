"""When is a set over: nothing has moved for the rest time, or the lever was left at its stop."""

from collections import deque
from enum import Enum, auto
from math import ceil
from typing import NamedTuple

from analysis.cells import Cell
from config import FormStandard

BLOCK_S = 1.0
STILL_DEG = 1.5  # a lever that stays within this is not on its way anywhere
RESTLESS_S = 5.0  # longer still, and a rest may be restless
AT_STOP_DEG = 1.0  # a stop is a fixed point
_LEFT_BLOCKS = 12  # longer at the stop than anybody pauses in a rep


class Rest(Enum):
    """Why a set is over."""

    STILL = auto()
    AT_STOP = auto()
    UNSEEN = auto()  # no data for as long as a rest


class _Block(NamedTuple):
    low: float
    high: float


class RestWatch:
    """Looks at whole seconds: the least and the greatest angle of each."""

    def __init__(self, standard: FormStandard) -> None:
        self._rest_blocks = ceil(standard.set_rest_s / BLOCK_S)
        self._restless_blocks = self._rest_blocks + ceil(RESTLESS_S / BLOCK_S)
        self._blocks: deque[_Block] = deque(maxlen=self._restless_blocks)
        self._travel = standard.min_travel_deg
        self._zone = standard.top_zone_deg
        self._stop_deg: float | None = None
        self._since_s: float | None = None  # the beginning of the second under way
        self._low = self._high = 0.0

    def step(self, cell: Cell, getting_in: bool) -> Rest | None:
        """Is the set over at `cell`? Said again every second for as long as it is.

        `getting_in`: nobody has reached the top, so a lever at rest below it lies at its stop.
        """
        unseen = cell.gap_s >= self._rest_blocks * BLOCK_S
        if self._since_s is None or unseen:
            self._begin(cell.t_s, cell)
            self._blocks.clear()
            return Rest.UNSEEN if unseen else None
        passed = int((cell.t_s - self._since_s) / BLOCK_S)
        if not passed:
            self._low = min(self._low, cell.angle_deg)
            self._high = max(self._high, cell.angle_deg)
            return None
        # Seconds without data count as seconds in which nothing is known to have moved.
        self._blocks.extend([_Block(self._low, self._high)] * passed)
        self._begin(self._since_s + passed * BLOCK_S, cell)
        self._learn_stop(getting_in)
        return self._verdict()

    def _begin(self, since_s: float, cell: Cell) -> None:
        self._since_s = since_s
        self._low = self._high = cell.angle_deg

    def _learn_stop(self, getting_in: bool) -> None:
        low, high = self._blocks[-1]
        if getting_in and self._range(2) <= AT_STOP_DEG and low > self._zone:
            self._stop_deg = 0.5 * (low + high)
        elif self._stop_deg is not None and high > self._stop_deg + AT_STOP_DEG:
            self._stop_deg = None  # nothing goes past a stop, so that was none

    def _verdict(self) -> Rest | None:
        rested = self._range(self._rest_blocks) <= self._travel
        if rested and self._range(2) <= STILL_DEG:
            return Rest.STILL
        if self._range(self._restless_blocks) <= self._travel:
            return Rest.STILL
        at_stop = (
            self._stop_deg is not None and abs(self._blocks[-1].low - self._stop_deg) <= AT_STOP_DEG
        )
        return Rest.AT_STOP if at_stop and self._range(_LEFT_BLOCKS) <= AT_STOP_DEG else None

    def _range(self, blocks: int) -> float:
        """Least to greatest angle of the last `blocks` seconds; infinite while there are fewer."""
        if len(self._blocks) < blocks:
            return float("inf")
        recent = list(self._blocks)[-blocks:]
        return max(b.high for b in recent) - min(b.low for b in recent)
