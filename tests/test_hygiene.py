"""Housekeeping: what is private stays so, nothing calls out, what is installed is what is locked.

A whole station is run once, with its commands, by processes that are watched: every file that they
leave and every word that they say is looked at.
"""

import os
import re
import signal
import stat
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from firmware_bridge.device.people import SCRIPTS, Hold, Stroke, perform
from firmware_bridge.device.simulated import SimulatedMachine, counts_of
from tests.test_layout import OURS, files, imports

ROOT = Path(__file__).parents[1]
NOTE = "tired after the flu"
OWNER = "ann-lifter"  # her home folder has her name
WAIT_S = 60

# Python itself calls this at its start. It tells of, and forbids, what leaves this computer; to
# connect a datagram socket sends nothing.
SPY = """
import ipaddress, os, sys

FETCHING = ("apt", "curl", "ftp", "git", "nc", "pip", "pip3", "scp", "ssh", "uv", "wget")

def is_here(host):
    try:
        return ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host in ("localhost", "")

def leaves(event, arguments):
    if event == "socket.getaddrinfo" or event.startswith("socket.gethostby"):
        return arguments[0] is not None and not is_here(arguments[0])
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        is_datagram = arguments[0].type == 2
        address = arguments[1]
        return isinstance(address, tuple) and not (
            is_here(address[0]) or (event == "socket.connect" and is_datagram)
        )
    return event == "subprocess.Popen" and os.path.basename(arguments[0]) in FETCHING

def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.")) and leaves(event, arguments):
        with open(os.environ["SPY"], "a") as told:
            told.write(f"{event} {arguments[:2]}\\n")
        raise PermissionError(event)

sys.addaudithook(watch)
"""


