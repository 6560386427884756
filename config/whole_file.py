"""A file that is replaced as a whole: whatever happens, it is the old one or the new one."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def replace_file(path: Path, pieces: Iterable[bytes], mode: int = 0o600) -> None:
    """Put these bytes in the place of what is at `path`; they are on the disk afterwards.

    Raises OSError, and then what was there still is.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.writelines(pieces)  # mode 0600
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(file.name)
            raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
