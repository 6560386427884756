"""The words of the page: every language says everything, with the same blanks to fill in."""

import json
import re
from pathlib import Path

import pytest

from analysis.flags import FLAGS
from analysis.score import OFF_TEMPO
from config import STANDARDS
from config.calibrations import OWN
from firmware_bridge.floor.board import PHASES, REASONS, TROUBLES
from firmware_bridge.floor.calibration.refusals import NOTES, REFUSALS
from firmware_bridge.floor.display.app import PAGE
from firmware_bridge.floor.hint import HINTS

FILES = sorted((PAGE / "words").glob("*.json"))
ENGLISH = json.loads((PAGE / "words" / "en.json").read_text())
STEPS = ("neutral", "stop", "range", "checks")
SPOKEN = [
    *(f"cue.{flag.name}" for flag in FLAGS),
    *(f"flag.{name}" for name in (*(flag.name for flag in FLAGS), OFF_TEMPO)),
    *(f"{part}.{phase}" for part in ("phase", "breath") for phase in PHASES),
    *(f"reason.{reason}" for reason in REASONS),
    *(f"trouble.{trouble}" for trouble in TROUBLES),
    *(f"standard.{name}" for name in (*STANDARDS, OWN)),
    *(f"{part}.{step}" for part in ("guide", "lifter", "beside") for step in STEPS),
    *(f"guide.{end}" for end in ("done", "refused")),
    *(f"lacks.{lack}" for lack in ("moving", "bad_samples")),
    *(f"magnet.{state}" for state in ("ok", "weak", "strong", "missing", "no_answer")),
    *(f"refusal.{name}" for name in REFUSALS),
    *(f"note.{name}" for name in NOTES),
    *(f"hint.{name}" for name, _ in HINTS if name),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_language_says_everything(path: Path) -> None:
    words = json.loads(path.read_text())
    assert list(words) == list(ENGLISH)
    assert len(words["questions"]) == len(ENGLISH["questions"])
    for key, text in ENGLISH.items():
        if key != "questions":
            assert blanks(words[key]) == blanks(text), key
            assert bool(words[key]) == bool(text), key


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("key", SPOKEN)
def test_what_the_station_can_say_has_words(key: str) -> None:
    assert key in ENGLISH


def test_what_the_page_asks_for_is_there_and_nothing_else() -> None:
    sources = "".join(path.read_text() for path in [*PAGE.glob("*.js"), PAGE / "index.html"])
    asked = set(re.findall(r'data-(?:words|label|alt)="([^"]+)"', sources))
    asked |= set(re.findall(r"[\"'`]([a-z]+\.[a-z_.]+)[\"'`]", sources)) & set(ENGLISH)
    assert asked <= set(ENGLISH)
    families = {f"{key.split('.')[0]}." for key in re.findall(r"say\(\s*`([a-z]+)\.", sources)}
    families |= {
        "after.title",
        "setup.",
        "lost.",
        "score",
        "failure",
        "seconds",
        "refusal.",
        "note.",
    }
    idle = {
        key
        for key in ENGLISH
        if key not in asked and not any(key.startswith(family) for family in families)
    }
    assert idle <= {"decimal", "questions"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(("part", "said"), [("refusal", REFUSALS), ("note", NOTES)])
def test_why_a_calibration_ends_is_told_with_the_figures_of_the_station(
    part: str, said: dict[str, str], path: Path
) -> None:
    words = json.loads(path.read_text())
    for name, text in said.items():
        assert blanks(words[f"{part}.{name}"]) == {
            f"{{{figure}}}" for figure in re.findall(r"\{(\w+)", text)
        }, name
