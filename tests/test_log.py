"""The log: its lines, how it rotates, what is not in it, and a disk that refuses."""

import errno
import os
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.kept import LOG
from firmware_bridge.log import FACT_CHARACTERS, FILE_BYTES, FILES, Log, nameless


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / LOG


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    log = Log(path)
    yield log
    log.close()


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").splitlines()


def facts(path: Path) -> str:
    """The last line without its time."""
    return lines(path)[-1].partition(" ")[2]


def test_an_event_is_one_line_with_its_time_in_utc(log: Log, path: Path) -> None:
    log.write("connected", device_id="4a21", firmware="0.2.0", rate_hz=200, sensor=None)
    (line,) = lines(path)
    assert re.fullmatch(
        r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z connected "
        r"device_id=4a21 firmware=0\.2\.0 rate_hz=200",
        line,
    )


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        ("/dev/ttyACM0 has died", '"/dev/ttyACM0 has died"'),
        ("two\nlines\x1b[2J", '"two\\nlines\\u001b[2J"'),
        ('a"quote', '"a\\"quote"'),
        ("a=b", '"a=b"'),
        ("größer\u2028\ud800", '"gr\\u00f6\\u00dfer\\u2028\\ud800"'),
        ("", '""'),
        (1.5, "1.5"),
        (Path("/dev/x"), "/dev/x"),
        (ValueError("no such port"), '"no such port"'),
        ("x" * 10_000, "x" * FACT_CHARACTERS),
    ],
)
def test_whatever_a_fact_is_it_is_one_word_of_ascii(
    log: Log, path: Path, fact: object, told: str
) -> None:
    log.write("lost", why=fact)
    assert len(lines(path)) == 1
    assert facts(path) == f"lost why={told}"


def test_it_is_its_owners_alone_and_so_is_its_folder(path: Path) -> None:
    before = os.umask(0o022)
    log = Log(path)
    try:
        while not path.with_name(f"{LOG}.1").exists():
            log.write("lost", why="x" * FACT_CHARACTERS)
    finally:
        os.umask(before)
        log.close()
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    assert modes == {LOG: 0o600, f"{LOG}.1": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_never_takes_more_than_a_megabyte_and_has_the_newest(log: Log, path: Path) -> None:
    for number in range(5 * FILE_BYTES // FACT_CHARACTERS):
        log.write("lost", why="x" * FACT_CHARACTERS, number=number)
    files = [path, *(path.with_name(f"{LOG}.{n}") for n in range(1, FILES))]
    assert sorted(path.parent.iterdir()) == files
    assert all(file.stat().st_size <= FILE_BYTES for file in files)
    numbers = [int(line.rpartition("=")[2]) for file in reversed(files) for line in lines(file)]
    assert numbers == [*range(numbers[0], 5 * FILE_BYTES // FACT_CHARACTERS)]
    assert len(numbers) > 3 * FILE_BYTES // (FACT_CHARACTERS + 80)


def test_what_was_there_before_a_start_stays(path: Path) -> None:
    for _ in range(2):
        log = Log(path)
        log.write("start")
        log.close()
    assert len(lines(path)) == 2


def test_threads_do_not_write_into_each_others_lines(log: Log, path: Path) -> None:
    def write(name: str) -> None:
        for _ in range(200):
            log.write("lost", why=name * 100)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = sorted(line.partition(" ")[2] for line in lines(path))
    assert told == sorted(f"lost why={name * 100}" for name in "abcd" * 200)


def test_a_disk_that_is_full_is_in_nobodys_way(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as refused:
        refused.setattr(os, "open", full)
        log.write("start")
    log.write("stop")
    assert facts(path) == "stop"
    assert capfd.readouterr() == ("", "")


def test_a_device_that_takes_nothing_is_in_nobodys_way(capfd: pytest.CaptureFixture[str]) -> None:
    log = Log(Path("/dev/full"))
    for _ in range(100):
        log.write("start")
    assert capfd.readouterr() == ("", "")


def test_a_folder_in_its_place_or_a_file_in_its_folders_is_in_nobodys_way(path: Path) -> None:
    path.mkdir(parents=True)
    Log(path).write("start")
    (path / "file").touch()
    Log(path / "file" / LOG).write("start")
    assert [entry.name for entry in path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/ann/.local/state/leverrep/sets.db: full", "~/.local/state/leverrep/sets.db: full"),
        ("/home/ann: full", "~: full"),
        ("'/media/ann/STICK/out.csv'", "'~/STICK/out.csv'"),
        ("/run/media/ann/STICK", "~/STICK"),
        ("/srv/people/ann/x and /srv/people/ann", "~/x and ~"),
        ("/srv/people/ann-2/x", "/srv/people/ann-2/x"),
        ("/dev/ttyACM0, /var/lib/leverrep", "/dev/ttyACM0, /var/lib/leverrep"),
        ("http://127.0.0.1:8765/?token=abc-DEF_1&x", "http://127.0.0.1:8765/?token=...&x"),
    ],
)
def test_names_of_people_and_the_token_are_left_out(
    text: str, told: str, log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/srv/people/ann")
    assert nameless(text) == told
    log.write("failed", why=text)
    assert "ann" not in facts(path).replace("ann-2", "")


@pytest.mark.parametrize("home", ["/", "/root", "", "nowhere"])
def test_a_home_that_is_no_persons_is_no_secret(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", home)
    assert nameless("/root/nowhere/x") == "/root/nowhere/x"


def test_a_pipe_in_its_place_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LOG)
    Log(tmp_path / LOG).write("start")
