"""The web application: the page, the state, the sets, and the socket. What may be asked: API.md."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from firmware_bridge.errors import StoreError
from firmware_bridge.floor.commands import CommandError
from firmware_bridge.floor.display.guard import COOKIE, Guard, Rights
from firmware_bridge.floor.display.viewers import FellBehind, Viewers
from firmware_bridge.floor.export.download import BadQuery, Download

PAGE = Path(__file__).parent / "page"
NO_TOKEN, NO_ROOM, FELL_BEHIND = 4401, 1013, 1008  # why a socket is closed
_NUMBER = re.compile(r"[0-9]{1,9}")
_YEAR_S = 365 * 24 * 3600

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
_ONCE = (b"connection", b"close")  # a connection is for one request: see connections.py

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Desk(Protocol):
    """What the application needs of the station; called in the server's thread."""

    def state(self) -> bytes:
        """The snapshot, JSON."""

    def whole_set(self, number: int) -> bytes | None:
        """A set that is over, JSON; None if there is none of this number."""

    def hello(self, may_change: bool) -> str:
        """What a newcomer is told first, JSON."""

    def code(self) -> bytes | None:
        """The code to scan, SVG; None where nobody else can come."""

    def export(self, asked: Mapping[str, str]) -> Download:
        """Sets as a file; called in a thread of its own. Raises BadQuery and StoreError."""

    def ask(self, message: str) -> None:
        """Somebody wants something done. Raises CommandError."""


def application(desk: Desk, guard: Guard, viewers: Viewers) -> "_Gate":
    """Everything that is served, behind the gate."""

    async def index(request: Request) -> Response:
        offered = request.query_params.get("token")
        if offered is None:
            return await pages.get_response("index.html", request.scope)
        if guard.token is not None and not guard.knows_token(offered):
            return PlainTextResponse("This code is not valid any more: scan a new one.", 403)
        answer = RedirectResponse("/", 303)
        if guard.token is not None:
            answer.set_cookie(COOKIE, offered, max_age=_YEAR_S, httponly=True, samesite="strict")
        return answer

    async def state(request: Request) -> Response:
        return _json(desk.state()) if _may_look(request) else _refused()

    async def one_set(request: Request) -> Response:
        if not _may_look(request):
            return _refused()
        number = request.path_params["number"]
        found = desk.whole_set(int(number)) if _NUMBER.fullmatch(number) else None
        return _json(found) if found else PlainTextResponse("no such set", 404)

    one_at_a_time = asyncio.Lock()

    async def export(request: Request) -> Response:
        if not _rights(request, guard).change:
            return _refused()
        try:
            async with one_at_a_time:  # each may be some megabytes
                file = await run_in_threadpool(desk.export, dict(request.query_params))
        except BadQuery as error:
            return PlainTextResponse(str(error), 400)
        except StoreError as error:
            return PlainTextResponse(str(error), 503)
        headers = {"content-disposition": f'attachment; filename="{file.name}"'}
        return Response(file.data, media_type=file.media_type, headers=headers)

    async def code(request: Request) -> Response:
        if not _rights(request, guard).change:
            return _refused()
        svg = desk.code()
        return Response(svg, media_type="image/svg+xml") if svg else PlainTextResponse("none", 404)

    def _may_look(request: Request) -> bool:
        return _rights(request, guard).look

    async def live(socket: WebSocket) -> None:
        await _live(socket, desk, guard, viewers)

    pages = StaticFiles(directory=PAGE)
    routes = [
        Route("/", index),
        Route("/api/state", state),
        Route("/api/sets/{number}", one_set),
        Route("/api/export", export),
        Route("/api/code.svg", code),
        WebSocketRoute("/live", live),
        Mount("/", pages),
    ]
    return _Gate(Starlette(routes=routes), guard)


class _Gate:
    """Turns away who asks by a foreign name or from a foreign page; adds the safety headers."""

    def __init__(self, app: Starlette, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                once = [_ONCE] if message["type"] == "http.response.start" else []
                message["headers"] = [*message.get("headers", []), *_RAW_HEADERS, *once]
            await send(message)

        headers = scope["headers"]
        if not self._guard.knows_host(headers, scope["server"][0]):
            why = "This station is not known by that name: see display.names in its settings."
            await PlainTextResponse(why, 421)(scope, receive, send_safely)
        elif scope["type"] == "websocket" and not self._guard.same_origin(headers):
            await PlainTextResponse("Not from that page.", 403)(scope, receive, send_safely)
        else:
            await self._app(scope, receive, send_safely)


def _rights(asking: HTTPConnection, guard: Guard) -> Rights:
    return guard.rights(asking.headers.raw, asking.scope["server"][0])


def _json(data: bytes) -> Response:
    return Response(data, media_type="application/json")


def _refused() -> Response:
    return PlainTextResponse("A token is needed: scan the code on the station's screen.", 401)


async def _live(socket: WebSocket, desk: Desk, guard: Guard, viewers: Viewers) -> None:
    """One viewer, from coming to going."""
    rights = _rights(socket, guard)
    await socket.accept()
    if not rights.look:
        await socket.close(NO_TOKEN)
        return
    viewer = viewers.add()
    if viewer is None:
        await socket.close(NO_ROOM)
        return
    both: list[asyncio.Task[None]] = []
    try:
        await socket.send_text(desk.hello(rights.change))
        both = [
            asyncio.create_task(viewer.send_all(socket.send_text)),
            asyncio.create_task(_obey(socket, desk, rights.change)),
        ]
        done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if any(isinstance(task.exception(), FellBehind) for task in done):
            await socket.close(FELL_BEHIND)
    finally:
        viewers.remove(viewer)
        for task in both:
            task.cancel()
        # What ends them is that the viewer has gone.
        await asyncio.gather(*both, return_exceptions=True)


async def _obey(socket: WebSocket, desk: Desk, may_change: bool) -> None:
    while True:
        try:
            message = await socket.receive_text()
        except (WebSocketDisconnect, KeyError):  # KeyError: bytes, which we never asked for
            return
        problem = "" if may_change else "you may look, but not change anything: scan the code"
        try:
            if may_change:
                desk.ask(message)
        except CommandError as error:
            problem = str(error)
        if problem:
            await socket.send_text(msgspec.json.encode({"error": problem}).decode())
