"""Opens the page full screen in Chromium, and closes it again."""

import os
import select
import shutil
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from firmware_bridge.errors import DisplayError

# In this order: Debian's name, the older one of Raspberry Pi OS, Google's own.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--kiosk",
    "--noerrdialogs",
    "--no-first-run",
    "--disable-session-crashed-bubble",
    "--disable-infobars",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-networking",
    "--password-store=basic",
    "--autoplay-policy=no-user-gesture-required",
)
START_S = 1.0  # one that cannot open its window is gone by then
GRACE_S = 2.0  # from being asked to end to being made to


class Kiosk:
    """The page at `url`, full screen in a browser of its own for as long as `with` lasts.

    Entering takes START_S, to see the browser stay. After that nobody looks: one that ends early
    is no error. Raises DisplayError if there is no screen, no browser, or it does not stay.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = ExitStack()

    def __enter__(self) -> Self:
        _require_screen()
        browser = _find_browser()
        with ExitStack() as opening:
            profile = opening.enter_context(
                TemporaryDirectory(prefix="leverrep-kiosk-", ignore_cleanup_errors=True)
            )
            process = _start([browser, *OPTIONS, f"--user-data-dir={profile}", self._url])
            opening.callback(_end, process)
            if _ends_within(process, START_S):
                raise _did_not_stay(browser)
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def _require_screen() -> None:
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise DisplayError(
            "no screen: neither DISPLAY nor WAYLAND_DISPLAY is set: "
            "start this on the computer's own desktop, or leave out --kiosk"
        )


def _find_browser() -> str:
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise DisplayError("no Chromium found: sudo apt install chromium, or leave out --kiosk")


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    """In a session of its own: a Ctrl-C meant for the station is not for the browser."""
    nothing = subprocess.DEVNULL
    try:
        return subprocess.Popen(
            command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
    except OSError as error:
        raise DisplayError(
            f"{command[0]} cannot be started: {error.strerror}: "
            "sudo apt install --reinstall chromium, or leave out --kiosk"
        ) from None


def _did_not_stay(browser: str) -> DisplayError:
    # Not the address: it may hold a token, and this line may go to a log.
    return DisplayError(
        f"{browser} ended at once: '{Path(browser).name}' in a terminal shows why "
        "(it never runs as root), or leave out --kiosk"
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask all of its processes to end, then make them; one that is gone already does no harm."""
    os.killpg(process.pid, signal.SIGTERM)
    _ends_within(process, GRACE_S)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()  # not before: until then its id, and its group's, is nobody else's


def _ends_within(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether it ends in this time. It is not reaped."""
    descriptor = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)
