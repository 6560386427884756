"""A lever machine on a pty that knows when each of its samples was written."""

import contextlib
import os
import pty
import select
import time
import tty
from collections.abc import Sequence
from threading import Event, Thread
from typing import Self

from firmware_bridge.device.frames import Hello, Samples, Sensor, Status, wire

RATE_HZ, AT_ONCE = 200, 4
FRAME_S = AT_ONCE / RATE_HZ
NEUTRAL, TURN = 2048, 4096


class WiredMachine:
    """Streams from the first command on. `angle_deg` may be set at any time; `motion` (degrees at
    200 Hz) is played once instead, when it is set.

    `written`: of each frame of AT_ONCE samples the last angle, and when it was written by the
    monotonic clock.
    """

    def __init__(self) -> None:
        self.angle_deg = 60.0
        self.motion: Sequence[float] = ()
        self.written: list[tuple[float, float]] = []
        self._played = 0
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._ending = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)

    def play(self, motion: Sequence[float]) -> None:
        """Have somebody move the lever so, and wait until it is done."""
        self._played, self.motion = 0, motion
        while self.motion and not self._ending.wait(0.05):
            pass

    def _run(self) -> None:
        while not select.select([self._master], [], [], 0.1)[0]:
            if self._ending.is_set():
                return
        due = time.monotonic()
        self._write(wire(Hello(1, RATE_HZ, TURN, 0, 0, "bench", "0.1.0", "as5600")))
        while not self._ending.is_set():
            due += FRAME_S
            time.sleep(max(0.0, due - time.monotonic()))
            self._stream()
            while select.select([self._master], [], [], 0)[0]:
                os.read(self._master, 4096)

    def _stream(self) -> None:
        first = AT_ONCE * len(self.written)
        offsets = tuple(n * 1_000_000 // RATE_HZ for n in range(AT_ONCE))
        uptime_us = first * 1_000_000 // RATE_HZ
        angles = self._angles()
        values = tuple(round(NEUTRAL + angle * TURN / 360) % TURN for angle in angles)
        frame = wire(Samples(1, first % (1 << 16), uptime_us % (1 << 32), offsets, values))
        if first % RATE_HZ == 0:
            samples = first + AT_ONCE
            frame += wire(
                Status(1, uptime_us + 20_000, samples, 0, RATE_HZ, Sensor.STREAMING, 128, 1000)
            )
        self.written.append((angles[-1], time.monotonic()))
        self._write(frame)

    def _angles(self) -> list[float]:
        if not self.motion:
            return [self.angle_deg] * AT_ONCE
        angles = list(self.motion[self._played : self._played + AT_ONCE])
        self._played += AT_ONCE
        if self._played >= len(self.motion):
            self.angle_deg, self.motion = angles[-1], ()
        return [*angles, *[angles[-1]] * (AT_ONCE - len(angles))]

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)
