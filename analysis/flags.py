"""What is wrong with a rep: one function a flag, one table of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.drift import carried_deg
from analysis.measures import LONG_GAP_S, Measures
from config import FormStandard

Reps = Sequence[Measures]


@dataclass(frozen=True)
class Flag:
    """A judgement of form: when it is raised, what it takes off the score, what the lifter is told.

    `raised` says of each rep of a set whether it is past the limit. `threshold` is that limit: a
    field of the form standard, where None means "not judged", or a number.
    """

    name: str
    raised: Callable[[Reps, float], list[bool]]
    threshold: str | float
    unit: str
    deduction: int
    advice: str

    def limit(self, standard: FormStandard) -> float | None:
        """The threshold of this standard; None if it does not judge this."""
        if isinstance(self.threshold, str):
            value: float | None = getattr(standard, self.threshold)
            return value
        return self.threshold


def _overshoot(reps: Reps, limit: float) -> list[bool]:
    return [_over(m.overshoot_deg, limit) for m in reps]


def _thrown_start(reps: Reps, limit: float) -> list[bool]:
    return [_over(m.start_accel_dps2, limit) for m in reps]


def _too_deep(reps: Reps, limit: float) -> list[bool]:
    return [_over(m.bottom_deg, limit) for m in reps]


def _shaky_top(reps: Reps, limit: float) -> list[bool]:
    return [_over(m.shake_deg, limit) for m in reps]


def _rushed_lowering(reps: Reps, limit: float) -> list[bool]:
    return [_under(m.eccentric_s, limit) for m in reps]


def _short_range(reps: Reps, limit: float) -> list[bool]:
    return [_under(m.bottom_deg, limit) for m in reps]


def _drifting(reps: Reps, limit: float) -> list[bool]:
    bottoms = carried_deg([m.bottom_deg for m in reps])
    tops = carried_deg([m.top_deg for m in reps])
    return [max(map(abs, both)) >= limit for both in zip(bottoms, tops, strict=True)]


def _no_top_pause(reps: Reps, limit: float) -> list[bool]:
    return [_under(m.top_hold_s, limit) for m in reps]


def _sensor_gap(reps: Reps, limit: float) -> list[bool]:
    return [
        None in (m.eccentric_s, m.bottom_hold_s, m.concentric_s, m.top_hold_s)
        or None in (m.bottom_deg, m.top_deg)
        or sum(end - begin for begin, end in m.gaps) > limit
        for m in reps
    ]


def _over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _under(value: float | None, limit: float) -> bool:
    return value is not None and value < limit


# Gravest first. Advice is one cue: what to do, in a few plain words.
FLAGS: tuple[Flag, ...] = (
    Flag("overshoot", _overshoot, "neutral_tolerance_deg", "°", 15, "Stop tall, do not lean back"),
    Flag("too_deep", _too_deep, "max_depth_deg", "°", 15, "Shorten the range"),
    Flag("thrown_start", _thrown_start, "max_start_accel_dps2", "°/s²", 15, "Ease off the bottom"),
    Flag("shaky_top", _shaky_top, "max_shake_deg", "°", 10, "Hold the top still, or go lighter"),
    Flag("rushed_lowering", _rushed_lowering, "min_eccentric_s", "s", 10, "Lower more slowly"),
    Flag("drifting", _drifting, 4.0, "°", 10, "Set hips and pads anew"),
    Flag("short_range", _short_range, "target_depth_deg", "°", 10, "Go a little deeper"),
    Flag("no_top_pause", _no_top_pause, "min_top_hold_s", "s", 5, "Pause at the top"),
    Flag("sensor_gap", _sensor_gap, LONG_GAP_S, "s", 0, "The sensor missed a part of this rep"),
)


# These need not wait until the stay at the top is over.
FLAGS_OF_STROKES = frozenset({"overshoot", "too_deep", "thrown_start", "rushed_lowering"})


def flags_of_set(reps: Reps, standard: FormStandard) -> list[tuple[str, ...]]:
    """For each rep of a set, the names of its flags, gravest first."""
    names: list[list[str]] = [[] for _ in reps]
    for flag in FLAGS:
        limit = flag.limit(standard)
        raised = [] if limit is None else flag.raised(reps, limit)
        if True in raised:
            for mine, here in zip(names, raised, strict=True):
                mine += [flag.name] if here else []
    return [tuple(mine) for mine in names]


def flags_of(measures: Measures, standard: FormStandard) -> tuple[str, ...]:
    """The same for a rep by itself, which is all that is known of it when it is over."""
    return flags_of_set([measures], standard)[0]
