"""The chain on made-up link events, and the whole station on a simulated machine."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace as changed
from numpy.typing import NDArray

from analysis import Event
from config import Calibration, CalibrationBook, FormStandard, MachineProfile, Settings
from firmware_bridge.device.events import Chunk, Connected, Lost, Searching
from firmware_bridge.device.frames import ERROR_BIT, Hello, Samples, Sensor, Status, wire
from firmware_bridge.device.ledger import Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.people import SCRIPTS, Hold, Stroke, perform
from firmware_bridge.device.recording import play
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from firmware_bridge.device.stream import Stream
from firmware_bridge.errors import (
    CalibrationRefused,
    LinkLost,
    MachineMismatch,
    NoSuchPort,
    OutputError,
    TraceError,
)
from firmware_bridge.floor.board import BEGIN, STALE_S, Board
from firmware_bridge.floor.board import Link as LinkState
from firmware_bridge.floor.calibration.calibrating import FORGOTTEN_S
from firmware_bridge.floor.calibration.guide import Guide
from firmware_bridge.floor.commands import Again, Calibrate, ChangePlan, RemoveRep
from firmware_bridge.floor.eventlines import EventLines
from firmware_bridge.floor.store.keeper import Keeper
from firmware_bridge.floor.store.listing import EVERYTHING
from firmware_bridge.floor.store.reanalysis import reanalyse
from firmware_bridge.floor.store.store import Store
from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.station import (
    TICK_S,
    Chain,
    Station,
    _complaint,
    angles_of,
    calibrate,
    place_magnet,
    recover,
    trace_of_recording,
)
from firmware_bridge.stop import Stop
from firmware_bridge.upkeep import Upkeep
from tests.config.test_calibrations import saved as saved_calibration
from tests.waiting import wait_for

Floats = NDArray[np.float64]

HELLO = Hello(1, 200, 4096, 0, 0, "lever-1", "0.1.0", "as5600")
CONNECTED = Connected(HELLO, "/dev/x")
NO_MAGNET = ERROR_BIT | 2


def chunks(counts: "np.ndarray[tuple[int], np.dtype[np.uint16]]", size: int) -> Iterator[Chunk]:
    """Counts at 200 Hz as a link would bring them."""
    for at in range(0, len(counts), size):
        values = tuple(counts[at : at + size].tolist())
        times = tuple((at + n) / 200 for n in range(len(values)))
        yield Chunk(b"", [Readings(at, times, values)])


def test_counts_become_reps() -> None:
    script = SCRIPTS["two-sets"]
    chain = Chain(Settings())
    chain.take(CONNECTED, 0.0)
    events = [e for c in chunks(counts_of(script.motion())[::5], 4) for e in chain.take(c, 0.0)]
    events += chain.close(0.0)
    assert tuple(one["rep_count"] for one in chain.sets) == script.reps
    assert sum(e.kind == "rep" for e in events) == sum(script.reps)
    assert chain.board.reps == script.reps[-1]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_the_same_events_whatever_the_chunks(size: int) -> None:
    counts = counts_of(SCRIPTS["good"].motion())[::5]

    def events(n: int) -> list[dict[str, object]]:
        chain = Chain(Settings())
        told = [e for c in chunks(counts, n) for e in chain.take(c, 0.0)] + chain.close(0.0)
        return [e.to_dict() for e in told]

    assert events(size) == events(4)


def test_a_geared_sensor_that_runs_backwards_counts_the_same() -> None:
    machine = MachineProfile(gear=2.0, direction=-1)
    settings = Settings(machine=machine, calibration=Calibration(neutral_counts=100))
    counts = counts_of(SCRIPTS["good"].motion(), neutral_counts=100, gear=2.0, direction=-1)
    chain = Chain(settings)
    for chunk in chunks(counts[::5], 4):
        chain.take(chunk, 0.0)
    chain.close(0.0)
    assert [one["rep_count"] for one in chain.sets] == [8]


def test_the_display_gets_no_spikes() -> None:
    chain = Chain(Settings())
    chain.take(CONNECTED, 0.0)
    values = [2048] * 10 + [3000]
    for chunk in chunks(np.array(values, np.uint16), 11):
        chain.take(chunk, 5.0)
    assert chain.board.angle_deg == 0.0
    assert chain.board.seen_at == 5.0


def test_samples_that_were_held_up_are_not_shown_as_new() -> None:
    chain = Chain(Settings())
    chain.take(CONNECTED, 0.0)
    for n, chunk in enumerate(chunks(np.full(800, 2048, np.uint16), 4)):
        arrives_at = 10.0 + 0.02 * n + 0.002
        # The last two seconds of them come together, when the computer wakes up.
        chain.take(chunk, arrives_at if n < 100 else 14.002)
        if n == 100:
            assert not chain.board.is_fresh(14.002)
            assert chain.board.seen_at == pytest.approx(arrives_at, abs=0.001)
    assert chain.board.is_fresh(14.002)


def test_a_lost_link_is_an_event_and_dims_the_display_in_half_a_second() -> None:
    assert STALE_S + TICK_S <= 0.5
    chain = Chain(Settings())
    (connected,) = chain.take(CONNECTED, 0.0)
    assert (connected.kind, connected["link"], connected["port"]) == (
        "sensor",
        "connected",
        "/dev/x",
    )
    (lost,) = chain.take(Lost(LinkLost("gone")), 1.0)
    assert (lost.kind, lost["link"], lost["why"]) == ("sensor", "lost", "gone")
    assert chain.board.link is LinkState.LOST
    assert chain.take(Searching(NoSuchPort("none")), 2.0) == []


def test_no_machine_to_begin_with_is_an_error() -> None:
    with pytest.raises(NoSuchPort, match="none"):
        Chain(Settings()).take(Searching(NoSuchPort("none")), 0.0)


def test_a_station_that_waits_looks_for_a_machine_and_says_why_there_is_none() -> None:
    chain = Chain(Settings(), waits=True)
    (told,) = chain.take(Searching(NoSuchPort("plug it in")), 0.0)
    assert (told["link"], told["why"]) == ("searching", "plug it in")
    assert (chain.board.link, chain.board.why_lost) == (LinkState.SEARCHING, "plug it in")
    chain.take(CONNECTED, 1.0)
    assert (chain.board.link, chain.board.message) == (LinkState.LIVE, BEGIN)


def test_a_station_that_waits_shows_that_the_machine_is_not_the_one_of_the_settings() -> None:
    machine = MachineProfile(counts_per_turn=16384)
    chain = Chain(Settings(machine=machine), waits=True)
    chain.take(CONNECTED, 0.0)
    assert "counts a turn" in chain.board.uncalibrated
    chain.take(next(chunks(np.array([2048] * 100, np.uint16), 100)), 1.0)
    assert chain.board.angle_deg is None


def test_another_board_behind_the_same_adapter_is_not_read_by_the_calibration_of_the_first(
    tmp_path: Path,
) -> None:
    book = CalibrationBook(tmp_path / "calibrations.json")
    book.keep(saved_calibration(device_id="lever-1", sensor="as5600"))
    with Keeper(tmp_path / "sets.db", recover) as keeper:
        chain = Chain(Settings(), book, keeper)
        chain.take(CONNECTED, 0.0)
        assert chain.board.uncalibrated == ""
        other = replace(HELLO, boot=2, device_id="other")
        chain.take(Chunk(wire(other), [other]), 1.0)
    assert "this is device other" in chain.board.uncalibrated


def test_whatever_a_port_is_called_it_is_one_line_that_can_be_sent() -> None:
    chain = Chain(Settings())
    (event,) = chain.take(Connected(HELLO, "/dev/l\udcff\x1b[31m\nx"), 0.0)
    name = r"/dev/l\udcff\x1b[31m\nx"
    assert (event["port"], chain.board.port) == (name, name)
    assert chain.health.view(Stream().totals, 0.0)["port"] == name


def test_the_log_does_not_name_a_file_that_somebody_has_named(tmp_path: Path) -> None:
    station = Station(Chain(Settings()), upkeep=Upkeep(tmp_path))
    with station.upkeep as upkeep:  # type: ignore[union-attr]
        station._note_failure(OutputError(f"{tmp_path}/Hans Schmidt.ndjson: cannot be written"))
        upkeep.turn(_complaint(station.chain.board), "", True, 1.0)
    log = (tmp_path / "station.log").read_text()
    assert "events or the recording cannot be written" in log
    assert "Schmidt" not in log


def test_a_sensor_in_trouble_is_told_once_and_again_when_it_is_well() -> None:
    chain = Chain(Settings())
    values = [2048] * 8 + [NO_MAGNET] * 60 + [2048] * 8
    events = [e for c in chunks(np.array(values, np.uint16), 4) for e in chain.take(c, 0.0)]
    told = [e["error"] for e in events if "error" in e.data]
    assert told == ["no_magnet", None]
    assert chain.board.trouble == ""


def test_a_single_bad_sample_is_not_told() -> None:
    chain = Chain(Settings())
    values = [2048] * 8 + [NO_MAGNET] + [2048] * 8
    events = [e for c in chunks(np.array(values, np.uint16), 4) for e in chain.take(c, 0.0)]
    assert [e for e in events if "error" in e.data] == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            Settings(machine=MachineProfile(counts_per_turn=16384)),
            "correct machine.counts_per_turn",
        ),
        (Settings(calibration=Calibration(device_id="other")), "the calibration is of other"),
    ],
)
def test_another_machine_is_refused(settings: Settings, message: str) -> None:
    with pytest.raises(MachineMismatch, match=message):
        Chain(settings).take(CONNECTED, 0.0)


class Notes:
    """A view that keeps what it was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.links: list[LinkState] = []

    def tell(self, events: list[Event]) -> None:  # type: ignore[override]
        self.events += events

    def show(self, board: Board, at: float) -> None:
        self.links.append(board.link)


