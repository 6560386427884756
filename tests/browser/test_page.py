"""The page in a real browser: what the lifter and the trainer see, state by state."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from garmin_fit_sdk import Decoder, Stream
from playwright.sync_api import Page, expect

from config import DisplaySettings, Settings
from firmware_bridge.device.people import SCRIPTS
from tests.browser.conftest import LEAN_BACK, LET_DOWN, LIFT_IN, REP, Floor, Open, opened_floor

COUNT_TONES = """() => {
    localStorage.setItem("sound", "on");
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...a) { window.tones++; start.apply(this, a); };
}"""
NOTE_TIMES = """
    const Real = WebSocket;
    window.WebSocket = class extends Real {
        constructor(...given) {
            super(...given);
            this.addEventListener("message", ({ data }) => {
                if (data.startsWith('{"lever"')) window.heardAt = performance.now();
            });
        }
    };
    addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
        if (document.body.dataset.lost) window.dimmedAt = performance.now();
    }).observe(document.body, { attributeFilter: ["data-lost"] }));
"""
ROOT = Path(__file__).parents[2]


def screen(page: Page, name: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-screen", name)


def live(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-lost", "")


def train(floor: Floor, reps: int) -> None:
    floor.machine.perform(*LIFT_IN, *(REP * reps))


def test_a_scripted_set_is_counted_from_the_wire_to_the_page(visit: Open) -> None:
    command = [sys.executable, "-m", "firmware_bridge", "demo", "--script", "fast"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        address = demo.stdout.readline().split()[-1]
        page = visit(address)
        screen(page, "during")
        (reps,) = SCRIPTS["fast"].reps
        expect(page.locator("#count")).to_have_text(str(reps), timeout=30_000)
        page.get_by_role("button", name="End set").click()
        screen(page, "after")
        expect(page.locator("#after-count")).to_have_text(f"{reps} reps")
        expect(page.locator("#reps tbody tr")).to_have_count(reps)
        demo.terminate()
        assert f"Set 1: {reps} reps" in demo.stdout.read()


def test_before_the_set_one_sees_how_to_sit_and_taps_what_it_is_to_be(
    floor: Floor, visit: Open
) -> None:
    page = visit(floor.address)
    live(page)
    screen(page, "before")
    expect(page.locator("#steps li")).to_have_count(5)
    for image in page.locator("#steps img").all():
        assert image.evaluate("node => node.complete && node.naturalWidth > 0")
    for _ in range(3):
        page.get_by_role("button", name="More load").first.click()
    page.get_by_role("button", name="More reps").click()
    page.get_by_role("button", name="Gentle").click()
    page.get_by_role("button", name="3 – 1 – 2 – 1").click()
    expect(page.locator("#plan-line")).to_have_text("25 kg · Gentle")
    expect(page.locator("#plan [data-plan=load_kg]")).to_have_text("25 kg")
    expect(page.locator("#plan [data-plan=target_reps]")).to_have_text("10")
    expect(page.get_by_role("button", name="Gentle")).to_have_attribute("aria-pressed", "true")
    train(floor, 1)
    expect(page.locator("#target")).to_have_text("of 10")
    expect(page.locator("#seconds")).to_have_text(re.compile(r"/ 1\.0 s"))


def test_a_load_is_shown_as_it_is(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    for kg in ("21.25", "22.5", "40"):
        floor.display.ask(f'{{"do":"plan","load_kg":{kg}}}')
        expect(page.locator("#plan-line")).to_have_text(f"{kg} kg · Normal")


def test_two_screens_show_the_same(floor: Floor, visit: Open) -> None:
    kiosk, phone = (
        visit(floor.address),
        visit(floor.address, viewport={"width": 390, "height": 844}),
    )
    live(kiosk)
    phone.get_by_role("button", name="More load").first.click()
    expect(kiosk.locator("#plan-line")).to_have_text("20 kg · Normal")
    train(floor, 1)
    for page in (kiosk, phone):
        expect(page.locator("#count")).to_have_text("1")


def test_the_lever_stands_as_it_really_does(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    for target in (0.0, 30.0, 5.0):
        floor.machine.perform(*LIFT_IN[:1], *(type(LIFT_IN[1])(target, 1.0),))
        turned = page.locator("#torso")
        expect(turned).to_have_attribute(
            "transform",
            re.compile(rf"rotate\({target:.0f}|rotate\(-?0\.|rotate\({target - 1:.0f}\.9"),
        )
        expect(page.locator("#angle")).to_have_text(f"{target:.0f}°")


def test_breathing_and_tempo_follow_the_stroke(slow_floor: Floor, visit: Open) -> None:
    page = visit(slow_floor.address)
    slow_floor.machine.perform(*LIFT_IN)
    expect(page.locator("#breath")).to_have_text("Brace")
    slow_floor.machine.perform(REP[0])
    expect(page.locator("#breath")).to_have_text("Breathe in")
    slow_floor.machine.perform(*REP[1:3])
    expect(page.locator("#breath")).to_have_text(re.compile("Breathe out|Brace"))
    expect(page.locator("#tempo")).to_have_text(re.compile(r"^1\.\d – 0\.\d – "))


def test_an_overshoot_is_shown_at_once_and_cleared(slow_floor: Floor, visit: Open) -> None:
    page = visit(slow_floor.address)
    page.evaluate(COUNT_TONES)
    slow_floor.machine.perform(*LIFT_IN, *LEAN_BACK[:3])
    warning = page.locator("#over")
    expect(warning).to_be_visible(timeout=500)
    expect(warning).to_contain_text("Too far back")
    expect(page.locator("#over-deg")).to_have_text(re.compile(r"^[67]\.\d°$"))
    frame = page.evaluate(
        "getComputedStyle(document.querySelector('main'), '::after').borderTopWidth"
    )
    assert float(frame.removesuffix("px")) >= 10
    assert page.evaluate("window.tones") == 2
    slow_floor.machine.perform(*LEAN_BACK[3:])
    expect(warning).to_be_hidden(timeout=3_000)
    expect(page.locator("#cue")).to_have_text(re.compile(r"^Stop tall: [67]\.\d° too far$"))
    slow_floor.machine.perform(*REP)
    expect(page.locator("#cue")).not_to_contain_text("Stop tall")


def test_lost_data_dims_the_page_within_half_a_second_and_it_comes_back(
    slow_floor: Floor, visit: Open
) -> None:
    page = visit(slow_floor.address)
    page.add_init_script(NOTE_TIMES)
    page.reload()
    live(page)
    slow_floor.machine.perform(*LIFT_IN, *REP)
    expect(page.locator("#count")).to_have_text("1")
    slow_floor.machine.silent = True
    expect(page.locator("body")).to_have_attribute("data-lost", "sensor")
    assert page.evaluate("window.dimmedAt - window.heardAt") <= 500
    expect(page.locator("#lost")).to_contain_text("Sensor lost")
    expect(page.locator("#angle")).to_have_text("–")
    expect(page.locator("#link")).to_have_text("sensor lost")
    slow_floor.machine.unplug()
    expect(page.locator("#lost")).to_be_visible()
    slow_floor.machine.plug_in()
    live(page)
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#count")).to_have_text("1")


def test_a_station_that_comes_back_is_taken_up_again(visit: Open) -> None:
    with opened_floor(speed=4.0) as first:
        address = first.address
        page = visit(address)
        live(page)
    expect(page.locator("#lost")).to_contain_text("Station lost")
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    with opened_floor(Settings(display=DisplaySettings(port=port)), speed=4.0) as second:
        assert second.address == address
        live(page)
        train(second, 2)
        expect(page.locator("#count")).to_have_text("2")


def test_the_summary_after_the_set(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    floor.machine.perform(*LIFT_IN, *REP, *LEAN_BACK, *LEAN_BACK, *LET_DOWN)
    page.get_by_role("button", name="End set").click()
    screen(page, "after")
    expect(page.locator("#after-title")).to_have_text("Set 1 done")
    expect(page.locator("#after-count")).to_have_text("3 reps")
    expect(page.locator("#score")).to_have_text("Form 90")
    expect(page.locator("#deductions")).to_have_text("−10: leaned back (reps 2–3)")
    expect(page.locator("#hint")).to_have_text("Stop tall at the neutral line.")
    expect(page.locator("#rest")).to_have_text(re.compile(r"^0:\d\d$"))
    expect(page.locator("#day tbody tr")).to_have_count(1)
    expect(page.locator("#trace .rep")).to_have_count(3)
    expect(page.locator("#bars .bar")).to_have_count(3)
    figures = page.locator("#figures").inner_text()
    assert re.search(r"Range\s+4\d°", figures)
    assert re.search(r"Too far back\s+2", figures)
    page.get_by_role("button", name="Next set").click()
    screen(page, "before")


def test_discomfort_ends_the_set_and_says_what_to_do(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    train(floor, 2)
    expect(page.locator("#count")).to_have_text("2")
    page.get_by_role("button", name="Stop: discomfort").click()
    screen(page, "after")
    expect(page.locator("#after-title")).to_have_text("Set 1 stopped: discomfort")
    expect(page.locator("#hint")).to_have_text(
        "Shorter range, less load. Stop for today if it stays."
    )
    expect(page.locator("#day tbody")).to_contain_text("discomfort")


def test_a_removed_rep_is_kept_struck_out(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    train(floor, 3)
    expect(page.locator("#count")).to_have_text("3")
    page.get_by_role("button", name="Remove rep").click()
    expect(page.locator("#count")).to_have_text("2")
    page.get_by_role("button", name="End set").click()
    expect(page.locator("#after-count")).to_have_text("2 reps")
    expect(page.locator("#reps tr.struck")).to_have_count(1)
    expect(page.locator("#reps tr.struck td").first).to_have_text("3")
    page.get_by_role("button", name="Take rep 3 back").click()
    expect(page.locator("#after-count")).to_have_text("3 reps")
    page.get_by_role("button", name="Remove rep 1", exact=True).click()
    expect(page.locator("#reps tr.struck td").first).to_have_text("1")


def test_start_again_counts_from_nought(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    train(floor, 2)
    expect(page.locator("#count")).to_have_text("2")
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("#count")).to_have_text("0")
    screen(page, "during")
    floor.machine.perform(*REP)
    expect(page.locator("#count")).to_have_text("1")


def test_an_older_set_of_the_day_is_shown_from_the_history(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    for reps in (1, 2):
        floor.machine.perform(*LIFT_IN, *(REP * reps), *LET_DOWN)
        page.get_by_role("button", name="End set").click()
        expect(page.locator("#after-title")).to_have_text(f"Set {reps} done")
    page.get_by_role("button", name="History").click()
    page.locator("#history").get_by_role("button", name="Show set 1").click()
    expect(page.locator("#history")).to_be_hidden()
    expect(page.locator("#after-title")).to_have_text("Set 1 done")
    expect(page.locator("#after-count")).to_have_text("1 rep")
    page.get_by_role("button", name="Remove rep", exact=True).click()
    expect(page.locator("#after-count")).to_have_text("0 reps")
    page.get_by_role("button", name="Next set").click()
    screen(page, "before")
    page.get_by_role("button", name="History").click()
    page.locator("#history").get_by_role("button", name="Show set 2").click()
    expect(page.locator("#after-count")).to_have_text("2 reps")
    page.get_by_role("button", name="Next set").click()
    screen(page, "before")


@pytest.mark.parametrize(
    ("name", "code", "title", "stop"),
    [
        ("Deutsch", "de", "Mach dich bereit", "Stopp: Beschwerden"),
        ("Español", "es", "Prepárate", "Parar: molestia"),
        ("English", "en", "Get ready", "Stop: discomfort"),
    ],
)
def test_the_language_is_chosen_on_each_screen_and_stays(
    name: str, code: str, title: str, stop: str, floor: Floor, visit: Open
) -> None:
    page, other = visit(floor.address), visit(floor.address)
    page.locator("nav [data-open=settings]").click()
    page.get_by_role("button", name=name).click()
    expect(page.locator("#before-title")).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", code)
    page.reload()
    expect(page.locator("#before-title")).to_have_text(title)
    train(floor, 1)
    expect(page.locator("#discomfort")).to_have_text(re.compile(stop))
    expect(other.locator("#discomfort")).to_have_text(re.compile("Stop: discomfort"))


def test_questions_are_answered(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    page.get_by_role("button", name="Questions").first.click()
    expect(page.locator("#answers dt")).to_have_count(8)
    page.keyboard.press("Escape")
    expect(page.locator("#questions")).to_be_hidden()


def test_what_cannot_be_saved_is_said_until_it_can(tmp_path: Path, visit: Open) -> None:
    in_the_way = tmp_path / "sets.db"
    in_the_way.mkdir()
    with opened_floor(speed=6.0, folder=tmp_path) as floor:
        page = visit(floor.address)
        live(page)
        expect(page.locator("#failure")).to_contain_text("Cannot be saved:")
        page.wait_for_timeout(5_000)
        expect(page.locator("#failure")).to_contain_text("sets.db")
        floor.machine.perform(*LIFT_IN, *REP)
        expect(page.locator("#count")).to_have_text("1")
        expect(page.locator("#failure")).to_be_hidden()
        expect(page.locator("#sign")).to_have_text("⚠ not saved")
        in_the_way.rmdir()
        expect(page.locator("#sign")).to_have_text("", timeout=10_000)
        page.locator("[data-do=end_set]").click()
        expect(page.locator("#after-count")).to_have_text("1 rep")
        expect(page.locator("#failure")).to_be_hidden()
        page.close()  # before its station: what it asks for last would be refused


def test_a_set_that_was_interrupted_is_marked_after_the_restart(
    tmp_path: Path, visit: Open
) -> None:
    left = tmp_path / "left"
    with opened_floor(speed=6.0, folder=tmp_path / "first") as floor:
        page = visit(floor.address)
        live(page)
        floor.machine.perform(*LIFT_IN, *(REP * 2))
        expect(page.locator("#count")).to_have_text("2")
        page.wait_for_timeout(1_000)
        shutil.copytree(tmp_path / "first", left)  # as a power cut leaves it
    with opened_floor(speed=6.0, folder=left) as floor:
        page = visit(floor.address)
        live(page)
        page.get_by_role("button", name="History").click()
        expect(page.locator("#history tbody")).to_contain_text("interrupted")
        page.locator("#history").get_by_role("button", name="Show set 1").click()
        expect(page.locator("#after-title")).to_have_text("Set 1: interrupted")
        expect(page.locator("#after-count")).to_have_text("2 reps")


def test_sets_are_downloaded_and_the_page_stays(floor: Floor, visit: Open) -> None:
    page = visit(floor.address)
    page.get_by_role("button", name="History").click()
    expect(page.get_by_role("link", name="FIT of today")).to_be_hidden()
    page.keyboard.press("Escape")
    train(floor, 3)
    expect(page.locator("#count")).to_have_text("3")
    page.get_by_role("button", name="End set").click()
    page.get_by_role("button", name="History").click()
    page.wait_for_timeout(1_000)  # until it is kept
    assert len(downloaded(page, "Sets (CSV)", ".csv").splitlines()) == 1 + 1
    assert len(downloaded(page, "Reps (CSV)", ".csv").splitlines()) == 1 + 3
    (kept,) = json.loads(downloaded(page, "JSON", ".json"))["sets"]
    assert kept["report"]["rep_count"] == 3
    fit = Stream.from_byte_array(bytearray(downloaded(page, "FIT of today", ".fit")))
    messages, errors = Decoder(fit).read()
    assert not errors
    assert [one["repetitions"] for one in messages["set_mesgs"] if "repetitions" in one] == [3]
    expect(page.locator("#history")).to_be_visible()


def downloaded(page: Page, link: str, ending: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    assert waiting.value.suggested_filename.endswith(ending)
    return Path(waiting.value.path()).read_bytes()


def test_who_has_no_token_may_come_in_with_the_code_alone(visit: Open) -> None:
    settings = Settings(display=DisplaySettings(port=0))
    with opened_floor(settings, host="0.0.0.0", speed=4.0) as floor:
        here = re.sub(r"//[^:]+:", "//127.0.0.1:", floor.address)
        page = visit(here)
        expect(page.locator("#lost")).to_contain_text("Not let in")
        page.goto(here + floor.display.invitation.rsplit("/", 1)[1])
        assert page.url == here
        live(page)
        page.locator("nav [data-open=settings]").click()
        expect(page.locator("#code")).to_be_visible()
        assert page.locator("#code").evaluate("node => node.naturalWidth") > 0


def test_who_may_only_look_sees_it_all_and_changes_nothing(visit: Open) -> None:
    settings = Settings(display=DisplaySettings(port=0, look_without_token=True))
    with opened_floor(settings, host="0.0.0.0", speed=4.0) as floor:
        page = visit(re.sub(r"//[^:]+:", "//127.0.0.1:", floor.address))
        live(page)
        train(floor, 1)
        expect(page.locator("#count")).to_have_text("1")
        expect(page.get_by_role("button", name="End set")).to_be_disabled()
        page.locator("nav [data-open=settings]").click()
        expect(page.locator("#settings").get_by_text("Calibrate")).to_be_hidden()
        page.locator("#settings [data-open=history]").click()
        expect(page.locator("#exports")).to_be_hidden()
