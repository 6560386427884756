"""Who may use the display: the Host allowlist, the Origin of a socket, the token. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

COOKIE = "leverrep_token"
Headers = Iterable[tuple[bytes, bytes]]  # names in lower case, as ASGI has them
Address = IPv4Address | IPv6Address

_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?", re.A)
_NUMBERS = re.compile(r"[0-9.]+|0x.*", re.I)  # a browser reads these as an address


class Rights(NamedTuple):
    """What a viewer may do."""

    look: bool
    change: bool


@dataclass(frozen=True)
class Guard:
    """`names`: host names, in lower case, by which this station may be asked for, besides the
    loopback addresses and the address that a connection came in at. `token`: None where none is
    asked for. The others: see DisplaySettings.
    """

    names: frozenset[str] = frozenset({"localhost"})
    token: str | None = None
    look_without_token: bool = False
    own_screen_without_token: bool = False

    def knows_host(self, headers: Headers, came_in_at: str) -> bool:
        """Was the station asked for by a name of its own? A web page of somebody else can make a
        browser on this network call us, but only by its own name (DNS rebinding).
        """
        hosts = _values(headers, b"host")
        host = _host(hosts[0]) if len(hosts) == 1 else None
        if host is None or str(host) in self.names:
            return host is not None
        return not isinstance(host, str) and (host.is_loopback or host == _address(came_in_at))

    def same_origin(self, headers: Headers) -> bool:
        """Was a socket opened by a page of ours, or by a program, which has no origin?"""
        origins, hosts = _values(headers, b"origin"), _values(headers, b"host")
        return not origins or (len(hosts) == 1 and origins == [f"http://{hosts[0]}"])

    def rights(self, headers: Headers, came_in_at: str) -> Rights:
        """What somebody may do who asks like this."""
        change = (
            self.token is None
            or (self.own_screen_without_token and _is_loopback(came_in_at))
            or any(map(self.knows_token, _tokens(headers)))
        )
        return Rights(look=change or self.look_without_token, change=change)

    def knows_token(self, offered: str) -> bool:
        """Is it the right one?"""
        return self.token is not None and compare_digest(offered.encode(), self.token.encode())


def _values(headers: Headers, name: bytes) -> Sequence[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _host(text: str) -> str | Address | None:
    """A name in lower case or an address; None for what is neither."""
    match = _HOST.fullmatch(text)
    if match is None or int(match["port"] or 0) > 65_535:
        return None
    host = match["host"]
    if host.startswith("["):
        return _address(host[1:-1]) if ":" in host else None
    if _NUMBERS.fullmatch(host):
        address = _address(host)
        return address if str(address) == host else None
    return host.lower()


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket that takes both kinds calls IPv4 addresses so.
    return getattr(address, "ipv4_mapped", None) or address


def _is_loopback(text: str) -> bool:
    address = _address(text)
    return address is not None and address.is_loopback


def _tokens(headers: Headers) -> list[str]:
    offered = [
        value.removeprefix("Bearer ")
        for value in _values(headers, b"authorization")
        if value.startswith("Bearer ")
    ]
    # By hand: http.cookies gives all up for one odd cookie of another program on this host.
    for value in _values(headers, b"cookie"):
        pairs = (part.strip().partition("=") for part in value.split(";"))
        offered += [token for name, _, token in pairs if name == COOKIE]
    return offered
