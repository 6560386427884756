import re
from pathlib import Path

import numpy as np
import pytest

from analysis import analyse_trace
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.errors import TraceError
from firmware_bridge.floor.plot import Analysed
from firmware_bridge.floor.plot_compare import plot_comparison


def script(name: str, start_s: float = 0.0) -> Analysed:
    motion = SCRIPTS[name].motion()[::5]
    t = np.arange(len(motion)) / 200 + start_s
    return Analysed(f"{name}.csv", t, motion, analyse_trace(t, motion))


def drawn(a: Analysed, b: Analysed, folder: Path) -> list[str]:
    plot_comparison(folder / "out.svg", [a, b], FormStandard())
    return re.findall(r"<text[^>]*>([^<]*)</text>", (folder / "out.svg").read_text())


def test_two_sets_and_their_differences(tmp_path: Path) -> None:
    said = drawn(script("mixed"), script("good", 1000.0), tmp_path)
    assert {"mixed.csv", "good.csv", "seconds since the set began"} <= {*said}
    heads = said.index("not counted")
    assert said[heads : heads + 4] == ["not counted", "2", "0", "-2"]
    assert "+8" in said  # form 92 and 100
    assert "thrown start" in said
    assert said.count("9") == 2 + 1  # on the curve and over its column; and so many reps
    assert "1000" not in said  # each from its own start


def test_of_several_sets_the_one_with_the_most_reps(tmp_path: Path) -> None:
    said = drawn(script("two-sets"), script("good"), tmp_path)
    assert "two-sets.csv, set 1 of 2" in said


def test_a_set_with_itself(tmp_path: Path) -> None:
    one = script("good")
    assert drawn(one, one, tmp_path).count("=") == 6 + 6


def test_a_file_without_a_set(tmp_path: Path) -> None:
    t = np.arange(2000) / 200
    still = Analysed("still.csv", t, 0 * t, analyse_trace(t, 0 * t))
    with pytest.raises(TraceError, match=r"still.csv: no reps"):
        drawn(script("good"), still, tmp_path)
    assert list(tmp_path.iterdir()) == []
