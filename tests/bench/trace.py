"""The whole-trace path against the notebook way, its growth with the length, and its memory."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt

from analysis import Report, analyse_trace
from tests.bench import lever
from tests.bench.figure import Figure, progress

Analyse = Callable[[NDArray[np.float64], NDArray[np.float64]], object]

SAMPLES = 8_000_000
SIZES = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
ROUNDS = 9


def figures() -> Iterator[Figure]:
    t_s, angle_deg = lever.trace(max(SIZES))
    yield against_notebook(t_s[:SAMPLES], angle_deg[:SAMPLES])
    yield miscounted(analyse_trace(t_s[:SAMPLES], angle_deg[:SAMPLES]))
    yield growth(analyse_trace, t_s, angle_deg)
    yield memory(analyse_trace, SAMPLES)


def against_notebook(t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> Figure:
    """By turns, and the middle ones of each: others use this machine too."""
    ours, theirs = [], []
    for number in range(ROUNDS):
        progress(f"whole trace against the notebook way: round {number + 1} of {ROUNDS}")
        theirs.append(_seconds(notebook, t_s, angle_deg))
        ours.append(_seconds(analyse_trace, t_s, angle_deg))
    own_s, notebook_s = median(ours), median(theirs)
    return Figure(
        f"{len(t_s):,} samples, everything computed, against the notebook way counting",
        own_s / notebook_s,
        1.0,
        " x",
        f"{own_s:.3g} s against {notebook_s:.3g} s",
    )


def notebook(t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> int:
    """How many reps one counts by smoothing and looking for peaks."""
    smooth = sosfiltfilt(butter(4, 6, fs=lever.RATE_HZ, output="sos"), angle_deg)
    bottoms, _ = find_peaks(smooth, prominence=15)
    tops, _ = find_peaks(-smooth, prominence=15)
    return min(len(bottoms), len(tops))


def miscounted(report: Report) -> Figure:
    """The last set may be cut off."""
    counts = [len(one.counted) for one in report.sets]
    wrong = sum(count != lever.REPS for count in counts[:-1])
    detail = f"{sum(counts):,} reps in {len(counts)} sets"
    return Figure(f"sets that are not of {lever.REPS} reps", wrong, 0, detail=detail)


def growth(
    analyse: Analyse,
    t_s: NDArray[np.float64],
    angle_deg: NDArray[np.float64],
    sizes: tuple[int, ...] = SIZES,
) -> Figure:
    """What a sample costs at each length, the best of three rounds over all."""
    rounds = 3
    best = dict.fromkeys(sizes, np.inf)
    for number in range(rounds):
        for size in sizes:
            progress(f"growth: round {number + 1} of {rounds}, {size:,} samples")
            best[size] = min(best[size], _seconds(analyse, t_s[:size], angle_deg[:size]))
    ns = {size: best[size] / size * 1e9 for size in sizes}
    exponent = np.polyfit(np.log(sizes), np.log(list(best.values())), 1)[0]
    each = ", ".join(f"{size:.0e}: {cost:.0f}" for size, cost in ns.items())
    costs = list(ns.values())
    return Figure(
        "a sample of a longer trace against one of a shorter one, at most",
        max(longer / costs[k] for k in range(len(costs)) for longer in costs[k:]),
        1.5,
        " x",
        f"ns a sample at {each}; time grows with length to the {exponent:.2f}",
    )


def memory(analyse: Analyse, n: int) -> Figure:
    """In a process of its own, so that nothing freed before can be used again."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        input_bytes, more_bytes = fresh.submit(_peak_bytes, analyse, n).result()
    return Figure(
        f"peak memory of {n:,} samples beside their times and angles",
        more_bytes / input_bytes,
        12,
        " x",
        f"{more_bytes / 1e6:.0f} MB beside {input_bytes / 1e6:.0f} MB",
    )


def _peak_bytes(analyse: Analyse, n: int) -> tuple[int, int]:
    """Size of the trace, and by how much the process grows at most over what it needs for it."""
    t_s, angle_deg = lever.trace(n)
    analyse(t_s[:10_000], angle_deg[:10_000])  # what it imports is not of the trace
    before = _status_bytes("VmRSS")
    analyse(t_s, angle_deg)
    return t_s.nbytes + angle_deg.nbytes, _status_bytes("VmHWM") - before


def _status_bytes(field: str) -> int:
    """Not from getrusage: its peak is inherited from the parent process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def _seconds(analyse: Analyse, t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> float:
    started = time.perf_counter()
    analyse(t_s, angle_deg)
    return time.perf_counter() - started
