"""Where the display is served: its listening socket, and the address that others find it at."""

import errno
import fcntl
import os
import socket
import struct
from ipaddress import ip_address

from firmware_bridge.errors import DisplayError

TCP_TIMEOUT_MS = 4000  # a viewer that does not take its bytes for so long is gone
SEND_BUFFER_BYTES = 1 << 16  # in the kernel, for each
_GET_ADDRESS = 0x8915  # SIOCGIFADDR


def is_loopback(host: str) -> bool:
    """Is this host this computer alone? A name is looked up. Raises DisplayError."""
    return all(ip_address(address).is_loopback for address in _addresses(host))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket there; if the port is taken, on any other. Raises DisplayError."""
    address = _addresses(host)[0]
    try:
        listening = _bound(address, port)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise DisplayError(
            f"the display cannot be served at {host}:{port} ({why}): "
            "correct display.host and display.port in the settings, or --host"
        ) from None
    # What comes in takes these over.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_TIMEOUT_MS)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return listening


def own_names(beyond: bool) -> frozenset[str]:
    """Host names of this computer; `beyond`: those that others know it by, too."""
    if not beyond:
        return frozenset({"localhost"})
    full = socket.gethostname().lower()
    name = full.split(".")[0]
    return frozenset({"localhost", full, name, f"{name}.local"})


def url(listening: socket.socket) -> str:
    """The address of the page, for a browser."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = (
            _outward_address(listening.family) or _outward_address(socket.AF_INET) or _any_address()
        )
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise DisplayError(f"{host}: no such host: name an address of this computer") from None
    return [str(entry[4][0]) for entry in found]


def _bound(address: str, port: int) -> socket.socket:
    six = ":" in address
    family = socket.AF_INET6 if six else socket.AF_INET
    dual = six and ip_address(address).is_unspecified and socket.has_dualstack_ipv6()
    try:
        return socket.create_server((address, port), family=family, dualstack_ipv6=dual)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return socket.create_server((address, 0), family=family, dualstack_ipv6=dual)


def _outward_address(family: socket.AddressFamily) -> str | None:
    """The address that this computer would call others from; nothing is sent."""
    somewhere = "2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1"
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((somewhere, 9))
        except OSError:
            return None  # no way out
        return str(probe.getsockname()[0])


def _any_address() -> str:
    """The IPv4 address of a network without a way out, such as this computer's own Wi-Fi."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked, _GET_ADDRESS, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # it has none
            address = socket.inet_ntoa(answer[20:24])
            if not ip_address(address).is_loopback:
                return address
    return "127.0.0.1"
