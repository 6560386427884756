"""Everything that can be wrong with the machine, and the words that say it."""

from typing import Any

import pytest

from config import Settings, StationSettings
from firmware_bridge.floor.doctor import machine_checks
from firmware_bridge.floor.doctor.check import Check, State
from firmware_bridge.floor.doctor.running import RunningStation
from tests.floor.doctor.healthy import facts, machine, port

PORT = "/dev/ttyACM0"


def check(name: str, **changed: Any) -> Check:
    """That check of a station whose machine is like this."""
    found: Check = getattr(machine_checks, name)(facts(machine=machine(**changed)))
    return found


def without(why: str = "it does not answer: look", **changed: Any) -> Any:
    """A station without a machine, and its port like this."""
    return facts(machine=None, why=why, port=port(**changed))


def test_a_healthy_machine_has_nothing_wrong() -> None:
    for name in ("port", "machine", "firmware", "rate", "jitter", "lost", "sensor", "magnet"):
        assert check(name).state is State.OK, name
        assert check(name).fix == ""


# The port.


def test_no_port_that_looks_like_the_machine() -> None:
    found = machine_checks.port(without(path=None, candidates=(), exists=False))
    assert found.state is State.WRONG
    assert found.words == "no serial port looks like the machine"
    assert "plug the machine in" in found.fix
    others = machine_checks.port(without(path=None, candidates=("/dev/ttyS0",), exists=False))
    assert "/dev/ttyS0" in others.fix


def test_a_port_that_does_not_exist() -> None:
    found = machine_checks.port(without(exists=False, usable=False))
    assert (found.state, found.words) == (State.WRONG, f"{PORT} does not exist")
    assert "--port" in found.fix


def test_a_port_of_a_group_that_the_user_is_not_in() -> None:
    found = machine_checks.port(without(usable=False, in_group=False))
    assert found.state is State.WRONG
    assert found.words == f"{PORT} may not be opened: its group is dialout, and kim is not in it"
    assert "sudo usermod -aG dialout kim" in found.fix
    assert "/etc/udev/rules.d/60-leverrep.rules" in found.fix


def test_a_port_that_is_forbidden_by_its_mode() -> None:
    found = machine_checks.port(without(usable=False))
    assert "kim is in its group dialout, but its mode forbids it" in found.words
    assert "usermod" not in found.fix
    bare = machine_checks.port(without(usable=False, udev_rule=None))
    assert bare.fix == "ask whoever looks after this computer"
    nameless = without(usable=False, in_group=False, group=None, udev_rule=None)
    assert "usermod" not in machine_checks.port(nameless).fix


def test_names_that_a_shell_would_read_otherwise_are_quoted() -> None:
    found = machine_checks.port(without(usable=False, in_group=False, user="GYM\\kim"))
    assert "sudo usermod -aG dialout 'GYM\\kim'" in found.fix


def test_what_is_no_serial_port_is_told() -> None:
    found = machine_checks.port(without(serial=False))
    assert (found.state, found.words) == (State.WRONG, "/dev/ttyACM0 is not a serial port")


def test_a_busy_port_names_who_has_it() -> None:
    found = machine_checks.port(without(holder={"pid": 977, "name": "leverrep"}))
    assert (found.state, found.words) == (
        State.WRONG,
        f"{PORT} is in use by leverrep (process 977)",
    )
    assert "if it is the station" in found.fix
    assert "end that program" in found.fix


def test_a_port_that_our_own_station_has_is_fine() -> None:
    ours = {"pid": 812, "name": "leverrep"}
    silent = RunningStation("", "station")
    held = facts(machine=None, why="it is busy: look", port=port(holder=ours), station=silent)
    found = machine_checks.port(held)
    assert (found.state, found.words) == (
        State.OK,
        f"{PORT} is in use by the station (process 812)",
    )
    found = machine_checks.machine(held)
    assert (found.state, found.words) == (State.UNKNOWN, "the station has it, and does not tell")
    told = facts(machine=None, why="it is gone: look", port=port(holder=ours))
    assert machine_checks.machine(told).words == "it is gone"


def test_a_port_that_is_fine_though_nothing_answers_is_fine() -> None:
    found = machine_checks.port(without())
    assert (found.state, found.words) == (State.OK, f"{PORT}, group dialout")


# Who answers.


def test_why_there_is_no_machine_is_told_with_what_to_do() -> None:
    why = f"{PORT} is not a lever machine (said no HELLO in 3 s): name another --port"
    found = machine_checks.machine(without(why))
    assert found.state is State.WRONG
    assert found.words == f"{PORT} is not a lever machine (said no HELLO in 3 s)"
    assert found.fix == "name another --port"


def test_a_newer_protocol_is_told_as_the_link_tells_it() -> None:
    why = f"{PORT} speaks protocol 2, this program 1: update this program"
    assert machine_checks.machine(without(why)).fix == "update this program"


def test_a_missing_port_is_not_told_twice() -> None:
    found = machine_checks.machine(without(exists=False, usable=False))
    assert (found.state, found.fix) == (State.UNKNOWN, "")


def test_without_a_machine_nothing_is_said_of_it() -> None:
    for name in ("firmware", "rate", "jitter", "lost", "sensor", "magnet"):
        found = getattr(machine_checks, name)(without())
        assert (found.state, found.words) == (State.UNKNOWN, "not known without the machine")


def test_a_silent_machine() -> None:
    found = check("machine", silent_s=7.2)
    assert (found.state, found.words) == (State.WRONG, "nothing has come for 7 s")
    assert check("machine", silent_s=None).words == "nothing has come"


