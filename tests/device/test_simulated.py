"""The simulated machine, and through it the real firmware in both interpreters, end to end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware_bridge.device.events import Lost
from firmware_bridge.device.frames import (
    Ping,
    Sensor,
    SensorError,
    SetRate,
    Start,
    Status,
    wire,
)
from firmware_bridge.device.ledger import Gap, Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.port import Port
from firmware_bridge.device.simulated import (
    Fault,
    Interpreter,
    SimulatedMachine,
    counts_of,
    main,
)
from firmware_bridge.device.stream import Item, Stream
from firmware_bridge.errors import OutputError
from tests.device.listen import Heard

RAMP = np.arange(30_000) % 4096


@pytest.fixture(params=["micropython", "python"])
def interpreter(request: pytest.FixtureRequest) -> Interpreter:
    if request.param == "micropython":
        pytest.importorskip("micropython_unix")
    chosen: Interpreter = request.param
    return chosen


@contextmanager
def playing(
    motion: Any, rate_hz: int, interpreter: Interpreter | None = None, fast: bool = False
) -> Iterator[tuple[SimulatedMachine, Heard]]:
    with (
        SimulatedMachine(motion, fast=fast, interpreter=interpreter) as machine,
        Link(machine.port, rate_hz=rate_hz) as link,
    ):
        yield machine, Heard(link)


@pytest.mark.parametrize("rate_hz", [200, 500])
def test_at_real_time_nothing_is_lost(interpreter: Interpreter, rate_hz: int) -> None:
    with playing(RAMP, rate_hz, interpreter) as (machine, heard):
        heard.until(lambda: len(heard.values()) >= 3 * rate_hz)
        heard.link.stop()
        heard.until(lambda: False)
    totals = heard.link.totals
    print(f"\n{machine.interpreter} {rate_hz} Hz: {totals}, missing {totals.missing}")
    assert totals.missing == 0
    assert totals.received == len(heard.values())
    assert heard.values() == [1000 // rate_hz * i for i in range(totals.received)]
    assert not heard.of(Gap)


@pytest.mark.parametrize("rate_hz", [50, 200, 500])
def test_a_fast_machine_plays_all_and_goes(interpreter: Interpreter, rate_hz: int) -> None:
    with playing(RAMP, rate_hz, interpreter, fast=True) as (machine, heard):
        heard.first(Lost)
        assert machine.wait() == 0
        assert not os.path.lexists(machine.port)
    values = heard.values()
    assert heard.link.totals.missing == 0
    step, played = 1000 // rate_hz, 30 * rate_hz
    assert values[:played] == RAMP[::step].tolist()
    assert set(values[played:]) == {RAMP[-1]}
    assert 1.9 * rate_hz < len(values) - played <= 2.1 * rate_hz


def test_all_rates_are_kept(interpreter: Interpreter) -> None:
    for rate_hz in (50, 73, 100, 128, 250, 333, 480, 500):
        with playing(RAMP, rate_hz, interpreter, fast=True) as (_, heard):
            heard.first(Lost)
        times = [t for readings in heard.of(Readings) for t in readings.t_s]
        assert np.allclose(np.diff(times), 1 / rate_hz, rtol=1e-3)
        assert heard.link.totals.missing == 0


def test_faults_of_the_sensor_arrive_in_their_slots(interpreter: Interpreter) -> None:
    motion = np.repeat([100, Fault.NO_ANSWER, Fault.NO_MAGNET, Fault.STUCK_HIGH, 200], 1000)
    with playing(motion, 200, interpreter, fast=True) as (_, heard):
        heard.first(Lost)
    errors = [error for readings in heard.of(Readings) for error in readings.errors]
    counts = [count for readings in heard.of(Readings) for count in readings.counts]
    expected = [None, SensorError.NO_ANSWER, SensorError.NO_MAGNET, SensorError.NONSENSE, None]
    assert errors[:1000] == [error for error in expected for _ in range(200)]
    assert counts[:200] + counts[800:1000] == [100] * 200 + [200] * 200
    flags = [status.flags & ~Sensor.STREAMING for status in heard.of(Status)]
    assert Sensor.NO_ANSWER in flags
    assert Sensor.TOO_WEAK in flags
    assert Sensor.MAGNET in flags


def test_a_host_that_stops_reading_gets_an_exact_count_of_what_it_missed() -> None:
    stream = Stream()
    with SimulatedMachine(RAMP) as machine, Port(machine.port) as port:

        def read_until(enough: Callable[[Item], bool]) -> Item:
            while True:
                for item in stream.feed(port.read()):
                    if enough(item):
                        return item

        for command in (Ping(), SetRate(500), Start()):
            port.write(wire(command))
        read_until(lambda item: isinstance(item, Readings))
        time.sleep(7)  # the port's buffers hold 5 s, the board's queue another one
        read_until(lambda item: isinstance(item, Status) and item.overruns > 0)
        status = read_until(lambda item: isinstance(item, Status))
    assert isinstance(status, Status)
    print(f"\n{machine.interpreter}: {stream.totals}, overruns {status.overruns}")
    assert stream.totals.missing == status.overruns > 0


def test_by_itself_it_prints_its_port_and_goes_when_told(tmp_path: Path) -> None:
    path = tmp_path / "lever"
    command = [sys.executable, "-m", "firmware_bridge.device.simulated", "--link", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith(f"{path} (")
        with Link(str(path)) as link:
            Heard(link).first(Readings)
        program.terminate()
        assert program.wait(5) == 0
    assert not os.path.lexists(path)


def test_it_takes_no_place_that_is_not_its_own(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("x")
    with pytest.raises(OutputError, match="exists already"):
        SimulatedMachine(RAMP, link=path)
    assert path.read_text() == "x"
    with pytest.raises(ValueError, match="at least one value"):
        SimulatedMachine([])


def test_a_link_that_cannot_be_made_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "no" / "lever"):
        with pytest.raises(SystemExit, match="1"):
            main(["--link", str(path)])
        err = capfd.readouterr().err
        assert err.startswith(f"{path}")
        assert err.count("\n") == 1


def test_counts_of_angles() -> None:
    angles = np.linspace(-40, 110, 1000)
    counts = counts_of(angles, neutral_counts=4000, gear=2, direction=-1, noise_deg=0)
    back = -((counts - 4000.0 + 2048) % 4096 - 2048) * 360 / 4096 / 2
    near = np.abs(angles) < 85
    assert np.allclose(back[near], angles[near], atol=0.05)
    noisy = counts_of(np.zeros(10_000)).astype(float)
    assert 0.2 < noisy.std() < 0.6
    assert noisy.mean() == pytest.approx(2048, abs=0.1)
