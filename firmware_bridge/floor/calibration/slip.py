"""The slip watch: the lever's rest stop is a fixed point, so when it drifts, sensor or magnet has.

A place is believed when three sets in a row saw the stop there. An odd stop (a foot under the
lever) agrees with none beside it, so it neither tells of a slip nor takes one back.
"""

from collections.abc import Iterable, Sequence
from statistics import median

DRIFT_DEG = 2.0
IN_A_ROW = 3
_AGREE_DEG = 1.5  # five times the spread of a lever let down on its stop


def slip(stops: Sequence[float | None], calibrated_stop: float | None) -> float | None:
    """By how many degrees the stop has drifted, if by too many.

    `stops`: of sets under the present calibration, oldest first, None where it was not seen.
    Without a `calibrated_stop` it was where the first sets saw it.
    """
    seen = [stop for stop in stops if stop is not None]
    runs = [seen[at : at + IN_A_ROW] for at in range(len(seen) - IN_A_ROW + 1)]
    now = _place(reversed(runs))
    before = _place(runs) if calibrated_stop is None else calibrated_stop
    if now is None or before is None:
        return None
    drift = now - before
    return drift if abs(drift) > DRIFT_DEG else None


def slip_ever(stops: Sequence[float | None], calibrated_stop: float | None) -> float | None:
    """The same, but once it has moved, it has: the newest slip of all that these have shown."""
    known = (slip(stops[:n], calibrated_stop) for n in range(len(stops), 0, -1))
    return next(filter(None, known), None)


def _place(runs: Iterable[list[float]]) -> float | None:
    """Where the first of these saw the stop that agrees with itself."""
    agreeing = (run for run in runs if max(run) - min(run) <= _AGREE_DEG)
    return next(map(median, agreeing), None)
