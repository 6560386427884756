"""Every figure of speed and size with its limit: `python -m tests.bench`; 1 if one is missed."""

import sys
from itertools import chain

from tests.bench import display, live, startup, trace
from tests.bench.figure import progress


def main() -> int:
    held = True
    for figure in chain(startup.figures(), trace.figures(), live.figures(), display.figures()):
        progress("")
        print(figure, flush=True)
        held &= figure.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
