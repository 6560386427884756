"""A file that is written as a whole or not at all: what was there stays until the new one is."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from firmware_bridge.errors import OutputError
from firmware_bridge.private import private


def write_whole(target: Path, pieces: Iterable[bytes], what: str) -> None:
    """Write a file, for its owner alone if it is a new one: in it is what somebody has done.

    `what` it is called in errors. Raises OutputError.
    """
    try:
        real = target.resolve()
        if real.exists() and not real.is_file():
            raise OutputError(f"{target}: is not a file; name another for the {what}")
        mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else 0o600
        part = real.with_name(f".leverrep-{os.getpid()}")
        try:
            with open(part, "xb", opener=private) as file:
                file.writelines(pieces)
                os.fchmod(file.fileno(), mode)
            part.replace(real)
        finally:
            with suppress(OSError):
                part.unlink()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        why = getattr(error, "strerror", None) or error
        raise OutputError(f"{target}: {what} cannot be written: {why}") from None
