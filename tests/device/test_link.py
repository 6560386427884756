"""The live link against simulated machines: found, lost, found again; nothing leaks."""

import gc
import os
import pty
import signal
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.device import link as link_module
from firmware_bridge.device.decoder import Fault
from firmware_bridge.device.events import CHUNK_BYTES, Chunk, Connected, Lost, Searching
from firmware_bridge.device.frames import Hello, Status, wire
from firmware_bridge.device.framing import wrap
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.port import FoundPort
from firmware_bridge.device.reconnect import LASTS_S, PING_S, WAIT_S, State
from firmware_bridge.device.recording import replay
from firmware_bridge.device.simulated import SimulatedMachine
from firmware_bridge.errors import NoSuchPort, NotALeverMachine, PortBusy
from tests.device.listen import Heard
from tests.device.test_ledger import Device

MOTION = np.arange(60_000) // 10 % 4096


@pytest.fixture
def machine() -> Iterator[SimulatedMachine]:
    with SimulatedMachine(MOTION) as machine:
        yield machine


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_it_connects_streams_and_stops(machine: SimulatedMachine) -> None:
    link = Link(machine.port)
    link.start()
    heard = Heard(link)
    connected = heard.first(Connected)
    assert connected.port == machine.port
    assert connected.hello.sensor == "as5600"
    heard.until(lambda: len(heard.values()) >= 101)
    began = time.monotonic()
    link.stop()
    assert time.monotonic() - began < 0.5
    heard.until(lambda: False)
    assert list(link.events()) == []
    assert link.totals.received == len(heard.values())
    assert link.totals.missing == 0


def test_a_signal_just_as_a_wait_ends_does_not_make_it_endless() -> None:
    link = Link("/dev/not-started")
    rescue = threading.Timer(5, link._put, [Searching(NoSuchPort("it has waited on"))])
    rescue.start()
    before = signal.signal(signal.SIGALRM, lambda *_: time.sleep(0.1))  # past the wait's end
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        assert link.next_event(0.05) is None
    finally:
        signal.signal(signal.SIGALRM, before)
        rescue.cancel()


def test_a_recording_of_the_chunks_gives_the_same_readings(
    machine: SimulatedMachine, tmp_path: Path
) -> None:
    with Link(machine.port) as link:
        heard = Heard(link)
        heard.until(lambda: len(heard.values()) >= 50)
    path = tmp_path / "recording"
    path.write_bytes(heard.data)
    events = list(replay(path))
    assert isinstance(events[0], Connected)
    items = [item for event in events if isinstance(event, Chunk) for item in event.items]
    assert items == heard.items


def test_unplugged_and_plugged_in_again_it_goes_on_by_itself(machine: SimulatedMachine) -> None:
    with Link(machine.port) as link:
        heard = Heard(link)
        heard.until(lambda: len(heard.values()) >= 50)
        before = os.path.realpath(machine.port)
        keep = os.open(before, os.O_RDONLY | os.O_NOCTTY)  # so that its number is not free
        machine.unplug()
        lost = heard.first(Lost)
        assert machine.port in str(lost.why)
        assert isinstance(heard.first(Searching).why, NoSuchPort)
        last = heard.of(Readings)[-1].t_s[-1]
        heard.forget()
        machine.replug()
        heard.first(Readings)
        os.close(keep)
        assert os.path.realpath(machine.port) != before
        assert len(heard.of(Connected)) == 1
        assert [gap.missing for gap in heard.of(Gap)] == [None]
        assert last < heard.of(Readings)[0].t_s[0] < last + 5


def test_a_machine_that_restarts_is_started_again(machine: SimulatedMachine) -> None:
    with Link(machine.port, rate_hz=100) as link:
        heard = Heard(link)
        heard.first(Readings)
        machine.reboot()
        heard.until(lambda: heard.of(Gap) and heard.of(Gap)[-1].missing is None)
        heard.forget()
        heard.until(lambda: len(heard.values()) > 20)
        readings = heard.of(Readings)[-1]
        assert readings.t_s[1] - readings.t_s[0] == pytest.approx(0.01)


def test_the_rate_can_be_changed_while_it_streams(machine: SimulatedMachine) -> None:
    with Link(machine.port) as link:
        heard = Heard(link)
        heard.first(Readings)
        link.rate_hz = 500
        heard.until(lambda: any(status.rate_hz == 500 for status in heard.of(Status)))
        assert link.totals.missing == 0


