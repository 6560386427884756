"""Reps of a trace whose neutral, range, direction and unit nobody has told: they are read off the
movement itself.

1. The working range is the median swing between turning points (found by distance, as always).
2. What repeats is the rep: when the trace is much more like itself two cycles on than one, each
   rep has two humps (a folded angle does that), and the rhythm is followed instead of the humps.
3. The resting end is where the movement stays longer; if it stays at neither, the one that gives
   more whole reps.
4. The resting end is neutral, rep by rep, the working range is scaled to that of a usual lever
   rep, and the counter is run with thresholds that are fractions of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.cells import CELL_S, cell_middle_s, cells_of_trace
from analysis.checks import check_samples
from analysis.despike import despike_trace
from analysis.measures import Measures
from analysis.report import Report
from analysis.trace import analyse_trace
from config import FormStandard

_USUAL_RANGE_DEG = 45.0
_STANDARD = FormStandard(
    top_zone_deg=0.15 * _USUAL_RANGE_DEG,
    min_travel_deg=0.34 * _USUAL_RANGE_DEG,
    min_depth_deg=0.34 * _USUAL_RANGE_DEG,
    neutral_tolerance_deg=_USUAL_RANGE_DEG,  # nobody knows where neutral is: no overshoot is told
)
_SHORTEST_S = 1.0  # no two turns in less
_CALM_S = 0.18  # moving mean that leaves the quickest rep
_FIRST_TURN = 0.25  # of the span, to find the working range
_TURN = 0.35  # of the working range
_NEAR = 0.25  # of the working range: staying at a turning point
_BEYOND = 0.2  # of the working range: further than anybody turns
_STILL, _LEFT_S = 0.05, 0.4  # of the working range, and for how long: left there
_SHORT = 0.5  # of the working range: a rise that is not finished
_LIKENESS = 0.15  # by how much two cycles on must be more alike than one
_CYCLES_TO_TELL = 12  # fewer can be alike by chance
_STAYS = 1.5  # times longer: the resting end

_Series = NDArray[np.float64]


class _Turn(NamedTuple):
    at: int
    high: bool


def analyse_uncalibrated(
    t_s: Sequence[float] | _Series, angle: Sequence[float] | _Series
) -> Report:
    """Sets and reps of a trace in any unit and direction; angles of the report are in that unit,
    from neutral.

    Raises ValueError as analyse_trace does.
    """
    t, x = check_samples(t_s, angle)
    span = float(np.subtract(*np.percentile(x, (95, 5)))) if len(x) else 0.0
    if span <= 0:
        return Report(())
    t, x = despike_trace(t, x * (_USUAL_RANGE_DEG / span))
    unit = span / _USUAL_RANGE_DEG
    cells = cells_of_trace(t, x)
    if len(cells.number) * CELL_S < _SHORTEST_S:
        return Report(())
    calm = _moving_mean(cells.angle_deg, _CALM_S / CELL_S)
    turns = _turning_points(calm)
    if len(turns) < 3:
        return Report(())
    rhythm = _slower_rhythm(calm, turns)
    if rhythm:
        calm = _moving_mean(calm, rhythm / 2) - _moving_mean(calm, rhythm)
        turns = _turning_points(calm)
    turns = _without_stops(calm, turns)
    if len(turns) < 3:
        return Report(())
    rests_high = _rests_high(calm, turns)
    tops = _tops(calm, turns, rests_high)
    t_cells = cell_middle_s(float(t[0]), cells.number.astype(float))
    neutral = np.interp(cells.number, cells.number[tops], calm[tops])
    worked = _working_range(calm, turns)
    if not worked:
        return Report(())
    scale = _USUAL_RANGE_DEG / worked
    lowered = (neutral - calm if rests_high else calm - neutral) * scale
    return _in_units(analyse_trace(t_cells, lowered, standard=_STANDARD), unit / scale)


def _moving_mean(x: _Series, length: float) -> _Series:
    half = max(1, round(length / 2))
    padded = np.pad(x, half, mode="edge")
    return np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), mode="valid")


def _turning_points(x: _Series) -> list[_Turn]:
    """Turning points by distance: first a share of the whole span, then of the working range."""
    low, high = np.percentile(x, (5, 95))
    turns = _zigzag(x, _FIRST_TURN * float(high - low))
    for _ in range(2):
        if len(turns) >= 3:
            turns = _zigzag(x, _TURN * _working_range(x, turns))
    return turns


def _zigzag(x: _Series, distance: float) -> list[_Turn]:
    turns: list[_Turn] = []
    low = high = 0
    rising: bool | None = None
    for i, value in enumerate(x.tolist()):
        if value > x[high]:
            high = i
        if value < x[low]:
            low = i
        if rising is not False and x[high] - value >= distance:
            turns.append(_Turn(high, True))
            rising, low = False, i
        elif rising is not True and value - x[low] >= distance:
            turns.append(_Turn(low, False))
            rising, high = True, i
    if rising is not None:
        turns.append(_Turn(high if rising else low, rising))
    return turns


def _working_range(x: _Series, turns: list[_Turn]) -> float:
    return float(np.median(np.abs(np.diff(x[[turn.at for turn in turns]]))))


def _slower_rhythm(x: _Series, turns: list[_Turn]) -> int | None:
    """Cells per rep where a rep is two cycles of the turning points, else None."""
    if len(turns) < 2 * _CYCLES_TO_TELL:
        return None
    cycle = 2 * float(np.median(np.diff([turn.at for turn in turns])))
    steady = x - _moving_mean(x, 4 * cycle)

    def likeness(lag: int) -> float:
        return float(np.corrcoef(steady[:-lag], steady[lag:])[0, 1])

    longest = len(x) - round(cycle)
    one = [lag for lag in range(round(0.75 * cycle), round(1.25 * cycle)) if 0 < lag < longest]
    two = [lag for lag in range(round(1.7 * cycle), round(2.4 * cycle)) if 0 < lag < longest]
    if not one or not two:
        return None
    best = max(two, key=likeness)
    return best if likeness(best) - max(map(likeness, one)) > _LIKENESS else None


def _without_stops(x: _Series, turns: list[_Turn]) -> list[_Turn]:
    """Without a first and a last turning point far beyond the others: there the lever was left,
    not turned.
    """
    beyond = _BEYOND * _working_range(x, turns)

    def is_stop(turn: _Turn) -> bool:
        sign = 1 if turn.high else -1
        usual = float(np.median([x[other.at] for other in turns if other.high == turn.high]))
        stayed = _stay(x, turn.at, _STILL * _working_range(x, turns)) * CELL_S >= _LEFT_S
        return stayed and sign * (float(x[turn.at]) - usual) > beyond

    kept = turns[is_stop(turns[0]) :] if turns else []
    return kept[:-1] if kept and is_stop(kept[-1]) else kept


def _tops(x: _Series, turns: list[_Turn], high: bool) -> list[int]:
    """Turning points at the resting end; one far short of both its neighbours is an unfinished
    rise.
    """
    tops = np.array([turn.at for turn in turns if turn.high == high])
    level = np.pad(x[tops] * (1 if high else -1), 1, constant_values=-np.inf)
    least = np.minimum(level[:-2], level[2:]) - _SHORT * _working_range(x, turns)
    return [int(top) for top in tops[level[1:-1] >= least]]


def _rests_high(x: _Series, turns: list[_Turn]) -> bool:
    near = _NEAR * _working_range(x, turns)
    stays = {
        high: float(np.median([_stay(x, turn.at, near) for turn in turns if turn.high == high]))
        for high in (True, False)
    }
    if max(stays.values()) >= _STAYS * min(stays.values()):
        return stays[True] > stays[False]
    # Whole reps are the turning points of the other end that lie between two of this one.
    inner = [turn.high for turn in turns[1:-1]]
    return inner.count(False) >= inner.count(True)


def _stay(x: _Series, index: int, near: float) -> int:
    """Cells around `index` in which the movement stays near."""
    away = np.abs(x - x[index]) > near
    before, after = np.flatnonzero(away[:index]), np.flatnonzero(away[index:])
    begin = int(before[-1]) if len(before) else 0
    return index - begin + (int(after[0]) if len(after) else len(x) - index)


def _in_units(report: Report, unit: float) -> Report:
    return replace(
        report,
        sets=tuple(
            replace(
                one,
                reps=tuple(rep._replace(measures=_scaled(rep.measures, unit)) for rep in one.reps),
                notes=("uncalibrated: angles count from this person's resting end",),
            )
            for one in report.sets
        ),
    )


def _scaled(m: Measures, unit: float) -> Measures:
    angular = (
        "bottom_deg",
        "top_deg",
        "peak_eccentric_dps",
        "peak_concentric_dps",
        "mean_concentric_dps",
        "shake_deg",
        "start_accel_dps2",
    )
    known = {name: getattr(m, name) for name in angular}
    scaled = {name: value * unit for name, value in known.items() if value is not None}
    return m._replace(**scaled)
