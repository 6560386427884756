import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.types import Message, Receive, Send
from starlette.websockets import WebSocketDisconnect

from firmware_bridge.errors import StoreError
from firmware_bridge.floor.commands import CommandError
from firmware_bridge.floor.display.app import FELL_BEHIND, NO_ROOM, NO_TOKEN, PAGE, application
from firmware_bridge.floor.display.guard import COOKIE, Guard
from firmware_bridge.floor.display.viewers import EVENTS_WAITING, MOST_VIEWERS, Viewers
from firmware_bridge.floor.export.download import BadQuery, Download
from tests.floor.display.loop import run
from tests.waiting import wait_for

HOST = "127.0.0.1:8765"
HERE = f"http://{HOST}"
RIGHT = "t0ken_T0ken-t0ken_T0ken"
BEARER = {"authorization": f"Bearer {RIGHT}"}
HELLO = {"hello": {"may_change": True}}


EXPORT = Download("leverrep-sets.csv", "text/csv; charset=utf-8", b"set,uid\r\n7,\xc3\xa9\r\n")


class Desk:
    """The station's side; it knows two sets, and refuses what is "bad"."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.exported: list[dict[str, str]] = []

    def state(self) -> bytes:
        return b'{"screen":"before"}'

    def whole_set(self, number: int) -> bytes | None:
        return {1: b'{"number":1}', 2: b'{"number":2}'}.get(number)

    def hello(self, may_change: bool) -> str:
        return json.dumps({"hello": {"may_change": may_change}})

    def code(self) -> bytes | None:
        return b"<svg/>"

    def export(self, asked: Mapping[str, str]) -> Download:
        self.exported.append({**asked})
        match asked.get("format"):
            case "bad":
                raise BadQuery("format must be another")
            case "damaged":
                raise StoreError("sets.db: cannot be read")
        return EXPORT

    def ask(self, message: str) -> None:
        if message == "bad":
            raise CommandError("not a command: that is bad")
        self.asked.append(message)


class Place:
    """An application with what it is made of, and somebody who calls it."""

    def __init__(self, guard: Guard, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()
        self.viewers = Viewers()
        self.running = 0
        self._app = application(self.desk, guard, self.viewers)
        self.client = TestClient(
            self.app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False
        )

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        self.running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.running -= 1

    @contextmanager
    def socket(self, path: str = "/live", **headers: str) -> Iterator[WebSocketTestSession]:
        """Closed like a browser does it: the application comes to its own end."""
        before = self.running
        with self.client.websocket_connect(f"ws://{HOST}{path}", headers=headers) as socket:
            try:
                yield socket
            finally:
                socket.close()
                wait_for(lambda: self.running == before)

    def tell(self, socket: WebSocketTestSession, *events: str) -> None:
        """In the thread of the socket, as the server does."""
        socket.portal.call(self.viewers.tell, list(events))

    def show(self, socket: WebSocketTestSession, kind: str, text: str) -> None:
        socket.portal.call(self.viewers.show, kind, text)


def open_place() -> Place:
    """Where everybody who comes may do everything."""
    return Place(Guard())


def shut_place(look_without_token: bool = False) -> Place:
    return Place(Guard(token=RIGHT, look_without_token=look_without_token))


def status(place: Place, path: str) -> int:
    """Of an answer to this very path: a client tidies it up before it asks."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": quote(path).encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", HOST.encode())],
        "server": ("127.0.0.1", 8765),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    run(place.app(scope, receive, send))
    found = sent[0]["status"]
    assert isinstance(found, int)
    return found


def refusal(place: Place, **headers: str) -> WebSocketDenialResponse:
    with pytest.raises(WebSocketDenialResponse) as told, place.socket(**headers):
        pytest.fail("it was let in")
    return told.value


def why_closed(socket: WebSocketTestSession) -> int:
    with pytest.raises(WebSocketDisconnect) as told:
        socket.receive_text()
    return told.value.code


# The page.


@pytest.mark.parametrize("place", [open_place, shut_place])
def test_the_page_is_served_whoever_asks(place: Callable[[], Place]) -> None:
    answer = place().client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.content == (PAGE / "index.html").read_bytes()


def test_whatever_the_page_is_made_of_is_served() -> None:
    client = shut_place().client
    for file in filter(lambda path: path.is_file(), PAGE.rglob("*")):
        answer = client.get(f"/{file.relative_to(PAGE)}")
        assert (answer.status_code, answer.content) == (200, file.read_bytes()), file


