import os
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import pytest

from firmware_bridge.errors import DisplayError
from firmware_bridge.floor.display.token import load_token, token_path

needs_limits = pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "leverrep" / "token"


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(path: Path) -> str:
    with pytest.raises(DisplayError) as told:
        load_token(path)
    assert "\n" not in str(told.value)
    assert str(told.value).startswith(f"{path}: ")
    return str(told.value)


def test_it_cannot_be_guessed_and_fits_everywhere(path: Path, tmp_path: Path) -> None:
    token = load_token(path)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", token)  # 128 bits, as they are in a URL
    assert token != load_token(tmp_path / "token")


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_it_is_kept_for_us_alone(path: Path, mask: int) -> None:
    with umask(mask):
        load_token(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_it_is_made_once(path: Path) -> None:
    token = load_token(path)
    written = path.stat()
    assert load_token(path) == token
    assert path.stat() == written


def test_nothing_else_is_left_beside_it(path: Path) -> None:
    load_token(path)
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_there_is_used(path: Path) -> None:
    path.parent.mkdir(parents=True)
    (path.parent / "sets.db").touch()
    assert load_token(path) == load_token(path)


@pytest.mark.parametrize(
    "data", [b"a" * 22, b"-_" * 100, b"Az09-_" * 5 + b"\n", b" " + b"a" * 30 + b"\r\n"]
)
def test_one_put_there_by_hand_is_taken(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    assert load_token(path) == data.decode().strip()
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"short",
        b"a" * 21,
        b"a" * 201,
        b"a" * 30 + b"\n" + b"b" * 30,
        b"a" * 30 + b" b",
        b"a" * 30 + b"\0",
        b"a" * 30 + b"&x=1",
        b"a" * 30 + "é".encode(),
        b"\xff\xfe" * 30,
        "٣".encode() * 30,
    ],
)
def test_a_broken_one_is_told_and_left(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    said = refusal(path)
    assert said.endswith("not a token: delete the file, and a new one is made")
    assert path.read_bytes() == data
    path.unlink()
    load_token(path)


def test_its_text_is_not_told(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("a secret that was mistyped")
    assert "secret" not in refusal(path)


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    path.chmod(0o755)
    assert "the token cannot be kept here: Is a directory" in refusal(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_a_pipe_in_its_place_is_told_and_not_waited_for(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    assert "the token cannot be kept here: it is a pipe" in refusal(path)


def test_a_file_in_place_of_the_folder_is_told(path: Path) -> None:
    path.parent.parent.mkdir()
    path.parent.touch()
    assert "the token cannot be kept here: File exists" in refusal(path)


def test_a_file_further_up_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    said = refusal(tmp_path / "home" / "state" / "leverrep" / "token")
    assert "the token cannot be kept here: Not a directory" in said


def test_a_link_to_nowhere_is_told(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere")
    assert "the token cannot be kept here: No such file" in refusal(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["token"]


@pytest.mark.parametrize("call", ["open", "fsync", "link"])
def test_a_disk_that_refuses_is_told_and_no_half_token_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, call, fail)
        said = refusal(path)
    assert said.endswith("the token cannot be kept here: No space left on device")
    assert not path.exists()
    assert load_token(path) == load_token(path)


def test_one_that_is_there_needs_no_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = load_token(path)

    def fail(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("firmware_bridge.floor.display.token.NamedTemporaryFile", fail)
    monkeypatch.setattr(os, "link", fail)
    assert load_token(path) == token


@needs_limits
def test_an_unreadable_one_is_told(path: Path) -> None:
    load_token(path)
    path.chmod(0)
    assert "the token cannot be kept here: Permission denied" in refusal(path)


@needs_limits
@pytest.mark.parametrize("rights", [0o000, 0o500])
def test_an_unwritable_folder_is_told(path: Path, rights: int) -> None:
    path.parent.mkdir(parents=True)
    path.parent.chmod(rights)
    try:
        assert "the token cannot be kept here: Permission denied" in refusal(path)
    finally:
        path.parent.chmod(0o700)


def test_programs_that_make_it_at_the_same_time_agree(tmp_path: Path) -> None:
    paths = [tmp_path / str(attempt) / "token" for attempt in range(50)]
    with ProcessPoolExecutor(4, get_context("spawn")) as makers:
        made = list(makers.map(load_token, [path for path in paths for _ in range(4)]))
    for place, path in enumerate(paths):
        assert set(made[4 * place : 4 * place + 4]) == {load_token(path)}
        assert list(path.parent.iterdir()) == [path]


def test_threads_that_make_it_at_the_same_time_agree(tmp_path: Path) -> None:
    together = Barrier(8)

    def make(path: Path) -> str:
        together.wait()
        return load_token(path)

    with ThreadPoolExecutor(8) as makers:
        for attempt in range(50):
            path = tmp_path / str(attempt) / "token"
            (token,) = set(makers.map(make, [path] * 8))
            assert load_token(path) == token


@pytest.mark.parametrize(
    ("state_home", "folder"),
    [
        ("/var/lib/x", "/var/lib/x"),
        ("/", "/"),
        (None, "/home/ann/.local/state"),
        ("", "/home/ann/.local/state"),
        ("state", "/home/ann/.local/state"),
        ("./state", "/home/ann/.local/state"),
        ("~/state", "/home/ann/.local/state"),
    ],
)
def test_it_is_kept_where_the_xdg_rules_say(
    monkeypatch: pytest.MonkeyPatch, state_home: str | None, folder: str
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    if state_home is None:
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_STATE_HOME", state_home)
    assert token_path() == Path(folder) / "leverrep" / "token"
