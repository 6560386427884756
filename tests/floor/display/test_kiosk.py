import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.errors import DisplayError
from firmware_bridge.floor.display import kiosk
from firmware_bridge.floor.display.kiosk import BROWSERS, OPTIONS, Kiosk

URL = "http://127.0.0.1:8765/"
# exec: the process we started is the one that sleeps.
SLEEPS = "exec sleep 60"
STUBBORN = "trap '' TERM; while :; do sleep 0.05; done"


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with `bin`, all of PATH, and `tmp`, for temporary folders; and there is a screen."""
    for name in ("bin", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(kiosk, "START_S", 0.2)
    yield tmp_path
    for process in pids(tmp_path):  # whatever a failing test has left
        if is_running(process):
            os.kill(process, signal.SIGKILL)


def install(room: Path, does: str, name: str = "chromium") -> Path:
    """A fake browser; it notes its own process and its arguments, then does as told."""
    path = room / "bin" / name
    path.write_text(
        f"#!/bin/sh\nPATH=/usr/bin:/bin\necho $$ >>{room}/pids\n"
        f'printf "%s\\n" "$0" "$@" >{room}/said\n{does}\n'
    )
    path.chmod(0o755)
    return path


def wait_for(path: Path) -> list[str]:
    """The lines of a file that the fake browser writes."""
    until = time.monotonic() + 10
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < until, f"no {path.name}"
        time.sleep(0.01)
    return path.read_text().splitlines()


def pids(room: Path) -> list[int]:
    noted = room / "pids"
    return [int(line) for line in noted.read_text().split()] if noted.exists() else []


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def left_over(room: Path) -> list[Path]:
    return list((room / "tmp").iterdir())


def test_the_page_is_opened_full_screen(room: Path) -> None:
    browser = install(room, SLEEPS)
    with Kiosk(URL):
        first, *options, last = wait_for(room / "said")
    assert (first, last) == (str(browser), URL)
    assert tuple(options[:-1]) == OPTIONS
    assert options[-1].startswith(f"--user-data-dir={room}/tmp/leverrep-kiosk-")
    assert "--kiosk" in options


def test_the_first_browser_in_the_order_is_taken(room: Path) -> None:
    for name in reversed(BROWSERS):
        install(room, SLEEPS, name)
        (room / "said").unlink(missing_ok=True)
        with Kiosk(URL):
            assert wait_for(room / "said")[0] == str(room / "bin" / name)


def test_it_is_silent_and_in_a_session_of_its_own(room: Path) -> None:
    install(room, SLEEPS)
    with Kiosk(URL):
        wait_for(room / "said")
        (browser,) = pids(room)
        assert {os.readlink(f"/proc/{browser}/fd/{n}") for n in range(3)} == {os.devnull}
        assert os.getsid(browser) == browser != os.getsid(0)


def test_its_profile_is_its_own_and_goes_with_it(room: Path) -> None:
    folder = f"${{{len(OPTIONS) + 1}#--user-data-dir=}}"
    install(room, f'echo x >"{folder}/Cookies"; {SLEEPS}')
    with Kiosk(URL):
        wait_for(room / "said")
        (profile,) = left_over(room)
        assert stat.S_IMODE(profile.stat().st_mode) == 0o700
        wait_for(profile / "Cookies")
    assert left_over(room) == []


def test_it_ends_when_the_station_ends(room: Path) -> None:
    install(room, SLEEPS)
    with Kiosk(URL):
        wait_for(room / "said")
        (browser,) = pids(room)
        assert is_running(browser)
    assert not is_running(browser)


def test_it_ends_when_the_station_fails(room: Path) -> None:
    install(room, SLEEPS)

    def fail() -> None:
        wait_for(room / "said")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Kiosk(URL):
        fail()
    assert not is_running(*pids(room))
    assert left_over(room) == []


def test_its_children_end_with_it(room: Path) -> None:
    install(room, f"sh -c 'echo $$ >>{room}/pids; {STUBBORN}' & {SLEEPS}")
    with Kiosk(URL):
        while len(pids(room)) < 2:
            time.sleep(0.01)
    until = time.monotonic() + 5
    while any(map(is_running, pids(room))):  # nobody's children any more: init reaps them
        assert time.monotonic() < until


def test_one_that_ignores_the_request_is_killed(room: Path) -> None:
    install(room, STUBBORN)
    with Kiosk(URL):
        wait_for(room / "said")
        (browser,) = pids(room)
        begun = time.monotonic()
    assert kiosk.GRACE_S <= time.monotonic() - begun < kiosk.GRACE_S + 3
    assert not is_running(browser)
    assert left_over(room) == []


def test_one_that_ends_later_is_no_error(room: Path) -> None:
    install(room, "exec sleep 0.5")
    with Kiosk(URL):
        wait_for(room / "said")
        (browser,) = pids(room)
        while is_running(browser):
            time.sleep(0.01)
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    assert left_over(room) == []


@pytest.mark.parametrize("status", [0, 1])
def test_one_that_ends_at_once_is_told(room: Path, status: int) -> None:
    browser = install(room, f"exit {status}")
    with pytest.raises(DisplayError, match="ended at once") as told, Kiosk(URL):
        pytest.fail("it has not stayed")
    assert str(told.value).startswith(
        f"{browser} ended at once: 'chromium' in a terminal shows why"
    )
    assert URL not in str(told.value)  # it may hold a token
    assert "\n" not in str(told.value)
    assert left_over(room) == []


def test_one_that_cannot_be_started_is_told(room: Path) -> None:
    path = install(room, SLEEPS)
    path.write_text("#!/no/such/shell\n")
    with (
        pytest.raises(DisplayError, match="bin/chromium cannot be started: No such file"),
        Kiosk(URL),
    ):
        pytest.fail("there is nothing to start")
    assert left_over(room) == []


def test_no_browser_is_told() -> None:
    with (
        pytest.raises(DisplayError, match="no Chromium found: sudo apt install chromium"),
        Kiosk(URL),
    ):
        pytest.fail("there is no browser")


@pytest.mark.parametrize("display", [None, ""])
def test_no_screen_is_told_before_anything_starts(
    room: Path, monkeypatch: pytest.MonkeyPatch, display: str | None
) -> None:
    install(room, SLEEPS)
    if display is None:
        monkeypatch.delenv("DISPLAY")
    else:
        monkeypatch.setenv("DISPLAY", display)
    with pytest.raises(DisplayError, match="no screen: "), Kiosk(URL):
        pytest.fail("there is no screen")
    assert pids(room) == []


def test_wayland_is_a_screen(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(room, SLEEPS)
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with Kiosk(URL):
        wait_for(room / "said")
