"""What one connection may cost: how many there are, what each says, how long it takes.

The web server bounds a message, but not how many come, nor how long somebody may say nothing; on a
small computer each of these could starve the counting.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

CONNECTIONS = 200  # 64 viewers, what their pages ask for, and room; a process may hold 1024 files
BACKLOG = 64  # so many are let in before any of them is looked at
REQUEST_S = 10.0  # from the connection to the end of the answer: each is for one request
REQUEST_BYTES = 1 << 14
# A viewer taps a few buttons; a burst is for whoever taps them all.
VIEWER_BYTES, VIEWER_BYTES_PER_S = 1 << 14, 1 << 12


class HttpConnection(H11Protocol):
    """One request, soon over."""

    _left = REQUEST_BYTES

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has come; one too many is turned away."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(REQUEST_S, self._end)
        if len(self.connections) > CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Part of the request."""
        self._left -= len(data)
        if self._left < 0:
            self.transport.abort()
        else:
            super().data_received(data)

    def _end(self) -> None:
        if self.transport.get_protocol() is self:  # it has not become a viewer's
            self.transport.abort()


class ViewerConnection(WebSocketsSansIOProtocol):
    """A viewer, who says little."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._left, self._at = float(VIEWER_BYTES), self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Something of the viewer's; who floods is dropped."""
        now = self.loop.time()
        earned = VIEWER_BYTES_PER_S * (now - self._at)
        self._left, self._at = min(VIEWER_BYTES, self._left + earned) - len(data), now
        if self._left < 0:
            self.transport.abort()
        else:
            super().data_received(data)
