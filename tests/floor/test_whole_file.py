"""Files that are written as a whole; what can go wrong is in test_plot_file.py and test_sets.py."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.floor.whole_file import write_whole


@pytest.fixture(autouse=True)
def a_usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_its_owners_alone_from_its_first_byte(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"some"
        assert [mode(path) for path in tmp_path.iterdir()] == [0o600]
        yield b" more"

    write_whole(tmp_path / "new", pieces(), "export")
    assert (tmp_path / "new").read_bytes() == b"some more"
    assert mode(tmp_path / "new") == 0o600


def test_one_that_others_may_read_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "published"
    path.touch()
    path.chmod(0o640)
    write_whole(path, [b"new"], "export")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o640)
