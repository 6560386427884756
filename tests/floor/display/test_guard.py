import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.floor.display.guard import COOKIE, Guard, Rights
from firmware_bridge.floor.display.network import own_names

NAMES = frozenset({"localhost", "gympi", "gympi.local", "gym.example"})
OURS, RIGHT = "192.168.1.5", "t0ken_T0ken-t0ken_T0ken"
NOTHING, LOOK, ALL = Rights(False, False), Rights(True, False), Rights(True, True)


def header(name: str, *values: str) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for value in values]


# The Host header of a call that came in at OURS, to a station known by NAMES.
HOSTS = [
    # Loopback, by name and by address; the port is not looked at, but must be one.
    ("localhost", True),
    ("localhost:8765", True),
    ("LOCALHOST", True),
    ("LocalHost:8765", True),
    ("127.0.0.1", True),
    ("127.0.0.1:8765", True),
    ("127.0.0.2", True),
    ("127.255.255.254:80", True),
    ("[::1]", True),
    ("[::1]:8765", True),
    ("[0:0:0:0:0:0:0:1]", True),
    ("[::ffff:127.0.0.1]", True),
    ("[::FFFF:127.0.0.1]:8765", True),
    ("[::ffff:7f00:1]", True),
    ("localhost:0", True),
    ("localhost:65535", True),
    ("localhost:65536", False),
    ("127.0.0.1:99999", False),
    ("127.0.0.1:008765", False),
    ("localhost:", False),
    ("[::1]:", False),
    ("localhost:-1", False),
    ("localhost:+80", False),
    ("localhost:8_0", False),
    ("localhost:http", False),
    ("localhost:80:80", False),
    # Names that only look like ours: their owner decides what address they have.
    ("localhost.", False),
    ("127.0.0.1.", False),
    ("127.0.0.1.evil.com", False),
    ("127.0.0.1.nip.io", False),
    ("localhost.evil.com", False),
    ("evil-localhost", False),
    ("evil.localhost", False),
    ("localhost-", False),
    ("_localhost", False),
    ("localhostlocalhost", False),
    ("local", False),
    ("ip6-localhost", False),
    ("evil.com", False),
    ("evil.com:8765", False),
    ("192.168.1.5.evil.com", False),
    ("192-168-1-5.evil.com", False),
    ("evil.gympi.local", False),
    ("gympi.local.evil.com", False),
    # Addresses as only a lenient reader takes them.
    ("127.1", False),
    ("127", False),
    ("127.0.1", False),
    ("127.0.0.1.0", False),
    ("127..0.1", False),
    ("127.0.0.256", False),
    ("2130706433", False),
    ("0x7f000001", False),
    ("0x7f.0.0.1", False),
    ("0X7F.0.0.1", False),
    ("127.0.0.0x1", False),
    ("0177.0.0.1", False),
    ("127.0.0.01", False),
    ("127.000.000.001", False),
    (".", False),
    ("...", False),
    ("::1", False),
    ("::1:8765", False),
    ("[::1", False),
    ("::1]", False),
    ("[[::1]]", False),
    ("[]", False),
    ("[:]", False),
    ("[::1]8765", False),
    ("[::1].evil.com", False),
    ("[::1]evil.com", False),
    ("[localhost]", False),
    ("[::127.0.0.1]", False),
    ("[64:ff9b::127.0.0.1]", False),
    ("[::ffff:127.1]", False),
    ("[::1%lo]", False),
    ("[fe80::1%eth0]", False),
    ("[fe80::1%25eth0]", False),
    ("[v1.1]", False),
    # Addresses of everybody and of others.
    ("0.0.0.0", False),
    ("0.0.0.0:8765", False),
    ("0", False),
    ("[::]", False),
    ("[::]:8765", False),
    ("[::ffff:0.0.0.0]", False),
    ("255.255.255.255", False),
    ("128.0.0.1", False),
    ("126.255.255.255", False),
    ("8.8.8.8", False),
    ("169.254.169.254", False),
    # The address that the call came in at.
    ("192.168.1.5", True),
    ("192.168.1.5:8765", True),
    ("[::ffff:192.168.1.5]:8765", True),
    ("[::ffff:c0a8:105]", True),
    ("192.168.1.5.", False),
    ("192.168.1.50", False),
    ("192.168.1.05", False),
    ("192.168.261", False),
    ("3232235781", False),
    ("192.168.1.6", False),
    # Names of ours.
    ("gympi", True),
    ("gympi.local:8765", True),
    ("GYMPI.LOCAL", True),
    ("Gym.Example:80", True),
    ("gympi.", False),
    ("gympi.local.", False),
    ("gympi.lan", False),
    ("example", False),
    # More than a host and a port.
    ("", False),
    (":", False),
    (":8765", False),
    ("None", False),
    ("*", False),
    ("user@127.0.0.1", False),
    ("localhost@evil.com", False),
    ("127.0.0.1:8765@evil", False),
    ("127.0.0.1:8765@evil.com:80", False),
    ("http://127.0.0.1:8765", False),
    ("//localhost", False),
    ("localhost/", False),
    ("localhost/evil.com", False),
    ("localhost?evil.com", False),
    ("localhost#evil.com", False),
    ("localhost\\evil.com", False),
    ("localhost,evil.com", False),
    ("localhost, localhost", False),
    ("localhost;evil.com", False),
    ("localhost evil.com", False),
    (" ", False),
    (" localhost", False),
    ("localhost ", False),
    ("local host", False),
    ("localhost :8765", False),
    ("localhost: 8765", False),
    ("\tlocalhost", False),
    ("localhost\t", False),
    ("localhost\n", False),
    ("localhost:8765\n", False),
    ("127.0.0.1\n", False),
    ("localhost\r\n", False),
    ("localhost\r\nevil.com", False),
    ("localhost\0", False),
    ("localhost\0.evil.com", False),
    ("localhost%00", False),
    ("localhos%74", False),
    # What is not ASCII, though some readers take it for it.
    ("localho\N{LATIN SMALL LETTER LONG S}t", False),
    ("\N{FULLWIDTH LATIN SMALL LETTER L}ocalhost", False),
    ("l\N{CYRILLIC SMALL LETTER O}calhost", False),
    ("localhost\N{ZERO WIDTH SPACE}", False),
    ("localhost\N{NO-BREAK SPACE}", False),
    ("\N{FULLWIDTH DIGIT ONE}27.0.0.1", False),
    ("\N{ARABIC-INDIC DIGIT ONE}27.0.0.1", False),
    ("127\N{IDEOGRAPHIC FULL STOP}0.0.1", False),
    ("127.0.0.\N{SUPERSCRIPT ONE}", False),
    ("[::\N{FULLWIDTH DIGIT ONE}]", False),
    ("localhost:\N{FULLWIDTH DIGIT EIGHT}0", False),
    ("localhost:\N{ARABIC-INDIC DIGIT EIGHT}0", False),
    ("localhost:8\N{SUPERSCRIPT TWO}", False),
]


