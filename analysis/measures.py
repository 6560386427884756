"""The measures of reps, taken from their own cells once they are over, of many reps at once.
DEFINITIONS.md says what each is.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from analysis import polynomial
from analysis.bands import SHAKE_REACH, shake_deg, start_accel_dps2
from analysis.cells import CELL_S, Array, cell_middle_s
from analysis.extreme import highest, noise_deg
from analysis.samples import Hole, Samples
from analysis.segments import Places, over
from analysis.session import Done
from analysis.smoothness import smoothness
from analysis.strip import ROUGH, Strip, highest_places, lay_out
from analysis.strokes import MOST_REACH, Strokes, find_strokes
from config import FormStandard

_MARGIN = MOST_REACH  # cells before a top was reached, for smoothing at its edge
_AT_ONCE = 512  # reps
LONG_GAP_S = 0.25  # so much unseen changes nothing of a hold
_NEAR_HOLE_S = 0.3  # of strokes of 3 s, limits beside a hole were misplaced by up to 0.13 s


class Measures(NamedTuple):
    """Seconds, degrees, degrees per second; None where samples are missing.

    `uncertain`: a gap in the data may hide what a partial lacks, or a rep within this rep.
    """

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
    start_accel_dps2: float | None = None
    shake_deg: float | None = None
    smoothness: float | None = None
    gaps: tuple[Hole, ...] = ()
    uncertain: bool = False

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


def measure(samples: Samples, done: Sequence[Done], standard: FormStandard) -> list[Measures]:
    """Measure reps and partials that are over, in their order."""
    measured: list[Measures] = []
    for begin in range(0, len(done), _AT_ONCE):
        some = done[begin : begin + _AT_ONCE]
        reps = iter(_reps(samples, [one for one in some if one.number is not None], standard))
        partials = iter(_partials(samples, [one for one in some if one.number is None], standard))
        measured += [next(partials if one.number is None else reps) for one in some]
    return measured


def _reps(samples: Samples, done: list[Done], standard: FormStandard) -> list[Measures]:
    if not done:
        return []
    spans = [(one.top_reached - _MARGIN, one.over) for one in done]
    series = samples.series(spans)
    # The descent before a rep is mostly the one that followed the rep before it.
    followed = [
        None if seen.holes else (one.finished, one.over)
        for one, seen in zip(done, series, strict=True)
    ]
    known = [None, *followed[:-1]]
    new = [k for k, one in enumerate(done) if (one.top_reached, one.turned) != known[k]]
    series += samples.series([(spans[k][0], done[k].turned) for k in new])
    every = lay_out(series, SHAKE_REACH)
    strip, before = every.part(0, len(done)), every.part(len(done), len(series))
    lower, rise, following = _strokes(strip, before, done, new)
    stays = np.array([one.next_left is None for one in done])
    until = np.where(stays, np.array([one.over for one in done]) - 0.5, following.start)
    measured = _measures(strip, done, samples.origin_s, (lower, rise, until), standard)
    edges = np.stack((lower.start, lower.end, rise.start, rise.end, until))
    for k, (one, seen) in enumerate(zip(done, series, strict=False)):
        if seen.holes:
            its_edges = edges[:, k].tolist()
            measured[k] = _without_the_unseen(measured[k], seen.holes, its_edges, samples.origin_s)
        if one.gaps:
            uncertain = _may_hide(one, strip, k, standard.top_zone_deg)
            measured[k] = measured[k]._replace(uncertain=uncertain)
    return measured


def _strokes(
    strip: Strip, before: Strip, done: list[Done], new: list[int]
) -> tuple[Strokes, Strokes, Strokes]:
    """The first descents, the last rises, and the descents that follow; in cell numbers. `before`
    has the cells of the first descents of the reps `new`.
    """
    finished = strip.place([one.finished for one in done])
    next_left = _next_left(strip, done)
    lowered_from = strip.place([one.lowered_from for one in done])
    last_bottom = highest_places(strip.rough, lowered_from, finished)
    top = highest_places(-strip.rough, finished, next_left)
    next_bottom = highest_places(strip.rough, next_left, strip.place([one.over for one in done]))
    begin, end = _descents(before, [done[k] for k in new])
    found = find_strokes(
        strip.cells,
        np.concatenate((last_bottom, top, begin)),
        np.concatenate((top, next_bottom, end)),
    )
    n = len(done)
    rise, following, first = (
        found.part(at, upto).moved(-offset)
        for at, upto, offset in (
            (0, n, strip.offset),
            (n, 2 * n, strip.offset),
            (2 * n, None, before.offset),
        )
    )
    lower = Strokes(*(np.roll(column, 1) for column in following))
    lower.put(new, first)
    return lower, rise, following


def _measures(
    strip: Strip,
    done: list[Done],
    origin_s: float,
    motion: tuple[Strokes, Strokes, Array],
    standard: FormStandard,
) -> list[Measures]:
    """Of reps without holes in their samples."""
    lower, rise, until = motion
    left = strip.place([one.left for one in done])
    finished = strip.place([one.finished for one in done])
    next_left = _next_left(strip, done)
    upward, rough_upward = -strip.cells, -strip.rough
    noise = noise_deg(strip.cells, strip.first, strip.last)
    quicker_s = np.minimum(lower.seconds, rise.seconds)
    there = rise.moved(strip.offset)
    rise_end, top_end = (np.rint(x).astype(np.int64) + strip.offset for x in (rise.end, until))
    past = (strip.rough < -standard.neutral_tolerance_deg).astype(np.int64)
    columns = (
        cell_middle_s(origin_s, lower.start),
        cell_middle_s(origin_s, rise.end),
        highest(strip.cells, strip.rough, left, finished, quicker_s, noise),
        -highest(upward, rough_upward, finished, next_left, rise.seconds, noise),
        lower.seconds,
        (rise.start - lower.end) * CELL_S,
        rise.seconds,
        (until - rise.end) * CELL_S,
        over(np.add, past, finished, np.maximum(top_end, finished) + 1) * CELL_S,
        lower.peak_dps,
        rise.peak_dps,
        -rise.travel_deg / np.maximum(rise.seconds, CELL_S),
        start_accel_dps2(strip.cells, strip.rough, there, noise),
    )
    of_lists = (
        shake_deg(strip.cells, rise_end, top_end, noise),
        smoothness(strip.cells, there),
    )
    rows = zip(*(column.tolist() for column in columns), *of_lists, strict=True)
    return [Measures(*row) for row in rows]


def _next_left(strip: Strip, done: list[Done]) -> Places:
    return strip.place([one.over if one.next_left is None else one.next_left for one in done])


def _descents(strip: Strip, done: list[Done]) -> tuple[Places, Places]:
    """Turning points that the first descents lie between."""
    left = strip.place([one.left for one in done])
    begin = highest_places(-strip.rough, strip.place([one.top_reached for one in done]), left)
    return begin, highest_places(strip.rough, left, strip.place([one.turned for one in done]))


def _partials(samples: Samples, done: list[Done], standard: FormStandard) -> list[Measures]:
    if not done:
        return []
    spans = [(one.top_reached - _MARGIN, max(one.turned, one.finished)) for one in done]
    strip = lay_out(samples.series(spans), SHAKE_REACH)
    starts = find_strokes(strip.cells, *_descents(strip, done)).moved(-strip.offset).start
    measured = []
    for k, (one, start) in enumerate(zip(done, starts.tolist(), strict=True)):
        sought = standard.min_depth_deg if one.reason == "shallow" else standard.top_zone_deg
        measured.append(
            Measures(
                start_s=cell_middle_s(samples.origin_s, start if one.begun is None else one.begun),
                end_s=cell_middle_s(samples.origin_s, one.finished),
                bottom_deg=one.bottom_deg,
                top_deg=one.top_deg,
                uncertain=_may_hide(one, strip, k, sought),
            )
        )
    return measured


def _may_hide(one: Done, strip: Strip, k: int, angle_deg: float) -> bool:
    """Could the lever have been to `angle_deg` and back in a gap, at this attempt's speed?"""
    if not one.gaps:
        return False
    first, last, offset = int(strip.first[k]), int(strip.last[k]), int(strip.offset[k])
    begin, end = (min(max(n + offset, first), last) for n in (one.left, one.finished))
    way = strip.cells[begin - ROUGH[0] : end + ROUGH[0] + 1]
    fastest_dps = float(np.abs(polynomial.speed(way, *ROUGH)).max())
    return any(
        abs(gap.middle_deg - angle_deg) <= 0.5 * gap.seconds * fastest_dps for gap in one.gaps
    )


