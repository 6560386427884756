"""The clock against a day of arrivals whose true times are known: how far off its answers are.

Every 20 ms a chunk is sent; it is late by a few milliseconds, one in ten is stalled besides, and
nothing overtakes. The board's clock is off by up to 200 ppm, and by more or less as it warms up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.device.clock import Clock
from tests.bench.figure import Figure, progress

Floats = NDArray[np.float64]
Jitter = Callable[[np.random.Generator, int], Floats]
Arrivals = Iterable[tuple[Floats, Floats]]  # device times (s) of chunks, and when they came (s)

CHUNK_S = 0.02
STALLED, LONGEST_STALL_S = 0.1, 0.3
WARMING_PPM, WARMING_S = 20.0, 1800.0  # a sunbeam comes and goes
BLOCK = 30_000  # chunks simulated at a time
BOOTED_AT = 1e5  # by the host's clock
FROM_S, KNOWN_S = 1.5, 30.0  # since the first chunk: there are answers, and they are as promised
DEVICE_QUEUE_S, KERNEL_S = 2.0, 10.0  # what a board and a kernel keep for a host that sleeps

# Seconds that chunks are late by: the least is 0, or no clock could tell.
JITTERS: Mapping[str, Jitter] = {
    "exponential of 4 ms": lambda rng, n: rng.exponential(0.004, n),
    "even to 8 ms": lambda rng, n: rng.uniform(0, 0.008, n),
    "half a bell of 4 ms": lambda rng, n: np.abs(rng.normal(0, 0.004, n)),
    "seldom quick": lambda rng, n: rng.gamma(2, 0.0028, n),
    "two humps": lambda rng, n: np.where(
        rng.random(n) < 0.5, np.abs(rng.normal(0.001, 0.0004, n)), rng.normal(0.009, 0.0004, n)
    ),
    "bursts of 16 ms": lambda rng, n: rng.uniform(0, 0.016, n),
}


@dataclass(frozen=True)
class Board:
    """A board's clock, so much faster than the host's."""

    drift_ppm: float
    warming_ppm: float = WARMING_PPM

    def host_s(self, device_s: Floats) -> Floats:
        """The host's time at these times of the board."""
        turn = 2 * np.pi / WARMING_S
        warmed = self.warming_ppm * (1 - np.cos(turn * device_s)) / turn
        return BOOTED_AT + device_s - 1e-6 * (self.drift_ppm * device_s + warmed)

    def true_ppm(self, device_s: Floats) -> Floats:
        return self.drift_ppm + self.warming_ppm * np.sin(2 * np.pi / WARMING_S * device_s)


@dataclass(frozen=True)
class Answers:
    """What a clock said after each chunk, since the first one: s, ms, ppm; NaN if nothing."""

    age_s: Floats
    error_ms: Floats
    drift_error_ppm: Floats

    def errors_ms(self, from_s: float) -> Floats:
        errors: Floats = np.abs(self.error_ms[self.age_s >= from_s])
        return errors


def figures(hours: float, seed: int) -> Iterator[Figure]:
    """Of so many hours with each jitter, and of ten times as many starts and sleeps."""
    days = {}
    for number, (name, jitter) in enumerate(JITTERS.items()):
        progress(f"clock: {name}")
        rng = np.random.default_rng([seed, number])
        board = Board(float(rng.choice([-200.0, 200.0])))
        days[name] = run(Clock(), board, arrivals(board, jitter, hours * 3600, rng))
    yield from of_days(days, f"{hours:g} h of each, seed {seed}")
    many = max(len(JITTERS), round(10 * hours))
    yield of_starts(many, seed)
    yield of_sleeps(many, seed)


def of_days(days: Mapping[str, Answers], detail: str) -> Iterator[Figure]:
    """The worst of them; all are told of."""
    errors = [day.errors_ms(KNOWN_S) for day in days.values()]
    drifts = [np.abs(day.drift_error_ppm) for day in days.values()]
    for what, unit, limit, values in (
        ("device time to the host's, 99 %", " ms", 1.0, [np.quantile(one, 0.99) for one in errors]),
        ("device time to the host's, worst", " ms", 1.0, [np.max(one) for one in errors]),
        ("drift as it is told, worst", " ppm", 25.0, [np.nanmax(one) for one in drifts]),
    ):
        each = ", ".join(f"{name} {value:.2f}" for name, value in zip(days, values, strict=True))
        yield Figure(what, max(values), limit, unit, f"{each}; {detail}")