@pytest.mark.parametrize("script", ["mixed", "two-sets", "fast", "fidgeting", "partials"])
def test_a_simulated_session_is_counted_exactly(script: str) -> None:
    person, notes = SCRIPTS[script], Notes()
    station = Station(Chain(Settings()), view=notes)  # type: ignore[arg-type]
    station.session_s = len(person.motion()) / 1000
    with SimulatedMachine(counts_of(person.motion()), fast=True) as machine:
        station.run(Link(machine.port))
    assert tuple(one["rep_count"] for one in station.chain.sets) == person.reps
    assert LinkState.LIVE in notes.links


class Director(Notes):
    """A view that acts, once each and in order, as soon as the display shows a state."""

    def __init__(self, *scenes: tuple[LinkState, Callable[[], None]]) -> None:
        super().__init__()
        self.scenes = list(scenes)

    def show(self, board: Board, at: float) -> None:
        super().show(board, at)
        if self.scenes and board.link is self.scenes[0][0]:
            self.scenes.pop(0)[1]()


def send(number: signal.Signals) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_everything_written(number: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    before = signal.getsignal(number)
    director = Director((LinkState.LIVE, send(number)))
    station = Station(Chain(Settings()), EventLines(str(path)), view=director)  # type: ignore[arg-type]
    with (
        SimulatedMachine(counts_of(SCRIPTS["good"].motion())) as machine,
        station.stop.on_signals(),
    ):
        station.run(Link(machine.port))
    assert '"link":"connected"' in path.read_text()
    assert signal.getsignal(number) is before


class FullDisk:
    """A recorder, or a file of events, that takes nothing."""

    tries = 0

    def write(self, what: object) -> None:
        self.tries += 1
        raise OutputError("x cannot be written: the disk is full")

    def check(self) -> None:
        pass


@pytest.mark.parametrize("part", ["recorder", "events"])
def test_a_full_disk_is_tried_once_and_the_counting_goes_on(part: str) -> None:
    person, disk = SCRIPTS["fast"], FullDisk()
    station = Station(Chain(Settings()), **{part: disk})  # type: ignore[arg-type]
    station.session_s = len(person.motion()) / 1000
    with SimulatedMachine(counts_of(person.motion()), fast=True) as machine:
        station.run(Link(machine.port))
    assert tuple(one["rep_count"] for one in station.chain.sets) == person.reps
    assert disk.tries == 1
    assert str(station.failure) == station.chain.board.complaint


def test_why_the_link_is_lost_is_shown_until_it_is_back() -> None:
    chain = Chain(Settings())
    chain.take(CONNECTED, 0.0)
    chain.take(Lost(LinkLost("the cable")), 1.0)
    assert chain.board.message == "the cable"
    chain.take(Searching(NoSuchPort("no machine")), 2.0)
    assert chain.board.message == "no machine"
    chain.take(CONNECTED, 3.0)
    assert chain.board.message == ""


def test_a_replugged_machine_goes_on() -> None:
    with SimulatedMachine(counts_of(SCRIPTS["good"].motion())) as machine:
        director = Director(
            (LinkState.LIVE, machine.unplug),
            (LinkState.LOST, machine.replug),
            (LinkState.LIVE, send(signal.SIGINT)),
        )
        station = Station(Chain(Settings()), view=director)  # type: ignore[arg-type]
        with station.stop.on_signals():
            station.run(Link(machine.port))
    links = [e["link"] for e in director.events if "link" in e.data]
    assert links == ["connected", "lost", "connected"]


def test_what_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"\0\1\2\0")
    with pytest.raises(TraceError, match="no HELLO"):
        trace_of_recording(path.read_bytes(), str(path), Settings())


