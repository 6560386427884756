"""Reading a link's events in tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from firmware_bridge.device.events import Chunk, Event
from firmware_bridge.device.ledger import Readings
from firmware_bridge.device.link import Link
from firmware_bridge.device.stream import Item

T = TypeVar("T")


@dataclass
class Heard:
    """All that has been heard of a link so far."""

    link: Link
    events: list[Event] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    data: bytes = b""

    def until(self, enough: Callable[[], object]) -> None:
        """Listen on until `enough` says so, or the link ends."""
        for event in self.link.events():
            self.events.append(event)
            if isinstance(event, Chunk):
                self.items += event.items
                self.data += event.data
            if enough():
                return

    def first(self, kind: type[T]) -> T:
        """Listen on until something of this kind has come since the last call of `forget`."""
        self.until(lambda: self.of(kind))
        return self.of(kind)[0]

    def of(self, kind: type[T]) -> list[T]:
        return [thing for thing in (*self.events, *self.items) if isinstance(thing, kind)]

    def forget(self) -> None:
        self.events.clear()
        self.items.clear()

    def values(self) -> list[int]:
        return [value for readings in self.of(Readings) for value in readings.values]
