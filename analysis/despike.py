"""Readings that no lever could have made are taken out: spikes, and runs of bad readings.

Two rules, both about how a lever moves and not about how a fault looks:

- a reading that stands out from both its neighbours by more than `SPIKE_DEG`, to the same side, is
  a spike;
- a lever moves at most `MAX_SPEED_DPS`; a reading further away than that (and `JUMP_DEG` for
  noise; and in any case further than `REACH_DEG`, however long nothing was seen) is doubted, and
  with it all that follow, until one is back in reach (then the doubted ones were bad) or those in
  a row that agree with each other prove that the lever is there: `PROOF` of them if it had the
  time to get there unseen, else `LONG_PROOF_S` of them (then the sensor itself has moved). The
  first place of all has to be proven in the same way.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Sample = tuple[float, float]

SPIKE_DEG = 2.5
JUMP_DEG = 4.0
MAX_SPEED_DPS = 400.0
REACH_DEG = 15.0
PROOF = 14
LONG_PROOF_S = 1.0


class Despiker:
    """Streaming form: `push` a sample, get those that are now known to be good, in order."""

    def __init__(self) -> None:
        self._before: Sample | None = None
        self._newest: Sample | None = None
        self._good: Sample | None = None
        self._doubted: list[Sample] = []

    def push(self, t_s: float, angle_deg: float) -> Sequence[Sample]:
        """Samples known to be good now; it takes the next one to know that one is no spike."""
        middle, before = self._newest, self._before
        self._before, self._newest = middle, (t_s, angle_deg)
        if middle is None:
            return ()
        if before is not None and _stands_out(before[1], middle[1], angle_deg):
            return ()
        return self._in_reach(middle)

    def flush(self) -> Sequence[Sample]:
        """The end of the stream: nothing comes after the newest sample."""
        newest = self._newest
        self._before = self._newest = None
        return () if newest is None else self._in_reach(newest)

    def _in_reach(self, sample: Sample) -> Sequence[Sample]:
        if self._good is not None and _reachable(self._good, sample):
            self._good = sample
            self._doubted.clear()
            return (sample,)
        if self._doubted and not _reachable(self._doubted[-1], sample):
            self._doubted.clear()
        self._doubted.append(sample)
        if not _proven(self._good, self._doubted[0], sample, len(self._doubted)):
            return ()
        proven, self._doubted = self._doubted, []
        self._good = sample
        return proven


def despike_trace(
    t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same for a whole trace: the good samples' times (s) and angles (deg)."""
    step = np.diff(angle_deg)
    big = np.flatnonzero(np.abs(step) > SPIKE_DEG)
    pairs = big[:-1][(np.diff(big) == 1) & (step[big[:-1]] * step[big[1:]] < 0)]
    good = np.ones(len(t_s), dtype=bool)
    good[pairs + 1] = False
    t, angle = t_s[good], angle_deg[good]
    reach = np.minimum(JUMP_DEG + MAX_SPEED_DPS * np.diff(t), REACH_DEG)
    doubtful = np.flatnonzero(np.abs(np.diff(angle)) > reach) + 1
    good = np.ones(len(t), dtype=bool)
    checked = _settle(t, angle, 0, None, good)
    for start in doubtful.tolist():
        if start > checked:
            checked = _settle(t, angle, start, (float(t[start - 1]), float(angle[start - 1])), good)
    return t[good], angle[good]


def _settle(
    t: NDArray[np.float64],
    angle: NDArray[np.float64],
    start: int,
    anchor: Sample | None,
    good: NDArray[np.bool_],
) -> int:
    """Decide on the samples from `start` on; return the newest that is good."""
    run = start
    previous = anchor
    for i in range(start, len(t)):
        sample = (float(t[i]), float(angle[i]))
        if anchor is not None and _reachable(anchor, sample):
            good[start:i] = False
            return i
        if i > run and previous is not None and not _reachable(previous, sample):
            run = i
        first = (float(t[run]), float(angle[run]))
        if _proven(anchor, first, sample, i - run + 1):
            good[start:run] = False
            return i
        previous = sample
    good[start:] = False
    return len(t)


def _stands_out(before: float, middle: float, after: float) -> bool:
    up, down = middle - before, middle - after
    return (up > SPIKE_DEG and down > SPIKE_DEG) or (up < -SPIKE_DEG and down < -SPIKE_DEG)


def _travel_deg(a: Sample, b: Sample) -> float:
    """How far apart readings of a moving lever can be."""
    return JUMP_DEG + MAX_SPEED_DPS * (b[0] - a[0])


def _reachable(a: Sample, b: Sample) -> bool:
    return abs(b[1] - a[1]) <= min(_travel_deg(a, b), REACH_DEG)


def _proven(good: Sample | None, first: Sample, newest: Sample, agreeing: int) -> bool:
    """Is the lever where `agreeing` doubted samples from `first` to `newest` say, `good` having
    been the last?
    """
    got_there = good is None or abs(first[1] - good[1]) <= _travel_deg(good, first)
    return (got_there and agreeing >= PROOF) or newest[0] - first[0] >= LONG_PROOF_S