@pytest.mark.parametrize("neutral", [0, 1000, 4000])
def test_an_uncalibrated_recording_has_no_jump_wherever_neutral_is(
    neutral: int, tmp_path: Path
) -> None:
    motion = SCRIPTS["good"].motion()[:10_000:5]
    counts = counts_of(motion, neutral_counts=neutral).tolist()
    counts[100] = (neutral + 2048) % 4096  # a spike to where the sensor's turn is to be cut
    path = tmp_path / "rec.lever"
    path.write_bytes(wire(HELLO) + b"".join(samples(counts)))
    trace = trace_of_recording(path.read_bytes(), str(path), Settings(), calibrated=False)
    angles = np.delete(trace.angle_deg, 100)
    assert np.ptp(angles - np.delete(motion, 100)) < 1.0


def samples(counts: list[int]) -> Iterator[bytes]:
    for at in range(0, len(counts), 4):
        values = tuple(counts[at : at + 4])
        offsets = tuple(5000 * n for n in range(len(values)))
        yield wire(Samples(HELLO.boot, at, 5000 * at, offsets, values))


def test_the_standard_in_use_judges() -> None:
    settings = changed(Settings(), standards={"standard": FormStandard(min_eccentric_s=60)})
    chain = Chain(settings)
    for chunk in chunks(counts_of(SCRIPTS["good"].motion())[::5], 4):
        chain.take(chunk, 0.0)
    chain.close(0.0)
    assert all("rushed_lowering" in rep["flags"] for one in chain.sets for rep in one["reps"])


