"""Takes out of a text what says whose station it is: names, folders, addresses, the token."""

import os
import pwd
import re
import socket
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from firmware_bridge.log import nameless

NOBODYS = {"root", "leverrep", "localhost"}  # names that say nothing
TOKEN_LENGTH = 16  # what is shorter is none, and may be in any text
_IPV4 = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")
_MAYBE_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F]*:[0-9a-fA-F:]+")


@dataclass(frozen=True)
class Privacy:
    """`names`: of users and computers. `secrets`: whatever must be in no text."""

    names: Collection[str]
    secrets: Collection[str] = ()

    def text(self, text: str) -> str:
        """The same without them."""
        for secret in self.secrets:
            text = text.replace(secret, "<secret>")
        text = nameless(text)
        for name in sorted(self.names, key=len, reverse=True):  # one may be in another
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "<name>", text, flags=re.I)
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


def of_this_computer(folder: Path, token_file: Path) -> Privacy:
    """What is private here. `folder`: its owner is somebody, too."""
    host = socket.gethostname()
    names = {*_users(folder), host, host.split(".")[0]}
    return Privacy(
        {name for name in names if name and name.lower() not in NOBODYS}, _token(token_file)
    )


def _users(folder: Path) -> Iterator[str]:
    yield from (os.environ.get(name, "") for name in ("USER", "LOGNAME", "SUDO_USER"))
    with suppress(KeyError):
        yield pwd.getpwuid(os.getuid()).pw_name
    with suppress(KeyError, OSError):
        yield folder.owner()


def _token(file: Path) -> list[str]:
    with suppress(OSError, UnicodeDecodeError):
        return [one for one in file.read_text(encoding="ascii").split() if len(one) >= TOKEN_LENGTH]
    return []


def _hidden(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:  # a time of day, and the like
        return found[0]
    return "<address>"
