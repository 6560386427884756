"""The simulated machine: the real firmware on a simulated board, behind a pseudo-terminal.

By itself: `python -m firmware_bridge.device.simulated --link PATH [--script NAME] [--fast]`.
"""

import argparse
import fcntl
import importlib.util
import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tty
from enum import IntEnum
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firmware_bridge.device.bundled import FIRMWARE
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.errors import OutputError

BRIDGE = Path(__file__).parent.parent
BOOT = BRIDGE / "device" / "simulated_board" / "boot.py"
DEVICE_ID = b"sim-lever".hex()
NOISE_DEG = 0.03  # of an AS5600

Interpreter = Literal["micropython", "python"]


class Fault(IntEnum):
    """Values of a motion besides counts: what is wrong while they last."""

    NO_ANSWER = 0xFFFF  # the sensor is unplugged
    NO_MAGNET = 0xFFFE
    HELD = 0xFFFD  # the sensor holds the bus, on and on, until it has had nine clocks
    STALE = 0xFFFC  # the bus says that it has read and has not
    CUT = 0xFFFB  # answers break off after two bytes
    SLOW = 0xFFFA  # each reading takes 3 ms
    DEAF = 0xFFF9  # the host does not read; only with `fast`
    HANG = 0xFFF8  # the program stands still, on and on
    CRASH = 0xFFF7  # an error in the program
    CTRL_C = 0xFFF6  # somebody interrupts the program to work on the board, which ends it
    STUCK_LOW = 0xFE00  # all bytes read so; add to it for any other byte
    STUCK_HIGH = 0xFEFF


def counts_of(
    angle_deg: ArrayLike,
    *,
    neutral_counts: float = 2048,
    counts_per_turn: int = 4096,
    gear: float = 1.0,
    direction: int = 1,
    noise_deg: float = NOISE_DEG,
    seed: int = 0,
) -> NDArray[np.uint16]:
    """What the sensor of such a machine reads at lever angles (degrees, 1-D), noise included."""
    noise = np.random.default_rng(seed).normal(0, noise_deg, np.shape(angle_deg))
    turns = (direction * gear * np.asarray(angle_deg) + noise) / 360
    counts = np.round(neutral_counts + counts_per_turn * turns) % counts_per_turn
    return counts.astype(np.uint16)


class SimulatedMachine:
    """A lever machine at `port`; somebody makes `motion` on it from the first START on.

    motion: 1-D raw counts at 1 kHz (see counts_of) or Faults, or a file of such u16 values. At
    real time the last angle is held for ever. `fast` plays as fast as the host reads, losing
    nothing, and unplugs the machine at the end, when all has been read. link: path for the port, a
    symlink; OutputError if something else is there. firmware: a folder of other files for the
    board.
    """

    def __init__(
        self,
        motion: ArrayLike | Path,
        *,
        fast: bool = False,
        link: Path | None = None,
        interpreter: Interpreter | None = None,
        firmware: Path = FIRMWARE,
    ) -> None:
        self.interpreter = interpreter or _best_interpreter()
        self._fast = fast
        self._firmware = firmware
        self._folder = tempfile.TemporaryDirectory(prefix="leverrep-")
        self._link = link or Path(self._folder.name) / "lever"
        self._motion = Path(self._folder.name) / "motion"
        if isinstance(motion, Path):
            self._motion.symlink_to(motion.absolute())
        else:
            self._motion.write_bytes(np.asarray(motion, "<u2").tobytes())
        if not self._motion.stat().st_size:
            raise ValueError("a motion has at least one value")
        if self._link.exists() and not self._link.is_symlink():
            raise OutputError(f"{self._link} exists already: choose another path for the port")
        self._lock = threading.Lock()  # of everything below
        self._plugged = False
        self.replug()

    @property
    def port(self) -> str:
        return str(self._link)

    def replug(self) -> None:
        """Plug the machine in: it boots, under a new /dev/pts name behind the same `port`."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)  # kept open: a board does not notice whether a host listens
        os.set_blocking(self._master, False)
        self._boot()
        self._plugged = True
        new = self._link.with_name(self._link.name + ".new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(self._slave))
        new.replace(self._link)

    def reboot(self) -> None:
        """Press the reset button: the port stays."""
        self._power_off()
        self._boot()

    def unplug(self) -> None:
        """Pull the cable: the board loses its power and the port vanishes."""
        with self._lock:
            if not self._plugged:
                return
            self._plugged = False
            self._power_off()
            self._link.unlink()
            os.close(self._master)
            os.close(self._slave)

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for the board's program to end; its exit status: 0 for a fast one at its end, 3
        after CTRL_C.
        """
        return self._board.wait(timeout_s)

    def close(self) -> None:
        self.unplug()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _boot(self) -> None:
        arguments = [BOOT, self._firmware, self._motion, "fast" if self._fast else "real"]
        self._board = subprocess.Popen(
            [sys.executable, *FLAGS[self.interpreter], *arguments],
            stdin=self._master,
            stdout=self._master,
            start_new_session=True,  # Ctrl-C in the terminal is not for the board
        )
        if self._fast:
            threading.Thread(target=self._unplug_when_read, daemon=True).start()

    def _power_off(self) -> None:
        self._board.kill()
        self._board.wait()

    def _unplug_when_read(self) -> None:
        """What has not been read when a pseudo-terminal closes is lost, so wait for it."""
        if self._board.wait() != 0:
            return  # switched off, or its program has ended
        quiet = 0
        while quiet < 3:  # the kernel moves bytes up between two looks
            time.sleep(0.02)
            with self._lock:
                if not self._plugged:
                    return
                unread = fcntl.ioctl(self._slave, termios.FIONREAD, b"    ")
            quiet = 0 if any(unread) else quiet + 1
        self.unplug()


FLAGS: dict[Interpreter, list[str]] = {
    # Its own -m form forgets the program's exit status.
    "micropython": ["-c", "import micropython_unix, sys; sys.exit(micropython_unix.main())"],
    "python": ["-S", "-E"],
}


def _best_interpreter() -> Interpreter:
    return "micropython" if importlib.util.find_spec("micropython_unix") else "python"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m firmware_bridge.device.simulated")
    parser.add_argument("--link", type=Path, required=True, help="path for the port")
    parser.add_argument("--script", choices=SCRIPTS, default="mixed")
    parser.add_argument("--fast", action="store_true", help="as fast as the host reads")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    motion = counts_of(SCRIPTS[options.script].motion())
    try:
        with SimulatedMachine(motion, fast=options.fast, link=options.link) as machine:
            print(f"{machine.port} ({machine.interpreter})", flush=True)
            machine.wait()
    except KeyboardInterrupt:
        pass
    except OutputError as error:
        parser.exit(1, f"{error}\n")
    except OSError as error:
        parser.exit(1, f"{options.link}: cannot be made: {error.strerror}\n")


if __name__ == "__main__":
    main()
