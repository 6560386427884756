"""What a running station does for those who look after it: a log, saved incidents, a watchdog."""

import os
import platform
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from config import ConfigError
from config.kept import INCIDENTS, LOG
from firmware_bridge import VERSION
from firmware_bridge.device.events import Chunk, Connected, Event, Lost, Searching
from firmware_bridge.device.flightrecorder import FlightRecorder, Incidents
from firmware_bridge.errors import LeverRepError, OutputError
from firmware_bridge.log import Log
from firmware_bridge.notify import Notifier

CLOSE_S = 0.2  # for an incident that is being written
# Told in a line, or nobody reads any more.
_NO_FAULT = (LeverRepError, ConfigError, BrokenPipeError)


class Upkeep:
    """Tell it what the link tells, and how things stand at each turn; nothing here waits.

    `folder`: of what the station keeps. A context manager: a fault of ours is an incident too.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / INCIDENTS
        self._log = Log(folder / LOG)
        self._recorder = FlightRecorder()
        self._incidents = Incidents()
        self._notifier = Notifier.from_environment(os.environ)
        self._complaint = self._status = ""

    def __enter__(self) -> Self:
        python = platform.python_version()
        self._log.write("start", version=VERSION, python=python, machine=platform.machine())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._notifier.stopping()
        if isinstance(error, Exception) and not isinstance(error, _NO_FAULT):
            where = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(trace)]
            self._log.write("fault", kind=type(error).__name__, words=str(error), where=where[-5:])
            self._save_now("crash")
        self._recorder.wait(CLOSE_S)
        self._log.write("stop")
        self._log.close()

    def saw(self, event: Event, at: float) -> None:
        """Follow one event of the link, which came at the second `at` of a steady clock."""
        match event:
            case Chunk():
                self._recorder.take(event)
            case Connected():
                hello = event.hello
                self._log.write(
                    "connected",
                    port=event.port,
                    device_id=hello.device_id,
                    firmware=hello.firmware,
                    sensor=hello.sensor,
                )
            case Lost():
                self._log.write("lost", why=event.why)
            case Searching():
                self._log.write("searching", why=event.why)
        why = self._incidents.take(event, at)
        if why:
            self._save(why)

    def turn(self, complaint: str, why_lost: str, serves: bool, at: float) -> None:
        """The station has gone round once more.

        complaint: what somebody has to see to; why_lost: why there is no machine; else empty.
        serves: the display does what it should; if it does not, systemd starts all of it anew.
        """
        if serves:
            self._notifier.alive(at)
        if complaint != self._complaint:
            self._complaint = complaint
            self._log.write("complaint" if complaint else "well", words=complaint or None)
        status = why_lost or complaint or "all is well"
        if status != self._status:
            self._status = status
            self._notifier.status(status)

    def ready(self) -> None:
        """The display is there, and the machine is looked for."""
        self._notifier.ready()

    def _save(self, why: str) -> None:
        self._recorder.save_aside(self._folder, why, datetime.now(UTC), self._tell_saved)

    def _save_now(self, why: str) -> None:
        try:
            saved = self._recorder.save(self._folder, why, datetime.now(UTC))
        except OutputError as error:
            self._tell_saved(error)
        else:
            if saved:
                self._tell_saved(saved)

    def _tell_saved(self, what: Path | OutputError) -> None:
        if isinstance(what, OutputError):
            self._log.write("not_saved", words=what)
        else:
            self._log.write("incident", file=what.name)