# Sets that are kept, and calibrations.


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    with Keeper(tmp_path / "sets.db", recover) as opened:
        yield opened


def wired(motion: Floats, hello: Hello = HELLO, **sensor: Any) -> Iterator[Connected | Chunk]:
    """What the link tells of a machine on which somebody makes a motion (1 kHz)."""
    counts = counts_of(motion, **sensor)[::5].tolist()
    stream = Stream()
    data = wire(hello)
    yield Connected(hello, "/dev/x")
    yield Chunk(data, stream.feed(data))
    for at in range(0, len(counts), 4):
        values = tuple(counts[at : at + 4])
        offsets = tuple(5000 * n for n in range(len(values)))
        data = wire(Samples(hello.boot, at % 2**16, 5000 * at, offsets, values))
        yield Chunk(data, stream.feed(data))


def recorded(told: Iterable[Connected | Chunk]) -> bytes:
    """What a recorder keeps of that."""
    return b"".join(event.data for event in told if isinstance(event, Chunk))


def follow(chain: Chain, told: Iterable[Connected | Chunk], began: float = 100.0) -> list[Event]:
    events = []
    for event in told:
        items = event.items if isinstance(event, Chunk) else []
        for item in items:
            began = max(began, 100.0 + (item.t_s[-1] if isinstance(item, Readings) else 0.0))
        events += chain.take(event, began)
    return events


def kept_sets(path: Path) -> list[StoredSet]:
    with Store(path) as store:
        return [store.get(number) for number in sorted(line.id for line in store.lines())]


def test_sets_are_kept_with_the_bytes_that_give_them_again(tmp_path: Path) -> None:
    path = tmp_path / "sets.db"
    with Keeper(path, recover) as keeper:
        chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
        follow(chain, wired(SCRIPTS["two-sets"].motion()))
        chain.close(1000.0)
    sets = kept_sets(path)
    assert [one.report for one in sets] == chain.sets
    assert [one.report["rep_count"] for one in sets] == [6, 5]
    with Store(path) as store:
        list(reanalyse(store, EVERYTHING, angles_of, "9.9", sets[0].started_utc))
        assert store.running() is None
    assert [one.report for one in kept_sets(path)] == chain.sets


