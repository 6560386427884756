"""When to connect, greet, stream and wait: a table; time is an argument."""

from enum import Enum, auto
from math import inf


class State(Enum):
    """What the link is doing."""

    CONNECT = auto()  # find a port and open it
    GREET = auto()  # PING until HELLO
    STREAM = auto()
    WAIT = auto()


class News(Enum):
    """What has happened to it."""

    OPENED = auto()
    HELLO = auto()
    HEARD = auto()  # any undamaged frame
    FAILED = auto()  # could not be opened, died, or was silent past the deadline
    WAITED = auto()


TABLE = {
    (State.CONNECT, News.OPENED): State.GREET,
    (State.CONNECT, News.FAILED): State.WAIT,
    (State.GREET, News.HELLO): State.STREAM,
    (State.GREET, News.FAILED): State.WAIT,
    (State.STREAM, News.HEARD): State.STREAM,
    (State.STREAM, News.FAILED): State.WAIT,
    (State.WAIT, News.WAITED): State.CONNECT,
}

HELLO_S = 3.0  # an ESP32 that opening the port has reset needs 2 s to boot
PING_S = 0.5  # how often it is asked meanwhile
# STATUS comes every second, streaming or not. To let go of a port resets some boards, so it is not
# done in haste; that what a display shows is old does not wait for it.
SILENCE_S = 3.0
WAIT_S = 0.25  # looking for a port costs next to nothing: who is plugged in again is live at once

LASTS_S = {State.GREET: HELLO_S, State.STREAM: SILENCE_S, State.WAIT: WAIT_S}


class Reconnect:
    """Tell it the news; `state` is what to do, until `deadline` (then tell it FAILED or WAITED)."""

    def __init__(self) -> None:
        self.state = State.CONNECT
        self.deadline = inf

    def on(self, news: News, now: float) -> None:
        """`now`: seconds of any steady clock. KeyError for news that cannot be in this state."""
        self.state = TABLE[self.state, news]
        self.deadline = now + LASTS_S.get(self.state, inf)
