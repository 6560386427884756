"""Every soak with its limits: `python -m tests.soak [SEED] [NAME ...]`; 1 if one is missed."""

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.bench.figure import Figure, progress
from tests.soak import (
    clock,
    fuzz,
    garbage,
    kills,
    longrun,
    overload,
    powercut,
    silence,
    stop,
    unplug,
)

# By name; each takes a seed.
SOAKS: Mapping[str, Callable[[int], Iterator[Figure]]] = {
    "power cuts": lambda seed: powercut.figures(10_000, seed),
    "kills": lambda seed: kills.figures(500, seed),
    "cables pulled": lambda seed: unplug.figures(1000, seed),
    "silence": lambda seed: silence.figures(300, seed),
    "overload": lambda seed: overload.figures(10, seed),
    "stops": lambda seed: stop.figures(500, seed),
    "clock": lambda seed: clock.figures(24, seed),
    "fuzz": lambda seed: fuzz.figures(10_000_000, seed),
    "garbage": lambda seed: garbage.figures(1000, seed),
    "long run": lambda seed: longrun.figures(24, seed),
}


def main(seed: int, names: Iterable[str] = ()) -> int:
    held = True
    for name in names or SOAKS:
        progress(name)
        for figure in SOAKS[name](seed):
            progress("")
            print(figure, flush=True)
            held &= figure.holds
    return 0 if held else 1


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    names = [word for word in sys.argv[1:] if not word.isdigit()]
    sys.exit(main(*numbers or [random.randrange(1_000_000)], names))
