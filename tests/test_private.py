"""Private files, whatever the umask."""

import os
import stat
from pathlib import Path

import pytest

from firmware_bridge.private import private


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_file_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "new"
    before = os.umask(umask)
    try:
        with open(path, "xb", opener=private):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_one_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.touch()
    path.chmod(0o644)
    with open(path, "ab", opener=private):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
