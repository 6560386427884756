"""The guide to the magnet's place: one sentence for every reading, and the same on every screen."""

import io

import pytest
from rich.console import Console

from firmware_bridge.floor.magnetview import (
    FULL_3V3,
    FULL_5V,
    LOOK_BACK,
    STATES,
    MagnetScreen,
    MagnetView,
    advice,
)


def view(*gains: int, sensor: str = "as5600", state: str = "ok") -> MagnetView:
    view = MagnetView(sensor)
    for agc in gains:
        view.take(state, agc, 1900)
    return view


def drawn(view: MagnetView, width: int = 80) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width).print(view)
    return out.getvalue().rstrip().split("\n")


@pytest.mark.parametrize(("agc", "full"), [(n, FULL_3V3) for n in (32, 64, 96)] + [(127, FULL_5V)])
def test_a_gain_about_the_middle_is_fine(agc: int, full: int) -> None:
    assert advice("ok", [agc], full).good
    assert "fix it now" in advice("ok", [agc], full).words


@pytest.mark.parametrize(
    ("agc", "full", "says"),
    [
        (0, FULL_3V3, "farther"),
        (31, FULL_3V3, "farther"),
        (97, FULL_3V3, "closer"),
        (128, FULL_3V3, "closer"),
        (60, FULL_5V, "farther"),
        (200, FULL_5V, "closer"),
    ],
)
def test_a_low_gain_wants_the_magnet_farther_away_and_a_high_one_closer(
    agc: int, full: int, says: str
) -> None:
    now = advice("ok", [agc], full)
    assert not now.good
    assert says in now.words


@pytest.mark.parametrize("state", STATES)
def test_what_the_sensor_says_itself_comes_before_the_gain(state: str) -> None:
    assert not advice(state, [], FULL_3V3).good


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("no_answer", "does not answer"),
        ("missing", "no magnet"),
        ("weak", "closer"),
        ("strong", "farther"),
    ],
)
def test_what_the_sensor_says_is_told_in_words(state: str, says: str) -> None:
    assert says in view(64, state=state).advice.words


def test_a_gain_that_changes_a_lot_asks_to_centre_the_magnet_until_it_is_forgotten() -> None:
    moved = view(60, 80)
    assert "from 60 to 80" in moved.advice.words
    assert "centre" in moved.advice.words
    for _ in range(LOOK_BACK):
        moved.take("ok", 80, 1900)
    assert moved.advice.good
    assert view(60, 76).advice.good


def test_a_magnet_that_came_from_elsewhere_is_judged_anew() -> None:
    assert view(120, 100, 64).advice.good
    guide = view(90)
    guide.take("missing", 128, 0)
    guide.take("ok", 50, 1900)
    assert guide.advice.good


def test_a_gain_above_128_means_that_the_sensor_has_5_volts() -> None:
    guide = view(64, 140)
    assert "gain 140 of 255" in guide.line()
    guide.take("ok", 128, 1900)
    assert "gain 128 of 255" in guide.line()


def test_a_sensor_without_a_magnet_gets_a_plain_sentence() -> None:
    guide = MagnetView("potentiometer")
    guide.take("ok", 0, 0)
    assert guide.line() == "sensor potentiometer has no magnet to place, and it answers"
    assert drawn(guide) == [f"✓ {guide.line()}"]
    guide.take("no_answer", 0, 0)
    assert "does not answer" in guide.line()


def test_somebodys_own_sensor_that_gives_a_gain_is_guided_too() -> None:
    guide = view(20, sensor="as5048")
    assert "gain 20 of 255: move the magnet a little farther" in guide.line()


def test_nothing_is_said_of_the_magnet_before_the_first_reading_and_after_the_last() -> None:
    assert "wait" in MagnetView("as5600").line()
    guide = view(64)
    guide.lose()
    assert guide.line() == "the board is gone: check its cable"
    assert len(drawn(guide)) == 1


@pytest.mark.parametrize(("agc", "column"), [(0, 10), (64, 30), (128, 50)])
def test_the_mark_stands_under_the_bar_where_the_gain_is(agc: int, column: int) -> None:
    bar, mark, *_ = drawn(view(agc))
    assert bar.index("░") == 10
    assert mark.index("▲") == column
    assert f"▲ {agc}" in mark


@pytest.mark.parametrize("width", [80, 40, 20])
def test_it_can_be_drawn_at_any_width(width: int) -> None:
    assert all(len(line) <= width for line in drawn(view(64), width))


def test_all_of_the_view_fits_80_columns_and_says_what_it_saw() -> None:
    lines = drawn(view(60, 64, 70))
    assert len(lines) == 5
    assert lines[0].startswith("too close ░")
    assert lines[0].endswith("░ too far")
    assert lines[3].startswith("✓ fine")
    assert lines[4] == "gain (AGC) 70 of 128, 60 to 70 in 3 s, magnitude 1900"


def test_in_a_pipe_there_is_a_line_for_each_change() -> None:
    stream = io.StringIO()
    with MagnetScreen(stream) as screen:
        screen.begin("as5600")
        for agc in (64, 64, 120):
            screen.take("ok", agc, 2000)
        screen.lose()
    lines = stream.getvalue().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "wait",
        "gain 64 of 128",
        "gain 120 of 128",
        "the board is gone",
    ]


def test_a_terminal_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    with MagnetScreen(stream) as screen:
        screen.begin("as5600")
        screen.take("ok", 64, 2000)
    assert "fix it now" in stream.getvalue()
    assert "▲ 64" in stream.getvalue()
