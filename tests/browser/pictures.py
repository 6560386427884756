"""Takes the README's pictures of the page: `python -m tests.browser.pictures`."""

from pathlib import Path
from typing import TYPE_CHECKING

from firmware_bridge.device.people import Hold, Stroke
from tests.browser.chromium import launched
from tests.browser.conftest import LEAN_BACK, LET_DOWN, LIFT_IN, STOP_DEG, Floor, opened_floor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parents[2] / "firmware_bridge" / "floor" / "display" / "pictures"
SCREEN = {"width": 1920, "height": 1080}
TABLET = {"width": 800, "height": 1280}
PHONE = {"width": 390, "height": 844}
_SLOW = (Stroke(44.0, 3.0), Hold(0.8), Stroke(0.0, 1.8), Hold(1.0))
_SHAKY = (*_SLOW[:3], Hold(1.5, shake_deg=0.5))
_RUSHED = (Stroke(44.0, 0.7), *_SLOW[1:])


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with launched() as browser:
        with opened_floor(speed=8.0) as floor:
            _landscape(browser, floor)
        with opened_floor(speed=8.0) as floor:
            _upright(browser, floor)
        with opened_floor(speed=4.0) as floor:
            _calibration(browser, floor)


def _landscape(browser: "Browser", floor: Floor) -> None:
    page = _page(browser, floor, SCREEN)
    floor.display.ask('{"do":"plan","load_kg":40,"target_reps":9,"target_tempo":"3-1-2-1"}')
    _take(page, "before")
    floor.machine.perform(*LIFT_IN, *(_SLOW * 3), Stroke(30.0, 1.6))
    _take(page, "during")
    floor.machine.perform(Stroke(44.0, 0.9), *_SLOW[1:], *LEAN_BACK[:3])
    _take(page, "overshoot")
    floor.machine.perform(*LEAN_BACK[3:])
    page.wait_for_selector("#over", state="hidden")
    _take(page, "cue")
    floor.machine.silent = True
    page.wait_for_selector("#lost:not([hidden])")
    _take(page, "lost")
    floor.machine.silent = False
    page.wait_for_selector('body[data-lost=""]')
    floor.machine.perform(*_SHAKY, *_RUSHED, *(_SLOW * 2), *LET_DOWN)
    floor.display.ask('{"do":"end_set"}')
    page.wait_for_selector("#reps tbody tr")
    _take(page, "after")
    floor.display.ask('{"do":"remove_rep","rep":5}')
    page.wait_for_selector("#reps tr.struck")
    _take(page, "removed")
    floor.machine.perform(*LIFT_IN, *(_SLOW * 2))
    floor.display.ask('{"do":"discomfort"}')
    page.wait_for_selector("#after-title:has-text('discomfort')")
    _take(page, "discomfort")
    page.locator("nav [data-open=settings]").click()
    page.get_by_role("button", name="Deutsch").click()
    _take(page, "settings")


def _upright(browser: "Browser", floor: Floor) -> None:
    tablet, phone = _page(browser, floor, TABLET), _page(browser, floor, PHONE, "es")
    floor.machine.perform(*LIFT_IN, *(_SLOW * 2), *_RUSHED, Stroke(25.0, 1.5))
    _take(tablet, "tablet")
    _take(phone, "phone")


def _calibration(browser: "Browser", floor: Floor) -> None:
    page = _page(browser, floor, SCREEN)
    guide = page.locator("#calibrate")
    floor.machine.perform(Stroke(0.0, 1.5), Hold(1.0))
    page.locator("nav [data-open=settings]").click()
    page.locator("#machine button").click()
    guide.get_by_role("button", name="Take it").click()
    page.wait_for_timeout(250)
    floor.machine.silent = True  # in the middle of the hold
    page.wait_for_timeout(150)  # no longer: that no data come is told, too
    page.screenshot(path=FOLDER / "calibrate.png")
    floor.machine.silent = False
    page.wait_for_selector("#calibrate[data-now=stop]")
    floor.machine.perform(Stroke(STOP_DEG, 2.0))
    page.wait_for_selector("#calibrate[data-now=range]")
    floor.machine.perform(*LIFT_IN, *(_SLOW * 3))
    page.wait_for_selector("#calibrate[data-now=checks]")
    for number, angle in enumerate((5, 18, 31, 44, 57), 1):
        floor.machine.perform(Stroke(angle, 1.0), Hold(1.5))
        guide.get_by_role("button", name="Add reading").click()
        page.wait_for_selector(f"#guide-taken tbody tr:nth-child({number})")
    guide.get_by_role("button", name="Finish").click()
    page.wait_for_selector("#calibrate[data-now=done]")
    _take(page, "calibrated")


def _page(browser: "Browser", floor: Floor, size: dict[str, int], language: str = "en") -> "Page":
    page = browser.new_page(viewport=size, device_scale_factor=0.5, locale="en-GB")
    page.goto(floor.address)
    page.evaluate("name => localStorage.setItem('language', name)", language)
    page.reload()
    page.wait_for_selector('body[data-lost=""]')
    return page


def _take(page: "Page", name: str) -> None:
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
