"""The token that lets a phone change things: made once, kept in a file for us alone."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from config.kept import TOKEN, state_folder
from config.whole_file import read_file
from firmware_bridge.errors import DisplayError

_BYTES = 16
_MOST_BYTES = 4096
_FORM = re.compile(r"[A-Za-z0-9_-]{22,200}")


def token_path() -> Path:
    """Where the token is kept."""
    return state_folder() / TOKEN


def load_token(path: Path) -> str:
    """The token in a file, which is made if it is not there. Raises DisplayError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path)
        token = read_token(path)
        if not _FORM.fullmatch(token):
            raise DisplayError(f"{path}: not a token: delete the file, and a new one is made")
        path.chmod(0o600)
    except OSError as error:
        raise DisplayError(f"{path}: the token cannot be kept here: {error.strerror}") from None
    return token


def read_token(path: Path) -> str:
    """What is in that file, whatever it is. Raises OSError."""
    return read_file(path, _MOST_BYTES).decode("ascii", errors="replace").strip()


def _make(path: Path) -> None:
    """Whole or not at all, whoever else makes one at the same time."""
    if path.exists():
        return
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as file:  # mode 0600
        file.write(secrets.token_urlsafe(_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
