import re
from xml.etree import ElementTree

import pytest
import segno

from firmware_bridge.floor.display.invitation import qr_svg, qr_text

SVG = "{http://www.w3.org/2000/svg}"
URLS = [
    "http://127.0.0.1:8765/",
    "http://192.168.1.5:8765/?token=AbCdEfGhIjKlMnOpQrStUv",
    "http://[2001:db8:1234:5678:9abc:def0:1234:5678]:65535/?token=" + "t" * 200,
]
HALVES = {"█": "00", "▀": "01", "▄": "10", " ": "11"}  # ink is light: in a terminal, dark is none
FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
QUIET = 4  # light modules around the code, by its standard


def modules(url: str) -> list[str]:
    """What is to be shown, row by row: 1 is dark."""
    return ["".join(map(str, row)) for row in segno.make(url, micro=False).matrix]


def framed(rows: list[str]) -> list[str]:
    empty = ["0" * (len(rows) + 2 * QUIET)] * QUIET
    return [*empty, *("0" * QUIET + row + "0" * QUIET for row in rows), *empty]


def drawn(svg: bytes) -> list[str]:
    """The picture, module by module; its path knows `M`, `m` and `h`."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["width"])
    dark = [[False] * size for _ in range(size)]
    x = y = 0.0
    for step, numbers in re.findall(r"([Mmh])([-. 0-9]+)", root[-1].attrib["d"]):
        values = [float(number) for number in re.findall(r"-?[0-9.]+", numbers)]
        if step == "h":
            for column in range(int(values[0])):
                dark[int(y)][int(x) + column] = True
            x += values[0]
        else:
            x, y = (values[0], values[1]) if step == "M" else (x + values[0], y + values[1])
    return ["".join("01"[module] for module in row) for row in dark]


def printed(text: str) -> list[str]:
    """The text, module by module; each character is one above the other."""
    rows = []
    for line in text.splitlines():
        for half in (0, 1):
            rows.append("".join(HALVES[character][half] for character in line))
    return rows


@pytest.mark.parametrize("url", URLS)
def test_it_is_a_code_of_the_standard(url: str) -> None:
    rows = modules(url)
    size = len(rows)
    assert (size - 17) % 4 == 0
    assert [row[:7] for row in rows[:7]] == FINDER
    assert [row[-7:] for row in rows[:7]] == FINDER
    assert [row[:7] for row in rows[-7:]] == FINDER


@pytest.mark.parametrize("url", URLS)
def test_the_picture_shows_the_code(url: str) -> None:
    assert drawn(qr_svg(url)) == framed(modules(url))


@pytest.mark.parametrize("url", URLS)
def test_the_text_shows_the_code(url: str) -> None:
    expected = framed(modules(url))
    assert printed(qr_text(url))[: len(expected)] == expected


def test_the_text_is_of_full_lines() -> None:
    text = qr_text(URLS[1])
    lines = text.splitlines()
    assert text.endswith("\n")
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) < 80


def test_the_picture_is_nothing_but_a_picture() -> None:
    root = ElementTree.fromstring(qr_svg(URLS[1]))
    assert [element.tag for element in root.iter()] == [f"{SVG}svg", f"{SVG}path", f"{SVG}path"]
    attributes = {name for element in root.iter() for name in element.attrib}
    assert attributes <= {"width", "height", "class", "fill", "stroke", "d"}


def test_the_picture_is_dark_on_light_whatever_lies_behind_it() -> None:
    ground, code = ElementTree.fromstring(qr_svg(URLS[0]))
    assert (ground.attrib["fill"], code.attrib["stroke"]) == ("#fff", "#000")
    size = len(framed(modules(URLS[0])))
    assert ground.attrib["d"] == f"M0 0h{size}v{size}h-{size}z"


def test_the_picture_can_stand_in_a_page() -> None:
    assert qr_svg(URLS[0]).startswith(b"<svg")


def test_the_link_is_not_to_be_read_in_it() -> None:
    token = b"AbCdEfGhIjKlMnOpQrStUv"
    assert token not in qr_svg(URLS[1])
    assert token.decode() not in qr_text(URLS[1])


@pytest.mark.parametrize("make", [qr_svg, qr_text])
def test_another_link_is_another_code(make: object) -> None:
    assert callable(make)
    assert len({make(url) for url in URLS}) == len(URLS)
    assert make(URLS[0]) == make(URLS[0])