@pytest.mark.parametrize(("host", "known"), HOSTS)
def test_only_a_name_or_an_address_of_ours_is_known(host: str, known: bool) -> None:
    assert Guard(NAMES).knows_host(header("host", host), OURS) is known


@pytest.mark.parametrize(("host", "known"), [("127.0.0.1\xb9", False), ("localhost\xa0", False)])
def test_a_host_that_is_not_even_utf_8_is_not_known(host: str, known: bool) -> None:
    assert Guard(NAMES).knows_host([(b"host", host.encode("latin-1"))], OURS) is known


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["localhost", "localhost"],
        ["localhost", "evil.com"],
        ["evil.com", "localhost"],
        ["localhost", ""],
    ],
)
def test_one_host_must_be_named(hosts: list[str]) -> None:
    assert not Guard(NAMES).knows_host(header("host", *hosts), OURS)


def test_the_host_is_where_it_belongs() -> None:
    others = header("x-forwarded-host", "localhost") + header("forwarded", "host=localhost")
    assert not Guard(NAMES).knows_host(others, OURS)
    assert not Guard(NAMES).knows_host(header("host", "evil.com") + others, OURS)


@pytest.mark.parametrize(
    ("host", "came_in_at", "known"),
    [
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.5", "::ffff:192.168.1.5", True),  # a socket for both kinds of address
        ("192.168.1.5", "10.0.0.7", False),
        ("192.168.1.5", "127.0.0.1", False),
        ("127.0.0.1", "192.168.1.5", True),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("127.0.0.1", "::1", True),
        ("localhost", "192.168.1.5", True),
        ("[fd00::2]", "fd00::2", True),
        ("[fd00::2]:8765", "fd00::2", True),
        ("[FD00:0:0::0002]", "fd00::2", True),
        ("[fd00::3]", "fd00::2", False),
        ("0.0.0.0", "127.0.0.1", False),
        ("[::]", "::1", False),
        ("evil.com", "evil.com", False),
        ("nonsense", "", False),
        ("192.168.1.5", "", False),
    ],
)
def test_the_address_a_call_came_in_at_is_known(host: str, came_in_at: str, known: bool) -> None:
    assert Guard().knows_host(header("host", host), came_in_at) is known


@pytest.mark.parametrize("host", ["gympi", "GymPi", "gympi.local", "GYMPI.LOCAL:8765"])
def test_our_own_name_is_known_beyond_this_computer_only(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "GymPi")
    assert Guard(own_names(beyond=True)).knows_host(header("host", host), OURS)
    assert not Guard(own_names(beyond=False)).knows_host(header("host", host), OURS)


