"""What is known of the folder of what is kept, and of the disk that it is on."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from config.kept import INCIDENTS, LOG

MOST_FILES = 1000  # a folder of ours has some 50
_FOR_OTHERS = 0o077
# Other names may be of anything, and go into reports.
_OURS = re.compile(
    r"sets\.db(-wal|-shm|\.\w+-\w+)?|calibrations\.json|token|station\.log(\.\d)?|incidents"
    r"|(unfinished-)?\d{8}T\d{6}Z(-[a-z-]+)?\.lever",
    re.A,
)


class Obstacle(NamedTuple):
    """What is where a folder should be: a link that leads to none, or something else."""

    path: Path
    is_link: bool


@dataclass(frozen=True)
class FolderFacts:
    """`path`: where it really is. `free`: on the disk, bytes. `writable`: by us. `obstacle`: why
    there can be no such folder. `loose`: names of what others may read or write; `foreign`: of
    what is somebody else's. `station`: the process that keeps its sets here just now. `log_bytes`:
    of the station's log. `misplaced`: what is where the log or the folder of incidents should be,
    and neither. `incidents`: how many are recorded, and when the newest was.
    """

    path: Path
    free: int
    writable: bool
    obstacle: Obstacle | None = None
    loose: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    station: int | None = None
    log_bytes: int = 0
    misplaced: tuple[str, ...] = ()
    incidents: int = 0
    newest_incident: datetime | None = None


def folder_facts(folder: Path, locks: Path = Path("/proc/locks")) -> FolderFacts:
    """Look at a folder; one that is not there yet is judged by that which it will be made in."""
    obstacle = obstacle_to(folder)
    folder = Path(os.path.realpath(folder))
    there = next(one for one in (folder, *folder.parents) if os.path.isdir(one))
    disk = os.statvfs(there)
    nodes = dict(_nodes(folder))
    files = {path: node for path, node in nodes.items() if stat.S_ISREG(node.st_mode)}
    saved = [node.st_mtime for path, node in files.items() if path.parent.name == INCIDENTS]
    log = files.get(folder / LOG)
    return FolderFacts(
        folder,
        free=disk.f_bavail * disk.f_frsize,
        writable=os.access(there, os.W_OK | os.X_OK) and not disk.f_flag & os.ST_RDONLY,
        obstacle=obstacle,
        loose=tuple(path.name for path, node in nodes.items() if node.st_mode & _FOR_OTHERS),
        foreign=tuple(path.name for path, node in nodes.items() if node.st_uid not in _us()),
        station=_locked_by(nodes[folder], locks) if folder in nodes else None,
        log_bytes=log.st_size if log else 0,
        misplaced=tuple(_misplaced(folder)),
        incidents=len(saved),
        newest_incident=datetime.fromtimestamp(max(saved), UTC) if saved else None,
    )


def obstacle_to(folder: Path) -> Obstacle | None:
    """What keeps a folder from being there, or from being made."""
    paths = (folder, *folder.absolute().parents)
    there = next(one for one in paths if os.path.lexists(one))
    return None if os.path.isdir(there) else Obstacle(there, os.path.islink(there))


def _misplaced(folder: Path) -> Iterator[str]:
    for name, is_right in ((LOG, os.path.isfile), (INCIDENTS, os.path.isdir)):
        if os.path.lexists(folder / name) and not is_right(folder / name):
            yield name


def _us() -> range:
    """User ids by which we may change a file: root may by any."""
    us = os.geteuid()
    return range(us, us + 1) if us else range(1 << 32)


def _nodes(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The folder and what is in it; links are not followed."""
    inside = chain(_inside(folder), _inside(folder / INCIDENTS))
    for path in chain([folder], islice(inside, MOST_FILES)):
        with suppress(OSError):  # gone meanwhile
            node = path.lstat()
            is_ours = path is folder or _OURS.fullmatch(path.name)
            if is_ours and not stat.S_ISLNK(node.st_mode):
                yield path, node


def _inside(folder: Path) -> Iterator[Path]:
    with suppress(OSError):  # it may not be looked into; that it may not be written to is told
        yield from folder.glob("*")


def _locked_by(folder: os.stat_result, locks: Path) -> int | None:
    """The process of its owner's that has locked this folder: a station does, while it runs."""
    try:
        text = locks.read_text()
        found = re.search(rf"FLOCK +\w+ +WRITE +(\d+) +\w+:\w+:{folder.st_ino} ", text)
        # Another disk may have a folder of the same number.
        owner = found and os.stat(f"/proc/{found[1]}").st_uid
    except OSError:
        return None
    return int(found[1]) if found and owner in (folder.st_uid, 0) else None
