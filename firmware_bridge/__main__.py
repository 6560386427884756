"""Where the command starts: Ctrl-C ends it quietly even while it is importing the rest."""

import os
import signal
import sys
from types import FrameType


def main() -> int:
    """The command line; see cli."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored
        signal.signal(signal.SIGINT, _end)
    from firmware_bridge.cli import main

    return main()


def _end(number: int, frame: FrameType | None) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