def test_localhost_is_a_name_like_others() -> None:
    assert Guard().knows_host(header("host", "localhost"), OURS)
    assert not Guard(frozenset()).knows_host(header("host", "localhost"), OURS)
    assert Guard(frozenset()).knows_host(header("host", "127.0.0.1"), OURS)


@pytest.mark.parametrize(
    ("name", "host"), [("203.0.113.9", "203.0.113.9"), ("fd00::9", "[fd00::9]")]
)
def test_an_address_can_be_configured(name: str, host: str) -> None:
    # In a container, or behind a router, calls come in at another address than they were sent to.
    assert Guard(NAMES | {name}).knows_host(header("host", host), "172.17.0.2")


@pytest.mark.parametrize(
    ("origins", "hosts", "same"),
    [
        ([], ["127.0.0.1:8765"], True),  # a program, not a page
        ([], [], True),
        (["http://127.0.0.1:8765"], ["127.0.0.1:8765"], True),
        (["http://localhost"], ["localhost"], True),
        (["http://[::1]:8765"], ["[::1]:8765"], True),
        (["http://gympi.local:8765"], ["gympi.local:8765"], True),
        (["http://127.0.0.1:8766"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765"], ["127.0.0.1"], False),
        (["http://127.0.0.1:87650"], ["127.0.0.1:8765"], False),
        (["https://127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["ws://127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["file://127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["//127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["null"], ["127.0.0.1:8765"], False),
        (["null"], ["null"], False),
        (["file://"], ["127.0.0.1:8765"], False),
        ([""], ["127.0.0.1:8765"], False),
        (["http://"], ["127.0.0.1:8765"], False),
        (["http://evil.com"], ["127.0.0.1:8765"], False),
        (["http://evil.com:8765"], ["127.0.0.1:8765"], False),
        (["http://localhost:8765"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765.evil.com"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765@evil.com"], ["127.0.0.1:8765"], False),
        (["http://evil.com/127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765/"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765/page"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765 "], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765\n"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765, http://evil.com"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765", "http://127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765", "http://evil.com"], ["127.0.0.1:8765"], False),
        (["http://evil.com", "http://127.0.0.1:8765"], ["127.0.0.1:8765"], False),
        (["http://127.0.0.1:8765"], [], False),
        (["http://a"], ["a", "a"], False),
        (["http://"], [""], True),  # whom knows_host does not know
    ],
)
def test_a_socket_is_opened_by_our_own_page(
    origins: list[str], hosts: list[str], same: bool
) -> None:
    headers = header("origin", *origins) + header("host", *hosts)
    assert Guard(NAMES).same_origin(headers) is same
    assert Guard(NAMES).same_origin(headers[::-1]) is same or len(origins) > 1


@pytest.mark.parametrize("look_without_token", [False, True])
@pytest.mark.parametrize("offers", [[], header("authorization", "Bearer nonsense")])
def test_where_no_token_is_asked_for_everybody_may_do_all(
    look_without_token: bool, offers: list[tuple[bytes, bytes]]
) -> None:
    assert Guard(look_without_token=look_without_token).rights(offers, OURS) == ALL


OFFERS = [
    # As a program does it.
    ("authorization", [f"Bearer {RIGHT}"], True),
    ("authorization", ["Bearer wrong", f"Bearer {RIGHT}"], True),
    ("authorization", [RIGHT], False),
    ("authorization", [f"Basic {RIGHT}"], False),
    ("authorization", [f"Bearer{RIGHT}"], False),
    ("authorization", [f"Bearer  {RIGHT}"], False),
    ("authorization", [f"Bearer {RIGHT} "], False),
    ("authorization", [f"Bearer {RIGHT}x"], False),
    ("authorization", [f"Bearer {RIGHT[:-1]}"], False),
    ("authorization", [f"Bearer {RIGHT.swapcase()}"], False),
    ("authorization", [f"Bearer {RIGHT}\0"], False),
    ("authorization", [f"Bearer {RIGHT}, Bearer {RIGHT}"], False),
    ("authorization", ["Bearer wrong"], False),
    ("authorization", ["Bearer "], False),
    ("authorization", ["Bearer"], False),
    ("authorization", [""], False),
    ("authorization", ["Bearer \N{SNOWMAN}"], False),
    ("authorization", ["Bearer té"], False),
    # As a browser does it.
    ("cookie", [f"{COOKIE}={RIGHT}"], True),
    ("cookie", [f'{COOKIE}="{RIGHT}"'], False),
    ("cookie", [f"a=b; {COOKIE}={RIGHT}"], True),
    ("cookie", [f"{COOKIE}={RIGHT}; a=b"], True),
    ("cookie", [f"a=b;{COOKIE}={RIGHT};c=d"], True),
    ("cookie", ["a=b", f"{COOKIE}={RIGHT}"], True),
    ("cookie", [f"{COOKIE}=wrong", f"{COOKIE}={RIGHT}"], True),
    ("cookie", [f"{COOKIE}={RIGHT}", f"{COOKIE}=wrong"], True),
    ("cookie", [f"{COOKIE}=wrong"], False),
    ("cookie", [f"{COOKIE}="], False),
    ("cookie", [COOKIE], False),
    ("cookie", [RIGHT], False),
    ("cookie", [f"{COOKIE.upper()}={RIGHT}"], False),
    ("cookie", [f"x{COOKIE}={RIGHT}"], False),
    ("cookie", [f"a={COOKIE}={RIGHT}"], False),
    ("cookie", [f'a="; {COOKIE}={RIGHT}"'], False),
    ("cookie", [f"{COOKIE}={RIGHT}x"], False),
    ("cookie", [f"{COOKIE}=\N{SNOWMAN}"], False),
    ("cookie", [f'{COOKIE}="\\351"'], False),
    ("cookie", ["a@b=1", f"{COOKIE}={RIGHT}"], True),
    ("cookie", ["a@b=1", f"{COOKIE}=wrong"], False),
    ("cookie", [""], False),
    ("cookie", ["=;=;"], False),
    # Nowhere else.
    ("x-token", [RIGHT], False),
    ("set-cookie", [f"{COOKIE}={RIGHT}"], False),
    ("proxy-authorization", [f"Bearer {RIGHT}"], False),
]


@pytest.mark.parametrize(("name", "values", "right"), OFFERS)
def test_the_token_lets_in(name: str, values: list[str], right: bool) -> None:
    offers = header(name, *values)
    assert Guard(token=RIGHT).rights(offers, OURS) == (ALL if right else NOTHING)
    may_look = Guard(token=RIGHT, look_without_token=True)
    assert may_look.rights(offers, OURS) == (ALL if right else LOOK)


def test_without_a_token_nothing_is_allowed_or_looking_only() -> None:
    assert Guard(token=RIGHT).rights([], OURS) == NOTHING
    assert Guard(token=RIGHT, look_without_token=True).rights([], OURS) == LOOK


def test_a_wrong_token_does_not_spoil_a_right_one() -> None:
    offers = header("authorization", "Bearer wrong") + header("cookie", f"{COOKIE}={RIGHT}")
    assert Guard(token=RIGHT).rights(offers, OURS) == ALL
    assert Guard(token=RIGHT).rights(offers[::-1], OURS) == ALL


@pytest.mark.parametrize(
    "foreign",
    ["a@b=1", 'ui={"dark":true}', "seen=a b", "flag", "=x", "name=J\N{LATIN SMALL LETTER O}é"],
)
def test_cookies_of_other_programs_on_this_computer_do_no_harm(foreign: str) -> None:
    # A browser sends them whatever the port.
    assert Guard(token=RIGHT).rights(header("cookie", f"{foreign}; {COOKIE}={RIGHT}"), OURS) == ALL


@pytest.mark.parametrize(
    "offered", ["", "wrong", "é", "\N{SNOWMAN}", "\0", RIGHT + "\n", RIGHT * 2, RIGHT[1:]]
)
def test_no_other_token_is_known(offered: str) -> None:
    assert not Guard(token=RIGHT).knows_token(offered)


def test_the_token_itself_is_known() -> None:
    assert Guard(token=RIGHT).knows_token(RIGHT)


@pytest.mark.parametrize("offered", ["", "None", RIGHT])
def test_where_there_is_no_token_none_is_known(offered: str) -> None:
    assert not Guard().knows_token(offered)


@given(st.binary(max_size=60), st.sampled_from(["host", "origin", "cookie", "authorization"]))
def test_no_header_makes_it_fail_or_lets_anybody_in(value: bytes, name: str) -> None:
    guard, headers = Guard(frozenset(), RIGHT), [(name.encode(), value)]
    guard.knows_host(headers, OURS)
    assert guard.same_origin(headers) is (name != "origin")
    assert guard.rights(headers, OURS) == NOTHING
    assert guard.rights([(name.encode(), b"Bearer " + value)], OURS) == NOTHING
    assert guard.rights([(name.encode(), COOKIE.encode() + b"=" + value)], OURS) == NOTHING


@pytest.mark.parametrize(
    ("came_in_at", "trusted"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), (OURS, False)],
)
def test_the_own_screen_can_do_without_the_token(came_in_at: str, trusted: bool) -> None:
    guard = Guard(token=RIGHT, own_screen_without_token=True)
    assert guard.rights([], came_in_at) == (trusted, trusted)
    assert Guard(token=RIGHT).rights([], came_in_at) == (False, False)
