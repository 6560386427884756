"""A board with MicroPython and files, at a port: its prompt is MicroPython's own, not an imitation.

MicroPython for this computer runs in the folder that is the board's memory. It starts main.py
there, on the simulated board, and gives its prompt when that ends. Between it and the port, bytes
are handed on, Ctrl-C is made the interrupt that it is on a board (unless the program has said that
it is data), and the cable is pulled when the time has come. A reset takes the port away and brings
it back under another name, as a Pico's does. There is no port until MicroPython runs: a Ctrl-C
before would end it for good.
"""

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import numpy as np

from firmware_bridge.device.simulated import BOOT

START = """
import builtins, os, sys
import micropython as real

def note(word):
    with open({state!r} + "~", "w") as file:
        file.write(word)
    os.rename({state!r} + "~", {state!r})  # never half of it is read

class MicroPython:
    def __getattr__(self, name):
        return getattr(real, name)
    def kbd_intr(self, char):
        note("deaf" if char < 0 else "program")

{quirk}
sys.modules["micropython"] = MicroPython()
try:
    note("program")
    with open({boot!r}) as file:
        exec(file.read(), {{"__name__": "boot"}})
except (KeyboardInterrupt, ImportError, SystemExit) as error:
    print(repr(error))
sys.modules["machine"].reset = sys.exit
note("prompt")
"""

NOTHING: Mapping[str, str] = {}


class Board:
    """`memory` holds its files. `quirk`: MicroPython code that runs before main.py."""

    def __init__(
        self,
        folder: Path,
        *,
        files: Mapping[str, str] = NOTHING,
        quirk: str = "",
        micropython: bool = True,
    ) -> None:
        self.memory = folder / "memory"
        self.memory.mkdir()
        for name, text in files.items():
            (self.memory / name).write_text(text)
        self.port = str(folder / "port")
        self.pull_at = b""  # pull the cable when the host says this
        self._state = folder / "state"  # prompt, program, or deaf: a program that Ctrl-C is data to
        motion = folder / "motion"
        motion.write_bytes(np.full(10, 2048, "<u2").tobytes())
        start = folder / "start.py"
        start.write_text(START.format(quirk=quirk, state=str(self._state), boot=str(BOOT)))
        self._boot = [sys.executable, "-m", "micropython_unix", "-i", start]
        self._boot += [self.memory, motion, "real"]
        self._micropython = micropython
        self._program: subprocess.Popen[bytes] | None = None
        self.plug_in()

    def plug_in(self) -> None:
        """Plug the board in: it boots."""
        self._ends = self._master, _ = pty.openpty()
        tty.setraw(self._ends[1])
        self._inside = self._inner, slave = pty.openpty()
        tty.setraw(slave)
        if self._micropython:
            self._state.unlink(missing_ok=True)
            self._program = subprocess.Popen(
                self._boot,
                cwd=self.memory,
                stdin=slave,
                stdout=slave,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            while not self._state.exists() and self._program.poll() is None:
                time.sleep(0.01)
        os.symlink(os.ttyname(self._ends[1]), self.port)
        self._pulled = threading.Event()
        self._hands_on = threading.Thread(target=self._hand_on, daemon=True)
        self._hands_on.start()

    def unplug(self) -> None:
        """Pull the cable, if it is not pulled already."""
        while (hands_on := self._hands_on).is_alive():  # a reset begins another one
            self._pulled.set()
            hands_on.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def _hand_on(self) -> None:
        reset, said = False, b""
        while not (reset or self._pulled.is_set()):
            for end in select.select([self._master, self._inner], [], [], 0.02)[0]:
                data = os.read(end, 4096)
                if end == self._inner:
                    os.write(self._master, data)
                    continue
                said = said[-1000:] + data
                if self.pull_at and self.pull_at in said:
                    self._pulled.set()
                else:
                    self._hear(data)
            reset = self._program is not None and self._program.poll() is not None
        self._power_off()
        if reset:
            self.plug_in()

    def _hear(self, data: bytes) -> None:
        if b"\x03" in data and self._program and self._state.read_text() == "program":
            data = data.replace(b"\x03", b"")
            self._program.send_signal(signal.SIGINT)
        os.write(self._inner, data)

    def _power_off(self) -> None:
        if self._program is not None:
            self._program.kill()
            self._program.wait()
        os.unlink(self.port)
        for end in (*self._ends, *self._inside):
            with contextlib.suppress(OSError):
                os.close(end)
