"""How a file is made that is its owner's alone, whatever the umask: what people did is in it."""

import os


def private(path: str, flags: int) -> int:
    """An `opener` for open(). A file that is there already keeps its mode."""
    return os.open(path, flags, 0o600)
