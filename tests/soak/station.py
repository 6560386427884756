"""A station to be killed: `python -m tests.soak.station FOLDER PORT`; tells what it has done.

Lines on standard output, each whole: `given UID DIGEST`, `kept UID`, `rep T_S`, `now T_S`; the
times are the machine's, and all but the first two end with the second of the monotonic clock.
"""

import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis import Event
from config import Settings
from config.kept import STORE
from firmware_bridge.device.link import Link
from firmware_bridge.floor.board import Board
from firmware_bridge.floor.commands import Command, EndSet
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.store import Samples
from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.station import Chain, Station, recover

SET_S = 4.0  # on average, until somebody taps


def digest(report: dict[str, Any], samples: Samples) -> str:
    """Stands for all that must come back."""
    return hashlib.sha256(json.dumps(report).encode() + samples.data).hexdigest()


def tell(*words: object) -> None:
    os.write(1, " ".join(map(str, words)).encode() + b"\n")


class TellingKeeper(Keeper):
    """Says what it is given before anything can have become of it."""

    def save(self, one: StoredSet, samples: Samples) -> None:
        tell("given", one.uid, digest(one.report, samples))
        super().save(one, samples)


class Onlooker:
    """In the place of the display: taps the button now and then, and tells what is shown."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._told: set[str] = set()
        self._next_tap = 0.0

    def commands(self) -> Iterator[Command]:
        now = time.monotonic()
        if now > self._next_tap:
            self._next_tap = now + random.uniform(0, 2 * SET_S)
            yield EndSet()

    def leave(self) -> None:
        """Nothing to close."""

    def tell(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.kind == "rep":
                tell("rep", event.t_s, time.monotonic())

    def show(self, board: Board, at: float) -> None:
        kept = set(self._keeper.kept)
        for uid in kept - self._told:
            tell("kept", uid)
        self._told |= kept
        tell("now", board.now_s, at)


def main(folder: str, port: str) -> None:
    with TellingKeeper(Path(folder) / STORE, recover) as keeper:
        chain = Chain(Settings(), keeper=keeper)
        Station(chain, display=Onlooker(keeper)).run(Link(port))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
