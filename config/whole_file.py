"""Files of ours as a whole: read if that is what they are, replaced so that it is old or new."""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

_PIECE_BYTES = 1 << 20


def read_file(path: Path, most: int) -> bytes:
    """All of a file. Raises OSError, also for one of more than `most` bytes, and for a pipe, which
    would be waited for.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is a pipe", str(path))
        data = read_up_to(file, most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most} bytes", str(path))
    return data


def read_up_to(file: BinaryIO, most: int) -> bytes:
    """Not more bytes than that, nor more memory than they need."""
    data = bytearray()
    while len(data) < most:
        # None: of a terminal that says nothing.
        piece = file.read(min(most - len(data), _PIECE_BYTES)) or b""
        if not piece:
            break
        data += piece
    return bytes(data)


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