_OF_RISING = (
    "concentric_s",
    "peak_concentric_dps",
    "mean_concentric_dps",
    "start_accel_dps2",
    "smoothness",
)
_OF_TOP_HOLD = ("top_hold_s", "overshoot_s", "shake_deg")
# Edges: where the lowering starts and ends, the rise starts and ends, and the top is left.
_START, _LOWERED, _RISING, _END, _LEFT = range(5)
_TOUCHED: tuple[tuple[int, int, tuple[str, ...]], ...] = (  # by a hole from one edge to another
    (_START, _START, ("start_s",)),
    (_START, _LOWERED, ("eccentric_s", "peak_eccentric_dps")),
    (_LOWERED, _LOWERED, ("bottom_hold_s", "bottom_deg")),
    (_RISING, _RISING, ("bottom_hold_s", "bottom_deg")),
    (_RISING, _END, _OF_RISING),
    (_END, _END, ("end_s", "top_deg", *_OF_TOP_HOLD)),
    (_LEFT, _LEFT, _OF_TOP_HOLD),
)
_OF_LONG_GAPS = (
    (_LOWERED, _RISING, ("bottom_hold_s",)),
    (_END, _LEFT, _OF_TOP_HOLD),
)


def _without_the_unseen(
    m: Measures, holes: Sequence[Hole], edges: Sequence[float], origin_s: float
) -> Measures:
    """Missing data is never guessed: what a hole touches is None. `edges`: a place each."""
    unseen: dict[str, Any] = {}
    wide = [_with_surroundings(hole) for hole in holes]
    for begin, end, names in _TOUCHED:
        if _met(wide, edges[begin], edges[end]):
            unseen |= dict.fromkeys(names)
    # A rep may hide in so much of a hold, also where a sample or two between two gaps were seen.
    for begin, end, names in _OF_LONG_GAPS:
        met = _met(holes, edges[begin], edges[end])
        if sum(hole[1] - hole[0] for hole in met) * CELL_S > LONG_GAP_S:
            unseen |= dict.fromkeys(names)
    met = _met(holes, edges[_START], edges[_LEFT])
    gaps = tuple((cell_middle_s(origin_s, a), cell_middle_s(origin_s, b)) for a, b in met)
    return m._replace(gaps=gaps, **unseen)


def _with_surroundings(hole: Hole) -> Hole:
    """A stroke's limit that is found this near is one of the line across the hole: the true one may
    lie within.
    """
    near = min(0.5 * (hole[1] - hole[0]), _NEAR_HOLE_S / CELL_S)
    return hole[0] - near, hole[1] + near


def _met(holes: Sequence[Hole], begin: float, end: float) -> list[Hole]:
    return [hole for hole in holes if hole[1] > begin and hole[0] < end]
