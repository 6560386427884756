"""What is known of the machine: each figure by the frames that tell it, and over a real link."""

import json
import time
from collections.abc import Iterable

import numpy as np
import pytest

from firmware_bridge.device.decoder import Fault, FaultKind
from firmware_bridge.device.events import Chunk, Connected, Lost, Searching
from firmware_bridge.device.frames import (
    Ack,
    Health,
    Hello,
    ResetCause,
    Result,
    Sensor,
    SetRate,
    Status,
)
from firmware_bridge.device.ledger import Gap, Readings, Totals
from firmware_bridge.device.link import Link
from firmware_bridge.device.machinehealth import MachineHealth
from firmware_bridge.device.simulated import SimulatedMachine
from firmware_bridge.device.stream import Item
from firmware_bridge.errors import LinkLost, NoSuchPort

HELLO = Hello(7, 200, 4096, 0, 0, "e66118", "0.2.0", "as5600")
NOTHING = Totals(0, 0, 0, 0)


def status(overruns: int = 0, flags: int = 17, rate_hz: int = 200) -> Status:
    return Status(7, 0, 0, overruns, rate_hz, Sensor(flags), 64, 2000)


def readings(first: int, count: int, rate_hz: float = 200.0) -> list[Item]:
    """Of consecutive samples, four at a time."""
    return [
        Readings(n, tuple((n + k) / rate_hz for k in range(4)), (2048,) * 4)
        for n in range(first, first + count, 4)
    ]


def told(*items: Item) -> MachineHealth:
    """A machine that is connected and has told these."""
    health = MachineHealth()
    health.take(Connected(HELLO, "/dev/lever"), 0.0)
    health.take(Chunk(b"", [HELLO]), 0.0)
    tell(health, items)
    return health


def tell(health: MachineHealth, items: Iterable[Item], at: float = 1.0) -> None:
    health.take(Chunk(b"", list(items)), at)


def view(health: MachineHealth, totals: Totals = NOTHING, at: float = 1.0) -> dict[str, object]:
    return health.view(totals, at)


def test_before_any_event_nothing_is_known() -> None:
    seen = view(MachineHealth())
    known = {name for name, value in seen.items() if value not in (None, 0)}
    assert known == {"bundled_firmware", "magnet", "clock"}
    assert seen["magnet"] == {"state": None, "agc": None, "magnitude": None}
    assert seen["clock"] == {"drift_ppm": None, "jitter_ms": None}


def test_who_the_machine_is() -> None:
    seen = view(told())
    assert seen["port"] == "/dev/lever"
    assert (seen["device_id"], seen["sensor"], seen["firmware"]) == ("e66118", "as5600", "0.2.0")
    assert (seen["protocol"], seen["counts_per_turn"]) == (1, 4096)
    assert seen["update_needed"] is False


def test_an_older_firmware_is_to_be_updated_and_tells_no_jitter() -> None:
    health = told(status(), Hello(7, 200, 4096, 0, 0, "e66118", "0.1.0", "as5600"))
    assert view(health)["update_needed"] is True
    assert view(health)["jitter_us"] is None
    assert view(health)["bus_faults"] is None


def test_health_tells_jitter_bus_faults_and_why_it_started() -> None:
    seen = view(told(status(), Health(7, ResetCause.WATCHDOG, 120, 4100, 200, 3)))
    assert seen["jitter_us"] == {"rms": 120, "max": 4100}
    assert (seen["bus_faults"], seen["reset"]) == (3, "watchdog")


def test_a_second_without_samples_has_no_jitter() -> None:
    assert view(told(Health(7, ResetCause.POWER, 0, 0, 0, 0)))["jitter_us"] is None


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        (1, "ok"),
        (0, "missing"),
        (3, "weak"),
        (5, "strong"),
        (8, "no_answer"),
        (7, "no_answer"),
    ],
)
def test_the_magnet_is_what_status_says(flags: int, state: str) -> None:
    assert view(told(status(flags=flags)))["magnet"] == {
        "state": state,
        "agc": 64,
        "magnitude": 2000,
    }


def test_the_rate_is_measured_by_the_slots_so_lost_ones_do_not_lower_it() -> None:
    lossy = [item for n, item in enumerate(readings(0, 600)) if n % 7]
    assert view(told(*lossy))["measured_hz"] == pytest.approx(200, abs=0.5)


