"""Scripted people: the lever motion they make, clean, in degrees at 1 kHz, and the reps they do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

MOTION_HZ = 1000


@dataclass(frozen=True)
class Stroke:
    """A movement to `to_deg` in `seconds`.

    Its speed goes with u**rise * (1-u)**fall, u from 0 to 1: 2 and 2 is the minimum-jerk profile
    of an unhurried person, a small `rise` is a throw. `stick` slows the middle by that fraction.
    """

    to_deg: float
    seconds: float
    rise: float = 2.0
    fall: float = 2.0
    stick: float = 0.0


@dataclass(frozen=True)
class Hold:
    """Staying put for `seconds`, with slow sway and fast shaking (amplitudes in degrees)."""

    seconds: float
    sway_deg: float = 0.0
    sway_hz: float = 0.4
    shake_deg: float = 0.0
    shake_hz: float = 7.0


Segment = Stroke | Hold


def perform(start_deg: float, segments: Iterable[Segment]) -> NDArray[np.float64]:
    """Lever angle in degrees at 1 kHz of somebody who starts at `start_deg` and does `segments`."""
    parts = [np.array([start_deg])]
    for segment in segments:
        here = float(parts[-1][-1])
        parts.append(
            _stroke(here, segment) if isinstance(segment, Stroke) else _hold(here, segment)
        )
    return np.concatenate(parts)


def samples(segment: Segment) -> int:
    """How many 1 kHz samples `segment` takes."""
    return max(1, round(segment.seconds * MOTION_HZ))


def _stroke(start_deg: float, stroke: Stroke) -> NDArray[np.float64]:
    n = samples(stroke)
    u = (np.arange(n) + 0.5) / n
    speed = u**stroke.rise * (1 - u) ** stroke.fall
    speed *= 1 - stroke.stick * np.exp(-(((u - 0.5) / 0.12) ** 2))
    travelled = np.cumsum(speed)
    way: NDArray[np.float64] = (stroke.to_deg - start_deg) * travelled / travelled[-1]
    return start_deg + way


def _hold(angle_deg: float, hold: Hold) -> NDArray[np.float64]:
    n = samples(hold)
    t = np.arange(1, n + 1) / MOTION_HZ
    # Motion has no corners: sway and shaking fade in and out.
    fade = np.clip(np.minimum(t, t[-1] - t) / 0.3, 0, 1)
    fade *= fade * (3 - 2 * fade)
    sway = hold.sway_deg * np.sin(2 * np.pi * hold.sway_hz * t)
    shake = hold.shake_deg * np.sin(2 * np.pi * hold.shake_hz * t)
    motion: NDArray[np.float64] = angle_deg + fade * (sway + shake)
    return motion


@dataclass(frozen=True)
class Script:
    """What somebody does on the machine, and the reps that are to be counted of it, set by set."""

    about: str
    start_deg: float
    segments: tuple[Segment, ...]
    reps: tuple[int, ...]

    def motion(self) -> NDArray[np.float64]:
        """Lever angle in degrees at 1 kHz."""
        return perform(self.start_deg, self.segments)


STOP_DEG = 62.0
_LIFT_IN = (Hold(2.0), Stroke(0.0, 2.0), Hold(1.5))
_LET_DOWN = (Hold(0.5), Stroke(STOP_DEG, 2.5), Hold(2.0))


def _rep(
    bottom_deg: float = 44.0,
    top_deg: float = 0.0,
    lower_s: float = 2.2,
    rise_s: float = 1.4,
    rise: float = 2.0,
    bottom_hold: Hold = Hold(0.4),
    top_hold: Hold = Hold(1.0),
) -> tuple[Segment, ...]:
    down, up = Stroke(bottom_deg, lower_s), Stroke(top_deg, rise_s, rise=rise)
    return (down, bottom_hold, up, top_hold)


def _session(*sets: Iterable[tuple[Segment, ...]], rest_s: float = 30.0) -> tuple[Segment, ...]:
    """Every set begins by lifting the lever in and ends by letting it down to its stop."""
    worked = [(*_LIFT_IN, *chain.from_iterable(reps), *_LET_DOWN) for reps in sets]
    rested = [segment for work in worked for segment in (*work, Hold(rest_s))]
    return tuple(rested[:-1])


_GOOD = _rep()
_OVERSHOT = (*_rep(top_deg=-7.0, top_hold=Hold(0.3)), Stroke(0.0, 0.6), Hold(0.8))
_THROWN = _rep(rise_s=0.6, rise=0.3)
_SHAKY = _rep(top_hold=Hold(1.6, shake_deg=0.5))
_RUSHED = _rep(lower_s=0.7)
_INCOMPLETE = (Stroke(44.0, 2.0), Hold(0.3), Stroke(18.0, 1.2), *_rep(lower_s=1.0))
_SHALLOW = (Stroke(11.5, 1.0), Stroke(0.0, 1.0), Hold(0.8))
_FIDGETS = (Stroke(STOP_DEG - 5, 0.6), Hold(0.5), Stroke(STOP_DEG, 0.6), Hold(1.0))
_MIXED = (_GOOD, _GOOD, _OVERSHOT, _GOOD, _THROWN, _INCOMPLETE, _SHAKY, _RUSHED, _SHALLOW, _GOOD)

SCRIPTS: Mapping[str, Script] = MappingProxyType(
    {
        "mixed": Script(
            "nine reps: good ones, an overshoot, a throw, a shaky top, a rushed one, two partials",
            STOP_DEG,
            _session(_MIXED),
            (9,),
        ),
        "good": Script("eight good reps", STOP_DEG, _session(repeat(_GOOD, 8)), (8,)),
        "overshoots": Script(
            "six reps that lean back", STOP_DEG, _session(repeat(_OVERSHOT, 6)), (6,)
        ),
        "throws": Script("six thrown reps", STOP_DEG, _session(repeat(_THROWN, 6)), (6,)),
        "shaking": Script("six shaky tops", STOP_DEG, _session(repeat(_SHAKY, 6)), (6,)),
        "partials": Script(
            "four reps among unfinished and shallow ones",
            STOP_DEG,
            _session((_GOOD, _INCOMPLETE, _SHALLOW, _INCOMPLETE, _SHALLOW, _GOOD)),
            (4,),
        ),
        "fidgeting": Script(
            "fidgets at the stop, then five reps",
            STOP_DEG,
            (*_FIDGETS, *_FIDGETS, *_session(repeat(_GOOD, 5))),
            (5,),
        ),
        "slow": Script(
            "four reps with strokes of 8 s",
            STOP_DEG,
            _session(repeat(_rep(lower_s=8.0, rise_s=8.0), 4)),
            (4,),
        ),
        "fast": Script(
            "twelve reps with strokes of 0.45 s and no pause",
            STOP_DEG,
            _session(
                repeat(
                    _rep(lower_s=0.45, rise_s=0.45, bottom_hold=Hold(0.0), top_hold=Hold(0.0)), 12
                )
            ),
            (12,),
        ),
        "two-sets": Script(
            "a set of six and a set of five with a rest between",
            STOP_DEG,
            _session(repeat(_GOOD, 6), repeat(_GOOD, 5)),
            (6, 5),
        ),
    }
)
