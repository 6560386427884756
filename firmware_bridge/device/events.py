"""What a link or a replayed recording tells its user."""

from dataclasses import dataclass

from firmware_bridge.device.frames import Hello
from firmware_bridge.device.stream import Item
from firmware_bridge.errors import LinkLost, PortError

# Two SAMPLES frames. What has gathered in a pause, or is recorded, comes in such pieces too: what
# is done with one, and what is kept of a set from its beginning, is of a moment.
CHUNK_BYTES = 64


@dataclass(frozen=True, slots=True)
class Searching:
    """There is no machine yet, and why. Told again only when the reason changes."""

    why: PortError


@dataclass(frozen=True, slots=True)
class Connected:
    """A machine has said HELLO on `port`; its bytes follow, beginning with that HELLO's."""

    hello: Hello
    port: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes as they came (a recording is these, end to end) and all that they complete."""

    data: bytes
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Lost:
    """The machine that was connected is gone; it is searched for again."""

    why: LinkLost


Event = Searching | Connected | Chunk | Lost
