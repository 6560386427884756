"""People of every regime, their motion labelled by the contract on the clean truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from config import FormStandard
from firmware_bridge.device.people import MOTION_HZ, Hold, Segment, Stroke, perform, samples

STANDARD = FormStandard()


@dataclass(frozen=True)
class TrueRep:
    """One counted rep as it really was. Times in s, angles in degrees."""

    start_s: float
    end_s: float
    bottom_deg: float
    top_deg: float
    eccentric_s: float
    bottom_hold_s: float
    concentric_s: float
    top_hold_s: float


@dataclass(frozen=True)
class TrueSet:
    reps: tuple[TrueRep, ...]
    partials: int


@dataclass(frozen=True)
class Session:
    """A clean motion at 1 kHz and its labels."""

    regime: str
    seed: int
    motion: NDArray[np.float64]
    sets: tuple[TrueSet, ...]

    def visits(self) -> list[tuple[float, float]]:
        """From when to when (s) the lever was in the top zone, or as deep as a rep must go."""
        spans = []
        for there in (
            self.motion <= STANDARD.top_zone_deg,
            self.motion >= STANDARD.min_depth_deg,
        ):
            edges = np.flatnonzero(
                np.diff(np.concatenate([[False], there, [False]]).astype(np.int8))
            )
            spans += [(a / MOTION_HZ, b / MOTION_HZ) for a, b in edges.reshape(-1, 2)]
        return spans


@dataclass
class _Top:
    """A stay in the top zone: the segments at which it is reached, left, and the descent after it
    turns.
    """

    reached: int
    left: int = 0
    turned: int = 0


@dataclass
class _Rep:
    """The stays that begin and end a rep, and the segments where its last descent and last rise
    begin.
    """

    begins: _Top
    last_lowering: int
    last_rising: int
    ends: _Top


@dataclass
class _Set:
    reps: list[_Rep] = field(default_factory=list)
    partials: int = 0


@dataclass
class _Person:
    """Collects the segments of a session and remembers where each rep turns."""

    rng: np.random.Generator
    stop_deg: float
    segments: list[Segment] = field(default_factory=list)
    sets: list[_Set] = field(default_factory=list)
    top: _Top = field(default_factory=lambda: _Top(0))
    reps: int = 0  # that the set under way is to have
    bottoms: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    tops: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def do(self, *segments: Segment) -> None:
        self.segments.extend(segments)

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def lift_in(self) -> None:
        self.sets.append(_Set())
        self.do(Stroke(self.uniform(-1, 3), self.uniform(1, 3)))
        self._reach()
        self.do(Hold(self.uniform(0.4, 2)))

    def let_down(self) -> None:
        self._lower([Stroke(self.stop_deg, self.uniform(1.5, 4))])
        self.do(Hold(self.uniform(1.5, 4)))

    def rep(
        self,
        lowering: list[Segment],
        rising: list[Segment],
        finish: list[Segment],
        failed: Sequence[tuple[list[Segment], list[Segment]]] = (),
    ) -> None:
        """`lowering` ends at the bottom, `rising` at the top, `finish` stays there.

        Each of `failed` is a rise that turns back and the descent that follows it.
        """
        begins = self.top
        last_lowering = len(self.segments)
        self._lower(lowering)
        for rise, descent in failed:
            self.do(*rise)
            last_lowering = len(self.segments)
            self.do(*descent)
            self.sets[-1].partials += 1
        last_rising = len(self.segments)
        self.do(*rising)
        self._reach()
        self.do(*finish)
        self.sets[-1].reps.append(_Rep(begins, last_lowering, last_rising, self.top))

    def shallow(self) -> None:
        seconds = self.uniform(0.6, 1.5)
        self._lower([Stroke(self.uniform(12.6, 14.0), seconds)])
        self.do(Stroke(self.uniform(-1, 1), seconds))
        self._reach()
        self.do(Hold(self.uniform(0.4, 1)))
        self.sets[-1].partials += 1

    def _reach(self) -> None:
        self.top = _Top(len(self.segments))

    def _lower(self, lowering: list[Segment]) -> None:
        self.top.left = len(self.segments)
        self.do(*lowering)
        self.top.turned = len(self.segments)


def _plain(
    p: _Person,
    lower_s: float,
    rise_s: float,
    bottom: float | None = None,
    top: float | None = None,
    bottom_hold: float = 0.3,
    top_hold: float = 0.8,
) -> tuple[list[Segment], list[Segment], list[Segment]]:
    shape = {"rise": p.uniform(1.2, 3), "fall": p.uniform(1.2, 3)}
    bottom = p.uniform(30, 50) if bottom is None else bottom
    top = p.uniform(-2, 4) if top is None else top
    return (
        [Stroke(bottom, lower_s, **shape), Hold(bottom_hold * p.uniform(0.5, 1.5))],
        [Stroke(top, rise_s, **shape)],
        [Hold(top_hold * p.uniform(0.5, 1.5))],
    )


def _steady(p: _Person, k: int) -> None:
    p.rep(*_plain(p, p.uniform(1.2, 3), p.uniform(0.8, 2)))


def _fast(p: _Person, k: int) -> None:
    seconds = p.uniform(0.45, 0.6)
    p.rep(*_plain(p, seconds, seconds, bottom_hold=0, top_hold=0))


def _slow(p: _Person, k: int) -> None:
    p.rep(*_plain(p, p.uniform(4, 12), p.uniform(4, 12)))


def _overshoot(p: _Person, k: int) -> None:
    top = p.uniform(-12, -3.6)
    lowering, rising, _ = _plain(p, p.uniform(1.2, 2.5), p.uniform(0.6, 1.5), top=top)
    settle = [Hold(p.uniform(0, 0.6)), Stroke(p.uniform(-1, 1), p.uniform(0.4, 1)), Hold(0.7)]
    p.rep(lowering, rising, settle if p.rng.random() < 0.7 else [Hold(0.6)])


def _sticking(p: _Person, k: int) -> None:
    lowering, _, finish = _plain(p, p.uniform(1.2, 3), 1)
    p.rep(lowering, [Stroke(p.uniform(0, 3), p.uniform(2, 5), stick=p.uniform(0.6, 0.97))], finish)


def _stops(p: _Person, k: int) -> None:
    """Stops of seconds in mid-stroke, swaying a little."""
    bottom, top = p.uniform(35, 50), p.uniform(-1, 3)
    stop = [Hold(p.uniform(1, 4), sway_deg=p.uniform(0, 1.0), sway_hz=p.uniform(0.2, 0.6))]
    down = [Stroke(p.uniform(14, 25), 1.0), *stop, Stroke(bottom, 1.0), Hold(0.4)]
    up = [Stroke(p.uniform(14, 25), 0.9), *stop, Stroke(top, 0.8)]
    p.rep(down, up, [Hold(p.uniform(0.5, 1.2))])


def _rebound(p: _Person, k: int) -> None:
    lowering, rising, finish = _plain(p, p.uniform(0.8, 2), p.uniform(0.7, 1.5))
    bottom = lowering[0].to_deg  # type: ignore[union-attr]
    bounce = [
        Stroke(bottom - p.uniform(2, 6), p.uniform(0.2, 0.4)),
        Stroke(bottom - p.uniform(0, 0.5), p.uniform(0.2, 0.4)),
    ]
    p.rep([lowering[0], *bounce], rising, finish)


def _swaying(p: _Person, k: int) -> None:
    lowering, rising, _ = _plain(p, p.uniform(1.2, 2.5), p.uniform(0.8, 1.6), top=p.uniform(0, 3))
    sway = Hold(p.uniform(2, 6), sway_deg=p.uniform(0.5, 2.5), sway_hz=p.uniform(0.2, 0.8))
    p.rep(lowering, rising, [sway])


def _thrown(p: _Person, k: int) -> None:
    lowering, _, finish = _plain(p, p.uniform(1, 2.5), 1)
    rising = [Stroke(p.uniform(-2, 3), p.uniform(0.5, 0.8), rise=p.uniform(0.2, 0.5), fall=2.5)]
    p.rep(lowering, rising, finish)


def _shaking(p: _Person, k: int) -> None:
    lowering, rising, _ = _plain(p, p.uniform(1.2, 2.5), p.uniform(0.8, 1.6))
    shake = Hold(p.uniform(1, 2), shake_deg=p.uniform(0.3, 1.0), shake_hz=p.uniform(4, 10))
    p.rep(lowering, rising, [shake])


def _fatigue(p: _Person, k: int) -> None:
    tired = k / 10
    seconds = 1.0 + 2.5 * tired
    p.rep(*_plain(p, seconds, seconds * 1.2, bottom=48 - 15 * tired, top=5 * tired))


def _partials(p: _Person, k: int) -> None:
    kind = p.rng.integers(3)
    lowering, rising, finish = _plain(p, p.uniform(1, 2), p.uniform(0.8, 1.6))
    if kind == 0:
        p.shallow()
    if kind != 1:
        p.rep(lowering, rising, finish)
        return
    bottom = lowering[0].to_deg  # type: ignore[union-attr]
    rise: list[Segment] = [Stroke(p.uniform(11, bottom - 12), p.uniform(0.7, 1.5)), Hold(0.2)]
    again: list[Segment] = [Stroke(bottom + p.uniform(-2, 2), p.uniform(0.8, 1.5)), Hold(0.3)]
    p.rep(lowering, rising, finish, failed=[(rise, again)] * int(p.rng.integers(1, 3)))


def _borderline(p: _Person, k: int) -> None:
    """Bottoms and finishes that only just do, or only just do not."""
    top = p.uniform(7.0, 8.5)
    kind = p.rng.integers(3)
    if kind == 0:  # only just deep enough
        p.rep(*_plain(p, p.uniform(0.7, 1.5), p.uniform(0.7, 1.5), p.uniform(15.5, 17), 0.5))
    elif kind == 1:  # only just finished
        lowering, rising, finish = _plain(p, p.uniform(1, 2), p.uniform(1, 2), top=top)
        p.rep(lowering, rising, [*finish, Stroke(p.uniform(0, 2), 0.5), Hold(0.4)])
    else:  # only just not finished, and again
        lowering, rising, finish = _plain(p, p.uniform(1, 2), p.uniform(1, 2))
        rise: list[Segment] = [
            Stroke(p.uniform(9.5, 11), p.uniform(0.8, 1.5)),
            Hold(p.uniform(0, 1)),
        ]
        p.rep(lowering, rising, finish, failed=[(rise, [Stroke(40, 1), Hold(0.3)])])


def _long_pauses(p: _Person, k: int) -> None:
    lowering, rising, finish = _plain(p, p.uniform(1.2, 2.5), p.uniform(0.8, 1.6))
    pause = Hold(p.uniform(8, 10), sway_deg=p.uniform(0, 1), sway_hz=0.3)
    if k % 3 == 0:
        finish = [pause]
    elif k % 3 == 1:
        lowering = [lowering[0], pause]
    p.rep(lowering, rising, finish)


def _faulty(p: _Person, k: int) -> None:
    """A little of every fault, or not quite."""
    lowering, _, _ = _plain(p, p.uniform(0.7, 1.5), 1, bottom_hold=p.uniform(0, 0.5))
    rise = p.uniform(0.3, 2)
    top = p.uniform(-6, 3)
    rising = [Stroke(top, p.uniform(0.5, 1.6), rise=rise, fall=p.uniform(1.5, 3))]
    shake_deg = float(np.exp(p.uniform(np.log(0.08), np.log(0.8))))
    hold = Hold(p.uniform(0.6, 2.5), shake_deg=shake_deg, shake_hz=p.uniform(4, 11))
    p.rep(lowering, rising, [hold if p.rng.random() < 0.7 else Hold(p.uniform(0, 0.4))])


def _walking(p: _Person, k: int) -> None:
    """Tops or bottoms walk, in a line or in a slide of a few reps, or do not; they scatter."""
    if k == 0:
        _plan_walk(p)
    p.rep(*_plain(p, p.uniform(1.1, 2), p.uniform(0.8, 1.6), p.bottoms[k], p.tops[k]))


def _plan_walk(p: _Person) -> None:
    p.reps = int(p.rng.integers(5, 13))
    way = way_of_walk(p.rng, p.reps) * p.rng.choice([0.0, p.uniform(0, 3.6), p.uniform(4.4, 12)])
    bottoms, tops = p.rng.normal(0, p.uniform(0, 1.5), (2, p.reps))
    if p.rng.random() < 0.5:
        bottoms += way * p.rng.choice([-1, 1])
    else:
        tops -= way
    p.bottoms, p.tops = 38 + bottoms, np.minimum(2 + tops, 7.0)


def way_of_walk(rng: np.random.Generator, reps: int) -> NDArray[np.float64]:
    """From 0 to 1 in a line through all reps, or in a slide of some that begins in the first
    half.
    """
    begins = rng.uniform(0, reps / 2 - 1) if rng.random() < 0.5 else 0.0
    ends = rng.uniform(begins + reps / 3, reps - 1) if rng.random() < 0.5 else reps - 1.0
    return np.clip((np.arange(reps) - begins) / (ends - begins), 0, 1)


REGIMES: dict[str, Callable[[_Person, int], None]] = {
    "steady": _steady,
    "fast": _fast,
    "slow": _slow,
    "overshoot": _overshoot,
    "sticking": _sticking,
    "stops": _stops,
    "rebound": _rebound,
    "swaying": _swaying,
    "thrown": _thrown,
    "shaking": _shaking,
    "fatigue": _fatigue,
    "partials": _partials,
    "borderline": _borderline,
    "long_pauses": _long_pauses,
    "fidgeting": _steady,
    "two_sets": _steady,
}

# Only what form is judged by is hard in these.
FORM: dict[str, Callable[[_Person, int], None]] = {"faulty": _faulty, "walking": _walking}


def _fidget(p: _Person) -> None:
    for _ in range(p.rng.integers(1, 4)):
        seconds = p.uniform(0.2, 0.8)
        p.do(
            Stroke(p.stop_deg - p.uniform(2, 7), seconds),
            Hold(p.uniform(0, 0.8)),
            Stroke(p.stop_deg, seconds),
            Hold(p.uniform(0.3, 2)),
        )


def session(regime: str, seed: int) -> Session:
    """A session of `regime`: lifting in, three to ten reps, letting down; two sets where the
    regime says so.
    """
    rng = np.random.default_rng([seed, *regime.encode()])
    p = _Person(rng, float(rng.uniform(54, 75)))
    p.do(Hold(p.uniform(0.5, 3)))
    fidgets = regime in ("fidgeting", "two_sets") or rng.random() < 0.2
    for number in range(2 if regime == "two_sets" else 1):
        if number:
            p.do(Hold(p.uniform(12, 30)))
            _fidget(p)
            p.do(Hold(p.uniform(21, 30)))
        if fidgets:
            _fidget(p)
        p.lift_in()
        p.reps = int(rng.integers(3, 6 if regime in ("slow", "long_pauses") else 11))
        k = 0
        while k < p.reps:
            (REGIMES | FORM)[regime](p, k)
            k += 1
        p.let_down()
        if fidgets:
            _fidget(p)
    motion = perform(p.stop_deg, p.segments)
    return Session(regime, seed, motion, _label(p, motion))


def _label(p: _Person, x: NDArray[np.float64]) -> tuple[TrueSet, ...]:
    at = np.concatenate([[0], np.cumsum([samples(segment) for segment in p.segments])])
    return tuple(TrueSet(tuple(_true_rep(x, at, r) for r in s.reps), s.partials) for s in p.sets)


def _true_rep(x: NDArray[np.float64], at: NDArray[np.int64], rep: _Rep) -> TrueRep:
    lower = _descent(x, at, rep.begins)
    bottom = _highest(x, at[rep.begins.left], at[rep.last_rising])
    last_bottom = _highest(x, at[rep.last_lowering], at[rep.last_rising])
    top = _highest(-x, at[rep.last_rising], at[rep.ends.left])
    rise = stroke(-x, last_bottom, top)
    following = _descent(x, at, rep.ends)
    turns = np.array([*lower, *rise, following[0]]) / MOTION_HZ
    holds = [float(d) for d in np.diff(turns)]
    return TrueRep(float(turns[0]), float(turns[3]), float(x[bottom]), float(x[top]), *holds)


def _descent(x: NDArray[np.float64], at: NDArray[np.int64], top: _Top) -> tuple[int, int]:
    return stroke(
        x, _highest(-x, at[top.reached], at[top.left]), _highest(x, at[top.left], at[top.turned])
    )


def _highest(x: NDArray[np.float64], begin: int, end: int) -> int:
    return int(begin + np.argmax(x[begin : end + 1]))


def stroke(x: NDArray[np.float64], begin: int, end: int) -> tuple[int, int]:
    """Indices where the stroke from turning point `begin` up to `end` starts and ends (contract,
    section 1).
    """
    speed = np.gradient(x[begin : end + 1]) * MOTION_HZ
    done = (x[begin : end + 1] - x[begin]) / (x[end] - x[begin])
    threshold = max(1.0, 0.05 * float(speed.max()))
    late = int(np.argmax(done >= 0.75))
    early = int(np.flatnonzero(done[: late + 1] <= 0.25)[-1])
    before = np.flatnonzero(np.abs(speed[: early + 1]) < threshold)
    after = np.flatnonzero(np.abs(speed[late:]) < threshold)
    start = int(before[-1]) if len(before) else 0
    return begin + start, begin + late + int(after[0]) if len(after) else end
