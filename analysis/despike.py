"""Readings that no lever could have made are taken out: spikes, and runs of bad readings.

A reading that stands out from both its neighbours by more than `SPIKE_DEG`, to the same side, is a
spike. Any other that the lever's motion so far does not lead to is doubted, and with it all that
follow. Doubted readings are sorted into tracks that agree with themselves, until one is believed:

- a track that goes on where the lever would be by now, after `BACK` readings;
- one that the lever had the time to get to unseen, after `PROOF` readings, longer than a sensor
  keeps to a wrong value;
- any other after `LONG_PROOF_S`: then the sensor itself has moved.

The readings of the other tracks were bad. The first place of all has to be proven in the same way.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.checks import steps_over

Sample = tuple[float, float]

SPIKE_DEG = 2.5
JUMP_DEG = 4.0  # noise and knocks
MAX_SPEED_DPS = 400.0
MAX_ACCEL_DPS2 = 2500.0
REACH_DEG = 15.0  # however long nothing was seen: further away is to be proven
BACK = 3
PROOF = 14
LONG_PROOF_S = 1.0
_SPEED_OVER_S = 0.06
_TRACK_LOST_S = 0.15
_ENOUGH_BEFORE = 200  # samples, to know how the lever moved


class Despiker:
    """Streaming form: `push` a sample, get those that are now known to be good, in order."""

    def __init__(self) -> None:
        self._before: Sample | None = None
        self._newest: Sample | None = None
        self._judge = _Judge()

    def push(self, t_s: float, angle_deg: float) -> Sequence[Sample]:
        """Samples known to be good now; it takes the next one to know that one is no spike."""
        middle, before = self._newest, self._before
        self._before, self._newest = middle, (t_s, angle_deg)
        if middle is None:
            return ()
        if before is not None and _stands_out(before[1], middle[1], angle_deg):
            return ()
        return self._judge.push(middle)

    def flush(self) -> Sequence[Sample]:
        """The end of the stream: nothing comes after the newest sample."""
        newest = self._newest
        self._before = self._newest = None
        return () if newest is None else self._judge.push(newest)


def despike_trace(
    t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same for a whole trace: the good samples' times (s) and angles (deg)."""
    good = np.ones(len(t_s), dtype=bool)
    big = steps_over(angle_deg, SPIKE_DEG)
    step = angle_deg[big + 1] - angle_deg[big]
    spikes = big[1:][(np.diff(big) == 1) & (step[1:] * step[:-1] < 0)]
    good[spikes] = False
    decided = _decide(t_s, angle_deg, 0, good) if len(t_s) else 0
    # A step within JUMP_DEG is never doubted, so only the others need the judge.
    places = np.union1d(big, spikes) + 1
    for start in _jumps(angle_deg, good, places[places > decided]).tolist():
        if start > decided:
            decided = _decide(t_s, angle_deg, start, good)
    return t_s[good], angle_deg[good]