def test_why_it_is_not_connected_is_told_once(tmp_path: Path) -> None:
    path = str(tmp_path / "lever")
    with Link(path) as link:
        heard = Heard(link)
        first = heard.first(Searching)
        assert isinstance(first.why, NoSuchPort)
        time.sleep(1)
    heard.until(lambda: False)
    assert heard.events == [first]


def test_a_busy_port_is_told_and_taken_when_it_is_free(machine: SimulatedMachine) -> None:
    with Link(machine.port) as first:
        Heard(first).first(Connected)
        with Link(machine.port) as second:
            heard = Heard(second)
            assert isinstance(heard.first(Searching).why, PortBusy)
            first.stop()
            heard.first(Readings)


@pytest.fixture
def stranger() -> Iterator[tuple[int, str]]:
    """(its end, the path of ours) of a serial device that is no lever machine."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


def test_what_has_gathered_comes_in_pieces_of_a_moment(stranger: tuple[int, str]) -> None:
    device, path = stranger
    board = Device(1, 200, 0, 0)
    frames = [board.samples() if n != 40 else board.hello() for n in range(91)]
    with Link(path) as link:
        os.read(device, 100)  # it has asked who is there
        os.write(device, b"".join(map(wire, frames)))
        heard = Heard(link)
        heard.until(lambda: len(heard.values()) >= 200)
    chunks = [event for event in heard.events if isinstance(event, Chunk)]
    assert max(len(chunk.data) for chunk in chunks) == CHUNK_BYTES


def test_what_says_no_hello_in_3_s_is_not_a_lever_machine(stranger: tuple[int, str]) -> None:
    device, path = stranger
    began = time.monotonic()
    with Link(path) as link:
        os.write(device, b"ok T:23 /0\r\n")
        error = Heard(link).first(Searching).why
    assert isinstance(error, NotALeverMachine)
    assert f"{path} is not a lever machine (said no HELLO in 3 s)" in str(error)
    assert 2.9 < time.monotonic() - began < 4


@pytest.mark.parametrize(("version", "cure"), [(2, "update this program"), (0, "leverrep flash")])
def test_another_protocol_version_is_told_with_what_to_do(
    stranger: tuple[int, str], monkeypatch: pytest.MonkeyPatch, version: int, cure: str
) -> None:
    device, path = stranger
    monkeypatch.setitem(LASTS_S, State.GREET, 0.3)
    hello = bytearray(Hello(1, 200, 4096, 0, 0, "", "", "").to_bytes())
    hello[1] = version
    with Link(path) as link:
        time.sleep(0.1)
        os.write(device, wrap(bytes(hello)))
        why = str(Heard(link).first(Searching).why)
    assert f"{path} speaks protocol version {version}, this program speaks 1" in why
    assert why.endswith(cure)


def test_damage_before_and_after_the_hello_is_told_and_passed_over(
    stranger: tuple[int, str],
) -> None:
    device, path = stranger
    with Link(path) as link:
        time.sleep(0.1)
        damage = wrap(b"x") + b"\x00\x01\x00"
        os.write(device, damage + wire(Hello(1, 200, 4096, 0, 0, "", "", "")) + damage)
        heard = Heard(link)
        heard.until(lambda: len(heard.of(Fault)) == 4)
        assert len(heard.of(Connected)) == 1
        os.write(device, damage)
        heard.until(lambda: len(heard.of(Fault)) == 6)
        began = time.monotonic()
    assert time.monotonic() - began < 0.5  # though it answers to no STOP


def test_a_machine_that_falls_silent_is_lost(
    stranger: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    device, path = stranger
    monkeypatch.setitem(LASTS_S, State.STREAM, 0.3)
    with Link(path) as link:
        time.sleep(0.1)
        os.write(device, wire(Hello(1, 200, 4096, 0, 0, "", "", "")))
        heard = Heard(link)
        assert "has fallen silent" in str(heard.first(Lost).why)
        assert len(heard.of(Connected)) == 1


def test_auto_tries_the_likely_ports_in_turn(
    machine: SimulatedMachine, stranger: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LASTS_S, State.GREET, 0.3)
    ports = [
        FoundPort("/dev/unlikely", "", False),
        FoundPort(stranger[1], "", True),
        FoundPort(machine.port, "", True),
    ]
    monkeypatch.setattr(link_module, "find_ports", lambda hints: ports)
    with Link() as link:
        heard = Heard(link)
        assert heard.first(Connected).port == machine.port
        assert [str(s.why).split()[0] for s in heard.of(Searching)] == [stranger[1]]


def test_auto_leaves_a_stranger_for_a_machine_that_is_plugged_in(
    machine: SimulatedMachine, stranger: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [FoundPort(stranger[1], "", True)]
    monkeypatch.setattr(link_module, "find_ports", lambda hints: there)
    monkeypatch.setitem(LASTS_S, State.GREET, 0.1)
    with Link() as link:
        heard = Heard(link)
        assert isinstance(heard.first(Searching).why, NotALeverMachine)
        monkeypatch.setitem(LASTS_S, State.GREET, 60.0)
        time.sleep(2 * WAIT_S)  # now it is greeted for a minute
        there.append(FoundPort(machine.port, "", True))
        assert heard.first(Connected).port == machine.port


def test_a_machine_beside_a_stranger_is_back_as_soon_as_one_alone(
    machine: SimulatedMachine, stranger: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other = FoundPort(machine.port, "", True), FoundPort(stranger[1], "", True)
    there = [ours, other]
    monkeypatch.setattr(link_module, "find_ports", lambda hints: there)
    with Link() as link:
        heard = Heard(link)
        heard.first(Readings)
        machine.unplug()  # it stays in the list for a moment, and cannot be opened
        assert isinstance(heard.first(Searching).why, NoSuchPort)
        there.remove(ours)
        time.sleep(PING_S + WAIT_S)  # the stranger is greeted
        heard.forget()
        machine.replug()
        there.insert(0, ours)
        began = time.monotonic()
        heard.first(Readings)
    assert time.monotonic() - began < 2


def test_a_port_that_goes_under_one_name_and_comes_under_another_is_the_machine_again(
    machine: SimulatedMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        link_module,
        "find_ports",
        lambda hints: [FoundPort(os.path.realpath(machine.port), "", os.path.exists(machine.port))],
    )
    with Link() as link:
        heard = Heard(link)
        before = heard.first(Connected).port
        keep = os.open(before, os.O_RDONLY | os.O_NOCTTY)  # so that its number is not free
        machine.unplug()
        heard.first(Lost)
        heard.forget()
        machine.replug()
        assert heard.first(Connected).port != before
        os.close(keep)


def test_auto_without_a_machine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "find_ports", lambda hints: [])
    with Link() as link:
        assert "no lever machine found" in str(Heard(link).first(Searching).why)


def test_twenty_reconnects_leave_no_descriptor_and_no_thread(
    machine: SimulatedMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LASTS_S, State.WAIT, 0.05)
    gc.collect()
    files, threads = open_files(), threading.active_count()
    with Link(machine.port) as link:
        heard = Heard(link)
        for _ in range(20):
            heard.forget()
            heard.first(Readings)
            machine.unplug()
            heard.first(Lost)
            machine.replug()
        heard.forget()
        heard.first(Connected)
    assert (open_files(), threading.active_count()) == (files, threads)
    print(f"\n20 reconnects: {files} descriptors before and after, {threads} threads")


def test_stop_is_quick_in_every_state(stranger: tuple[int, str]) -> None:
    for path in ("/dev/no-such", stranger[1]):
        link = Link(path)
        link.start()
        time.sleep(0.3)
        began = time.monotonic()
        link.stop()
        assert time.monotonic() - began < 0.5


def test_stop_is_quick_though_nobody_reads_the_events(
    machine: SimulatedMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "QUEUE_EVENTS", 3)
    link = Link(machine.port)
    link.start()
    time.sleep(1)
    began = time.monotonic()
    link.stop()
    assert time.monotonic() - began < 0.5
    assert len(list(link.events())) == 3


def test_a_fault_of_ours_is_raised_where_the_events_are_read(
    machine: SimulatedMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    link = Link(machine.port)
    monkeypatch.setattr(link._stream, "feed", broken)
    with link, pytest.raises(ZeroDivisionError):
        list(link.events())
