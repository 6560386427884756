"""Trends are read back as the words in their SVG, and as what matplotlib placed where."""

import re
from datetime import date, timedelta
from math import isnan, nan
from pathlib import Path

import pytest

from firmware_bridge.errors import OutputError
from firmware_bridge.floor.plot_trend import plot_trends, points
from firmware_bridge.floor.trend import Trend, Week
from tests.floor.pages import drawn

MONDAY = date(2025, 9, 29)


def week(number: int, level: float = 1.0, suspect: int = 0) -> Week:
    return Week(
        monday=MONDAY + timedelta(weeks=number),
        sets=3,
        suspect=suspect,
        reps=27,
        mean_range_deg=44.0 * level,
        mean_tempo_s=(2.0 * level, 0.6, 1.2, 1.2),
        overshoot_rate=0.1 * level,
        mean_form_score=90.0 * level,
    )


def over(weeks: int, *loads: float | None) -> list[Trend]:
    return [
        Trend(load, tuple(week(n, 1 - 0.01 * k + 0.002 * n) for n in range(weeks) if n % 9 != k))
        for k, load in enumerate(loads, 1)
    ]


def said(found: list[Trend], folder: Path) -> list[str]:
    plot_trends(folder / "out.svg", found)
    return re.findall(r"<text[^>]*>([^<]*)</text>", (folder / "out.svg").read_text())


@pytest.mark.parametrize(
    "found",
    [
        over(1, 40.0),
        over(12, 30.0, 40.0),
        over(30, None, 1.25, 20, 30, 40, 52.125, 60, 70.0),
        over(520, 40.0, 500.0),
        [Trend(40.0, (week(0), week(300)))],
    ],
    ids=["a week", "a quarter", "many loads", "ten years", "long ago"],
)
def test_it_is_a_page_without_overlap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: list[Trend]
) -> None:
    drawn(lambda: plot_trends(tmp_path / "out.png", found), monkeypatch).check()


def test_what_is_said_of_them(tmp_path: Path) -> None:
    words = said(over(16, 30.0, None), tmp_path)
    assert "Trends, 2025-W40 to 2026-W03" in words
    assert {"30 kg", "load not said", "range  °", "tempo: lowering  s", "form  of 100"} <= {*words}
    assert {"leaned back too far  % of the reps", "bottom hold  s"} <= {*words}
    assert {"W40", "2025", "W02", "2026"} <= {*words}  # the year again where it is another
    assert "suspect" not in str(words)


def test_no_more_loads_than_can_be_told_apart(tmp_path: Path) -> None:
    most = [Trend(float(kg), (week(0), week(1))) for kg in range(10, 70, 10)]
    fewer = [Trend(kg, (week(0),)) for kg in (5.0, 35.0, None)]
    words = said([*most, *fewer], tmp_path)
    assert {f"{kg} kg" for kg in range(10, 70, 10)} <= {*words}
    assert not {"5 kg", "35 kg", "load not said"} & {*words}
    assert "And 3 loads more, with fewer reps: --load KG" in words
    assert "more" not in str(said(most, tmp_path))


def test_suspect_sets_are_told(tmp_path: Path) -> None:
    words = said([Trend(40.0, (week(0, suspect=2),))], tmp_path)
    assert "2 sets are suspect (sensor had moved): not in range and overshoot" in words


def test_weeks_without_sets_break_the_line() -> None:
    at, values = points([week(0), week(1), week(4)], lambda one: one.mean_form_score)
    assert [x - at[0] for x in at] == [0, 1, 1.5, 4]
    assert values == pytest.approx([90, 90, nan, 90], nan_ok=True)


def test_what_is_not_known_breaks_the_line() -> None:
    _, values = points([week(0), week(1)], lambda one: None)
    assert all(map(isnan, values))


def test_the_same_trends_give_the_same_bytes(tmp_path: Path) -> None:
    targets = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for target in targets:
        plot_trends(target, over(12, 30.0, 40.0))
    assert targets[0].read_bytes() == targets[1].read_bytes()


def test_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"out\.pdf: no sets with reps that count") as caught:
        plot_trends(tmp_path / "out.pdf", [])
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