@pytest.mark.parametrize(("reset", "words"), [("watchdog", "had hung"), ("error", "had an error")])
def test_a_board_that_its_own_program_has_stopped(reset: str, words: str) -> None:
    found = check("machine", reset=reset)
    assert found.state is State.WARNING
    assert words in found.words
    assert "leverrep flash" in found.fix


def test_a_board_that_restarts() -> None:
    assert check("machine", reboots=1).words == "it has restarted once while it was watched"
    found = check("machine", reboots=3)
    assert (found.state, found.fix) == (State.WARNING, "check its plug and its power supply")
    assert "3 times" in found.words


def test_an_older_firmware_is_to_be_updated() -> None:
    found = check("firmware", firmware="0.1.0", update_needed=True)
    assert found.state is State.WARNING
    assert found.words == "0.1.0, protocol 1: update needed, 0.2.0 is here"
    assert found.fix == "run 'leverrep flash'"


def test_a_newer_firmware_is_fine() -> None:
    assert check("firmware", firmware="0.3.0").state is State.OK


# Samples.


def test_a_board_that_does_not_take_the_rate() -> None:
    settings = Settings(station=StationSettings(rate_hz=500))
    found = machine_checks.rate(facts(settings=settings))
    assert (found.state, found.words) == (State.WRONG, "200 Hz, though 500 Hz were asked for")


def test_a_board_that_is_too_slow() -> None:
    found = check("rate", measured_hz=180.0)
    assert (found.state, found.words) == (State.WRONG, "180.0 Hz, though 200 Hz were asked for")
    assert "station.rate_hz" in found.fix


def test_no_samples_at_all() -> None:
    found = check("rate", measured_hz=None)
    assert (found.state, found.words) == (State.WRONG, "no samples come")


def test_a_bad_quartz() -> None:
    found = check("rate", clock={"drift_ppm": -800.0, "jitter_ms": 1.0})
    assert (found.state, found.words) == (State.WARNING, "200.0 Hz, its clock -800 ppm")
    assert check("rate", clock={"drift_ppm": None, "jitter_ms": None}).words == "200.0 Hz"


def test_jitter_that_is_too_large() -> None:
    found = check("jitter", jitter_us={"rms": 1500, "max": 9000})
    assert found.state is State.WARNING
    assert found.words == "1.50 ms, the latest sample 9.0 ms late"
    assert check("jitter", jitter_us={"rms": 1000, "max": 9000}).state is State.OK


def test_an_older_firmware_tells_no_jitter() -> None:
    found = check("jitter", jitter_us=None, firmware="0.1.0")
    assert (found.state, found.words) == (State.UNKNOWN, "firmware 0.1.0 does not tell")


@pytest.mark.parametrize(
    ("missing", "state"),
    [
        (0, State.OK),
        (72, State.OK),
        (73, State.WARNING),
        (7200, State.WARNING),
        (7201, State.WRONG),
    ],
)
def test_lost_samples_by_their_share(missing: int, state: State) -> None:
    assert check("lost", missing=missing).state is state


def test_lost_samples_are_told_with_their_share() -> None:
    assert check("lost", missing=7201).words == "7201 of 720000 samples (1 %)"
    assert check("lost", sent=0).words == "0 of 0 samples"


def test_where_samples_are_lost_says_what_to_do() -> None:
    assert "did not read in time" in check("lost", missing=9000, overruns=9000).fix
    disturbed = check("lost", missing=9000, bad_frames=2000)
    assert "another cable" in disturbed.fix
    assert disturbed.words.endswith(", 2000 damaged frames")
    assert "plug" in check("lost", missing=9000).fix


# The sensor.


@pytest.mark.parametrize(
    ("state", "words"),
    [("no_answer", "does not answer")],
)
def test_a_bus_that_fails(state: str, words: str) -> None:
    magnet = {"state": state, "agc": 0, "magnitude": 0}
    found = check("sensor", magnet=magnet)
    assert (found.state, found.words) == (State.WRONG, f"the sensor {words}")
    assert "SDA and SCL" in found.fix
    assert check("magnet", magnet=magnet).state is State.UNKNOWN


def test_a_bus_that_has_failed() -> None:
    found = check("sensor", bus_faults=17)
    assert found.state is State.WARNING
    assert found.words == "17 samples without an angle since the board was started"


def test_an_older_firmware_does_not_tell_of_its_bus() -> None:
    assert check("sensor", bus_faults=None).state is State.OK


def test_before_the_first_status_the_sensor_is_not_known() -> None:
    nothing = {"state": None, "agc": None, "magnitude": None}
    assert check("sensor", magnet=nothing).state is State.UNKNOWN
    assert check("magnet", magnet=nothing).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("state", "words", "fix"),
    [
        ("missing", "sees no magnet", "over the middle"),
        ("weak", "too weak", "nearer"),
        ("strong", "too strong", "away"),
    ],
)
def test_a_magnet_that_is_not_where_it_should_be(state: str, words: str, fix: str) -> None:
    found = check("magnet", magnet={"state": state, "agc": 255, "magnitude": 300})
    assert found.state is State.WRONG
    assert words in found.words
    assert "(gain 255)" in found.words
    assert fix in found.fix
    assert "leverrep magnet" in found.fix


def test_a_sensor_without_a_magnet_needs_none() -> None:
    found = check("magnet", magnet={"state": "ok", "agc": 0, "magnitude": 0})
    assert (found.state, found.words) == (State.OK, "this sensor needs none")