def test_the_rate_is_not_told_of_half_a_second() -> None:
    assert view(told(*readings(0, 80)))["measured_hz"] is None


def test_after_a_change_the_rate_is_measured_anew() -> None:
    health = told(*readings(0, 600), Ack(SetRate.TYPE, Result.OK, 100))
    assert (view(health)["rate_hz"], view(health)["measured_hz"]) == (100, None)
    tell(health, readings(600, 200, 100.0))
    assert view(health)["measured_hz"] == pytest.approx(100)


def test_a_slow_board_is_seen_in_the_last_ten_seconds() -> None:
    health = told(*readings(0, 4000))
    tell(health, readings(4000, 3000, 180.0))
    assert view(health)["measured_hz"] == pytest.approx(180, abs=0.5)


def test_after_a_restart_nothing_of_the_boot_before_is_told() -> None:
    health = told(status(overruns=5), *readings(0, 600), Health(7, ResetCause.POWER, 9, 9, 200, 1))
    tell(health, [Gap(3.0, None)])
    seen = view(health)
    assert (seen["measured_hz"], seen["jitter_us"], seen["reset"]) == (None, None, None)
    assert seen["magnet"] == {"state": None, "agc": None, "magnitude": None}


def test_overruns_are_those_since_we_listen_through_all_restarts() -> None:
    health = told(status(overruns=1000), status(overruns=1004))
    assert view(health)["overruns"] == 4
    tell(health, [Gap(3.0, None), status(overruns=0), status(overruns=2)])
    assert view(health)["overruns"] == 6


def test_damaged_frames_count_once_there_was_a_whole_one() -> None:
    damaged, news = Fault(FaultKind.DAMAGED, 9), Fault(FaultKind.UNKNOWN_TYPE, 9)
    health = MachineHealth()
    health.take(Connected(HELLO, "/dev/lever"), 0.0)
    tell(health, [damaged, HELLO, news, damaged])
    assert view(health)["bad_frames"] == 1


def test_silence_counts_from_the_last_whole_frame() -> None:
    health = told()
    tell(health, [status()], at=5.0)
    tell(health, [Fault(FaultKind.DAMAGED, 9)], at=7.0)
    assert view(health, at=8.5)["silent_s"] == 3.5


def test_a_lost_machine_says_why_until_it_is_back() -> None:
    health = told(status())
    health.take(Lost(LinkLost("it is gone")), 2.0)
    assert view(health)["why"] == "it is gone"
    health.take(Searching(NoSuchPort("there is none")), 2.5)
    assert view(health)["why"] == "there is none"
    health.take(Connected(HELLO, "/dev/lever2"), 3.0)
    assert (view(health)["why"], view(health)["port"]) == (None, "/dev/lever2")


def test_totals_are_those_of_the_link() -> None:
    seen = view(told(), Totals(sent=1000, received=990, late=3, reboots=2))
    names = ("sent", "received", "missing", "late", "reboots")
    assert [seen[name] for name in names] == [1000, 990, 10, 3, 2]


def test_the_clock_of_the_board_is_followed() -> None:
    health = told()
    for n, item in enumerate(readings(0, 200 * 80)):
        tell(health, [item], at=n * 0.02 * 1.0002)
    clock = view(health)["clock"]
    assert isinstance(clock, dict)
    assert clock["drift_ppm"] == pytest.approx(-200, abs=1)


def test_over_a_real_link_all_of_it_is_known_in_three_seconds() -> None:
    health = MachineHealth()
    with SimulatedMachine(np.full(60_000, 2048)) as machine, Link(machine.port, (), 100) as link:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            event = link.next_event(0.1)
            if event:
                health.take(event, time.monotonic())
            seen = health.view(link.totals, time.monotonic())
            if seen["jitter_us"] and seen["measured_hz"] and seen["received"] > 200:
                break
        assert seen["port"] == machine.port
    assert seen["measured_hz"] == pytest.approx(100, rel=0.01)
    assert (seen["rate_hz"], seen["streaming"], seen["why"]) == (100, True, None)
    assert (seen["update_needed"], seen["missing"], seen["bad_frames"]) == (False, 0, 0)
    assert seen["magnet"]["state"] == "ok"
    assert json.loads(json.dumps(seen)) == seen
