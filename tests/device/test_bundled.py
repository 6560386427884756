"""Which firmware versions are older than the one that came with this program."""

import pytest

from firmware_bridge.device.bundled import BUNDLED_VERSION, update_needed


@pytest.mark.parametrize(
    ("reported", "needed"),
    [
        ("0.1.0", True),
        ("0.0.9", True),
        (BUNDLED_VERSION, False),
        (f"{BUNDLED_VERSION}-b", False),
        ("0.10.0", False),
        ("1.0", False),
        ("", False),
        ("mine", False),
    ],
)
def test_an_update_is_needed_by_older_firmware_only(reported: str, needed: bool) -> None:
    assert update_needed(reported) is needed
