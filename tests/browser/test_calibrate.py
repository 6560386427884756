"""The guided calibration on the page, what the page says when one is needed, and the notices."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from config import CalibrationBook, DisplaySettings, SavedCalibration, Settings
from firmware_bridge.device.people import Hold, Stroke
from tests.browser.conftest import (
    LET_DOWN,
    LIFT_IN,
    REP,
    SCREENS,
    STOP_DEG,
    Floor,
    Open,
    PlayedMachine,
    opened_floor,
)

SHOWN = """const shown = [...document.querySelectorAll("#calibrate *:not(circle)")]
    .filter((node) => node.checkVisibility());"""
# The readings taken may be scrolled; nothing else is outside of the screen.
OUT_OF_REACH = f"""() => {{ {SHOWN}
    return shown.filter((node) => !node.closest("#guide-taken"))
        .map((node) => [node, node.getBoundingClientRect()])
        .filter(([, box]) => box.left < -1 || box.top < -1
            || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
        .map(([node]) => node.id || node.textContent); }}"""
SMALL = f"""() => {{ {SHOWN}
    return shown.filter((node) => node.tagName === "BUTTON")
        .filter((node) => Math.min(node.offsetHeight, node.offsetWidth) < 56)
        .map((node) => node.textContent); }}"""
CUT_OFF = f"""() => {{ {SHOWN}
    return shown.filter((node) => node instanceof HTMLElement && node.id !== "guide-taken")
        .filter((node) => node.clientWidth)
        .filter((node) => node.scrollWidth > node.clientWidth + 1
            || node.scrollHeight > 1.1 * node.clientHeight + 1)
        .map((node) => `${{node.id || node.tagName}} ${{node.textContent.slice(0, 40)}}`); }}"""
SPEED = 6.0
NEUTRAL_COUNTS = 700.0  # of a sensor that counts down and turns over on the way
CHECKED_DEG = (8.0, 30.0, 55.0)


def hidden_machine() -> PlayedMachine:
    return PlayedMachine(SPEED, neutral_counts=NEUTRAL_COUNTS, direction=-1)


def keep(folder: Path, device_id: str = "lever-1") -> None:
    """That machine, or another, was calibrated before."""
    CalibrationBook(folder / "calibrations.json").keep(
        SavedCalibration(
            made_utc="2026-01-31T17:05:00Z",
            device_id=device_id,
            sensor="as5600",
            firmware="0.1.0",
            counts_per_turn=4096,
            gear=1.0,
            direction=-1,
            neutral_counts=NEUTRAL_COUNTS,
            sine_deg=0.0,
            cosine_deg=0.0,
            play_deg=0.0,
            stop_deg=STOP_DEG,
            sure_deg=0.5,
        )
    )


def live(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-lost", "")


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page) -> Locator:
    page.locator("nav [data-open=settings]").click()
    page.locator("#settings").get_by_role("button", name="Calibrate").click()
    dialog = page.locator("#calibrate")
    expect(dialog).to_be_visible()
    return dialog


def is_at(page: Page, step: str) -> None:
    expect(page.locator("#calibrate")).to_have_attribute("data-now", step, timeout=10_000)


def to_the_range(floor: Floor, page: Page) -> None:
    floor.machine.perform(Stroke(0.0, 1.5), Hold(0.5))
    begin(page)
    tap(page, "Take it")
    is_at(page, "stop")
    floor.machine.perform(Stroke(STOP_DEG, 2.0))
    is_at(page, "range")


def to_the_checks(floor: Floor, page: Page) -> None:
    to_the_range(floor, page)
    tap(page, "Skip")
    is_at(page, "checks")


def test_a_machine_is_calibrated_by_taps_and_counts_from_then_on(
    tmp_path: Path, visit: Open
) -> None:
    with opened_floor(machine=hidden_machine(), folder=tmp_path) as floor:
        page = visit(floor.address)
        live(page)
        floor.machine.perform(*LIFT_IN, *(REP * 2), *LET_DOWN)
        expect(page.locator("#count")).to_have_text("0")
        floor.machine.perform(Stroke(0.0, 1.5), Hold(0.5))
        dialog = begin(page)
        expect(page.locator("#guide-title")).to_have_text("Calibrate, step 1 of 4: neutral")
        expect(dialog.locator("img")).to_be_visible()
        expect(page.locator("#guide-magnet")).to_have_text("✓ Magnet good")
        tap(page, "Take it")
        is_at(page, "stop")
        floor.machine.perform(Stroke(STOP_DEG, 2.0))
        is_at(page, "range")
        floor.machine.perform(*LIFT_IN, *(REP * 3))
        is_at(page, "checks")
        check_angles(floor, page)
        tap(page, "Finish")
        is_at(page, "done")
        found = page.locator("#guide-found").inner_text()
        assert re.search(r"± 0\.\d\d°", found)
        assert re.search(r"Neutral to stop\s+(59\.9|60\.[01])°", found)
        assert re.search(r"Working range\s+0° to 44°", found)
        assert re.search(r"lever going down\s+falling", found)
        tap(page, "Save")
        expect(dialog).to_be_hidden()
        kept = CalibrationBook.load(tmp_path / "calibrations.json").newest("lever-1")
        assert kept
        assert kept.direction == -1
        assert abs(kept.neutral_counts - NEUTRAL_COUNTS) < 2
        live(page)
        floor.machine.perform(Stroke(STOP_DEG, 1.0), Hold(0.5), *LIFT_IN, *(REP * 2))
        expect(page.locator("#count")).to_have_text("2")
        expect(page.locator("#angle")).to_have_text("0°")


def check_angles(floor: Floor, page: Page) -> None:
    """Read the inclinometer, which shows 0.1 more than the page does, at three angles."""
    entry, finish = page.locator("#guide-entry"), page.get_by_role("button", name="Finish")
    for taken, angle in enumerate(CHECKED_DEG):
        expect(finish).to_be_enabled(enabled=taken == 0)
        floor.machine.perform(Stroke(angle, 1.0), Hold(1.5))
        expect(page.locator("#guide-angle")).to_have_text(
            re.compile(rf"^{angle:.0f}\.|{angle - 1:.0f}\.9")
        )
        set_entry(page, angle)
        expect(entry).to_have_text(f"{angle:.1f}°")
        tap(page, "Add reading")
        expect(page.locator("#guide-taken tbody tr")).to_have_count(taken + 1)
    last = page.locator("#guide-taken tbody tr").last
    expect(last).to_have_text(re.compile(r"^3 ?55\.0°5\d\.\d°[+−]?0\.\d\d°$"))
    expect(finish).to_be_enabled()


def set_entry(page: Page, angle_deg: float) -> None:
    """Tap from the live angle to this one."""
    tap(page, "0.1° more")  # from now on it does not follow the lever
    shown = float(page.locator("#guide-entry").inner_text().removesuffix("°"))
    name = "0.1° less" if shown > angle_deg else "0.1° more"
    for _ in range(round(abs(shown - angle_deg) * 10)):
        tap(page, name)


def test_the_entry_is_changed_by_large_and_small_steps(visit: Open) -> None:
    with opened_floor(speed=SPEED) as floor:
        page = visit(floor.address)
        to_the_checks(floor, page)
        expect(page.locator("#guide-entry")).to_have_text(re.compile(r"^(59\.9|60\.[01])°$"))
        for name in ("5° less", "0.5° less", "0.1° less", "0.1° more", "0.5° more", "5° more"):
            before = page.locator("#guide-entry").inner_text()
            tap(page, name)
            expect(page.locator("#guide-entry")).not_to_have_text(before)


def test_a_refusal_says_why_and_the_calibration_before_counts_on(
    tmp_path: Path, visit: Open
) -> None:
    keep(tmp_path)
    with opened_floor(machine=hidden_machine(), folder=tmp_path) as floor:
        page = visit(floor.address)
        live(page)
        floor.machine.perform(Stroke(0.0, 1.5), Hold(0.5))
        begin(page)
        tap(page, "Take it")
        is_at(page, "stop")
        floor.machine.perform(Stroke(12.0, 1.5))
        is_at(page, "refused")
        expect(page.locator("#guide-title")).to_have_text("Not calibrated")
        expect(page.locator("#guide-refusal")).to_have_text(
            re.compile(r"^Neutral and stop are (12|1[12]\.\d)° apart, under 20°\..*\(1\)")
        )
        tap(page, "Start again")
        is_at(page, "neutral")
        page.keyboard.press("Escape")
        expect(page.locator("#calibrate")).to_be_hidden()
        assert len(floor.book.history) == 1
        live(page)
        floor.machine.perform(Stroke(STOP_DEG, 1.0), Hold(0.5), *LIFT_IN, *(REP * 2))
        expect(page.locator("#count")).to_have_text("2")


def test_what_was_found_can_be_saved_again_when_the_disk_is_well(
    tmp_path: Path, visit: Open
) -> None:
    in_the_way = tmp_path / "calibrations.json"
    with opened_floor(speed=SPEED, folder=tmp_path) as floor:
        page = visit(floor.address)
        to_the_checks(floor, page)
        tap(page, "Finish")
        is_at(page, "done")
        expect(page.locator("#guide-found")).to_contain_text("not measured")
        in_the_way.mkdir()
        tap(page, "Save")
        expect(page.locator("#guide-note")).to_contain_text("Cannot be saved:")
        in_the_way.rmdir()
        tap(page, "Save")
        expect(page.locator("#calibrate")).to_be_hidden()
        assert CalibrationBook.load(in_the_way).newest("lever-1")


def test_what_the_hold_lacks_is_said(visit: Open) -> None:
    with opened_floor(speed=SPEED) as floor:
        page = visit(floor.address)
        to_the_range(floor, page)
        tap(page, "Skip")
        tap(page, "Add reading")
        floor.machine.perform(*(Stroke(40.0, 1.0), Stroke(50.0, 1.0)) * 2)
        expect(page.locator("#guide-state")).to_have_text("⚠ Moving: hold still")
        floor.machine.perform(*(Stroke(40.0, 1.0), Stroke(50.0, 1.0)) * 2)
        expect(page.locator("#guide-note")).to_contain_text("The lever did not stay still")
        expect(page.locator("#guide-taken tbody tr")).to_have_count(0)


def test_another_board_asks_to_be_calibrated_and_the_button_begins_it(
    tmp_path: Path, visit: Open
) -> None:
    keep(tmp_path, device_id="lever-0")
    with opened_floor(machine=hidden_machine(), folder=tmp_path) as floor:
        page = visit(floor.address)
        expect(page.locator("#lost")).to_contain_text("This machine is not calibrated")
        expect(page.locator("#link")).to_have_text("not calibrated")
        page.locator("#lost").get_by_role("button", name="Calibrate").click()
        is_at(page, "neutral")
        expect(page.locator("#lost")).to_be_hidden()
        tap(page, "Cancel")
        expect(page.locator("#calibrate")).to_be_hidden()
        expect(page.locator("#lost")).to_contain_text("This machine is not calibrated")


def test_a_sensor_that_has_moved_is_said_until_it_is_calibrated(
    tmp_path: Path, visit: Open
) -> None:
    keep(tmp_path)
    machine = hidden_machine()
    machine.neutral_counts -= 35  # 3 degrees further down, it seems
    with opened_floor(machine=machine, folder=tmp_path) as floor:
        page = visit(floor.address)
        live(page)
        for number in (1, 2, 3):
            expect(page.locator("#slip")).to_be_hidden()
            machine.perform(Hold(3.0), *LIFT_IN, *REP, *LET_DOWN, Hold(3.0))
            expect(page.locator("#after-title")).to_contain_text(
                f"Set {number} done", timeout=10_000
            )
        expect(page.locator("#after-title")).to_contain_text("suspect: the sensor had moved")
        expect(page.locator("#slip")).to_have_text(
            re.compile(r"The sensor has moved by (2\.9|3\.[012])°.*Calibrate")
        )
        machine.perform(*LIFT_IN, *REP)
        expect(page.locator("#count")).to_have_text("1")
        expect(page.locator("#sign")).to_have_text("⚠ sensor moved")
        expect(page.locator("#slip")).to_be_hidden()
        page.locator("[data-do=end_set]").click()
        page.locator("#slip button").click()
        is_at(page, "neutral")


def test_a_second_screen_follows_and_who_may_only_look_has_no_buttons(visit: Open) -> None:
    settings = Settings(display=DisplaySettings(port=0, look_without_token=True))
    with opened_floor(settings, host="0.0.0.0", speed=SPEED) as floor:
        page = visit(re.sub(r"//[^:]+:", "//127.0.0.1:", floor.address))
        live(page)
        page.locator("nav [data-open=settings]").click()
        expect(page.locator("#settings").get_by_text("Calibrate")).to_be_hidden()
        floor.machine.perform(Stroke(0.0, 1.5), Hold(0.5))
        floor.display.ask('{"do":"calibrate","step":"begin"}')
        expect(page.locator("#settings")).to_be_hidden()
        is_at(page, "neutral")
        expect(page.locator("#calibrate button:visible")).to_have_count(0)
        floor.display.ask('{"do":"calibrate","step":"take"}')
        is_at(page, "stop")
        floor.display.ask('{"do":"calibrate","step":"cancel"}')
        expect(page.locator("#calibrate")).to_be_hidden()
        live(page)


def test_no_data_is_said_in_the_guide_and_a_lost_station_over_it(visit: Open) -> None:
    with opened_floor(speed=SPEED) as floor:
        page = visit(floor.address)
        live(page)
        begin(page)
        floor.machine.silent = True
        expect(page.locator("#guide-state")).to_have_text("✕ No data: check the cable")
        floor.machine.silent = False
        expect(page.locator("#guide-state")).to_have_text("")
        floor.machine.unplug()
        expect(page.locator("#guide-state")).to_have_text("✕ No data: check the cable")
        expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#lost")).to_contain_text("Station lost")
    expect(page.locator("#calibrate")).to_be_hidden()


def test_a_calibration_is_begun_and_left_by_keyboard(visit: Open) -> None:
    with opened_floor(speed=SPEED) as floor:
        page = visit(floor.address)
        live(page)
        floor.machine.perform(Stroke(0.0, 1.5), Hold(0.5))
        page.locator("nav [data-open=settings]").focus()
        page.keyboard.press("Enter")
        press(page, "Calibrate")
        is_at(page, "neutral")
        press(page, "Take it")
        is_at(page, "stop")
        press(page, "Cancel")
        expect(page.locator("#calibrate")).to_be_hidden()


def press(page: Page, name: str) -> None:
    for _ in range(12):
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_nobody_calibrates_in_a_set(visit: Open) -> None:
    with opened_floor(speed=SPEED) as floor:
        page = visit(floor.address)
        live(page)
        floor.machine.perform(*LIFT_IN, *REP)
        expect(page.locator("#count")).to_have_text("1")
        page.locator("nav [data-open=settings]").click()
        expect(page.locator("#settings").get_by_text("Calibrate")).to_be_hidden()


@pytest.mark.parametrize("size", SCREENS)
def test_every_step_has_room_on_every_screen_in_every_language(size: str, visit: Open) -> None:
    with opened_floor(speed=SPEED) as floor:
        pages = []
        for language in ("en", "de", "es"):
            page = visit(floor.address, viewport=SCREENS[size])
            page.evaluate("name => localStorage.setItem('language', name)", language)
            page.reload()
            live(page)
            pages.append(page)
        for step in GuideSteps(floor):
            for page in pages:
                is_at(page, step)
                assert page.evaluate(OUT_OF_REACH) == [], step
                assert page.evaluate(SMALL) == [], step
                assert page.evaluate(CUT_OFF) == [], step


class GuideSteps:
    """Brings the guide to each of its steps, the longest words at each."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor

    def __iter__(self) -> Iterator[str]:
        machine = self.floor.machine
        machine.perform(Stroke(0.0, 1.5), Hold(0.5))
        self._do("begin")
        yield "neutral"
        self._do("take")
        machine.perform(Hold(3.0))
        yield "stop"
        machine.perform(Stroke(STOP_DEG, 2.0), Hold(3.0), *LIFT_IN, *REP)
        yield "range"
        self._do("skip")
        for angle in (5.0, 15.0, 30.0, 45.0, 58.0):
            machine.perform(Stroke(angle, 1.0), Hold(1.0))
            self.floor.display.ask(f'{{"do":"calibrate","step":"check","angle_deg":{angle}}}')
            machine.perform(Hold(1.0))
        self.floor.display.ask('{"do":"calibrate","step":"check","angle_deg":-100}')
        yield "checks"
        self._do("skip")
        yield "done"
        self._do("begin")
        self._do("take")
        machine.perform(Hold(3.0), Stroke(50.0, 1.0))
        yield "refused"

    def _do(self, step: str) -> None:
        self.floor.display.ask(f'{{"do":"calibrate","step":"{step}"}}')
