"""Every figure of speed and size with its limit: `python -m tests.bench`; 1 if one is missed."""

import os
import sys
from itertools import chain
from tempfile import TemporaryDirectory

from tests.bench import display, live, startup, store, trace
from tests.bench.figure import progress


def main() -> int:
    with TemporaryDirectory(prefix="leverrep-") as home:
        os.environ["XDG_STATE_HOME"] = home  # nobody's own sets are touched
        return 0 if _show_all() else 1


def _show_all() -> bool:
    """Whether all limits hold."""
    held = True
    parts = (startup, store, trace, live, display)
    for figure in chain.from_iterable(part.figures() for part in parts):
        progress("")
        print(figure, flush=True)
        held &= figure.holds
    return held


if __name__ == "__main__":
    sys.exit(main())