def _jumps(
    angle: NDArray[np.float64], good: NDArray[np.bool_], places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Those of the `places` that are good and more than JUMP_DEG away from the good one before."""
    places = places[places < len(angle)]
    places = places[good[places]]
    before = places - 1
    while not good[before].all():
        before -= ~good[before]
    return places[np.abs(angle[places] - angle[before]) > JUMP_DEG]


def _decide(
    t: NDArray[np.float64], angle: NDArray[np.float64], start: int, good: NDArray[np.bool_]
) -> int:
    """Judge the good ones from `start` until none is in doubt; return the last one judged."""
    judge = _Judge()
    since = max(0, start - _ENOUGH_BEFORE)
    before = since + np.flatnonzero(good[since:start])
    for earlier in zip(t[before].tolist(), angle[before].tolist(), strict=True):
        judge.believe(earlier)
    places: dict[Sample, int] = {}
    believed: list[Sample] = []
    for i in range(start, len(t)):
        if not good[i]:
            continue
        sample = (float(t[i]), float(angle[i]))
        places[sample] = i
        believed += judge.push(sample)
        if judge.sure:
            break
    good[start : i + 1] = False
    good[[places[sample] for sample in believed]] = True
    return i


class _Judge:
    """Believes readings that the motion so far leads to, and sorts the others into tracks."""

    def __init__(self) -> None:
        self._recent: deque[Sample] = deque()  # believed, the last _SPEED_OVER_S
        self._changed_s = 0.0  # when the believed angle last changed: a stuck sensor stands still
        self._tracks: list[_Track] = []

    @property
    def sure(self) -> bool:
        """Nothing is in doubt."""
        return not self._tracks and bool(self._recent)

    def push(self, sample: Sample) -> Sequence[Sample]:
        """Take the next sample; return those that are believed now."""
        if self.sure and self._led_to(sample):
            self.believe(sample)
            return (sample,)
        track = self._track_of(sample)
        track.samples.append(sample)
        if not self._proven(track):
            return ()
        self._tracks.clear()
        for one in track.samples:
            self.believe(one)
        return track.samples

    def believe(self, sample: Sample) -> None:
        """The lever is there."""
        if not self._recent or self._recent[-1][1] != sample[1]:
            self._changed_s = sample[0]
        self._recent.append(sample)
        while self._recent[0][0] < sample[0] - _SPEED_OVER_S:
            self._recent.popleft()

    def _motion(self, at_s: float) -> tuple[float, float, float]:
        """Where the lever is at `at_s` if it stopped, if it moved on, and the slack (deg)."""
        (since_s, since_deg), (last_s, last_deg) = self._recent[0], self._recent[-1]
        span_s, ahead_s = last_s - since_s, at_s - last_s
        speed = (last_deg - since_deg) / span_s if span_s > 0 else 0.0
        speed = min(max(speed, -MAX_SPEED_DPS), MAX_SPEED_DPS)
        slack = JUMP_DEG + 0.5 * MAX_ACCEL_DPS2 * ahead_s * (ahead_s + span_s)
        return last_deg, last_deg + speed * ahead_s, min(slack, REACH_DEG)

    def _led_to(self, sample: Sample) -> bool:
        """Does the motion so far lead to `sample`?"""
        if not self._recent:
            return False
        stopped, moved_on, slack = self._motion(sample[0])
        low, high = sorted((stopped, moved_on))
        return low - slack <= sample[1] <= high + slack

    def _track_of(self, sample: Sample) -> "_Track":
        """The nearest track that `sample` goes on with, or a new one."""
        self._tracks = [t for t in self._tracks if sample[0] - t.samples[-1][0] < _TRACK_LOST_S]
        agreeing = [track for track in self._tracks if _agree(track.samples[-1], sample)]
        led_to = self._led_to(sample)
        if agreeing:
            nearest = min(agreeing, key=lambda track: abs(track.samples[-1][1] - sample[1]))
            away = abs(nearest.samples[-1][1] - sample[1])
            # Back from a run of bad readings, the lever is nearer to its own way than to theirs.
            margin = JUMP_DEG if nearest.goes_on else 0.0
            if not led_to or abs(self._motion(sample[0])[1] - sample[1]) + margin >= away:
                return nearest
        self._tracks.append(_Track(led_to, []))
        return self._tracks[-1]

    def _proven(self, track: "_Track") -> bool:
        first, n = track.samples[0], len(track.samples)
        if track.goes_on and n >= BACK:
            return True
        if n >= PROOF and (not self._recent or self._got_to(first)):
            return True
        return track.samples[-1][0] - first[0] >= LONG_PROOF_S

    def _got_to(self, sample: Sample) -> bool:
        """Had the lever the time to get there, from a place that it was lately believed at?"""
        left = [*self._recent, (self._changed_s, self._recent[-1][1])]
        return any(abs(sample[1] - deg) <= _travel_deg(sample[0] - t_s) for t_s, deg in left)


class _Track:
    """Doubted samples that agree with each other; `goes_on` from where the lever would be."""

    def __init__(self, goes_on: bool, samples: list[Sample]) -> None:
        self.goes_on = goes_on
        self.samples = samples


def _stands_out(before: float, middle: float, after: float) -> bool:
    up, down = middle - before, middle - after
    return (up > SPIKE_DEG and down > SPIKE_DEG) or (up < -SPIKE_DEG and down < -SPIKE_DEG)


def _travel_deg(seconds: float) -> float:
    """How far apart two readings of a moving lever can be."""
    return JUMP_DEG + MAX_SPEED_DPS * seconds


def _agree(a: Sample, b: Sample) -> bool:
    return abs(b[1] - a[1]) <= min(_travel_deg(b[0] - a[0]), REACH_DEG)
