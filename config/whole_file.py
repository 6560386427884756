"""Files of ours as a whole: read if that is what they are, replaced so that it is old or new."""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def read_file(path: Path, most: int) -> bytes:
    """All of a file. Raises OSError, also for one of more than `most` bytes, and for a pipe, which
    would be waited for.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is a pipe", str(path))
        data = file.read(most + 1) or b""  # None: of a terminal that says nothing
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most} bytes", str(path))
    return data


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


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
