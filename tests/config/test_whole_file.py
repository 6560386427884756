"""Files that are read and replaced as a whole; when the power goes is in test_calibrations.py."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.whole_file import read_file, replace_file


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


def test_a_file_is_read_up_to_what_one_of_its_kind_may_have(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"four")
    assert read_file(path, 4) == b"four"
    with pytest.raises(OSError, match="larger than 3 bytes"):
        read_file(path, 3)
    with pytest.raises(OSError, match="larger than 3 bytes"):
        read_file(Path("/dev/zero"), 3)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is a pipe"):
        read_file(tmp_path / "pipe", 3)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_file(tmp_path, 3)
