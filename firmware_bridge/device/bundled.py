"""The firmware that came with this program, and its version."""

import re
from pathlib import Path

FIRMWARE = Path(__file__).parent.parent / "firmware"


def update_needed(reported: str) -> bool:
    """Whether firmware version `reported` is older than what `leverrep flash` puts on a board.

    False for a newer one, and for what is not a version of ours.
    """
    version = _numbers(reported)
    return bool(version) and version < _numbers(BUNDLED_VERSION)


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _bundled_version() -> str:
    found = re.search(r'^VERSION = "(.*)"$', (FIRMWARE / "lever.py").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


BUNDLED_VERSION = _bundled_version()