def test_what_the_page_refers_to_is_there() -> None:
    client = open_place().client
    named = re.findall(r'\b(?:src|href)="([^"#]+)"', client.get("/").text)
    assert named
    for name in named:
        assert client.get(f"/{name.lstrip('/')}").status_code == 200, name


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("js", "javascript"), ("css", "text/css"), ("svg", "image/svg+xml"), ("json", "json")],
)
def test_each_file_has_its_type(ending: str, kind: str) -> None:
    client = open_place().client  # a browser believes the type, and nothing else: nosniff
    for file in PAGE.rglob(f"*.{ending}"):
        assert kind in client.get(f"/{file.relative_to(PAGE)}").headers["content-type"]


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_the_words_are_served(language: str) -> None:
    words = shut_place().client.get(f"/words/{language}.json").json()
    assert words["magnet.ok"]


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    client = open_place().client
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/words",
        "/words/",
        "/words/xx.json",
        "/api",
        "/api/",
        "/api/nothing",
        "/api/state/",
        "/live",  # a socket only
        "/.",
        "/..",
        "/../display.py",
        "/../app.py",
        "/words/../../display.py",
        "/../../../../../../../../etc/passwd",
        "//etc/passwd",
        "/words//etc/passwd",
        "/..\\display.py",
        "/\\..\\display.py",
        "/\\etc\\passwd",
        "/%2e%2e/display.py",
        "/%252e%252e/display.py",
        "/\0",
        "/index.html\0.js",
        "/index.html/more",
        "/" + "a" * 300,
        "/" + "a/" * 5000,
    ],
)
def test_nothing_but_the_page_can_be_reached(path: str) -> None:
    assert status(open_place(), path) == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../display.py",
        "/%2e%2e/display.py",
        "/%2E%2E/display.py",
        "/..%2fdisplay.py",
        "/%2e%2e%2fdisplay.py",
        "/words/%2e%2e/%2e%2e/display.py",
        "/%5c..%5cdisplay.py",
        "/%252e%252e%252fdisplay.py",
        "/%2fetc%2fpasswd",
        "/%00",
    ],
)
def test_no_way_of_writing_it_leads_out(path: str) -> None:
    assert open_place().client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/main.js", "/api/state", "/api/sets/1", "/api/code.svg", "/api/export"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_there_is_nothing_but_to_get(method: str, path: str) -> None:
    place = open_place()
    assert place.client.request(method, path, content=b'{"do":"again"}').status_code == 405
    assert (place.desk.asked, place.desk.exported) == ([], [])


# The state and the sets.


def test_the_state_is_what_the_desk_says() -> None:
    answer = open_place().client.get("/api/state")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"screen": "before"}


@pytest.mark.parametrize("number", [1, 2])
def test_a_set_is_what_the_desk_says(number: int) -> None:
    answer = open_place().client.get(f"/api/sets/{number}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"number": number}


TOO_LONG = pytest.param("9" * 5000)


@pytest.mark.parametrize(
    "number",
    [
        *("0", "3", "-1", "+1", "1.0", "1e0", "0x1", "1_0", " 1", "1 ", "one", "null", "", "1/2"),
        *(
            "\N{ARABIC-INDIC DIGIT ONE}",
            "\N{SUPERSCRIPT TWO}",
            "%31%00",
            "9" * 20,
            "9" * 4000,
            TOO_LONG,
        ),
    ],
)
def test_there_is_no_such_set(number: str) -> None:
    assert open_place().client.get(f"/api/sets/{number}").status_code == 404


def test_the_code_is_a_picture() -> None:
    answer = open_place().client.get("/api/code.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.content == b"<svg/>"


def test_where_nobody_else_can_come_there_is_no_code() -> None:
    class Alone(Desk):
        def code(self) -> bytes | None:
            return None

    assert Place(Guard(), Alone()).client.get("/api/code.svg").status_code == 404


# The export.


def test_an_export_is_a_file_to_keep() -> None:
    answer = open_place().client.get("/api/export")
    assert (answer.status_code, answer.content) == (200, EXPORT.data)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="leverrep-sets.csv"'


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {}),
        ("?format=fit&since=2026-11-25", {"format": "fit", "since": "2026-11-25"}),
        ("?since=&rows=%3D1%2B1%0A", {"since": "", "rows": "=1+1\n"}),
        ("?%ff=%00", {"\ufffd": "\0"}),
    ],
)
def test_the_desk_is_asked_for_what_the_query_says(query: str, asked: dict[str, str]) -> None:
    place = open_place()
    place.client.get(f"/api/export{query}")
    assert place.desk.exported == [asked]