def test_a_set_that_a_killed_station_had_under_way_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "sets.db"
    motion = SCRIPTS["good"].motion()[:28_000]
    killed = Keeper(path, recover)
    killed.__enter__()
    chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), killed)
    follow(chain, wired(motion))
    assert chain.board.in_set
    killed.__exit__()  # what was told is on the disk; the set was never closed
    with Keeper(path, recover) as keeper:
        again = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
        wait_for(lambda: keeper.found is not None)
        follow(again, wired(SCRIPTS["good"].motion()[:3_000]))
        assert [one.ended_by for one in again.board.sets] == ["interrupted"]
        assert again.board.sets[0].report["rep_count"] == chain.board.reps
        assert again.sets == []
    (one,) = kept_sets(path)
    assert one.interrupted


def test_a_station_without_a_disk_counts_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with Keeper(tmp_path / "file" / "sets.db", recover) as keeper:
        chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
        wait_for(lambda: bool(keeper.failure))
        follow(chain, wired(SCRIPTS["good"].motion()))
        chain.close(1000.0)
    assert [one["rep_count"] for one in chain.sets] == [8]
    assert "sets cannot be saved" in chain.board.complaint


CALIBRATION = (
    Hold(4.0, sway_deg=0.2),
    Stroke(61.0, 2.5),
    Hold(4.0),
    Stroke(0.0, 2.0),
    Hold(1.0),
)
OTHER_WAY = {"neutral_counts": 300, "direction": -1}


def calibrated_by_taps(chain: Chain, **sensor: Any) -> list[Event]:
    """Begin, take, and no range and no checks; then save."""
    follow(chain, wired(np.zeros(20), **sensor))
    chain.obey(Calibrate(step="begin"), 100.0)
    chain.obey(Calibrate(step="take"), 100.0)
    events = follow(chain, list(wired(perform(0.0, CALIBRATION), **sensor))[2:])
    for step in ("skip", "skip", "save"):
        events += chain.obey(Calibrate(step=step), 100.0)  # type: ignore[arg-type]
    return events


def test_a_calibration_by_taps_is_believed_at_once_and_after_a_restart(
    tmp_path: Path, keeper: Keeper
) -> None:
    path = tmp_path / "book.json"
    chain = Chain(Settings(), CalibrationBook.load(path), keeper)
    assert calibrated_by_taps(chain, **OTHER_WAY) == []
    assert chain.board.guide is None
    saved = CalibrationBook.load(path).newest("lever-1")
    assert saved is not None
    assert (saved.direction, saved.device_id) == (-1, "lever-1")
    assert saved.stop_deg == pytest.approx(61.0, abs=0.3)
    for again in (chain, Chain(Settings(), CalibrationBook.load(path), keeper)):
        follow(again, wired(SCRIPTS["good"].motion(), replace(HELLO, boot=2), **OTHER_WAY))
        again.close(1000.0)
        assert [one["rep_count"] for one in again.sets] == [8]
        assert again.sets[0]["mean_range_deg"] == pytest.approx(44.0, abs=0.3)


def test_nothing_is_counted_while_it_is_calibrated(tmp_path: Path, keeper: Keeper) -> None:
    chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
    follow(chain, wired(np.zeros(20)))
    chain.obey(Calibrate(step="begin"), 100.0)
    follow(chain, list(wired(SCRIPTS["good"].motion()))[2:])
    assert chain.sets == []
    assert chain.board.guide is not None
    assert chain.board.guide["step"] == "neutral"
    chain.obey(Calibrate(step="cancel"), 100.0)
    assert chain.board.guide is None


def test_in_a_set_no_calibration_begins(tmp_path: Path, keeper: Keeper) -> None:
    chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
    follow(chain, wired(SCRIPTS["good"].motion()[:28_000]))
    chain.obey(Calibrate(step="begin"), 100.0)
    assert chain.board.guide is None
    assert chain.board.in_set


def test_a_calibration_that_cannot_be_saved_is_not_believed(tmp_path: Path, keeper: Keeper) -> None:
    (tmp_path / "file").write_text("no folder")
    book = CalibrationBook(tmp_path / "file" / "book.json")
    chain = Chain(Settings(), book, keeper)
    calibrated_by_taps(chain, **OTHER_WAY)
    assert chain.board.guide is not None
    follow(chain, list(wired(np.zeros(20)))[2:])
    assert "cannot be saved" in chain.board.guide["problem"]
    assert book.newest("lever-1") is None


