"""The live path, 4 samples at a time as the board sends them: its speed and size over 24 hours."""

import gc
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from statistics import median
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

from analysis import LiveAnalyser
from tests.bench import lever
from tests.bench.figure import Figure, progress

HOURS = 24
CHUNK = 4
_SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType, CodeType)


@dataclass
class Hour:
    """What one hour of device time took: seconds a sample of each set, bytes at each set's end."""

    costs_s: list[float] = field(default_factory=list)
    young_costs_s: list[float] = field(default_factory=list)  # on an analyser of this hour
    state_bytes: int = 0  # at most


def figures() -> Iterator[Figure]:
    hours = session(LiveAnalyser(), HOURS)
    yield speed(hours)
    yield slowdown(hours)
    yield state(hours)


def session(live: LiveAnalyser, hours: int, hour_s: float = 3600) -> list[Hour]:
    """Feed `live` so many hours, the last one also to a fresh analyser: by turns, set by set, as
    others use this machine too.
    """
    told = [Hour() for _ in range(hours)]
    young = LiveAnalyser()
    for t_s, angle_deg in takewhile(lambda one: one[0][-1] < hours * hour_s, lever.sets()):
        number = int(t_s[-1] // hour_s)
        progress(f"live: hour {number + 1} of {hours}")
        chunks = _chunks(t_s.tolist(), angle_deg.tolist())
        hour = told[number]
        hour.costs_s.append(_feed(live, chunks) / len(t_s))
        if number == hours - 1:
            hour.young_costs_s.append(_feed(young, chunks) / len(t_s))
        _weigh(live, hour)
    return told


def speed(hours: list[Hour]) -> Figure:
    cost_s = median(cost for hour in hours for cost in hour.costs_s)
    each = " ".join(f"{median(hour.costs_s) * 1e6:.1f}" for hour in hours)
    return Figure(
        f"live, {CHUNK} samples at a time, faster than real time",
        1 / (cost_s * lever.RATE_HZ),
        400,
        " x",
        f"µs a sample, hour by hour: {each}",
        at_least=True,
    )


def slowdown(hours: list[Hour]) -> Figure:
    old_s, young_s = median(hours[-1].costs_s), median(hours[-1].young_costs_s)
    return Figure(
        f"a sample in hour {len(hours)} against the same one just started",
        old_s / young_s,
        1.2,
        " x",
        f"{old_s * 1e6:.2f} µs against {young_s * 1e6:.2f} µs",
    )


def state(hours: list[Hour]) -> Figure:
    first, last = hours[0], hours[-1]
    return Figure(
        f"live state in hour {len(hours)} against hour 1",
        last.state_bytes / first.state_bytes,
        1.2,
        " x",
        f"{last.state_bytes / 1e3:.0f} kB against {first.state_bytes / 1e3:.0f} kB",
    )


def _chunks(t_s: list[float], angle_deg: list[float]) -> list[tuple[list[float], list[float]]]:
    starts = range(0, len(t_s), CHUNK)
    return [(t_s[at : at + CHUNK], angle_deg[at : at + CHUNK]) for at in starts]


def _feed(live: LiveAnalyser, chunks: list[tuple[list[float], list[float]]]) -> float:
    started = time.perf_counter()
    for t_s, angle_deg in chunks:
        live.feed(t_s, angle_deg)
    return time.perf_counter() - started


def _weigh(live: LiveAnalyser, hour: Hour) -> None:
    hour.state_bytes = max(hour.state_bytes, _bytes(live))


def _bytes(thing: object) -> int:
    """Size of all that `thing` holds on to; code is nobody's own."""
    counted: set[int] = set()
    size, waiting = 0, [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in counted or isinstance(one, _SHARED):
            continue
        counted.add(id(one))
        size += sys.getsizeof(one)
        waiting += gc.get_referents(one)
    return size
