"""Files that are replaced as a whole; when the power goes is in test_calibrations.py."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.whole_file import replace_file


def test_it_is_its_owners_alone_unless_it_is_to_be_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for mode in (0o600, 0o640):
        replace_file(path, [b"some", b" bytes"], mode)
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() == b"some bytes"


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="No space"):
        replace_file(path, pieces())
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"old")]