def of_starts(starts: int, seed: int) -> Figure:
    """From the first answers till the clock is known."""
    errors = []
    for rng, board, jitter in _cases(starts, seed):
        answers = run(Clock(), board, arrivals(board, jitter, KNOWN_S, rng))
        errors.append(answers.errors_ms(FROM_S))
    return _figure(f"the same in the first {KNOWN_S:g} s, 99 %", errors, 3.0, f"seed {seed}")


def of_sleeps(sleeps: int, seed: int) -> Figure:
    """After the host was asleep for 5 s to 8 h, whether its clock stood still meanwhile or not."""
    errors = []
    for rng, board, jitter in _cases(sleeps, seed):
        asleep_s = float(np.exp(rng.uniform(np.log(5), np.log(8 * 3600))))
        clock, stood = Clock(), bool(rng.random() < 0.5)
        run(clock, board, arrivals(board, jitter, 60.0, rng))
        woken = after_sleep(board, jitter, 60.0, asleep_s, stood, rng)
        answers = run(clock, board, woken, asleep_s if stood else 0.0)
        errors.append(answers.errors_ms(asleep_s + FROM_S))
    return _figure("the same after a sleep, 99 %", errors, 2.0, f"seed {seed}")


def _cases(number: int, seed: int) -> Iterator[tuple[np.random.Generator, Board, Jitter]]:
    for n in range(number):
        rng = np.random.default_rng([seed, n])
        yield rng, Board(rng.uniform(-200, 200)), list(JITTERS.values())[n % len(JITTERS)]


def _figure(what: str, errors: list[Floats], limit: float, detail: str) -> Figure:
    together = np.concatenate(errors)
    detail = f"{len(errors)} of them, worst {np.max(together):.2f} ms, {detail}"
    return Figure(what, float(np.quantile(together, 0.99)), limit, " ms", detail)


def run(clock: Clock, board: Board, blocks: Arrivals, behind_s: float = 0.0) -> Answers:
    """What the clock says of each chunk as it comes; the host's is `behind_s` what it would be."""
    times, errors, drifts = [], [], []
    for device_s, came_s in blocks:
        chunks = zip(device_s.tolist(), (came_s - behind_s).tolist(), strict=True)
        said = np.array([_answers(clock, *chunk) for chunk in chunks])
        times.append(device_s)
        errors.append(1e3 * (said[:, 0] - (board.host_s(device_s) - behind_s)))
        drifts.append(said[:, 1] - board.true_ppm(device_s))
    age_s = np.concatenate(times) - times[0][0]
    return Answers(age_s, np.concatenate(errors), np.concatenate(drifts))


def _answers(clock: Clock, device_s: float, came_s: float) -> tuple[float, float]:
    clock.take(device_s, came_s)
    said, drift_ppm = clock.arrival_of(device_s), clock.drift_ppm
    return np.nan if said is None else said, np.nan if drift_ppm is None else drift_ppm


def arrivals(
    board: Board, jitter: Jitter, seconds: float, rng: np.random.Generator, from_s: float = 0.0
) -> Iterator[tuple[Floats, Floats]]:
    chunks, last_s = round(seconds / CHUNK_S), -np.inf
    for first in range(0, chunks, BLOCK):
        n = min(BLOCK, chunks - first)
        device_s: Floats = from_s + CHUNK_S * np.arange(first, first + n, dtype=np.float64)
        stalls = np.where(rng.random(n) < STALLED, rng.uniform(0, LONGEST_STALL_S, n), 0.0)
        late_s = board.host_s(device_s) + jitter(rng, n) + stalls
        came_s = np.maximum.accumulate(np.maximum(late_s, last_s))
        last_s = came_s[-1]
        yield device_s, came_s


def after_sleep(
    board: Board,
    jitter: Jitter,
    from_s: float,
    asleep_s: float,
    stood: bool,
    rng: np.random.Generator,
) -> Iterator[tuple[Floats, Floats]]:
    """What comes once a host wakes: first what was kept for it, all at once.

    A host whose clock stood still had switched its kernel off too.
    """
    kept_s = min(asleep_s, DEVICE_QUEUE_S if stood else KERNEL_S)
    woke_s = from_s + asleep_s
    device_s: Floats = from_s + CHUNK_S * np.arange(round(kept_s / CHUNK_S), dtype=np.float64)
    yield device_s, board.host_s(np.full(len(device_s), woke_s))
    yield from arrivals(board, jitter, 2 * KNOWN_S, rng, woke_s)
