import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from firmware_bridge.errors import DisplayError
from firmware_bridge.floor.display import network
from firmware_bridge.floor.display.guard import Guard

FOREIGN = "203.0.113.7"  # in the documentation's network: nobody's
Listen = Callable[..., socket.socket]


def has_six() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_six = pytest.mark.skipif(not has_six(), reason="this machine has no IPv6")


@pytest.fixture
def listen() -> Iterator[Listen]:
    with ExitStack() as open_ones:
        yield lambda host, port=0: open_ones.enter_context(network.listen(host, port))


class Bound:
    """A listening socket, as far as `url` looks at it."""

    def __init__(self, host: str, port: int = 8765) -> None:
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._name = (host, port, 0, 0) if ":" in host else (host, port)

    def getsockname(self) -> tuple[object, ...]:
        return self._name


def url(bound: Bound) -> str:
    return network.url(bound)  # type: ignore[arg-type]


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Whatever the name."""
    found = [
        (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, 0))
        for address in addresses
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("127.255.255.254", True),
        ("127.1", True),
        ("::1", True),
        ("0:0:0:0:0:0:0:1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("10.0.0.1", False),
        ("128.0.0.1", False),
        ("fd00::2", False),
        ("fe80::1", False),
        ("::ffff:192.168.1.5", False),
    ],
)
def test_loopback_is_this_computer_alone(host: str, alone: bool) -> None:
    assert network.is_loopback(host) is alone


@pytest.mark.parametrize(
    ("addresses", "alone"),
    [
        (["127.0.1.1"], True),
        (["::1", "127.0.0.1"], True),
        (["192.168.1.5"], False),
        (["127.0.0.1", "192.168.1.5"], False),
        (["192.168.1.5", "127.0.0.1"], False),
        (["fe80::1%eth0"], False),
    ],
)
def test_a_name_is_loopback_if_all_its_addresses_are(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], alone: bool
) -> None:
    resolves_to(monkeypatch, *addresses)
    assert network.is_loopback("gympi") is alone


@pytest.mark.parametrize("host", ["gym.invalid", "a..b", ".", "x" * 64, "", "gym\N{SNOWMAN}" * 30])
@pytest.mark.parametrize("ask", [network.is_loopback, lambda host: network.listen(host, 0)])
def test_no_such_host_is_told(
    monkeypatch: pytest.MonkeyPatch, host: str, ask: Callable[[str], object]
) -> None:
    if host == "gym.invalid":  # nobody's name server need be asked

        def fail(*_: object, **__: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(DisplayError) as told:
        ask(host)
    assert str(told.value) == f"{host}: no such host: name an address of this computer"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_it_listens_there_alone(listen: Listen, host: str) -> None:
    listening = listen(host)
    address, port = listening.getsockname()
    assert address == ("127.0.0.1" if host == "localhost" else host)
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        listening.accept()[0].close()


@needs_six
def test_it_listens_at_an_ipv6_address(listen: Listen) -> None:
    address, port = listen("::1").getsockname()[:2]
    assert address == "::1"
    with socket.create_connection(("::1", port), timeout=5):
        pass
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@needs_six
def test_everywhere_by_ipv6_is_by_ipv4_too(listen: Listen) -> None:
    listening = listen("::")
    port = listening.getsockname()[1]
    for host in ("::1", "127.0.0.1"):
        with socket.create_connection((host, port), timeout=5):
            accepted = listening.accept()[0]
            with accepted:
                came_in_at = accepted.getsockname()[0]
        asked_for = f"[{host}]" if ":" in host else host
        assert Guard().knows_host([(b"host", asked_for.encode())], came_in_at)


@needs_six
def test_a_kernel_that_cannot_take_both_kinds_takes_the_one(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    assert listen("::").family == socket.AF_INET6


def test_it_takes_the_port_it_is_told(listen: Listen) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    assert listen("127.0.0.1", free).getsockname()[1] == free


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", pytest.param("::1", marks=needs_six)])
def test_a_taken_port_gives_another(listen: Listen, host: str) -> None:
    taken = listen(host).getsockname()[1]
    others = {listen(host, taken).getsockname()[1] for _ in range(3)}
    assert len(others) == 3
    assert taken not in others


def test_a_port_just_left_is_free(listen: Listen) -> None:
    first = network.listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as caller:
        first.accept()[0].close()  # ours ends first: it lingers in TIME_WAIT
        caller.recv(1)
    first.close()
    assert listen("127.0.0.1", port).getsockname()[1] == port


def test_a_foreign_address_is_told() -> None:
    with pytest.raises(DisplayError) as told:
        network.listen(FOREIGN, 8765)
    said = str(told.value)
    assert said.startswith(f"the display cannot be served at {FOREIGN}:8765 (Cannot assign")
    assert said.endswith("correct display.host and display.port in the settings, or --host")
    assert "\n" not in said


def test_a_port_that_is_not_for_us_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    really = socket.create_server

    def as_a_user(address: tuple[str, int], **options: object) -> socket.socket:
        if 0 < address[1] < 1024:
            raise PermissionError(errno.EACCES, "Permission denied")
        return really(address, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_server", as_a_user)
    with pytest.raises(DisplayError, match=r"served at 127\.0\.0\.1:80 \(Permission denied\): "):
        network.listen("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", pytest.param("::1", marks=needs_six)])
def test_what_comes_in_gives_up_on_those_who_do_not_read(listen: Listen, host: str) -> None:
    listening = listen(host)
    with socket.create_connection(listening.getsockname()[:2], timeout=5):
        accepted, _ = listening.accept()
    with accepted:
        tcp = socket.IPPROTO_TCP
        assert accepted.getsockopt(tcp, socket.TCP_USER_TIMEOUT) == network.TCP_TIMEOUT_MS
        assert accepted.getsockopt(tcp, socket.TCP_NODELAY)
        kept = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        assert kept <= 2 * network.SEND_BUFFER_BYTES  # the kernel doubles it


@pytest.mark.parametrize(
    ("name", "beyond", "known"),
    [
        ("gympi", False, {"localhost"}),
        ("gympi", True, {"localhost", "gympi", "gympi.local"}),
        ("GymPi", True, {"localhost", "gympi", "gympi.local"}),
    ],
)
def test_names_of_this_computer(
    monkeypatch: pytest.MonkeyPatch, name: str, beyond: bool, known: set[str]
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    assert network.own_names(beyond) == known


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("127.0.0.1", 8765, "http://127.0.0.1:8765/"),
        ("192.168.1.5", 80, "http://192.168.1.5:80/"),
        ("::1", 8765, "http://[::1]:8765/"),
        ("fd00::2", 8765, "http://[fd00::2]:8765/"),
    ],
)
def test_the_address_for_a_browser(host: str, port: int, expected: str) -> None:
    assert url(Bound(host, port)) == expected


@pytest.mark.parametrize(
    ("host", "outward", "expected"),
    [
        ("0.0.0.0", "192.168.1.5", "http://192.168.1.5:8765/"),
        ("::", "fd00::2", "http://[fd00::2]:8765/"),
    ],
)
def test_everywhere_is_shown_as_where_others_find_it(
    monkeypatch: pytest.MonkeyPatch, host: str, outward: str, expected: str
) -> None:
    monkeypatch.setattr(network, "_outward_address", lambda family: outward)
    assert url(Bound(host)) == expected


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", pytest.param("::1", marks=needs_six)])
def test_the_address_leads_there(listen: Listen, host: str) -> None:
    listening = listen(host)
    parts = urlsplit(network.url(listening))
    assert (parts.scheme, parts.path) == ("http", "/")
    with socket.create_connection((parts.hostname, parts.port), timeout=5):
        accepted = listening.accept()[0]
        with accepted:
            assert Guard().knows_host([(b"host", parts.netloc.encode())], accepted.getsockname()[0])


@pytest.mark.parametrize(("host", "at"), [("0.0.0.0", "127.0.0.1"), ("::", "::1")])
def test_the_address_works_on_this_computer_without_a_network(
    monkeypatch: pytest.MonkeyPatch, host: str, at: str
) -> None:
    monkeypatch.setattr(network, "_outward_address", lambda family: None)
    monkeypatch.setattr(socket, "if_nameindex", list)
    shown = urlsplit(url(Bound(host))).netloc
    assert Guard().knows_host([(b"host", shown.encode())], at)


def test_everywhere_on_an_ipv4_network_is_shown_as_its_ipv4_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only_four = {socket.AF_INET: "192.168.1.5"}
    monkeypatch.setattr(network, "_outward_address", only_four.get)
    assert url(Bound("::")) == "http://192.168.1.5:8765/"