@pytest.mark.parametrize(
    "hello",
    [
        replace(HELLO, device_id="lever-2"),
        replace(HELLO, sensor="potentiometer"),
        replace(HELLO, counts_per_turn=1024),
    ],
)
def test_another_sensor_asks_for_a_calibration_instead_of_counting_wrongly(
    tmp_path: Path, keeper: Keeper, hello: Hello
) -> None:
    path = tmp_path / "book.json"
    calibrated_by_taps(Chain(Settings(), CalibrationBook.load(path), keeper))
    chain = Chain(Settings(), CalibrationBook.load(path), keeper)
    follow(chain, wired(SCRIPTS["good"].motion(), hello))
    assert chain.close(1000.0) == []
    assert chain.sets == []
    assert "calibrate again" in chain.board.complaint


def test_a_recording_is_read_by_the_calibration_of_its_device(
    tmp_path: Path, keeper: Keeper
) -> None:
    path = tmp_path / "book.json"
    calibrated_by_taps(Chain(Settings(), CalibrationBook.load(path), keeper), **OTHER_WAY)
    motion = SCRIPTS["good"].motion()
    told = wired(motion, **OTHER_WAY)
    trace = trace_of_recording(recorded(told), "x", Settings(), book=CalibrationBook.load(path))
    assert np.abs(trace.angle_deg - motion[::5]).max() < 0.5
    # Nobody can calibrate a file of another machine: it is read by the settings.
    others = wired(motion, replace(HELLO, device_id="lever-2"))
    trace = trace_of_recording(recorded(others), "x", Settings(), book=CalibrationBook.load(path))
    assert np.abs(trace.angle_deg - motion[::5]).max() < 0.5


def test_a_recording_of_two_machines_is_not_read_as_one() -> None:
    both = [*wired(np.zeros(200)), *wired(np.zeros(200), replace(HELLO, boot=2, device_id="b"))]
    with pytest.raises(TraceError, match="x is of two machines: leverrep replay"):
        trace_of_recording(recorded(both), "x", Settings())


def test_a_recording_that_says_not_whose_it_is_is_of_the_machine_that_is_calibrated(
    tmp_path: Path, keeper: Keeper
) -> None:
    path = tmp_path / "book.json"
    calibrated_by_taps(Chain(Settings(), CalibrationBook.load(path), keeper), **OTHER_WAY)
    motion = SCRIPTS["good"].motion()
    _, _, *told = wired(motion, **OTHER_WAY)  # all but who it is
    data = wire(Status(HELLO.boot, 0, 0, 0, 200, Sensor.MAGNET, 0, 0)) + recorded(told)
    book = CalibrationBook.load(path)
    trace = trace_of_recording(data, "x", Settings(), book=book)
    assert np.abs(trace.angle_deg - motion[::5]).max() < 0.5
    chain = Chain(Settings(), book)
    for event in play(data, "x"):
        chain.take(event, 0.0)
    chain.close(0.0)
    assert [one["rep_count"] for one in chain.sets] == [8]


class Beside:
    """Somebody with a keyboard, who presses Enter whenever it is of use."""

    def __init__(self) -> None:
        self.views: list[dict[str, Any]] = []

    def actions(self) -> list[Callable[[Guide], None]]:
        step = self.views[-1]["step"] if self.views else "neutral"
        return [Guide.skip if step in ("range", "checks") else Guide.take]

    def show(self, view: dict[str, Any]) -> None:
        self.views.append(view)


def test_the_guide_runs_on_a_link(tmp_path: Path) -> None:
    book = CalibrationBook(tmp_path / "book.json")
    motion = counts_of(perform(0.0, CALIBRATION), neutral_counts=300, direction=-1)
    with SimulatedMachine(motion, fast=True) as machine:
        saved = calibrate(Link(machine.port, rate_hz=200), Settings(), book, Beside(), Stop())
    assert saved == book.newest("73696d2d6c65766572")
    assert saved.direction == -1