@pytest.mark.parametrize(
    ("asked", "status_code", "words"),
    [("bad", 400, "format must be another"), ("damaged", 503, "sets.db: cannot be read")],
)
def test_why_there_is_no_export_is_told(asked: str, status_code: int, words: str) -> None:
    answer = open_place().client.get(f"/api/export?format={asked}")
    assert (answer.status_code, answer.text) == (status_code, words)
    assert answer.headers["content-type"].startswith("text/plain")
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "[::1]:8765"])
def test_the_own_screen_may_export_without_the_token(host: str) -> None:
    place = Place(Guard(token=RIGHT, own_screen_without_token=True))
    assert TestClient(place.app, base_url=f"http://{host}").get("/api/export").status_code == 200
    away = TestClient(place.app, base_url="http://192.168.1.5:8765")
    assert away.get("/api/export").status_code == 401
    assert away.get("/api/export", headers=BEARER).status_code == 200
    assert len(place.desk.exported) == 2


@pytest.mark.parametrize("look_without_token", [True, False])
def test_who_may_not_export_has_not_asked_for_it(look_without_token: bool) -> None:
    place = shut_place(look_without_token)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"host": "evil.com", **BEARER}):
        assert place.client.get("/api/export", headers=headers).status_code in (401, 421)
    assert place.desk.exported == []


def test_an_export_holds_nothing_up() -> None:
    class Slow(Desk):
        done = Event()

        def export(self, asked: Mapping[str, str]) -> Download:
            super().export(asked)
            assert self.done.wait(10)
            return EXPORT

    place, answers = Place(Guard(), Slow()), []
    with start_blocking_portal() as place.client.portal:  # one thread for both
        export = Thread(target=lambda: answers.append(place.client.get("/api/export")))
        export.start()
        wait_for(lambda: bool(place.desk.exported))
        assert place.client.get("/api/state").status_code == 200
        assert answers == []
        Slow.done.set()
        export.join()
    assert answers[0].content == EXPORT.data


# Safety.


def failing() -> Place:
    class Failing(Desk):
        def state(self) -> bytes:
            raise ZeroDivisionError("secret")

    return Place(Guard(), Failing())


