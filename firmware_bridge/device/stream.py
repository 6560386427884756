"""The one path from wire bytes to readings, for the live link and for recordings alike."""

from collections.abc import Iterable

from firmware_bridge.device.decoder import Decoder, Fault
from firmware_bridge.device.frames import Ack, Health, Hello, Outage, Samples, Status
from firmware_bridge.device.ledger import Gap, Ledger, Readings, Totals

Item = Hello | Status | Ack | Health | Readings | Gap | Fault


def good_samples(items: Iterable[Item]) -> tuple[list[float], list[int]]:
    """Times (s) and raw counts of all samples that have any."""
    pairs = [pair for item in items if isinstance(item, Readings) for pair in item.good]
    return [t_s for t_s, _ in pairs], [counts for _, counts in pairs]


class Stream:
    """Decoder and Ledger, one after the other."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._ledger = Ledger()

    @property
    def totals(self) -> Totals:
        return self._ledger.totals

    def feed(self, data: bytes, arrival_s: float | None = None) -> list[Item]:
        """All that `data` completes, in order; samples come as Readings and Gaps.

        `arrival_s`: when `data` arrived, by any steady clock; None if that is not known.
        """
        items: list[Item] = []
        for found in self._decoder.feed(data):
            if not isinstance(found, Fault):
                items += self._ledger.take(found, arrival_s)
            if not isinstance(found, Samples | Outage):
                items.append(found)
        return items

    def new_connection(self) -> None:
        """Forget a half-received frame: the next bytes come over another connection."""
        self._decoder = Decoder()
