"""A look at the machine for some seconds: how it and its line are."""

import time
from typing import Any

from firmware_bridge.device.events import Connected, Searching
from firmware_bridge.device.link import Link
from firmware_bridge.device.machinehealth import MachineHealth

LOOK_S = 3.5  # three reports of the board, and enough samples to tell their rate


def examine(link: Link) -> tuple[dict[str, Any] | None, str]:
    """MachineHealth.view of what is heard; or None, and why there is no machine."""
    health, ends_at = MachineHealth(), None
    with link:
        while ends_at is None or time.monotonic() < ends_at:
            event = link.next_event(0.05)
            if isinstance(event, Searching) and ends_at is None:
                return None, str(event.why)
            if event is not None:
                health.take(event, time.monotonic())
            if isinstance(event, Connected) and ends_at is None:
                ends_at = time.monotonic() + LOOK_S
    return health.view(link.totals, time.monotonic()), ""
