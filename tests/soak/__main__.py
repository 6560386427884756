"""Every soak, its figures and limits: `python -m tests.soak [SEED]`; 1 if one is missed."""

import random
import sys
from collections.abc import Callable, Iterator, Mapping

from tests.bench.figure import Figure, progress
from tests.soak import kills, powercut

# By name; each takes a seed.
SOAKS: Mapping[str, Callable[[int], Iterator[Figure]]] = {
    "power cuts": lambda seed: powercut.figures(10_000, seed),
    "kills": lambda seed: kills.figures(500, seed),
}


def main(seed: int) -> int:
    held = True
    for name, soak in SOAKS.items():
        progress(name)
        for figure in soak(seed):
            progress("")
            print(figure, flush=True)
            held &= figure.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else random.randrange(1_000_000)))
