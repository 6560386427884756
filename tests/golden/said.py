"""What the command line says of what stations of some version have left behind."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.station import recover

GOLDEN = Path(__file__).parent
STATION, SAID = "station", "said"  # folders of a golden: what a station has left, and its outputs
SETTINGS, CALIBRATIONS, STORE = "leverrep.toml", "calibrations.json", "sets.db"
ANALYSED_TWICE = 5  # number of a set
VISIT = "visit.lever"  # a recording of the station's machine; the others are of any


def said(golden: Path, work: Path) -> dict[str, bytes]:
    """File names (in the folder of a golden) and their content; `work` is an empty folder."""
    anywhere = Home(work / "anywhere")
    found = {f"{SAID}/{name}": text for name, text in _of_recordings(golden, anywhere)}
    station = golden / STATION
    if (station / STORE).exists():
        found |= {f"{SAID}/{name}": text for name, text in _of_station(station, work / STATION)}
    return found


class Home:
    """A user's folders, and the command run there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings, self.state = folder / "config/leverrep", folder / "state/leverrep"
        for one in (self.settings, self.state):
            one.mkdir(parents=True)

    def run(self, command: str) -> subprocess.CompletedProcess[bytes]:
        """`leverrep COMMAND`."""
        home = {"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"}
        paths = {name: str(self.folder / one) for name, one in home.items()}
        return subprocess.run(
            [sys.executable, "-m", "firmware_bridge", *command.split()],
            cwd=self.folder,
            env={**os.environ, **paths, "TZ": "UTC"},
            capture_output=True,
        )

    def says(self, command: str) -> bytes:
        """What that prints; it must do what it is asked for."""
        done = self.run(command)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


def _of_recordings(golden: Path, home: Home) -> Iterator[tuple[str, bytes]]:
    for path in sorted(golden.glob("*.lever")):
        copy(path, home.folder)
        yield from _of_recording(path.name, home)


def _of_recording(name: str, home: Home) -> Iterator[tuple[str, bytes]]:
    stem = name.removesuffix(".lever")
    yield f"{stem}.json", home.says(f"analyse {name} --json")
    yield f"{stem}.ndjson", home.says(f"replay {name} --fast --events -")


def _of_station(left: Path, work: Path) -> Iterator[tuple[str, bytes]]:
    home = at_home(left, work)
    yield from _of_recording(VISIT, home)
    yield "list.json", home.says("sets list --json")
    yield "sets.csv", home.says("sets export")
    yield "reps.csv", home.says("sets export --rows reps")
    yield "sets.json", home.says("sets export --format json")
    yield "twice.json", home.says(f"sets show {ANALYSED_TWICE} --json")
    home.says("calibrate --undo")
    yield "undone.json", home.says(f"analyse {VISIT} --json")
    with Keeper(home.state / STORE, recover):  # a station that starts
        pass
    yield "recovered.json", home.says("sets list --json")


def at_home(left: Path, work: Path) -> Home:
    """A copy of what a station has left, where it belongs."""
    home = Home(work)
    copy(left / SETTINGS, home.settings)
    for name in (CALIBRATIONS, STORE):
        copy(left / name, home.state)
    copy(left / VISIT, home.folder)
    return home
