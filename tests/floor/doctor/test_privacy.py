"""What says whose station it is goes out of a text; what helps stays."""

import os
import pwd
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from firmware_bridge.floor.doctor.privacy import Privacy, of_this_computer

KIM = Privacy({"kim", "gym-pi"}, ["s3cr3t-t0ken"])


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
    privacy = of_this_computer(tmp_path, tmp_path / "token")
    text = "anna ben carl dora eriks-pi eriks-pi.example.org abc-DEF-0123456789 leverrep root"
    assert privacy.text(text) == "<name> <name> <name> <name> <name> <name> <secret> leverrep root"


def test_a_user_without_a_name_and_a_folder_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: int) -> None:
        raise KeyError

    for name in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    privacy = of_this_computer(tmp_path / "none", tmp_path / "token")
    assert privacy.secrets == []
