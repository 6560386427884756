"""What a station tells is taken as it is, and nothing else is."""

import json
from typing import Any

import pytest

from firmware_bridge.device.ledger import Totals
from firmware_bridge.device.machinehealth import MachineHealth
from firmware_bridge.floor.doctor.told_machine import told_machine
from tests.floor.doctor.healthy import machine


def told(**changed: Any) -> dict[str, Any] | None:
    return told_machine(json.dumps(machine(**changed)).encode())


def test_what_is_known_of_a_machine_is_taken_as_it_is() -> None:
    nothing = MachineHealth().view(Totals(0, 0, 0, 0), 0.0)
    for view in (nothing, machine(), machine(jitter_us=None, reset=None, bus_faults=None)):
        assert told_machine(json.dumps(view).encode()) == view
    assert set(nothing) == set(machine())


def test_what_a_newer_station_adds_is_in_nobodys_way() -> None:
    assert told(temperature_c=21.5) == machine()


@pytest.mark.parametrize("name", machine())
def test_what_lacks_anything_is_none(name: str) -> None:
    rest = {key: value for key, value in machine().items() if key != name}
    assert told_machine(json.dumps(rest).encode()) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"clock": None},
        {"clock": {"drift_ppm": 1.0}},
        {"measured_hz": float("nan")},
        {"silent_s": float("inf")},
        {"rate_hz": "200"},
        {"sent": -1},
        {"sent": 10**400},
        {"missing": None},
        {"jitter_us": {"rms": 1, "max": None}},
        {"reset": "meteorite"},
        {"magnet": {"state": "loud", "agc": 1, "magnitude": 1}},
        {"magnet": {"state": "ok", "agc": None, "magnitude": 1}},
        {"device_id": "x" * 33},
        {"sensor": None},
        {"counts_per_turn": None},
    ],
)
def test_what_makes_no_sense_is_none(changed: dict[str, Any]) -> None:
    assert told(**changed) is None


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_nothing_of_the_kind_is_none(text: bytes) -> None:
    assert told_machine(text) is None


def test_a_number_too_large_is_none() -> None:
    text = json.dumps(machine(measured_hz=7)).replace('"measured_hz": 7', '"measured_hz": 1e999')
    assert told_machine(text.encode()) is None
