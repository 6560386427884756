"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable


def wait_for(is_so: Callable[[], object]) -> None:
    """AssertionError if it has not come about in 10 s."""
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)
