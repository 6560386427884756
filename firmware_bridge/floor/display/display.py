"""The display's thread: a server beside the station, handed what to show; nobody waits for it."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

import msgspec

from analysis import Event
from config import Settings
from firmware_bridge.errors import StoreError
from firmware_bridge.floor.board import NOT_KEPT, Board, Kept
from firmware_bridge.floor.commands import Command, CommandError, decode
from firmware_bridge.floor.display import network, snapshot
from firmware_bridge.floor.display.guard import Guard
from firmware_bridge.floor.display.invitation import qr_svg
from firmware_bridge.floor.display.token import load_token, token_path
from firmware_bridge.floor.display.viewers import Viewers
from firmware_bridge.floor.eventlines import event_line
from firmware_bridge.floor.export.download import Download, download
from firmware_bridge.floor.setrecord import SetRecord

# A viewer that does not answer is dropped within 5 s: it is asked every PING_S, and has PONG_S.
PING_S, PONG_S = 1.0, 3.0
MESSAGE_BYTES = 1024  # a command is a tenth of that
COMMANDS_WAITING = 32  # more taps than that between two looks are no taps
# The lever is shown when it has moved by this much, and at least so often while it is still.
MOVED_DEG, STILL_S = 0.1, 0.2
STATE_S = 0.1  # between two looks at the rest while nothing is told
LEFT_S = 5.0  # a page that is loaded anew is away for less
STOP_S = 0.5
BEAT_S, SERVES_S = 1.0, 5.0  # the server's thread is asked so often, and may take so long


class Display:
    """Serves the page from the moment it is entered. A View (see station.py).

    `host`: where, instead of where the settings say. `store`: the file of sets to export from.
    Raises DisplayError if it cannot.
    """

    def __init__(
        self, settings: Settings, host: str | None = None, store: Path | None = None
    ) -> None:
        host = host or settings.display.host
        beyond = not network.is_loopback(host)
        self._settings = settings
        self._standards = settings.standards  # those that can be chosen now
        self._store = store
        named = {name.lower().strip("[]") for name in settings.display.names}
        self._guard = Guard(
            names=network.own_names(beyond) | named,
            token=load_token(token_path()) if beyond else None,
            look_without_token=settings.display.look_without_token,
            own_screen_without_token=settings.display.own_screen_without_token,
        )
        self._socket = network.listen(host, settings.display.port)
        self._viewers = Viewers()
        self._commands: SimpleQueue[Command] = SimpleQueue()
        # What is shown, handed from the station's thread to the server's: each replaced as a whole.
        self._state: dict[str, Any] = {}
        self._lever: dict[str, float] = {}
        self._machine: Mapping[str, Any] | None = None
        self._lever_at = self._state_due = 0.0
        self._sets: dict[int, tuple[SetRecord, Kept]] = {}
        self._watched_at = -inf
        self._asked_at = self._answered_at = -inf
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Any = None  # uvicorn's; it is slow to import, and the station counts already
        self._thread = threading.Thread(target=self._serve, name="leverrep display", daemon=True)

    @property
    def address(self) -> str:
        """Of the page, as others on the network find it now."""
        return network.url(self._socket)

    @property
    def invitation(self) -> str:
        """The address that lets whoever opens it change things, too."""
        token = self._guard.token
        return f"{self.address}?token={token}" if token else self.address

    @property
    def asks_for_token(self) -> bool:
        """Can others than this computer come?"""
        return self._guard.token is not None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        if self._loop is not None:  # else there is nobody yet to be let go
            self._thread.join(STOP_S)

    def leave(self) -> None:
        """Begin to close: it takes the server a while to notice, and others have to close too."""
        self._closing = True
        if self._server is not None:
            self._server.should_exit = self._server.force_exit = True  # viewers are not waited for

    def commands(self) -> Iterator[Command]:
        """What has been asked for since the last time."""
        while not self._commands.empty():
            self._state_due = 0.0
            yield self._commands.get()

    def is_watched(self, at: float) -> bool:
        """Does anybody look? Somebody who loads the page anew has not gone."""
        if len(self._viewers):
            self._watched_at = at
        return at - self._watched_at < LEFT_S

    def serves(self, at: float) -> bool:
        """Does the server's thread go round? Ask again and again."""
        if self._loop is None:
            return self._thread.is_alive()
        if at - self._asked_at >= BEAT_S:
            self._asked_at = at
            self._post(self._answer, at)
        return at - self._answered_at < SERVES_S

    def tell(self, events: Iterable[Event]) -> None:
        """These events have just happened."""
        lines = [event_line(event) for event in events]
        if lines:
            self._state_due = 0.0
            self._post(self._viewers.tell, lines)

    def show(self, board: Board, at: float) -> None:
        """This is how things stand at the second `at` of the steady clock."""
        self._machine = board.machine
        if self._loop is None:
            return
        if at >= self._state_due:
            self._show_state(board)
            self._state_due = at + STATE_S
        lever = snapshot.lever(board)
        if board.seen_at and self._is_news(lever, at):
            self._lever, self._lever_at = lever, at
            self._post(self._viewers.show, "lever", _text({"lever": lever}))

    def _show_state(self, board: Board) -> None:
        self._keep_sets(board)
        self._standards = board.standards
        state = snapshot.state(board)
        if state != self._state:
            self._state = state
            self._post(self._viewers.show, "state", _text({"state": state}))

    def _is_news(self, lever: dict[str, float], at: float) -> bool:
        before = self._lever
        if not before:
            return True
        if lever["t_s"] == before["t_s"]:
            return False  # nothing has come
        moved_deg = abs(lever["angle_deg"] - before["angle_deg"])
        return moved_deg >= MOVED_DEG or at - self._lever_at >= STILL_S

    def _keep_sets(self, board: Board) -> None:
        """For those who ask for one."""
        self._sets = {one.number: (one, board.kept.get(one.number, NOT_KEPT)) for one in board.sets}

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        """Have the server's thread call this."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it is closing
                self._loop.call_soon_threadsafe(call, *arguments)

    # The server's thread, from here on.

    def _serve(self) -> None:
        try:
            self._serve_until_stopped()
        except Exception:
            if not self._closing:
                raise

    def _serve_until_stopped(self) -> None:
        import uvicorn

        from firmware_bridge.floor.display import connections
        from firmware_bridge.floor.display.app import application

        # What a broken or hostile client does is no news for whoever looks after the station.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        config = uvicorn.Config(
            application(self, self._guard, self._viewers),
            http=connections.HttpConnection,
            ws=connections.ViewerConnection,
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=connections.BACKLOG,
            h11_max_incomplete_event_size=connections.REQUEST_BYTES,
            ws_max_size=MESSAGE_BYTES,
            ws_ping_interval=PING_S,
            ws_ping_timeout=PONG_S,
            ws_per_message_deflate=False,
        )
        self._server = uvicorn.Server(config)
        with self._socket:
            if not self._closing:
                asyncio.run(self._listen())

    def _answer(self, at: float) -> None:
        self._answered_at = at

    async def _listen(self) -> None:
        self._answered_at = time.monotonic()
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])

    def state(self) -> bytes:
        """The snapshot, JSON."""
        lever = self._lever and {
            **self._lever,
            "age_s": round(time.monotonic() - self._lever_at, 3),
        }
        now = {"clock_s": _clock_s(), "lever": lever or None, "machine": self._machine}
        return msgspec.json.encode({**self._state, **now})

    def whole_set(self, number: int) -> bytes | None:
        """A set that is over, JSON; None if there is none of this number."""
        found = self._sets.get(number)
        return msgspec.json.encode(snapshot.whole_set(*found)) if found else None

    def hello(self, may_change: bool) -> str:
        """What a newcomer is told first, JSON."""
        display = self._settings.display
        hello = {
            "may_change": may_change,
            "clock_s": _clock_s(),
            "language": display.language,
            "load_step_kg": display.load_step_kg,
            "standards": {n: snapshot.form(s) for n, s in self._standards.items()},
            "invites": self.asks_for_token and may_change,
        }
        return _text({"hello": hello})

    def code(self) -> bytes | None:
        """The invitation as a code to scan, SVG; None where nobody else can come."""
        return qr_svg(self.invitation) if self.asks_for_token else None

    def export(self, asked: Mapping[str, str]) -> Download:
        """Sets as a file. Raises BadQuery and StoreError."""
        if self._store is None:
            raise StoreError("this station plays a recording: it keeps no sets")
        return download(self._store, asked)

    def ask(self, message: str) -> None:
        """Somebody wants something done. Raises CommandError."""
        command = decode(message, self._standards)
        if self._commands.qsize() >= COMMANDS_WAITING:
            raise CommandError("too many at once: wait a second")
        self._commands.put(command)


def _text(message: dict[str, Any]) -> str:
    return msgspec.json.encode(message).decode()


def _clock_s() -> float:
    return round(time.monotonic(), 3)
