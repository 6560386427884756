"""What the guide sees of the sensor: where it is, still stretches, and what is wrong with it."""

from typing import NamedTuple

from firmware_bridge.floor.calibration.hold import BAD_SHARE, Cell, Stretches
from firmware_bridge.floor.calibration.refusals import Said, refusal
from firmware_bridge.floor.calibration.track import Track

BLIND_S = 2.0
MOST_BAD_PCT = 100 * BAD_SHARE
# After a pause in the data the nearest turn is taken; further away it could be another one.
PAUSE_S = 0.5
SURE_OF_TURN_DEG = 90.0  # of the sensor

_BLIND = {"no_answer": "no_answer", "no_magnet": "magnet_missing"}


class Seen(NamedTuple):
    """What one sample brings: good times (s) and counts, and a quarter of a second that is over."""

    good: list[tuple[float, float]]
    cell: Cell | None


class Sight:
    """Takes samples one by one. Counts go on over a turn-over, as the lever does."""

    def __init__(self, counts_per_turn: int, gear: float, play_deg: float) -> None:
        self.deg = 360.0 / (counts_per_turn * gear)  # of the lever, with the gear that is set
        self.stretches = Stretches(self.deg)
        self.now_s = 0.0
        self.counts: float | None = None  # the newest good ones
        self.first: float | None = None
        self.raw: int | None = None
        self.raw_since_s = 0.0
        self.extremes: tuple[float, float] | None = None
        self.blind: Said | None = None  # nothing but errors comes
        self.unseen: Said | None = None  # it went too far while no samples came
        self._track = Track(counts_per_turn, gear, play_deg)
        self._turn = counts_per_turn
        self._good_s = 0.0
        self._read_s: float | None = None
        self._slots = self._good = 0

    def take(self, t_s: float, value: int | str) -> Seen:
        """The next sample: raw counts, or the name of an error."""
        self.now_s = t_s
        good = self._errs(value) if isinstance(value, str) else self._reads(value)
        self._slots += 1
        self._good += len(good)
        cell = self.stretches.push(t_s, [counts for _, counts in good])
        if cell and cell.counts:
            low, high = self.extremes or (cell.middle, cell.middle)
            self.extremes = min(low, cell.middle), max(high, cell.middle)
        return Seen(good, cell)

    def miss(self, samples: int) -> None:
        """So many samples will never come."""
        self._slots += samples
        self.stretches.miss(samples)

    def begin(self) -> None:
        """What follows is looked at by itself: holds, bad samples, unchanging counts."""
        self.stretches.forget()
        self._slots = self._good = 0
        self.raw_since_s = self.now_s

    @property
    def bad_pct(self) -> float:
        """How many of the samples since then were wrong or missing."""
        return 100 * (1 - self._good / self._slots) if self._slots else 0.0

    def _errs(self, error: str) -> list[tuple[float, float]]:
        if self._read_s is None:
            self._read_s = self.now_s
        if self.now_s - self._read_s >= BLIND_S:
            name = _BLIND.get(error)
            self.blind = refusal(name) if name else too_bad(100.0)
        return []

    def _reads(self, raw: int) -> list[tuple[float, float]]:
        if raw != self.raw:
            self.raw, self.raw_since_s = raw, self.now_s
        self._read_s = self.now_s
        good = self._track.push(self.now_s, raw)
        for t_s, counts in good:
            self._look_for_jump(t_s, counts)
            self._good_s, self.counts = t_s, counts
            self.first = counts if self.first is None else self.first
        return good

    def _look_for_jump(self, t_s: float, counts: float) -> None:
        if self.counts is None or t_s - self._good_s < PAUSE_S:
            return
        turned_deg = abs(counts - self.counts) * 360 / self._turn
        if turned_deg > SURE_OF_TURN_DEG:
            self.extremes = None
            missing_s = t_s - self._good_s
            self.unseen = refusal("unseen", turned_deg=turned_deg, missing_s=missing_s)


def too_bad(bad_pct: float) -> Said:
    """Too many samples of a hold were wrong or missing."""
    return refusal("bad_samples", bad_pct=bad_pct, most_pct=MOST_BAD_PCT)