ANSWERS = [
    (open_place, "GET", "/", {}, 200),
    (open_place, "HEAD", "/", {}, 200),
    (open_place, "GET", "/", {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
    (open_place, "GET", "/main.js", {}, 200),
    (open_place, "GET", "/main.js", {"range": "bytes=0-1"}, 206),
    (open_place, "GET", "/main.js", {"range": "bytes=999999999-"}, 416),
    (open_place, "GET", "/words/en.json", {}, 200),
    (open_place, "GET", "/nothing", {}, 404),
    (open_place, "GET", "/%2e%2e/app.py", {}, 404),
    (open_place, "POST", "/", {}, 405),
    (open_place, "POST", "/main.js", {}, 405),
    (open_place, "GET", "/api/state", {}, 200),
    (open_place, "GET", "/api/sets/1", {}, 200),
    (open_place, "GET", "/api/sets/3", {}, 404),
    (open_place, "GET", "/api/code.svg", {}, 200),
    (open_place, "GET", "/api/export", {}, 200),
    (open_place, "GET", "/api/export?format=bad", {}, 400),
    (open_place, "GET", "/api/export?format=damaged", {}, 503),
    (open_place, "GET", "/api/export", {"host": "evil.com"}, 421),
    (open_place, "GET", "/", {"host": "evil.com"}, 421),
    (shut_place, "GET", "/?token=wrong", {}, 403),
    (shut_place, "GET", f"/?token={RIGHT}", {}, 303),
    (shut_place, "GET", "/api/state", {}, 401),
    (shut_place, "GET", "/api/export", {}, 401),
    (failing, "GET", "/api/state", {}, 500),
]


@pytest.mark.parametrize(("place", "method", "path", "headers", "expected"), ANSWERS)
def test_every_answer_has_the_safety_headers(
    place: Callable[[], Place], method: str, path: str, headers: dict[str, str], expected: int
) -> None:
    answer = place().client.request(method, path, headers=headers)
    assert answer.status_code == expected
    for name, value in {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-cache",
    }.items():
        assert answer.headers.get_list(name) == [value]
    (policy,) = answer.headers.get_list("content-security-policy")
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == parts["frame-ancestors"] == parts["base-uri"] == "'none'"
    assert set(parts.values()) == {"'none'", "'self'"}
    assert "access-control-allow-origin" not in answer.headers


def test_a_fault_of_ours_tells_nothing() -> None:
    answer = failing().client.get("/api/state")
    assert answer.text == "Internal Server Error"


@pytest.mark.parametrize(
    "path", ["/", "/main.js", "/api/state", "/api/export", "/nothing", f"/?token={RIGHT}"]
)
@pytest.mark.parametrize("host", ["evil.com", "127.0.0.1.evil.com", "localhost.", "0.0.0.0", ""])
def test_by_a_foreign_name_nothing_is_served(path: str, host: str) -> None:
    for place in (open_place(), shut_place()):
        answer = place.client.get(path, headers={"host": host, **BEARER})
        assert answer.status_code == 421
        assert "set-cookie" not in answer.headers
        assert "display.names" in answer.text
        assert host not in answer.text or not host


@pytest.mark.parametrize("host", [HOST, "localhost", "LOCALHOST:8765", "[::1]:1"])
def test_by_a_name_of_ours_it_is_served(host: str) -> None:
    assert open_place().client.get("/", headers={"host": host}).status_code == 200


def test_a_configured_name_is_one_of_ours() -> None:
    place = Place(Guard(names=frozenset({"gympi.local"})))
    assert place.client.get("/", headers={"host": "GymPi.local:8765"}).status_code == 200
    with place.socket(host="gympi.local", origin="http://gympi.local") as socket:
        assert socket.receive_json() == HELLO


def test_the_address_it_came_in_at_is_one_of_ours() -> None:
    app = open_place().app
    there = TestClient(app, base_url="http://192.168.1.5:8765")
    assert there.get("/").status_code == 200
    assert there.get("/", headers={"host": "192.168.1.6:8765"}).status_code == 421


@pytest.mark.parametrize("host", ["evil.com", "127.0.0.1.evil.com:8765", "localhost.", "0.0.0.0"])
def test_by_a_foreign_name_no_socket_is_opened(host: str) -> None:
    place = open_place()
    told = refusal(place, host=host, origin=f"http://{host}")
    assert told.status_code == 421
    assert told.headers["x-content-type-options"] == "nosniff"
    assert len(place.viewers) == 0


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.com",
        "http://127.0.0.1:8766",
        "http://127.0.0.1",
        "https://127.0.0.1:8765",
        "http://localhost:8765",
        "http://127.0.0.1:8765/",
        "http://127.0.0.1:8765.evil.com",
        "null",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/live", "/", "/nothing"])
def test_from_a_foreign_page_no_socket_is_opened(origin: str, path: str) -> None:
    for place in (open_place(), shut_place()):
        with (
            pytest.raises(WebSocketDenialResponse) as told,
            place.socket(path, origin=origin, **BEARER),
        ):
            pytest.fail("it was let in")
        assert told.value.status_code == 403
        assert len(place.viewers) == 0


@pytest.mark.parametrize("headers", [{}, {"origin": HERE}])
def test_a_page_of_ours_and_a_program_open_a_socket(headers: dict[str, str]) -> None:
    with open_place().socket(**headers) as socket:
        assert socket.receive_json() == HELLO


@pytest.mark.parametrize("path", ["/", "/nothing", "/live/", "/live2", "/api/state", "/main.js"])
def test_there_is_one_socket_alone(path: str) -> None:
    with pytest.raises(WebSocketDisconnect), open_place().socket(path):
        pytest.fail("it was let in")


# The token.


@pytest.mark.parametrize(
    "path", ["/api/state", "/api/sets/1", "/api/sets/3", "/api/code.svg", "/api/export"]
)
def test_without_the_token_nothing_is_told(path: str) -> None:
    client = shut_place().client
    for headers in ({}, {"authorization": "Bearer wrong"}, {"cookie": f"{COOKIE}=wrong"}):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert "scan the code" in answer.text
    assert client.get(f"{path}?token={RIGHT}").status_code == 401


@pytest.mark.parametrize("headers", [BEARER, {"cookie": f"a=b; {COOKIE}={RIGHT}"}])
def test_with_the_token_everything_is(headers: dict[str, str]) -> None:
    client = shut_place().client
    for path in ("/api/state", "/api/sets/1", "/api/code.svg", "/api/export"):
        assert client.get(path, headers=headers).status_code == 200


def test_the_invitation_leaves_a_cookie_and_goes_to_the_page() -> None:
    answer = shut_place().client.get(f"/?token={RIGHT}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"  # the token does not stay in the address
    (set_cookie,) = answer.headers.get_list("set-cookie")
    cookie = SimpleCookie(set_cookie)[COOKIE]
    assert cookie.value == RIGHT
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert int(cookie["max-age"]) > 30 * 24 * 3600


def test_who_was_invited_may_do_everything_from_then_on() -> None:
    place = shut_place()
    assert place.client.get(f"/?token={RIGHT}", follow_redirects=True).status_code == 200
    assert place.client.get("/api/state").status_code == 200
    with place.socket(origin=HERE) as socket:
        assert socket.receive_json() == HELLO


@pytest.mark.parametrize(
    "token", ["wrong", "", RIGHT + "x", RIGHT.lower(), "%00", "%F0%9F%98%80", "%ff", "a%0d%0ab"]
)
def test_a_wrong_invitation_is_told(token: str) -> None:
    answer = shut_place().client.get(f"/?token={token}")
    assert answer.status_code == 403
    assert answer.text == "This code is not valid any more: scan a new one."
    assert "set-cookie" not in answer.headers


def test_a_wrong_invitation_takes_nothing_away() -> None:
    client = shut_place().client
    client.get(f"/?token={RIGHT}")
    client.get("/?token=wrong")
    assert client.get("/api/state").status_code == 200


UNENCODABLE = pytest.param("%F0%9F%98%80")


@pytest.mark.parametrize("token", [RIGHT, "", "a%0d%0ab", UNENCODABLE])
def test_where_no_token_is_asked_for_an_invitation_leads_to_the_page(token: str) -> None:
    answer = open_place().client.get(f"/?token={token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_socket_closes_without_the_token() -> None:
    place = shut_place()
    for headers in ({}, {"authorization": "Bearer wrong"}, {"cookie": f"{COOKIE}=wrong"}):
        with place.socket(**headers) as socket:
            assert why_closed(socket) == NO_TOKEN == 4401
    assert place.desk.asked == []
    assert len(place.viewers) == 0


@pytest.mark.parametrize("headers", [BEARER, {"cookie": f"{COOKIE}={RIGHT}", "origin": HERE}])
def test_the_socket_opens_with_the_token(headers: dict[str, str]) -> None:
    place = shut_place()
    with place.socket(**headers) as socket:
        assert socket.receive_json() == HELLO
        socket.send_text("good")
        socket.send_text("bad")
        assert "error" in socket.receive_json()
    assert place.desk.asked == ["good"]


def test_who_may_look_sees_everything_but_takes_nothing_away() -> None:
    client = shut_place(look_without_token=True).client
    for path in ("/", "/api/state", "/api/sets/1"):
        assert client.get(path).status_code == 200
    for path in ("/api/code.svg", "/api/export"):
        assert client.get(path).status_code == 401


def test_who_may_look_changes_nothing() -> None:
    place = shut_place(look_without_token=True)
    with place.socket() as socket:
        assert socket.receive_json() == {"hello": {"may_change": False}}
        for message in ('{"do":"end_set"}', "bad", ""):
            socket.send_text(message)
            told = socket.receive_json()
            assert list(told) == ["error"]
            assert "may look" in told["error"]
        place.tell(socket, "and still looks")
        assert socket.receive_text() == "and still looks"
    assert place.desk.asked == []


def test_who_may_look_changes_things_with_the_token() -> None:
    with shut_place(look_without_token=True).socket(**BEARER) as socket:
        assert socket.receive_json() == HELLO


# The socket.


def test_a_newcomer_is_greeted_and_then_shown_the_newest() -> None:
    place = open_place()
    place.viewers.show("state", "old")
    place.viewers.show("state", "new")
    place.viewers.show("lever", "here")
    with place.socket() as socket:
        assert socket.receive_json() == HELLO
        assert [socket.receive_text() for _ in range(2)] == ["new", "here"]


def test_what_happens_is_sent() -> None:
    place = open_place()
    with place.socket() as socket:
        socket.receive_json()
        place.tell(socket, "a", "b")
        assert [socket.receive_text() for _ in range(2)] == ["a", "b"]
        place.show(socket, "state", "c")
        assert socket.receive_text() == "c"


def test_a_command_reaches_the_desk_as_it_was_sent() -> None:
    place = open_place()
    sent = ['{"do":"end_set"}', " {} ", "", "\0", "\N{SNOWMAN}", "x" * 1000]
    with place.socket() as socket:
        socket.receive_json()
        for message in sent:
            socket.send_text(message)
        socket.send_text("bad")  # the answer comes when all have been read
        socket.receive_json()
    assert place.desk.asked == sent


def test_what_is_no_command_is_told_and_the_next_is_taken() -> None:
    place = open_place()
    with place.socket() as socket:
        socket.receive_json()
        for _ in range(2):
            socket.send_text("bad")
            assert socket.receive_json() == {"error": "not a command: that is bad"}
            socket.send_text("good")
        socket.send_text("bad")
        assert "error" in socket.receive_json()
    assert place.desk.asked == ["good", "good"]


def test_the_error_is_json_whatever_it_says() -> None:
    class Quoting(Desk):
        def ask(self, message: str) -> None:
            raise CommandError(f"not a command: {message}")

    said = '"}\n\\ </script> \N{SNOWMAN}'
    with Place(Guard(), Quoting()).socket() as socket:
        socket.receive_json()
        socket.send_text(said)
        assert socket.receive_json() == {"error": f"not a command: {said}"}


@pytest.mark.parametrize("data", [b"", b"good", b"\xff\xfe"])
def test_a_binary_message_ends_it(data: bytes) -> None:
    place = open_place()
    with place.socket() as socket:
        socket.receive_json()
        assert len(place.viewers) == 1
        socket.send_bytes(data)
        wait_for(lambda: len(place.viewers) == 0)
    assert place.desk.asked == []


def test_who_goes_makes_room() -> None:
    place = open_place()
    for _ in range(3):
        with place.socket() as socket:
            socket.receive_json()
            assert len(place.viewers) == 1
            socket.close()
            wait_for(lambda: len(place.viewers) == 0)


def test_where_there_is_no_room_it_closes() -> None:
    place = open_place()
    inside = [place.viewers.add() for _ in range(MOST_VIEWERS)]
    with place.socket() as socket:
        assert why_closed(socket) == NO_ROOM == 1013
    assert len(place.viewers) == MOST_VIEWERS
    assert inside[0] is not None
    place.viewers.remove(inside[0])
    with place.socket() as socket:
        assert socket.receive_json() == HELLO


def test_who_falls_behind_is_closed() -> None:
    place = open_place()
    with place.socket() as socket:
        socket.receive_json()
        place.tell(socket, *("event" for _ in range(EVENTS_WAITING + 1)))
        assert why_closed(socket) == FELL_BEHIND == 1008
        wait_for(lambda: len(place.viewers) == 0)


def test_everybody_is_told() -> None:
    place = open_place()
    with (
        start_blocking_portal() as place.client.portal,  # one thread for both
        place.socket() as first,
        place.socket() as second,
    ):
        for socket in (first, second):
            assert socket.receive_json() == HELLO
        place.tell(first, "event")
        assert first.receive_text() == second.receive_text() == "event"


def scope_of_a_socket() -> dict[str, Any]:
    return {
        "type": "websocket",
        "path": "/live",
        "raw_path": b"/live",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", HOST.encode())],
        "server": ("127.0.0.1", 8765),
        "subprotocols": [],
    }


@pytest.mark.parametrize(
    "sends",
    [
        2,
        pytest.param(1),
    ],
)
def test_who_goes_at_once_leaves_no_trace(sends: int) -> None:
    """Its connection breaks when it is sent this message."""
    place = open_place()
    place.viewers.show("state", "state")
    coming: list[Message] = [{"type": "websocket.connect"}]
    left = sends

    async def receive() -> Message:
        if not coming:
            await asyncio.sleep(3600)
        return coming.pop()

    async def send(message: Message) -> None:
        nonlocal left
        left -= message["type"] == "websocket.send"
        if left == 0:
            raise OSError("it has gone")

    with suppress(WebSocketDisconnect):
        run(place.app(scope_of_a_socket(), receive, send))
    assert left == 0
    assert len(place.viewers) == 0
