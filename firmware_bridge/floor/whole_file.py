"""A file that somebody asks for: written as a whole or not at all, or a line that says why."""

import stat
from collections.abc import Iterable
from pathlib import Path

from config import state_folder
from config.whole_file import replace_file
from firmware_bridge.errors import OutputError


def write_whole(target: Path, pieces: Iterable[bytes], what: str) -> None:
    """Write a file, for its owner alone if it is a new one: in it is what somebody has done.

    `what` it is called in errors. Raises OutputError.
    """
    try:
        real = target.resolve()
        if real.parent == state_folder().resolve():
            raise OutputError(f"{target}: is where sets are kept; name another for the {what}")
        if real.exists() and not real.is_file():
            raise OutputError(f"{target}: is not a file; name another for the {what}")
        mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else 0o600
        replace_file(real, pieces, mode)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        why = getattr(error, "strerror", None) or error
        raise OutputError(f"{target}: {what} cannot be written: {why}") from None
