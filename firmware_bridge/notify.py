"""Tells systemd how the station is: ready, alive, stopping (sd_notify, which is one datagram)."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from math import inf

OFTEN = 4  # signs of life in the time that systemd waits for one: three quarters of it may stall


class Notifier:
    """Where nobody listens it says nothing. It never waits and never raises."""

    def __init__(self, address: str = "", patience_s: float = inf) -> None:
        """`address`: a socket's path, or a name after @. `patience_s`: the watchdog's."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._pause_s = patience_s / OFTEN
        self._alive_at = -inf
        self._status = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Notifier":
        """As systemd has told this process."""
        patience_s = inf
        if environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid()):
            with suppress(ValueError, OverflowError):
                patience_s = int(environ.get("WATCHDOG_USEC", "")) / 1e6
        return cls(environ.get("NOTIFY_SOCKET", ""), patience_s)

    def ready(self) -> None:
        """The start is over."""
        self._tell("READY=1")

    def alive(self, at: float) -> None:
        """The station goes round: now, at the second `at` of a steady clock. For each round."""
        if self._pause_s < inf and at - self._alive_at >= self._pause_s:
            self._alive_at = at
            self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """What `systemctl status` shows."""
        line = " ".join(text.split())
        if line != self._status:
            self._status = line
            self._tell(f"STATUS={line}")

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1")

    def _tell(self, news: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto(news.encode(errors="replace"), self._address)
