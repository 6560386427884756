"""When is a set over: nothing has moved for the rest time, or the lever was left at its stop."""

from collections import deque
from enum import Enum, auto
from math import ceil
from typing import NamedTuple

from analysis.cells import Cell
from config import FormStandard

BLOCK_S = 1.0
STILL_DEG = 1.5  # a lever that stays within this is not on its way anywhere
AT_STOP_DEG = 1.0  # a stop is a fixed point
_LEFT_BLOCKS = 12  # longer at the stop than anybody pauses in a rep


class Rest(Enum):
    """Why a set is over."""

    STILL = auto()
    AT_STOP = auto()


class _Block(NamedTuple):
    low: float
    high: float


class RestWatch:
    """Looks at whole seconds: the least and the greatest angle of each (an empty one moved
    nothing).
    """

    def __init__(self, standard: FormStandard) -> None:
        self._rest_blocks = ceil(standard.set_rest_s / BLOCK_S)
        self._blocks: deque[_Block] = deque(maxlen=max(self._rest_blocks, _LEFT_BLOCKS))
        self._travel = standard.min_travel_deg
        self._zone = standard.top_zone_deg
        self._stop_deg: float | None = None
        self._origin_s: float | None = None
        self._block = 0
        self._low = self._high = 0.0

    def step(self, cell: Cell, getting_in: bool) -> Rest | None:
        """Is the set over at `cell`? Said again every second for as long as it is.

        `getting_in`: nobody has reached the top, so a lever at rest below it lies at its stop.
        """
        if self._origin_s is None:
            self._origin_s = cell.t_s
            self._low = self._high = cell.angle_deg
        block = int((cell.t_s - self._origin_s) / BLOCK_S)
        if block == self._block:
            self._low = min(self._low, cell.angle_deg)
            self._high = max(self._high, cell.angle_deg)
            return None
        # Seconds without data count as seconds in which nothing is known to have moved.
        finished = _Block(self._low, self._high)
        self._blocks.extend([finished] * min(block - self._block, self._rest_blocks))
        self._block = block
        self._low = self._high = cell.angle_deg
        if getting_in and self._range(2) <= AT_STOP_DEG and finished.low > self._zone:
            self._stop_deg = 0.5 * (finished.low + finished.high)
        return self._verdict()

    def _verdict(self) -> Rest | None:
        rested = self._range(self._rest_blocks) <= self._travel
        if rested and self._range(2) <= STILL_DEG:
            return Rest.STILL
        left = (
            self._stop_deg is not None and abs(self._blocks[-1].low - self._stop_deg) <= AT_STOP_DEG
        )
        if left and self._range(_LEFT_BLOCKS) <= AT_STOP_DEG:
            return Rest.AT_STOP
        return None

    def _range(self, blocks: int) -> float:
        """Least to greatest angle of the last `blocks` seconds; infinite while there are fewer."""
        if len(self._blocks) < blocks:
            return float("inf")
        recent = list(self._blocks)[-blocks:]
        return max(b.high for b in recent) - min(b.low for b in recent)
