"""Reports are read back as the words in their SVG, and as what matplotlib placed where."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.errors import OutputError
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.plot_report import named, plot_set_report
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import changed, kept, partials_alone, struck_out
from tests.floor.pages import drawn, of_reps, traced

MIXED = SCRIPTS["mixed"].motion()


def said(one: StoredSet, t_s: Any, angle_deg: Any, folder: Path) -> list[str]:
    plot_set_report(folder / "out.svg", one, t_s, angle_deg)
    return re.findall(r"<text[^>]*>([^<]*)</text>", (folder / "out.svg").read_text())


def test_a_set_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    words = said(*traced(MIXED, notes="Ribs down.\nNext time 40 kg"), tmp_path)
    assert "Set 7 of 2026-11-25, 19:03" in words  # by the clock on the wall
    assert "9 reps, 2 not counted, 1 leaned back too far" in words
    assert "42.5 kg, target 9 reps at 3-1-2-1, form standard: standard" in words
    score = words.index("form, of 100") - 1
    assert words[score : score + 5] == ["88", "form, of 100", "100", "- 2", "overshoot (rep 3)"]
    assert {"off tempo (reps 1-9)", "Ribs down.", "Next time 40 kg"} <= {*words}
    assert {"not all the way up", "not deep enough", "shaky top", "rushed lowering"} <= {*words}
    row = words.index("51.0")
    assert words[row : row + 6] == ["51.0", "-7.0", "1.9 - 0.6 - 1.2 - 1.9", "68.3", "7.0", "81"]
    assert {"mean", "target", "3.0 - 1.0 - 2.0 - 1.0"} <= {*words}


def test_times_are_those_of_the_set(tmp_path: Path) -> None:
    words = said(*traced(MIXED), tmp_path)
    assert {"0", "50", "seconds since the set began"} <= {*words}
    assert not any(re.match(r"5\d\d\d", word) for word in words)


@pytest.mark.parametrize("count", [0, 1, 9, 25, 60])
def test_any_number_of_reps_is_one_page_without_overlap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    one, *trace = of_reps(count, notes="Ribs down. " * 40, suspect=True, ended_by="interrupted")
    assert len(one.report["reps"]) == count
    drawn(lambda: plot_set_report(tmp_path / "a.png", one, *trace), monkeypatch).check()


def test_reps_for_which_there_is_no_room_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partials = [rep for rep in kept().report["reps"] if not rep["counted"]]
    many = changed(kept(), reps=kept().report["reps"] * 5 + partials * 5)  # 45 reps, 20 not
    page = drawn(lambda: plot_set_report(tmp_path / "out.svg", many, (), ()), monkeypatch)
    page.check()
    told = "Not shown: 0 reps more and 3 that do not count; `leverrep sets export --rows reps`"
    assert told in str(page.texts)


def test_without_samples_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = said(kept(), (), (), tmp_path)
    assert "No samples of this set are kept: there is no trace" in words
    assert "overshoot (rep 3)" in words
    drawn(lambda: plot_set_report(tmp_path / "a.png", kept(), [], []), monkeypatch).check()


def test_samples_of_another_time_are_no_trace_of_it(tmp_path: Path) -> None:
    one, t_s, angle_deg = traced(MIXED)
    assert "No samples" in str(said(one, [t + 1000 for t in t_s], angle_deg, tmp_path))
    assert "No samples" in str(said(one, t_s[:1], angle_deg[:1], tmp_path))


def test_what_a_reader_must_know_first(tmp_path: Path) -> None:
    one, *trace = traced(MIXED, suspect=True, ended_by="interrupted")
    one = replace(one, record=replace(one.record, discomfort=True))
    marks = {"discomfort", "sensor had moved: angles are suspect"}
    marks |= {"interrupted: the end may be missing"}
    assert marks <= {*said(one, *trace, tmp_path)}
    assert not marks & {*said(*traced(MIXED), tmp_path)}


def test_nothing_that_counts(tmp_path: Path) -> None:
    one, *trace = traced(MIXED)
    words = said(partials_alone(one), *trace, tmp_path)
    assert "No rep that counts, so no score" in words
    assert "0 reps, 2 not counted" in words
    assert "mean" not in words


def test_a_rep_that_is_struck_out(tmp_path: Path) -> None:
    one, *trace = traced(MIXED)
    words = said(struck_out(one, 5), *trace, tmp_path)
    assert "struck out, thrown start" in words
    assert not any(word.startswith("thrown start (") for word in words)


def test_a_gap_and_what_it_hides(tmp_path: Path) -> None:
    words = said(*traced(SCRIPTS["good"].motion(), lost=(8.3, 9.4)), tmp_path)
    assert {"no data", "sensor gap, uncertain", "1.9 - ? - ? - ?"} <= {*words}


def test_a_set_of_which_nothing_is_known(tmp_path: Path) -> None:
    one, *trace = traced(MIXED)
    blank = {name: None for name in one.report["reps"][0] if name.endswith(("_s", "_deg", "_dps"))}
    unknown = changed(one, reps=[rep | blank for rep in one.report["reps"]], start_s=None)
    assert said(unknown, *trace, tmp_path).count("? - ? - ? - ?") == 9


HOSTILE = {
    "math": r"$\frac{1}{2$ \undefined $$ " * 60,
    "control": "a\x00b\x07c\x1b[31m\td\r\n\x85\u2028e " * 90,
    "rtl": "שלום עולם ארבע حسن جدا \u202eabc " * 60,
    "emoji": "👩‍🚀🏋️🇩🇪" * 200,
    "one word": "W" * 3000,
    "surrogate": "x\ud800y\udfff" * 200,
    "marks": "a" + "\u0301" * 300 + " ﷽ Ꙩ 漢字仮名",
    "blank": " \n\t ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_somebody_writes_stays_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    one = kept(notes=text, plan=Plan(standard=text))
    target = tmp_path / "out.pdf"
    drawn(lambda: plot_set_report(target, one, (), ()), monkeypatch).check_inside()
    assert target.read_bytes().count(b"/Type /Page ") == 1


def test_an_svg_is_sound_whatever_somebody_writes(tmp_path: Path) -> None:
    text = "".join(part[:40] for part in HOSTILE.values())
    plot_set_report(tmp_path / "out.svg", kept(notes=text, plan=Plan(standard=text)), (), ())
    assert "Trainer's notes" in "".join(
        ElementTree.parse(tmp_path / "out.svg").getroot().itertext()
    )


def test_a_plan_that_says_nothing(tmp_path: Path) -> None:
    words = said(*of_reps(1, plan=Plan(), id=None), tmp_path)
    assert "load not said, no target, form standard: standard" in words
    assert "Set of 2026-11-25, 19:03" in words
    assert "100, nothing was taken off" in words


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_the_same_set_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    targets = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for target in targets:
        plot_set_report(target, *traced(MIXED))
    assert targets[0].read_bytes() == targets[1].read_bytes()


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"none/out\.pdf: picture cannot be written"):
        plot_set_report(tmp_path / "none" / "out.pdf", kept(), (), ())


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(OutputError, match="needs matplotlib"):
        plot_set_report(tmp_path / "out.pdf", kept(), (), ())


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([3], "rep 3"),
        ([1, 2], "reps 1-2"),
        ([1, 2, 3, 7, 9, 10], "reps 1-3, 7, 9-10"),
        (list(range(1, 60, 2)), "reps 1, 3, 5, 7, 9 and 25 more"),
    ],
)
def test_reps_in_a_row_are_named_as_one(numbers: list[int], words: str) -> None:
    assert named(numbers) == words


def test_numbers_may_be_numpy_arrays(tmp_path: Path) -> None:
    one, t_s, angle_deg = of_reps(1)
    assert "No samples" not in str(said(one, np.array(t_s), np.array(angle_deg), tmp_path))
