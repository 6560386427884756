"""All checks are run, whatever the facts are."""

from pathlib import Path

import pytest

from config import Settings
from firmware_bridge.device.portcheck import PortFacts
from firmware_bridge.floor.doctor.check import State
from firmware_bridge.floor.doctor.examine import CHECKS, examine
from firmware_bridge.floor.doctor.facts import gather
from firmware_bridge.floor.doctor.folder_facts import folder_facts
from firmware_bridge.floor.doctor.running import RunningStation
from tests.floor.doctor.healthy import NOW, facts, machine, port


def test_a_healthy_station_is_well_in_every_respect() -> None:
    found = examine(facts())
    assert [check.name for check in found] == list(CHECKS)
    assert {check.state for check in found} == {State.OK}


def test_what_is_wrong_or_noted_says_what_to_do() -> None:
    ill = facts(
        machine=machine(silent_s=9.0, update_needed=True, measured_hz=None, missing=90_000),
        unreadable="/x: y",
    )
    for check in examine(ill):
        assert bool(check.fix) == (check.state in (State.WRONG, State.WARNING)), check


@pytest.mark.parametrize("ports", [port(), PortFacts(None).to_dict()])
def test_facts_become_checks(tmp_path: Path, ports: dict[str, object]) -> None:
    folder, why = folder_facts(tmp_path), "no lever machine found: plug it in"
    station = RunningStation("http://127.0.0.1:8765/", "nobody")
    found = examine(gather(Settings(), "", folder, station, None, why, ports, NOW))
    assert [check.name for check in found] == list(CHECKS)


def test_the_facts_of_a_port_are_those_that_are_looked_at() -> None:
    assert set(PortFacts("/dev/lever").to_dict()) == set(port())
