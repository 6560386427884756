"""A set that is ended by a tap takes nothing from the next one, which a kill may interrupt."""

from pathlib import Path

import pytest

from config import Settings
from config.kept import STORE
from firmware_bridge.device.events import Chunk, Connected
from firmware_bridge.device.frames import Hello, Samples, wire
from firmware_bridge.device.people import Hold, Stroke, perform
from firmware_bridge.device.simulated import counts_of
from firmware_bridge.device.stream import Stream
from firmware_bridge.floor.commands import EndSet
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.store import Store
from firmware_bridge.station import Chain, recover

HELLO = Hello(1, 200, 4096, 0, 0, "lever-1", "0.1.0", "as5600")
REP = (Stroke(44.0, 0.6), Hold(0.1), Stroke(0.0, 0.5), Hold(0.4))
SECOND_REP_S = 4.1  # when the lever begins to leave the top


def chunks() -> list[Chunk]:
    """Somebody lifts the lever in and makes four reps, 20 ms at a time."""
    motion = perform(62.0, (Hold(1.0), Stroke(0.0, 1.0), Hold(0.5), *REP * 4))
    counts, stream, told = counts_of(motion[::5]).tolist(), Stream(), []
    for at in range(0, len(counts) - 3, 4):
        frame = Samples(1, at, 5000 * at, (0, 5000, 10_000, 15_000), tuple(counts[at : at + 4]))
        data = (b"" if told else wire(HELLO)) + wire(frame)
        told.append(Chunk(data, stream.feed(data)))
    return told


@pytest.mark.parametrize("tapped_s", [SECOND_REP_S + 0.02 * n for n in range(14)])
def test_a_rep_that_begins_as_somebody_taps_is_in_what_was_running(
    tapped_s: float, tmp_path: Path
) -> None:
    counted = 0
    with Keeper(tmp_path / STORE, recover) as keeper:
        chain = Chain(Settings(), keeper=keeper)
        chain.take(Connected(HELLO, "/dev/x"), 0.0)
        for n, chunk in enumerate(chunks()):
            events = chain.take(chunk, n / 50)
            counted += sum(event.kind == "rep" for event in events)
            if n == round(tapped_s * 50):
                chain.obey(EndSet(), n / 50)
                counted = 0
    with Store(tmp_path / STORE) as store:
        running = store.running()
    assert running
    (one,) = recover(running)
    assert counted <= one.report["rep_count"] <= counted + 1  # one that began before the tap
