"""Where the display is served: its listening socket, and the address that others find it at."""

import errno
import socket
from ipaddress import ip_address

from firmware_bridge.errors import DisplayError

TCP_TIMEOUT_MS = 4000  # a viewer that does not take its bytes for so long is gone
SEND_BUFFER_BYTES = 1 << 16  # in the kernel, for each


def is_loopback(host: str) -> bool:
    """Is this host this computer alone? A name is looked up. Raises DisplayError."""
    return all(ip_address(address).is_loopback for address in _addresses(host))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket there; if the port is taken, on any other. Raises DisplayError."""
    address = _addresses(host)[0]
    try:
        listening = _bound(address, port)
    except OSError as error:
        raise DisplayError(
            f"the display cannot be served at {host}:{port} ({error.strerror}): "
            "correct display.host and display.port in the settings, or --host"
        ) from None
    # What comes in takes these over.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_TIMEOUT_MS)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return listening


def own_names(beyond: bool) -> frozenset[str]:
    """Host names of this computer; `beyond`: those that others know it by, too."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name}.local"} if beyond else {"localhost"})


def url(listening: socket.socket) -> str:
    """The address of the page, for a browser."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = _outward_address(listening.family) or host
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
    dual = six and ip_address(address).is_unspecified
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
            return None  # on no network
        return str(probe.getsockname()[0])
