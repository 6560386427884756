"""Who listens at a port of this computer, as the kernel tells it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_LISTENING = "0A"  # TCP_LISTEN
_PROC = Path("/proc")


def listens_alone(port: int, process: int, proc: Path = _PROC) -> bool:
    """Is `process` the one that listens at TCP `port`, and nobody else, at whatever address?

    False, too, where we may not see what the process has open.
    """
    listening = {f"socket:[{inode}]" for inode in _listening(port, proc)}
    return bool(listening) and listening <= set(_open_files(proc / str(process) / "fd"))


def _listening(port: int, proc: Path) -> Iterator[str]:
    """The sockets."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):  # there may be no IPv6
            for line in (proc / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, *_, inode = line.split()[:10]
                if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                    yield inode


def _open_files(folder: Path) -> Iterator[str]:
    with suppress(OSError):  # of another user, or it has ended
        for file in folder.iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                yield os.readlink(file)
