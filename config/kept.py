"""Where the program keeps what it must not forget, and under which names."""

import os
from pathlib import Path

STORE = "sets.db"
CALIBRATIONS = "calibrations.json"
TOKEN = "token"
LOG = "station.log"  # what was before is in station.log.1 and on
INCIDENTS = "incidents"  # a folder


def state_folder() -> Path:
    """The folder of all of it."""
    base = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(base) if os.path.isabs(base) else home() / ".local" / "state"
    return folder / "leverrep"


def home() -> Path:
    """Of this user; the root for one who is in no list of users."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")
