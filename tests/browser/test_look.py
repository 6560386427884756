"""How the page looks on every screen: sizes, room, contrast, no jumps, no needless motion."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from firmware_bridge.device.people import Hold, Stroke
from tests.browser.conftest import (
    LEAN_BACK,
    LIFT_IN,
    REP,
    SCREENS,
    STOP_DEG,
    Floor,
    Open,
    opened_floor,
)

GLYPH_HEIGHT = """() => {
    const pen = document.createElement("canvas").getContext("2d");
    const { fontWeight, fontSize, fontFamily } = getComputedStyle(document.querySelector("#count"));
    pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    return pen.measureText("8").actualBoundingBoxAscent / innerHeight;
}"""
# What a finger or an eye cannot reach: boxes out of the screen, or of what they stand in.
OUT_OF_REACH = """() => [...document.querySelectorAll("nav button, header p, #during p, #count")]
    .filter((node) => node.checkVisibility())
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.left < -1 || box.top < -1
        || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
    .map(([node]) => node.id || node.textContent)"""
SMALL = """() => [...document.querySelectorAll("button, input")]
    .filter((node) => node.checkVisibility())
    .filter((node) => Math.min(node.offsetHeight, node.offsetWidth) < (node.closest("td") ? 44 : 56)
        && node.type !== "checkbox")
    .map((node) => node.textContent)"""
# Parts of the screen that stand on each other; the warning is meant to.
OVERLAPS = """() => {
    const parts = [...document.querySelectorAll("section > *:not(#over)")]
        .filter((node) => node.checkVisibility());
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return parts.flatMap((one, n) => parts.slice(n + 1)
        .filter((other) => meet(one.getBoundingClientRect(), other.getBoundingClientRect()))
        .map((other) => `${one.id} ${other.id}`));
}"""
# Boxes that hold more than they show, though nobody can scroll in them.
CUT_OFF = """() => [...document.querySelectorAll("section > *, section p, nav button, header p")]
    .filter((node) => node.checkVisibility() && getComputedStyle(node).overflowY !== "auto")
    .filter((node) => !["count-box", "lever-box", "over"].includes(node.id))
    .filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth
        || node.scrollHeight > 1.1 * node.clientHeight + 1 && node.clientHeight)
    .map((node) => `${node.id || node.tagName} ${node.textContent.slice(0, 40)}`)"""
CUES_CUT_OFF = """async () => {
    const words = await (await fetch(`words/${document.documentElement.lang}.json`)).json();
    const cue = document.querySelector("#cue");
    return Object.entries(words).filter(([key, text]) => {
        if (!key.startsWith("cue.") && !key.startsWith("partial.")) return false;
        cue.textContent = text.replace("{deg}", "12.5");
        return cue.scrollWidth > cue.clientWidth;
    }).map(([key]) => key);
}"""
MOVING = "document.getAnimations().length"
COUNT_SHIFTS = """() => { window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            window.shifts.push(entry.sources.map((source) => source.node?.id || "?").join());
        }
    }).observe({ type: "layout-shift", buffered: false }); }"""


def go_over(floor: Floor) -> None:
    floor.machine.perform(*LIFT_IN, *REP, *LEAN_BACK[:3])


@pytest.mark.parametrize("size", SCREENS)
def test_everything_has_room_on_every_screen_in_every_language(
    size: str, floor: Floor, visit: Open
) -> None:
    pages = []
    for language in ("en", "de", "es"):
        page = visit(floor.address, viewport=SCREENS[size])
        page.evaluate("name => localStorage.setItem('language', name)", language)
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-lost", "")
        assert_fits(page)
        pages.append(page)
    floor.machine.perform(*LIFT_IN, *(REP * 10))
    for page in pages:
        expect(page.locator("#count")).to_have_text("10")
        assert page.evaluate(GLYPH_HEIGHT) >= 0.25
        assert_fits(page)
    floor.machine.perform(*LEAN_BACK[:3])
    for page in pages:
        assert_fits(page)
        assert page.evaluate(CUES_CUT_OFF) == []
    pages[0].locator("[data-do=end_set]").click()
    for page in pages:
        expect(page.locator("#after-count strong")).to_have_text("11")
        assert_fits(page)


def assert_fits(page: Page) -> None:
    assert page.evaluate(OUT_OF_REACH) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('section')].every(s => s.scrollWidth <= s.clientWidth + 1)"
    )


def test_what_is_wrong_has_room_on_every_screen(floor: Floor, visit: Open) -> None:
    pages = [visit(floor.address, viewport=size) for size in SCREENS.values()]
    floor.station.chain.board.cannot_write = "/x/sets.db: sets cannot be saved: the disk is full"
    floor.station.chain.board.slip_deg = 2.4
    for page in pages:
        page.evaluate("localStorage.setItem('language', 'de')")
        page.reload()
        expect(page.locator("#failure")).to_be_visible()
        expect(page.locator("#slip")).to_contain_text("um 2,4° verschoben")
        assert_fits(page)
    floor.machine.perform(*LIFT_IN, *REP)
    for page in pages:
        expect(page.locator("#count")).to_have_text("1")
        expect(page.locator("#sign")).to_have_text("⚠ nicht gespeichert")
        assert_fits(page)


def test_three_digits_have_room(floor: Floor, visit: Open) -> None:
    for size in SCREENS.values():
        page = visit(floor.address, viewport=size)
        expect(page.locator("body")).to_have_attribute("data-lost", "")
        page.evaluate("""() => { const count = document.querySelector("#count");
            document.body.dataset.screen = "during";
            count.textContent = "188"; count.dataset.digits = "3"; }""")
        box = page.locator("#count").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]


def test_nothing_jumps_during_a_set(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    floor.machine.perform(*LIFT_IN, *REP)
    expect(page.locator("#count")).to_have_text("1")
    page.evaluate(COUNT_SHIFTS)
    floor.machine.perform(*(REP * 2), *LEAN_BACK)
    floor.station.chain.board.cannot_write = "x cannot be written: the disk is full"
    floor.machine.perform(*(REP * 7))
    expect(page.locator("#sign")).to_have_text("⚠ not saved")
    expect(page.locator("#count")).to_have_text("11")
    assert page.evaluate("window.shifts") == []


def test_who_wants_no_motion_gets_none(floor: Floor, visit: Open) -> None:
    still, moving = (
        visit(floor.address, reduced_motion=wish) for wish in ("reduce", "no-preference")
    )
    go_over(floor)
    expect(still.locator("#over")).to_be_visible()
    assert moving.evaluate(MOVING) == 1
    assert still.evaluate(MOVING) == 0


def test_everything_is_reached_by_keyboard(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    floor.machine.perform(*LIFT_IN, *REP)
    expect(page.locator("#count")).to_have_text("1")
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
    buttons = page.locator("nav button:visible").all()
    assert {button.inner_text().strip() for button in buttons} <= reached
    page.get_by_role("button", name="End set").focus()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_attribute("data-screen", "after")


class Scenes:
    """Brings the page into each state, one after the other."""

    def __init__(self, floor: Floor, page: Page) -> None:
        self.floor, self.page = floor, page

    def __iter__(self) -> Iterator[str]:
        page, machine = self.page, self.floor.machine
        expect(page.locator("body")).to_have_attribute("data-lost", "")
        yield "before"
        yield from self._calibration()
        for dialog in ("settings", "questions", "history"):
            page.locator(f"nav [data-open={dialog}]").click()
            yield dialog
            page.keyboard.press("Escape")
        machine.perform(*LIFT_IN, *REP, *LEAN_BACK[:3])
        expect(page.locator("#over")).to_be_visible()
        yield "over"
        machine.perform(*LEAN_BACK[3:])
        expect(page.locator("#over")).to_be_hidden()
        yield "during"
        machine.silent = True
        expect(page.locator("body")).to_have_attribute("data-lost", "sensor")
        yield "lost"
        machine.silent = False
        page.locator("[data-do=remove_rep]").click()
        page.locator("[data-do=discomfort]").click()
        expect(page.locator("#reps tr.struck")).to_have_count(1)
        yield "after"
        page.locator("nav [data-open=history]").click()
        yield "history of sets"
        page.keyboard.press("Escape")
        self.floor.station.chain.board.cannot_write = "x cannot be written: the disk is full"
        expect(page.locator("#failure")).to_be_visible()
        yield "cannot be saved"

    def _calibration(self) -> Iterator[str]:
        dialog, machine = self.page.locator("#calibrate"), self.floor.machine
        machine.perform(Stroke(0.0, 1.5), Hold(1.0))
        self._guide("begin")
        expect(dialog).to_have_attribute("data-now", "neutral")
        yield "neutral"
        self._guide("take")
        expect(dialog).to_have_attribute("data-now", "stop")
        machine.perform(Stroke(STOP_DEG, 2.0))
        expect(dialog).to_have_attribute("data-now", "range")
        self._guide("skip")
        self.floor.display.ask('{"do":"calibrate","step":"check","angle_deg":60}')
        expect(self.page.locator("#guide-taken tbody tr")).to_have_count(1)
        yield "checks"
        self._guide("skip")
        expect(dialog).to_have_attribute("data-now", "done")
        yield "done"
        self._guide("cancel")
        expect(dialog).to_be_hidden()

    def _guide(self, step: str) -> None:
        self.floor.display.ask(f'{{"do":"calibrate","step":"{step}"}}')


@pytest.mark.parametrize("size", ["full HD", "phone"])
def test_no_state_has_an_accessibility_fault(size: str, visit: Open) -> None:
    """Serious and critical ones by axe-core, and any text under 7:1."""
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        "rules": {"color-contrast-enhanced": {"enabled": True}},
    }
    found: list[tuple[str, str, Any]] = []
    with opened_floor(speed=4.0) as floor:
        page = visit(floor.address, viewport=SCREENS[size])
        for scene in Scenes(floor, page):
            for fault in Axe().run(page, options=options).response["violations"]:
                grave = fault["impact"] in ("serious", "critical")
                if grave or fault["id"] == "color-contrast-enhanced":
                    found.append((scene, fault["id"], [n["html"] for n in fault["nodes"]][:3]))
    assert found == []
