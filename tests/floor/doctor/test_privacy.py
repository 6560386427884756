"""What says whose station it is goes out of a text; what helps stays."""

import json
import os
import pwd
import socket
from pathlib import Path
from shlex import quote
from types import SimpleNamespace

import pytest

from config import DisplaySettings
from firmware_bridge.floor.doctor.privacy import Privacy, of_this_computer

KIM = Privacy({"kim": "<name>", "gym-pi": "<name>"}, {"s3cr3t-t0ken": "<secret>"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("kim is not in it", "<name> is not in it"),
        ("sudo usermod -aG dialout Kim", "sudo usermod -aG dialout <name>"),
        ("kimono", "kimono"),
        ("gym-pi.local", "<name>.local"),
        ("/home/anna/lever", "~/lever"),
        ("/media/anna/STICK/x", "~/STICK/x"),
        ("Bearer s3cr3t-t0ken", "Bearer <secret>"),
        ("http://192.168.7.9:8765/", "http://<address>:8765/"),
        ("http://[fe80::1ff:fe23:4567:890a]:8765/", "http://[<address>]:8765/"),
        ("at ::1.", "at <address>."),
    ],
)
def test_what_goes(text: str, left: str) -> None:
    assert KIM.text(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28T12:00:07.123Z",
        "18:03:00",
        "0.2.0, protocol 1",
        "/dev/ttyACM0",
        "Linux 6.8.0-45 x86_64",
        "720000 of 720000 samples",
        "e66118604b1a2f24",
        "dead beef. cafe: 12.5",
    ],
)
def test_what_stays(text: str) -> None:
    assert KIM.text(text) == text


def test_every_text_in_a_value_but_no_key_and_no_number() -> None:
    value = {"kim": ["kim", {"x": ("kim", 1, None, True)}]}
    assert KIM.value(value) == {"kim": ["<name>", {"x": ["<name>", 1, None, True]}]}


def test_who_is_somebody_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "anna")
    monkeypatch.setenv("SUDO_USER", "ben")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="carl"))
    monkeypatch.setattr(Path, "owner", lambda _: "dora")
    monkeypatch.setattr(socket, "gethostname", lambda: "Eriks-Pi.example.org")
    (tmp_path / "token").write_text("abc-DEF-0123456789 is\n")
    privacy = of_this_computer(tmp_path, None, DisplaySettings())
    text = "anna ben carl dora eriks-pi eriks-pi.example.org abc-DEF-0123456789 leverrep root"
    assert privacy.text(text) == "<name> <name> <name> <name> <name> <name> <secret> leverrep root"


def test_where_things_are_kept_and_shown(tmp_path: Path) -> None:
    real, state = tmp_path / "Müller's & Co" / "leverrep", tmp_path / "link"
    real.mkdir(parents=True)
    state.symlink_to(real)
    display = DisplaySettings(host="praxis-mueller.lan", names=("mueller",))
    privacy = of_this_computer(state, "/srv/Anna/lever", display)
    path = str(real)
    for told in (path, str(state), quote(path), json.dumps(path)[1:-1]):
        assert privacy.text(f"{told}/sets.db") == "<state>/sets.db"
    assert privacy.text("/srv/Anna/lever answers") == "<port> answers"
    for url in ("http://praxis-mueller.lan:8765/", "http://other.example:8765/?x"):
        assert privacy.text(url).startswith("http://<address>:8765/")
    assert privacy.text("by Praxis-Mueller.lan or mueller") == "by <address> or <address>"
    for port in ("/dev/serial/by-id/usb-Pico_E6611860-if00", None):
        assert of_this_computer(state, port, display).text(str(port)) == str(port)


def test_a_link_that_leads_nowhere_is_hidden_too(tmp_path: Path) -> None:
    (tmp_path / "Anna").symlink_to(tmp_path / "stick")
    privacy = of_this_computer(tmp_path / "Anna" / "leverrep", None, DisplaySettings())
    assert privacy.text(f"the link {tmp_path}/Anna leads") == "the link <state> leads"


def test_a_token_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "token")
    assert of_this_computer(tmp_path, None, DisplaySettings()).text("x") == "x"


def test_a_user_without_a_name_and_a_folder_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: int) -> None:
        raise KeyError

    for name in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    privacy = of_this_computer(tmp_path / "none", None, DisplaySettings())
    assert privacy.text("4711 and nobody") == "4711 and nobody"
