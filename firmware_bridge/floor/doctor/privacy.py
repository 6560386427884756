"""Takes out of a text what says whose station it is: names, folders, addresses, the token."""

import json
import os
import pwd
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import chain
from pathlib import Path
from shlex import quote
from typing import Any

from config import DisplaySettings
from config.kept import TOKEN
from firmware_bridge.errors import printable
from firmware_bridge.floor.display.token import read_token
from firmware_bridge.floor.doctor.folder_facts import obstacle_to
from firmware_bridge.log import nameless

NOBODYS = {"", "root", "leverrep", "localhost"}  # names that say nothing
TOKEN_LENGTH = 16  # what is shorter is none, and may be in any text
_URL = re.compile(r"(?<=://)[^\s/:\[<'\"]+")
_IPV4 = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")
_MAYBE_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F]*:[0-9a-fA-F:]+")


@dataclass(frozen=True)
class Privacy:
    """What must be in no text, each with what is to stand there. `words`: names of users and
    computers, wherever they are no part of another word. `texts`: anywhere.
    """

    words: Mapping[str, str]
    texts: Mapping[str, str]

    def text(self, text: str) -> str:
        """The same without them."""
        for private in _longest_first(self.texts):
            text = text.replace(private, self.texts[private])
        text = _URL.sub("<address>", nameless(text))
        for word in _longest_first(self.words):
            there = rf"(?<!\w){re.escape(word)}(?!\w)"
            text = re.sub(there, self.words[word], text, flags=re.I)
        return _MAYBE_IPV6.sub(_hidden, _IPV4.sub("<address>", text))

    def value(self, value: Any) -> Any:
        """The same for all texts in a JSON value; its keys are ours."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one) for one in value]
        return value


def of_this_computer(folder: Path, port: str | None, display: DisplaySettings) -> Privacy:
    """What is private here. `folder`: of what is kept; its owner is somebody, too. `port`: the
    machine's; it says nothing of anybody if it is called as the system calls it.
    """
    host = socket.gethostname()
    words = dict.fromkeys([*_users(folder), host, host.split(".")[0]], "<name>")
    words |= dict.fromkeys([display.host, *display.names], "<address>")
    obstacle = obstacle_to(folder)
    folders = [str(folder), os.path.realpath(folder), *([str(obstacle.path)] if obstacle else [])]
    texts = dict.fromkeys(chain.from_iterable(map(_spelled, folders)), "<state>")
    if port and not port.startswith("/dev/"):
        texts |= dict.fromkeys(_spelled(port), "<port>")
    return Privacy(
        {word: instead for word, instead in words.items() if word.lower() not in NOBODYS},
        texts | dict.fromkeys(_token(folder / TOKEN), "<secret>"),
    )


def _longest_first(texts: Iterable[str]) -> list[str]:
    """One may be in another."""
    return sorted(texts, key=len, reverse=True)


def _spelled(path: str) -> set[str]:
    """As it is, in a command, in a log, on the screen."""
    return {path, quote(path), json.dumps(path)[1:-1], printable(path)}


def _users(folder: Path) -> Iterator[str]:
    yield from (os.environ.get(name, "") for name in ("USER", "LOGNAME", "SUDO_USER"))
    with suppress(KeyError):
        yield pwd.getpwuid(os.getuid()).pw_name
    with suppress(KeyError, OSError):
        yield folder.owner()


def _token(file: Path) -> list[str]:
    with suppress(OSError):
        return [one for one in read_token(file).split() if len(one) >= TOKEN_LENGTH]
    return []


def _hidden(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:  # a time of day, and the like
        return found[0]
    return "<address>"
