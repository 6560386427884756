"""Finds still stretches: where somebody holds the lever, or it rests on its stop.

Medians of a quarter of a second leave neither noise nor spikes, but all of the movement. People
breathe and sway by up to a degree, with a period of some seconds, and come back; who lowers
slowly does not. So a stretch is still when its medians lie close together and its second half is
where its first half is.
"""

from collections import deque
from dataclasses import dataclass, field
from statistics import fmean, median, pstdev

CELL_S = 0.25
HOLD_CELLS = 8
CHECK_CELLS = 4
HOLD_S = HOLD_CELLS * CELL_S
RANGE_DEG = 1.5  # sway of 0.5 deg both ways, and the medians of a worn sensor's 0.4 deg
DRIFT_DEG = 0.3
SPREAD_DEG = 1.0  # shaking too quick for the medians
BAD_SHARE = 0.05


@dataclass
class Cell:
    """A quarter of a second. `slots`: readings that there should be."""

    end_s: float
    counts: list[float] = field(default_factory=list)
    slots: int = 0

    @property
    def middle(self) -> float:
        return median(self.counts)


@dataclass(frozen=True)
class Stretch:
    """Some time of the lever. `bad`: share of its readings that are wrong or missing; `moved_deg`
    and `drift_deg`: how far it went to and fro, and from the first half to the second.
    """

    counts: float
    spread_deg: float
    moved_deg: float
    drift_deg: float
    bad: float

    @property
    def still(self) -> bool:
        calm = self.spread_deg <= SPREAD_DEG
        return calm and self.moved_deg <= RANGE_DEG and self.drift_deg <= DRIFT_DEG

    @property
    def sound(self) -> bool:
        return self.bad <= BAD_SHARE


class Stretches:
    """Cuts the time into cells, and measures the stretches that they make."""

    def __init__(self, deg_per_count: float) -> None:
        self._deg = deg_per_count
        self._cell: Cell | None = None
        self._cells: deque[Cell] = deque(maxlen=HOLD_CELLS)

    def push(self, t_s: float, counts: list[float]) -> Cell | None:
        """One reading's time, and the counts now known to be good; the cell that is over then."""
        over = self._over(t_s)
        if self._cell is None:
            self._cell = Cell(t_s + CELL_S)
        self._cell.slots += 1
        self._cell.counts += counts
        return over

    def miss(self, readings: int) -> None:
        """So many readings will never come."""
        if self._cell:
            self._cell.slots += readings

    def forget(self) -> None:
        """No stretch may begin before now."""
        self._cell = None
        self._cells.clear()

    def last(self, cells: int) -> Stretch | None:
        """The newest stretch of so many cells; None if nobody could see so long."""
        part = list(self._cells)[-cells:]
        if len(part) < cells or not all(cell.counts for cell in part):
            return None
        middles = [cell.middle for cell in part]
        counts = sorted(value for cell in part for value in cell.counts)
        quarter, half = len(counts) // 4, cells // 2
        drift = fmean(middles[half:]) - fmean(middles[:half])
        return Stretch(
            # The median would be a whole count, which is too coarse.
            counts=fmean(counts[quarter : len(counts) - quarter]),
            spread_deg=pstdev(counts) * self._deg,
            moved_deg=(max(middles) - min(middles)) * self._deg,
            drift_deg=abs(drift) * self._deg,
            bad=max(0.0, 1 - len(counts) / sum(cell.slots for cell in part)),
        )

    def still_s(self) -> float:
        """For how long the lever has been in one place, up to HOLD_S."""
        middles: list[float] = []
        for cell in reversed(self._cells):
            if not cell.counts:
                break
            middles.append(cell.middle)
            if (max(middles) - min(middles)) * self._deg > RANGE_DEG:
                middles.pop()
                break
        return len(middles) * CELL_S

    def _over(self, t_s: float) -> Cell | None:
        cell = self._cell
        if cell is None or t_s < cell.end_s:
            return None
        if t_s >= cell.end_s + CELL_S:  # a pause in the data: no stretch goes across it
            self.forget()
            return cell
        self._cells.append(cell)
        self._cell = Cell(cell.end_s + CELL_S)
        return cell