def test_the_guide_says_why_it_refuses_and_keeps_the_old(tmp_path: Path) -> None:
    book = CalibrationBook(tmp_path / "book.json")
    short = (Hold(4.0), Stroke(12.0, 2.5), Hold(4.0))
    with (
        SimulatedMachine(counts_of(perform(0.0, short)), fast=True) as machine,
        pytest.raises(CalibrationRefused, match="apart, under 20°"),
    ):
        calibrate(Link(machine.port, rate_hz=200), Settings(), book, Beside(), Stop())
    assert book.history == ()


def test_somebody_who_stops_the_guide_has_changed_nothing(tmp_path: Path) -> None:
    stop, book = Stop(), CalibrationBook(tmp_path / "book.json")
    stop.asked = True
    with (
        SimulatedMachine(counts_of(np.zeros(1000))) as machine,
        pytest.raises(CalibrationRefused, match="the calibration before stays in force"),
    ):
        calibrate(Link(machine.port, rate_hz=200), Settings(), book, Beside(), stop)


def test_another_board_ends_a_calibration(tmp_path: Path, keeper: Keeper) -> None:
    chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
    follow(chain, wired(np.zeros(20)))
    chain.obey(Calibrate(step="begin"), 100.0)
    follow(chain, wired(np.zeros(20), replace(HELLO, device_id="lever-2")))
    assert chain.board.guide is None
    assert chain.obey(Calibrate(step="take"), 100.0) == []


def test_a_sensor_that_dies_in_a_set_ends_it_after_a_rest(tmp_path: Path) -> None:
    path = tmp_path / "sets.db"
    with Keeper(path, recover) as keeper:
        chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
        motion = SCRIPTS["good"].motion()[:28_000]
        follow(chain, wired(motion))
        reps = chain.board.reps
        stream = Stream()
        stream.feed(wire(HELLO))
        dead = (NO_MAGNET,) * 4
        for at in range(5_600, 5_600 + 30 * 200, 4):
            data = wire(Samples(1, at % 2**16, 5000 * at, (0, 5000, 10_000, 15_000), dead))
            times = tuple((at + n) / 200 for n in range(4))
            chain.take(Chunk(data, [Readings(at, times, dead)]), 100.0 + at / 200)
        assert not chain.board.in_set
        chain.close(1000.0)
    (one,) = kept_sets(path)
    assert (one.record.ended_by, one.report["rep_count"]) == ("no_data", reps)
    with Store(path) as store:
        assert store.running() is None


def test_who_was_never_calibrated_is_told_and_counted(tmp_path: Path, keeper: Keeper) -> None:
    chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
    follow(chain, wired(SCRIPTS["good"].motion()))
    chain.close(1000.0)
    assert [one["rep_count"] for one in chain.sets] == [8]
    assert "not calibrated yet" in chain.board.complaint
    by_hand = Settings(calibration=Calibration(neutral_counts=2047.0))
    chain = Chain(by_hand, CalibrationBook(tmp_path / "book.json"), keeper)
    follow(chain, wired(np.zeros(20)))
    assert chain.board.complaint == ""


def test_a_calibration_undone_elsewhere_is_undone_at_the_next_connection(
    tmp_path: Path, keeper: Keeper
) -> None:
    path = tmp_path / "book.json"
    chain = Chain(Settings(), CalibrationBook.load(path), keeper)
    calibrated_by_taps(chain, **OTHER_WAY)
    CalibrationBook.load(path).undo("2026-11-25T10:00:00Z")
    again = Chain(Settings(), CalibrationBook.load(path), keeper)
    follow(again, wired(np.zeros(20)))
    assert "not calibrated yet" in again.board.complaint


def test_a_running_station_takes_that_up_when_the_machine_is_connected_again(
    tmp_path: Path, keeper: Keeper
) -> None:
    path = tmp_path / "book.json"
    chain = Chain(Settings(), CalibrationBook.load(path), keeper)
    calibrated_by_taps(chain, **OTHER_WAY)
    chain.take(CONNECTED, 200.0)
    assert chain.board.complaint == ""
    CalibrationBook.load(path).undo("2026-11-25T10:00:00Z")
    chain.take(CONNECTED, 201.0)
    assert "not calibrated yet" in chain.board.complaint
    kept = path.read_bytes()
    path.write_text("{")
    chain.take(CONNECTED, 202.0)
    assert "book.json" in chain.board.complaint
    path.write_bytes(kept)
    chain.take(CONNECTED, 203.0)
    assert "not calibrated yet" in chain.board.complaint