@dataclass
class Watched:
    """Runs commands whose network, files and words are watched."""

    folder: Path
    said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("spy", "state", "tmp", "out"):
            (self.folder / name).mkdir(mode=0o700)
        (self.folder / "spy" / "sitecustomize.py").write_text(SPY)

    @property
    def environment(self) -> dict[str, str]:
        mine = {"PYTHONPATH": "spy", "SPY": "spy/calls", "HOME": ".", "TMPDIR": "tmp"}
        mine |= {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config"}
        folders = {name: str(self.folder / place) for name, place in mine.items()}
        return {**os.environ, **folders, "PYTHONSAFEPATH": ""}

    @property
    def calls(self) -> str:
        """What was about to leave this computer."""
        told = self.folder / "spy" / "calls"
        return told.read_text() if told.exists() else ""

    def start(self, *command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0o022,
        )

    def leverrep(self, *arguments: str) -> int:
        process = self.start("-m", "firmware_bridge", *arguments)
        return self.end(process, *arguments)

    def end(self, process: "subprocess.Popen[str]", *arguments: str) -> int:
        said, _ = process.communicate(timeout=WAIT_S)
        self.said[" ".join(arguments)] = said
        return process.returncode

    def made(self) -> Iterator[Path]:
        for place in ("state", "tmp", "out"):
            yield from (self.folder / place).rglob("*")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A day of a station, in short."""
    watched = Watched(tmp_path_factory.mktemp(OWNER))
    out, state = watched.folder / "out", watched.folder / "state" / "leverrep"
    _calibrate(watched)
    _train(watched)
    commands = {
        "note": ["sets", "note", "1", NOTE],
        "list": ["sets", "list"],
        "csv": ["sets", "export", "--out", f"{out}/sets.csv"],
        "fit": ["sets", "export", "--format", "fit", "--out", f"{out}/sets.fit", "1"],
        "report": ["sets", "show", "1", "--plot", f"{out}/set.svg"],
        "picture": ["analyse", f"{out}/run.lever", "--plot", f"{out}/run.svg"],
        "replay": ["replay", f"{out}/run.lever", "--fast", "--events", f"{out}/replay.ndjson"],
        "demo": ["demo", "--fast", "--script", "two-sets", "--events", f"{out}/demo.ndjson"],
    }
    for name, arguments in commands.items():
        assert watched.leverrep(*arguments) == 0, (name, watched.said)
    watched.leverrep("doctor", "--port", "/dev/none", "--bundle", f"{out}/bundle.zip")
    # Nothing below would mean much without these.
    there = {"calibrations.json", "incidents", "sets.db", "station.log", "token"}
    assert there <= {path.name for path in state.iterdir()}
    asked = {"bundle.zip", "demo.ndjson", "replay.ndjson", "run.lever", "run.ndjson", "run.svg"}
    assert asked | {"set.svg", "sets.csv", "sets.fit"} == {path.name for path in out.iterdir()}
    return watched


def _calibrate(watched: Watched) -> None:
    motion = perform(0.0, (Hold(4.0, sway_deg=0.2), Stroke(61.0, 2.5), Hold(4.0)))
    with SimulatedMachine(counts_of(motion), fast=True) as machine:
        assert watched.leverrep("calibrate", "--port", machine.port) == 0, watched.said


def _train(watched: Watched) -> None:
    """Two sets, with the display open to the network; at their end the plug is pulled."""
    out, state = watched.folder / "out", watched.folder / "state" / "leverrep"
    with SimulatedMachine(counts_of(SCRIPTS["two-sets"].motion()), fast=True) as machine:
        arguments = ("record", f"{out}/run.lever", "--port", machine.port, "--host", "0.0.0.0")
        arguments += ("--events", f"{out}/run.ndjson")
        station = watched.start("-m", "firmware_bridge", *arguments)
        deadline = time.monotonic() + WAIT_S
        while not [*state.glob("incidents/*link-lost.lever")] and time.monotonic() < deadline:
            time.sleep(0.05)
        station.send_signal(signal.SIGTERM)
        assert watched.end(station, *arguments) == 0, watched.said


def test_every_file_is_its_owners_alone(watched: Watched) -> None:
    open_to_others = [
        f"{stat.S_IMODE(path.stat().st_mode):o} {path.relative_to(watched.folder)}"
        for path in watched.made()
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]
    assert open_to_others == []


def test_nothing_is_left_in_the_temporary_folder(watched: Watched) -> None:
    assert list((watched.folder / "tmp").iterdir()) == []


def test_nothing_leaves_this_computer(watched: Watched) -> None:
    assert watched.calls == ""


def contents(path: Path) -> bytes:
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as members:
        return b"".join(members.read(name) for name in members.namelist())


def test_the_token_is_nowhere_but_in_its_file(watched: Watched) -> None:
    token_file = watched.folder / "state" / "leverrep" / "token"
    token = token_file.read_bytes().strip()
    assert len(token) >= 22
    others = [path for path in watched.made() if path.is_file() and path != token_file]
    assert [path.name for path in others if token in contents(path)] == []
    assert [command for command, said in watched.said.items() if token.decode() in said] == []


def test_what_goes_to_others_knows_nothing_of_people(watched: Watched) -> None:
    state = watched.folder / "state" / "leverrep"
    looked_after = [*state.glob("station.log*"), *state.glob("incidents/*")]
    looked_after.append(watched.folder / "out" / "bundle.zip")
    personal = [NOTE, OWNER, '"reps"', "form_score"]
    for path in looked_after:
        found = [text for text in personal if text.encode() in contents(path)]
        assert found == [], path.name


def test_the_log_has_the_day_in_it(watched: Watched) -> None:
    log = (watched.folder / "state" / "leverrep" / "station.log").read_text()
    events = [line.split()[1] for line in log.splitlines()]
    assert events[0] == "start"
    assert events[-1] == "stop"
    assert {"connected", "lost", "incident"} <= {*events}


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        ("socket.create_connection(('192.0.2.1', 80), 0.01)", True),
        ("socket.getaddrinfo('leverrep.example', 80)", True),
        ("socket.gethostbyname('leverrep.example')", True),
        ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))", True),
        ("urllib.request.urlopen('http://192.0.2.1/', timeout=0.01)", True),
        ("subprocess.run(['curl', '--version'])", True),
        ("socket.create_connection(('127.0.0.1', 1), 1)", False),
        ("socket.getaddrinfo('localhost', 80)", False),
        ("socket.socket(socket.AF_UNIX).connect('/nowhere')", False),
        ("socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))", False),
        ("subprocess.run([sys.executable, '--version'])", False),
    ],
)
def test_whoever_would_call_out_is_seen(tmp_path: Path, code: str, is_told: bool) -> None:
    watched = Watched(tmp_path)
    lines = ("import socket, subprocess, sys, urllib.request", "try:", f"    {code}")
    watched.end(watched.start("-c", "\n".join([*lines, "except OSError: pass"])), code)
    assert bool(watched.calls) is is_told, watched.calls


FETCHING = ("ensurepip", "ftplib", "httpx", "imaplib", "pip", "poplib", "requests", "smtplib")
FETCHING += ("telnetlib", "urllib.request", "urllib3", "uv", "xmlrpc")


def test_nothing_of_ours_can_fetch_and_doctor_alone_asks_a_server() -> None:
    asking = {}
    for path in (path for folder in OURS for path in files(folder)):
        names = imports(path)
        fetching = [n for n in names if any(n == f or n.startswith(f"{f}.") for f in FETCHING)]
        assert fetching == [], path
        asking[path.name] = "http.client" in names
    assert [name for name, asks in asking.items() if asks] in ([], ["running.py"])


def test_the_page_has_all_of_it_from_the_station() -> None:
    page = ROOT / "firmware_bridge" / "floor" / "display" / "page"
    for path in (path for path in page.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text), path


# What is installed.

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-setup.lock")
PINNED = re.compile(
    r"(?P<name>[a-z0-9.-]+)==(?P<version>[a-z0-9.!+]+)( ; [^#]+?)?( --hash=sha256:[0-9a-f]{64})+"
)


def locked(text: str) -> dict[str, str]:
    """Names and versions in a lock file; ValueError for a line that does not pin bytes."""
    pinned = {}
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            found = PINNED.fullmatch(re.sub(r" +", " ", line))
            if not found:
                raise ValueError(line)
            pinned[found["name"]] = found["version"]
    return pinned


def lock(name: str) -> dict[str, str]:
    return locked((ROOT / name).read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_bytes_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert locked(text)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize(
    "line",
    [
        "numpy==2.4.6",
        "numpy>=2 --hash=sha256:" + "a" * 64,
        "numpy==2.4.6 --hash=md5:" + "a" * 32,
        "numpy @ file:///tmp/numpy.whl --hash=sha256:" + "a" * 64,
        "--extra-index-url somewhere",
        "-e .",
    ],
)
def test_a_line_that_pins_no_bytes_is_seen(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line[:10])):
        locked(line)


def test_what_is_asked_for_is_what_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": [*extras["plot"], *groups["dev"]],
        "requirements-setup.lock": groups["setup"],
    }
    for name, requirements in asked.items():
        pinned = lock(name)
        for requirement in map(Requirement, requirements):
            assert requirement.specifier.contains(pinned[requirement.name]), (name, requirement)


def test_tests_run_what_is_shipped() -> None:
    assert lock("requirements.lock").items() <= lock("requirements-dev.lock").items()


def test_every_library_that_is_imported_is_one_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["plot"]
    names = {Requirement(one).name for one in asked}
    own = {*OURS, *sys.stdlib_module_names}
    own |= {path.stem for path in files("firmware_bridge/firmware")}
    own |= {"machine", "micropython"}  # the board has them
    origins = packages_distributions()
    for path in (path for folder in OURS for path in files(folder)):
        for module in {name.partition(".")[0] for name in imports(path)} - own:
            assert names & {name.lower() for name in origins.get(module, ())}, (path, module)
