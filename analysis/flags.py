"""What is wrong with a rep: one function a flag, one table of them."""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.measures import Measures
from config import FormStandard

_GAP_IN_HOLD_S = 0.25


@dataclass(frozen=True)
class Flag:
    """A judgement of form: when it is raised, what it takes off the score, what the lifter is
    told.
    """

    name: str
    raised: Callable[[Measures, FormStandard], bool]
    deduction: int
    advice: str


def _overshoot(m: Measures, s: FormStandard) -> bool:
    return m.overshoot_deg is not None and m.overshoot_deg > s.neutral_tolerance_deg


def _thrown_start(m: Measures, s: FormStandard) -> bool:
    return m.start_accel_dps2 is not None and m.start_accel_dps2 > s.max_start_accel_dps2


def _shaky_top(m: Measures, s: FormStandard) -> bool:
    return m.shake_deg is not None and m.shake_deg > s.max_shake_deg


def _rushed_lowering(m: Measures, s: FormStandard) -> bool:
    return m.eccentric_s is not None and m.eccentric_s < s.min_eccentric_s


def _no_top_pause(m: Measures, s: FormStandard) -> bool:
    return m.top_hold_s is not None and m.top_hold_s < s.min_top_hold_s


def _too_deep(m: Measures, s: FormStandard) -> bool:
    return (
        s.max_depth_deg is not None and m.bottom_deg is not None and m.bottom_deg > s.max_depth_deg
    )


def _short_range(m: Measures, s: FormStandard) -> bool:
    target = s.target_depth_deg
    return target is not None and m.bottom_deg is not None and m.bottom_deg < target


def _sensor_gap(m: Measures, s: FormStandard) -> bool:
    missing = None in (m.eccentric_s, m.concentric_s, m.bottom_deg, m.top_deg)
    return missing or any(end - begin > _GAP_IN_HOLD_S for begin, end in m.gaps)


FLAGS: tuple[Flag, ...] = (
    Flag("overshoot", _overshoot, 15, "Stop tall: do not lean back past neutral"),
    Flag("thrown_start", _thrown_start, 15, "Start smoothly from the bottom"),
    Flag("too_deep", _too_deep, 15, "Shorten the range"),
    Flag("shaky_top", _shaky_top, 10, "Hold the top steady, or take less load"),
    Flag("rushed_lowering", _rushed_lowering, 10, "Lower more slowly"),
    Flag("short_range", _short_range, 10, "Go as deep as you can own"),
    Flag("no_top_pause", _no_top_pause, 5, "Pause at the top"),
    Flag("sensor_gap", _sensor_gap, 0, "The sensor missed a part of this rep"),
)
DRIFTING = "drifting"
DRIFTING_DEDUCTION = 10


def flags_of(measures: Measures, standard: FormStandard) -> tuple[str, ...]:
    """Names of the flags that this rep's own measures raise, gravest first."""
    return tuple(flag.name for flag in FLAGS if flag.raised(measures, standard))


def rep_score(flags: tuple[str, ...]) -> int:
    """100 less the listed deductions, never under 0."""
    deductions = {flag.name: flag.deduction for flag in FLAGS} | {DRIFTING: DRIFTING_DEDUCTION}
    return max(0, 100 - sum(deductions[name] for name in flags))