def test_a_set_goes_on_over_a_connection_that_changes_nothing(
    tmp_path: Path, keeper: Keeper
) -> None:
    chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
    told = list(wired(SCRIPTS["good"].motion()))
    half = len(told) // 2
    follow(chain, [*told[:half], CONNECTED, *told[half:]])
    chain.close(1000.0)
    assert [one["rep_count"] for one in chain.sets] == [8]


def test_a_replay_is_stopped_while_its_machine_is_away() -> None:
    class Leaving:
        """A view of somebody who has seen enough."""

        def tell(self, events: Iterable[Event]) -> None:
            pass

        def show(self, board: Board, at: float) -> None:
            station.stop.asked = True

    station = Station(Chain(Settings()), view=Leaving())
    away = [Chunk(b"", [Readings(n, (60.0 * n,), (2048,))]) for n in range(1, 3)]
    began = time.monotonic()
    station.replay(away, fast=False)
    assert time.monotonic() - began < 2


def test_a_calibration_that_nobody_follows_ends_by_itself(tmp_path: Path, keeper: Keeper) -> None:
    chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), keeper)
    follow(chain, wired(np.zeros(20)))
    chain.obey(Calibrate(step="begin"), 100.0)
    told = list(wired(np.zeros(2_000)))[2:]
    chain.take(told[0], 100.0 + FORGOTTEN_S)
    assert chain.board.guide is not None
    chain.take(told[1], 100.1 + FORGOTTEN_S)
    assert chain.board.guide is None


def test_struck_out_reps_and_the_load_of_a_set_that_was_killed_are_known(tmp_path: Path) -> None:
    path = tmp_path / "sets.db"
    with Keeper(path, recover) as killed:
        chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), killed)
        told = list(wired(SCRIPTS["good"].motion()[:28_000]))
        follow(chain, told[: len(told) // 2])
        chain.obey(ChangePlan(load_kg=42.5), 100.0)
        follow(chain, told[len(told) // 2 :])
        chain.obey(RemoveRep(rep=1), 100.0)
        reps = chain.board.count
    with Keeper(path, recover) as keeper:
        wait_for(lambda: keeper.found is not None)
    (one,) = kept_sets(path)
    assert one.record.removed == {1}
    assert (one.report["rep_count"], one.record.plan.load_kg) == (reps, 42.5)


def test_a_rep_that_a_tap_has_voided_does_not_come_back(tmp_path: Path) -> None:
    path = tmp_path / "sets.db"
    with Keeper(path, recover) as killed:
        chain = Chain(Settings(), CalibrationBook(tmp_path / "book.json"), killed)
        told = list(wired(SCRIPTS["good"].motion()[:28_000]))
        tapped = False
        for event in told:
            follow(chain, [event])
            if chain.board.phase == "bottom_hold" and not tapped:
                chain.obey(Again(), 100.0)
                tapped = True
        reps = chain.board.count
        assert reps > 1
    with Keeper(path, recover) as keeper:
        wait_for(lambda: keeper.found is not None)
    (one,) = kept_sets(path)
    assert one.report["rep_count"] == reps


class Holder:
    """Has a magnet in the hand; wants no more when the board was gone."""

    def __init__(self, machine: SimulatedMachine, stop: Stop) -> None:
        self.told: list[Any] = []
        self._machine, self._stop = machine, stop

    def begin(self, sensor: str) -> None:
        self.told.append(sensor)

    def take(self, state: str, agc: int, magnitude: int) -> None:
        self.told.append((state, agc, magnitude))
        self._machine.unplug()

    def lose(self) -> None:
        self.told.append("lost")
        self._stop.asked = True


def test_whoever_places_the_magnet_is_told_what_the_sensor_says() -> None:
    stop = Stop()
    with SimulatedMachine(np.full(100, 2048, np.uint16)) as machine:
        holder = Holder(machine, stop)
        place_magnet(Link(machine.port), holder, stop)
    sensor, said, lost = holder.told
    assert (sensor, lost) == ("as5600", "lost")
    assert said == ("ok", 64, 2000)


def test_without_a_board_no_magnet_is_placed() -> None:
    with SimulatedMachine(np.full(9, 1, np.uint16)) as machine:
        machine.unplug()
        holder = Holder(machine, Stop())
        with pytest.raises(NoSuchPort):
            place_magnet(Link(machine.port), holder, Stop())
