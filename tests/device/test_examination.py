"""A look at the machine: what it tells of a simulated one, and why there is none."""

from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.device import examination
from firmware_bridge.device.examination import examine
from firmware_bridge.device.link import Link
from firmware_bridge.device.simulated import DEVICE_ID, SimulatedMachine


def test_a_machine_is_looked_at_for_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "LOOK_S", 1.5)
    with SimulatedMachine(np.full(60_000, 2048, np.uint16)) as machine:
        found, why = examine(Link(machine.port))
    assert found
    assert (found["device_id"], why) == (DEVICE_ID, "")
    assert found["received"] > 0
    assert found["missing"] == 0


def test_without_a_machine_it_says_why(tmp_path: Path) -> None:
    found, why = examine(Link(str(tmp_path / "lever")))
    assert found is None
    assert "does not exist" in why
