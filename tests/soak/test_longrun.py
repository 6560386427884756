"""A short form of the long run; and that it can miss."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import Event
from firmware_bridge.device.events import Chunk
from firmware_bridge.device.events import Event as LinkEvent
from firmware_bridge.station import Chain
from tests.soak import longrun
from tests.soak.longrun import Day, Line, Machine

MINUTES = 4


def seed() -> int:
    """Another one each time; figures tell which."""
    return random.SystemRandom().randrange(1_000_000)


def ran(folder: Path, minutes: float = MINUTES, chance: int = 0) -> Day:
    return longrun.live(minutes / 60, chance or seed(), folder)


def test_a_long_run_is_counted_and_accounted_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for what in ("SILENT", "RESET", "UNPLUGGED"):
        monkeypatch.setattr(longrun, what, 0.3)
    day = ran(tmp_path)
    figure = longrun.exact(day, Day(), "")
    assert figure.holds, str(figure)
    assert day.hours >= MINUTES / 60
    assert day.wraps >= 1
    assert 0 < day.sets == len(day.memory)


def test_the_real_firmware_is_counted_and_accounted_for() -> None:
    figure = longrun.of_firmware(0.05, seed())
    assert figure.holds, str(figure)


def test_a_set_that_is_miscounted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take = Chain.take

    def miscounting(self: Chain, event: LinkEvent, at: float) -> list[Event]:
        events = take(self, event, at)
        for one in events:
            if one.kind == "set_ended":
                one["set"]["rep_count"] += 1
        return events

    monkeypatch.setattr(Chain, "take", miscounting)
    assert not longrun.exact(ran(tmp_path, 1), Day(), "").holds
    assert not longrun.of_firmware(0.02, 1).holds


def test_samples_that_are_not_accounted_for_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = Machine.go_on

    def overrunning(self: Machine, slots: int) -> None:
        go_on(self, slots)
        self.sent += 1

    monkeypatch.setattr(Machine, "go_on", overrunning)
    (wrong,) = ran(tmp_path, 1).wrong
    assert wrong.startswith("sent, received, restarted")


def test_a_set_that_is_not_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_bridge.floor.store.keeper.Keeper.save", lambda self, *_: None)
    (wrong,) = ran(tmp_path, 1).wrong
    assert wrong.startswith("0 sets with 0 reps are kept of 1")


@pytest.mark.parametrize(
    ("mb", "holds"), [([70, 72, 69], True), ([70, 72.1], False), ([70, 60], False)]
)
def test_memory_that_is_not_flat_after_the_first_hour_is_told(mb: list[float], holds: bool) -> None:
    memory = [(0.5, 1), *((1.0 + n, round(size * 1e6)) for n, size in enumerate(mb))]
    assert longrun.flat("it", memory, 1.0).holds is holds


def test_a_long_run_that_takes_too_long_is_told() -> None:
    assert longrun.speed(Day(seconds=71, hours=1)).holds
    assert not longrun.speed(Day(seconds=73, hours=1)).holds


def test_what_another_process_has_run_comes_back_with_its_objects_alone_and_they_are_flat() -> None:
    day = longrun.in_process(0.1, seed(), "traced")
    assert day.wrong == []
    assert day.sets == len(day.memory) > 0
    assert 0 < day.memory[0][1] < longrun.memory() / 2
    figure = longrun.flat("its Python objects", day.memory, 0.05)
    assert figure.holds, str(figure)


def test_everything_that_befalls_a_machine_is_in_what_its_line_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for what in ("LOST", "DAMAGED"):
        monkeypatch.setattr(longrun, what, 0.1)
    for what in ("SILENT", "RESET", "UNPLUGGED"):
        monkeypatch.setattr(longrun, what, 0.3)
    rng = random.Random(3)
    machine = Machine(rng)
    line = Line(machine, rng)
    events: list[Any] = list(line.connect())
    for _ in range(20):
        events += line.events(np.full(2000, 60.0))
    items = [item for event in events if isinstance(event, Chunk) for item in event.items]
    assert {type(one).__name__ for one in events} == {"Connected", "Chunk", "Lost"}
    assert {type(one).__name__ for one in items} == {
        *("Hello", "Status", "Health", "Readings", "Gap", "Fault")
    }
    assert line.totals.sent == machine.sent > line.totals.received == machine.received
    assert line.totals.reboots == machine.reboots > 0
