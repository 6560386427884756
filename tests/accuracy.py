"""The figures of the counter on people with the truth known: `python -m tests.accuracy`."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis import Event, LiveAnalyser, Report, analyse_trace, analyse_uncalibrated
from tests.calibration_accuracy import calibration_rows
from tests.flags_accuracy import flag_rows, walk_rows
from tests.lateness import lateness
from tests.measures_accuracy import rows as measure_rows
from tests.motion import REGIMES, Session, session
from tests.overshoot_accuracy import overshoot_counts
from tests.sensor import SENSORS, Readings, sense

RATES_HZ = (50.0, 100.0, 200.0, 333.0, 500.0)
CHUNKS = (1, 7, 4096, None)  # None: a random size each time
SPAR = Path(__file__).parent / "recordings" / "spar"


@dataclass(frozen=True)
class Case:
    """One session as one sensor saw it."""

    sensor: str
    rate_hz: float
    seen: Readings
    truth: Session

    @property
    def name(self) -> str:
        return f"{self.truth.regime} {self.truth.seed}, {self.sensor} sensor at {self.rate_hz:g} Hz"

    @property
    def hidden(self) -> int:
        """Whole visits to the top zone or to the depth of a rep that lie in a gap."""
        return sum(
            begin <= since and until <= end
            for begin, end in self.seen.gaps
            for since, until in self.truth.visits()
        )


def cases(seeds: int) -> Iterator[Case]:
    """Every regime by every sensor, `seeds` times."""
    for seed in range(seeds):
        for regime in REGIMES:
            truth = session(regime, seed)
            for number, (name, sensor) in enumerate(SENSORS.items()):
                rng = np.random.default_rng([seed, number])
                rate_hz = float(rng.choice(RATES_HZ)) if seed % 2 else 200.0
                yield Case(name, rate_hz, sense(truth.motion, sensor, rng, rate_hz), truth)


def wrong_count(case: Case) -> str | None:
    """What is wrong with the reps and partials counted, set by set; None if nothing is."""
    report = analyse_trace(case.seen.t_s, case.seen.angle_deg)
    got = [(len(one.counted), len(one.reps) - len(one.counted)) for one in report.sets]
    want = [(len(one.reps), one.partials) for one in case.truth.sets]
    if got == want or (case.hidden and _told_of(report)):
        return None
    return f"{case.name}: (reps, partials) by set {got}, truth {want}"


def _told_of(report: Report) -> bool:
    return any(rep.measures.uncertain for one in report.sets for rep in one.reps)


def wrong_live(case: Case) -> str | None:
    """Where the live path differs: from the whole trace, or by the size of its chunks."""
    whole = analyse_trace(case.seen.t_s, case.seen.angle_deg).to_dict()["sets"]
    first: list[Event] = []
    for size in CHUNKS:
        live = LiveAnalyser()
        events = feed_in_chunks(live, case.seen, size)
        first = first or events
        if events != first:
            return f"{case.name}: other events in chunks of {size}"
        if [event["set"] for event in events if event.kind == "set_ended"] != whole:
            return f"{case.name}: live report differs from that of the whole trace"
    return None


def feed_in_chunks(live: LiveAnalyser, seen: Readings, size: int | None) -> list[Event]:
    """All events of `seen`, fed `size` samples at a time."""
    rng = np.random.default_rng(len(seen.t_s))
    events, at = [], 0
    while at < len(seen.t_s):
        until = at + (size or int(rng.integers(1, 300)))
        events += live.feed(seen.t_s[at:until], seen.angle_deg[at:until])
        at = until
    return events + live.close()


def real_counts() -> dict[str, int]:
    """How many reps are counted of each real recording; the truth is 20 each."""
    angles = np.load(SPAR / "angles.npz")
    labels = json.loads((SPAR / "labels.json").read_text())
    return {
        name: sum(
            len(one.counted)
            for one in analyse_uncalibrated(
                np.arange(len(angles[name])) / labels[name]["fs_hz"], angles[name] / 100
            ).sets
        )
        for name in sorted(labels)
    }


def within_one(counts: dict[str, int]) -> float:
    """Share of the recordings counted within one of 20."""
    return sum(abs(count - 20) <= 1 for count in counts.values()) / len(counts)


def _check(title: str, seeds: int, wrong: Callable[[Case], str | None]) -> bool:
    started, failures, seen = time.monotonic(), [], 0
    with ProcessPoolExecutor() as pool:
        for failure in pool.map(wrong, cases(seeds), chunksize=8):
            failures += [failure] if failure else []
            seen += 1
            if sys.stderr.isatty():
                print(f"\r{title}: {seen} sets", end="", file=sys.stderr, flush=True)
    print(f"\r{title}: {seen - len(failures)} of {seen} sets right", end=" ")
    print(f"({time.monotonic() - started:.0f} s)")
    print("".join(f"  {failure}\n" for failure in failures), end="")
    return not failures


def main() -> int:
    """Print the figures; 1 when one misses its limit."""
    right = _check("counts, whole trace", 16, wrong_count)
    right &= _check("live path, chunks of 1, 7, 4096 and random", 16, wrong_live)
    for row in measure_rows(seeds=40):
        print(row)
        right &= row.holds
    for judged in (*flag_rows(seeds=120), *walk_rows(sets=5000)):
        print(judged)
        right &= judged.holds
    for fitted in calibration_rows(draws=10_000):
        print(fitted)
        right &= fitted.holds
    late = lateness(seeds=40)
    print(late)
    right &= late.holds
    for count in overshoot_counts(seeds=12):
        print(count)
        right &= count.holds
    counts = real_counts()
    share = within_one(counts)
    print(f"real recordings within one of 20: {share:.1%} of {len(counts)} (limit 95 %)")
    print(f"  counted: {dict(sorted(Counter(counts.values()).items()))}")
    return 0 if right and share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
