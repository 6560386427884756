"""What is known of the clock on the wall: sets are kept by its time."""

import subprocess
from pathlib import Path

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_ASK = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
WAIT_S = 2.0


def is_synchronised(marker: Path = SYNCHRONISED, ask: list[str] = _ASK) -> bool | None:
    """Does this computer set its clock by others? None: it does not say."""
    if marker.exists():
        return True
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, timeout=WAIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(answer.stdout.strip())
