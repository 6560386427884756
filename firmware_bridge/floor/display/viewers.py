"""Those who look at the display, each with what it is to be sent next. Nobody waits for anybody."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

Send = Callable[[str], Awaitable[None]]

MOST_VIEWERS = 64  # a gym has a few screens and some phones; more is somebody's mistake
EVENTS_WAITING = 256  # half an hour of reps: one so far behind begins anew


class FellBehind(Exception):
    """A viewer that does not take what it is sent."""


class Viewer:
    """One of them. Events are all sent, in order; of each other kind only the newest."""

    def __init__(self) -> None:
        self._events: deque[str] = deque()
        self._newest: dict[str, str] = {}
        self._news = asyncio.Event()
        self._behind = False

    def tell(self, events: Iterable[str]) -> None:
        """These events are to be sent."""
        if not self._behind:
            self._events.extend(events)
            self._behind = len(self._events) > EVENTS_WAITING
        self._news.set()

    def show(self, kind: str, text: str) -> None:
        """This is the newest of its kind; an older one that still waits is not sent any more."""
        self._newest[kind] = text
        self._news.set()

    async def send_all(self, send: Send) -> None:
        """Send what comes, for ever. Raises FellBehind, and what `send` raises."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._events:
                if self._behind:
                    raise FellBehind
                await send(self._events.popleft())
            for kind in list(self._newest):
                await send(self._newest.pop(kind))


class Viewers:
    """All of them, and what a newcomer is shown first. Used from one thread: the server's."""

    def __init__(self) -> None:
        self._all: set[Viewer] = set()
        self._newest: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self) -> Viewer | None:
        """Somebody comes; None if there is no more room."""
        if len(self._all) >= MOST_VIEWERS:
            return None
        viewer = Viewer()
        for kind, text in self._newest.items():
            viewer.show(kind, text)
        self._all.add(viewer)
        return viewer

    def remove(self, viewer: Viewer) -> None:
        """Somebody has gone."""
        self._all.discard(viewer)

    def tell(self, events: list[str]) -> None:
        """These events have happened."""
        for viewer in self._all:
            viewer.tell(events)

    def show(self, kind: str, text: str) -> None:
        """This is how things stand now."""
        self._newest[kind] = text
        for viewer in self._all:
            viewer.show(kind, text)
