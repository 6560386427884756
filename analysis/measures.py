"""The measures of one rep, taken from its own samples once it is over. DEFINITIONS.md says what
each is.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CELL_S
from analysis.extreme import highest, noise_deg
from analysis.polynomial import Array, acceleration, angle_and_speed
from analysis.reps import Attempt
from analysis.samples import Hole, Samples, Series
from analysis.strokes import Stroke, find_stroke
from config import FormStandard

_MARGIN_S = 0.5
_FEWEST_CELLS = 10
_SHAKE_HZ = (3.0, 12.0)
_SHAKE_HOLD_S = 0.5
_ACCEL = (5, 4)  # reach and degree of the curve that acceleration is read off
_ROUGH = (3, 2)  # reach and degree of the curve that turning points are found on


@dataclass(frozen=True)
class Measures:
    """Seconds, degrees, degrees per second; None where samples are missing."""

    start_s: float | None = None
    end_s: float | None = None
    bottom_deg: float | None = None
    top_deg: float | None = None
    eccentric_s: float | None = None
    bottom_hold_s: float | None = None
    concentric_s: float | None = None
    top_hold_s: float | None = None
    overshoot_s: float | None = None
    peak_eccentric_dps: float | None = None
    peak_concentric_dps: float | None = None
    mean_concentric_dps: float | None = None
    shake_deg: float | None = None
    start_accel_dps2: float | None = None
    smoothness: float | None = None
    gaps: tuple[Hole, ...] = field(default=())

    @property
    def range_deg(self) -> float | None:
        """Bottom minus top."""
        return (
            None
            if self.bottom_deg is None or self.top_deg is None
            else self.bottom_deg - self.top_deg
        )

    @property
    def overshoot_deg(self) -> float | None:
        """How far past neutral the finish went."""
        return None if self.top_deg is None else max(0.0, -self.top_deg)


def measure(
    samples: Samples,
    rep: Attempt,
    following: Attempt | None,
    until_s: float,
    standard: FormStandard,
) -> Measures:
    """Measure a finished rep; its top hold lasts until the descent of `following`, or to
    `until_s`.
    """
    assert rep.first_turned_s is not None
    assert rep.finished_s is not None
    over_s = following.first_turned_s if following is not None else None
    over_s = until_s if over_s is None else over_s
    even = samples.window(rep.top_reached_s - _MARGIN_S, over_s)
    if even is None or len(even.mean_deg) < _FEWEST_CELLS:
        return Measures()
    noise = noise_deg(even.mean_deg)
    angle, speed = angle_and_speed(even.mean_deg, *_ROUGH)
    top_left_s = until_s if following is None else following.left_s
    last_bottom = _turn(even, angle, rep.lowered_from_s, rep.finished_s)
    top = _turn(even, -angle, rep.finished_s, top_left_s)
    lower = _descent(even, angle, rep, rep.first_turned_s)
    rise = find_stroke(even, last_bottom, top)
    left_s = over_s
    if following is not None:
        left_s = _descent(even, angle, following, over_s).start_s
    quicker_s = min(lower.seconds, rise.seconds)
    whole = Measures(
        start_s=lower.start_s,
        end_s=rise.end_s,
        bottom_deg=_highest(even, 1, rep.left_s, rep.finished_s, quicker_s, noise),
        top_deg=_highest(even, -1, rep.finished_s, top_left_s, rise.seconds, noise),
        eccentric_s=lower.seconds,
        bottom_hold_s=rise.start_s - lower.end_s,
        concentric_s=rise.seconds,
        top_hold_s=left_s - rise.end_s,
        overshoot_s=_time_past(angle, even, rep.finished_s, left_s, standard),
        peak_eccentric_dps=lower.peak_dps,
        peak_concentric_dps=rise.peak_dps,
        mean_concentric_dps=-rise.travel_deg / rise.seconds if rise.seconds > 0 else None,
        shake_deg=_shake(even, rise.end_s, left_s),
        start_accel_dps2=_start_accel(even, rise),
        smoothness=_smoothness(speed, even, rise),
        gaps=tuple(hole for hole in even.holes if _meet(hole, lower.start_s, left_s)),
    )
    return _without_the_unseen(whole, lower, rise)


def lowering_starts_s(samples: Samples, attempt: Attempt, turned_s: float) -> float:
    """When the descent of an attempt that turned by `turned_s` started."""
    even = samples.window(attempt.top_reached_s - _MARGIN_S, turned_s)
    if even is None or len(even.mean_deg) < _FEWEST_CELLS:
        return attempt.left_s
    angle, _ = angle_and_speed(even.mean_deg, *_ROUGH)
    return _descent(even, angle, attempt, turned_s).start_s


def _descent(even: Series, angle: Array, attempt: Attempt, turned_s: float) -> Stroke:
    begin = _turn(even, -angle, attempt.top_reached_s, attempt.left_s)
    return find_stroke(even, begin, _turn(even, angle, attempt.left_s, turned_s))


def _turn(even: Series, angle: Array, from_s: float, to_s: float) -> int:
    first, last = even.index(from_s), even.index(to_s)
    return first + int(np.argmax(angle[first : last + 1]))


def _highest(
    even: Series, sign: int, from_s: float, to_s: float, stroke_s: float, noise: float
) -> float:
    first, last = even.index(from_s), even.index(to_s)
    return sign * highest(sign * even.mean_deg, first, last, stroke_s, noise)


def _time_past(
    angle: Array, even: Series, from_s: float, to_s: float, standard: FormStandard
) -> float:
    stay = angle[even.index(from_s) : even.index(to_s) + 1]
    return float(np.count_nonzero(stay < -standard.neutral_tolerance_deg) * CELL_S)


def _cell_response(hz: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """What the mean over a cell leaves of an oscillation."""
    left: NDArray[np.floating[Any]] = np.sinc(hz * CELL_S)
    return left


def _shake(even: Series, from_s: float, to_s: float) -> float | None:
    hold = even.mean_deg[even.index(from_s) : even.index(to_s)]
    if len(hold) * CELL_S < _SHAKE_HOLD_S:
        return None
    tapered = (hold - hold.mean()) * np.hanning(len(hold))
    hz = np.fft.rfftfreq(len(hold), CELL_S)
    power = (np.abs(np.fft.rfft(tapered)) / _cell_response(hz)) ** 2
    band = (hz >= _SHAKE_HZ[0]) & (hz <= _SHAKE_HZ[1])
    # Of a one-sided spectrum each line stands for two; the taper kept 3/8 of the power.
    return float(np.sqrt(2 * power[band].sum() / (len(hold) ** 2 * 0.375)))


def _start_accel(even: Series, rise: Stroke) -> float:
    """The quartic over +-0.1 s passes what is below 10 Hz."""
    first, last = even.index(rise.start_s), even.index(rise.end_s)
    angle, _ = angle_and_speed(even.mean_deg, *_ACCEL)
    stroke = angle[first : last + 1]
    third = int(np.argmax(stroke <= stroke[0] + rise.travel_deg / 3))
    upward = -acceleration(even.mean_deg, *_ACCEL)
    return float(upward[max(0, first - 1) : first + max(third, 2) + 1].max())


def _smoothness(speed: Array, even: Series, rise: Stroke) -> float | None:
    """Spectral arc length of the speed (Balasubramanian et al. 2015,
    doi:10.1186/s12984-015-0090-9).
    """
    speed = np.abs(speed[even.index(rise.start_s) : even.index(rise.end_s) + 1])
    size = 2 ** (int(np.ceil(np.log2(max(len(speed), 2)))) + 4)
    lines = np.abs(np.fft.rfft(speed, size))
    hz = np.fft.rfftfreq(size, CELL_S)
    if lines[0] <= 0:
        return None
    lines = lines / lines[0]
    used = np.flatnonzero((hz <= 10.0) & (lines >= 0.05))
    lines, hz = lines[: used[-1] + 1], hz[: used[-1] + 1]
    if len(hz) < 2:
        return None
    return -float(np.hypot(np.diff(hz) / hz[-1], np.diff(lines)).sum())


_OF_LOWERING = ("eccentric_s", "peak_eccentric_dps")
_OF_RISING = (
    "concentric_s",
    "peak_concentric_dps",
    "mean_concentric_dps",
    "start_accel_dps2",
    "smoothness",
)


def _without_the_unseen(m: Measures, lower: Stroke, rise: Stroke) -> Measures:
    """Missing data is never guessed: what a gap touches is None."""
    unseen: dict[str, Any] = {}
    for gap in m.gaps:
        if _meet(gap, lower.start_s, lower.end_s):
            unseen |= dict.fromkeys(_OF_LOWERING)
        if _meet(gap, rise.start_s, rise.end_s):
            unseen |= dict.fromkeys(_OF_RISING)
        if _meet(gap, lower.start_s, lower.start_s):
            unseen["start_s"] = None
        if _meet(gap, lower.end_s, lower.end_s) or _meet(gap, rise.start_s, rise.start_s):
            unseen |= dict.fromkeys(("bottom_hold_s", "bottom_deg"))
        if _meet(gap, rise.end_s, rise.end_s):
            unseen |= dict.fromkeys(("end_s", "top_hold_s", "top_deg"))
    return replace(m, **unseen)


def _meet(gap: Hole, from_s: float, to_s: float) -> bool:
    return gap[1] > from_s and gap[0] < to_s
