"""Viewers of a display: those who read what they are sent, and those who never do."""

import asyncio
import base64
import json
import os
import select
import socket
import time
from threading import Event, Thread
from typing import Self
from urllib.parse import urlsplit

from websockets.asyncio.client import connect


class Crowd:
    """So many viewers until it is left. One that never reads and is dropped comes back at once.

    `arrivals`: of each message that said where the lever is, to any reader: its machine's time,
    and when it came by the monotonic clock. `dropped_s`: how long each that never reads was left.
    """

    def __init__(self, address: str, readers: int, sleepers: int) -> None:
        self.arrivals: list[tuple[float, float]] = []
        self.dropped_s: list[float] = []
        self._host = urlsplit(address).netloc
        self._readers, self._sleepers = readers, sleepers
        self._ending = Event()
        self._threads = [Thread(target=lambda: asyncio.run(self._read_all()))]
        self._threads += [Thread(target=self._sleep) for _ in range(sleepers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    async def _read_all(self) -> None:
        await asyncio.gather(*(self._read() for _ in range(self._readers)))

    async def _read(self) -> None:
        async with connect(f"ws://{self._host}/live", compression=None) as socket:
            while not self._ending.is_set():
                try:
                    async with asyncio.timeout(0.5):
                        message = await socket.recv()
                except TimeoutError:
                    continue
                if '"lever"' in message[:10]:
                    self.arrivals.append((json.loads(message)["lever"]["t_s"], time.monotonic()))

    def _sleep(self) -> None:
        while not self._ending.is_set():
            with shaken_hands(self._host) as asleep:
                came_at = time.monotonic()
                gone = select.poll()
                gone.register(asleep, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
                while not self._ending.is_set():
                    if gone.poll(50):
                        self.dropped_s.append(time.monotonic() - came_at)
                        break


def shaken_hands(host: str) -> socket.socket:
    """A socket that has asked to look, and has read nothing since."""
    name, port = host.rsplit(":", 1)
    asleep = socket.create_connection((name, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    asleep.sendall(
        f"GET /live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return asleep
