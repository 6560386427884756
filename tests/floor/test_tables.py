import io

import numpy as np
from rich.console import Console

from analysis import analyse_trace
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.floor.tables import report_table


def shown(report: dict[str, object]) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(report_table(report))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_reps_partials_and_means() -> None:
    motion = SCRIPTS["mixed"].motion()[::5]
    text = shown(analyse_trace(np.arange(len(motion)) / 200, motion).to_dict())
    assert "Set 1: 9 reps, 2 not counted" in text
    assert "rushed" in text
    assert "not deep" in text
    assert "mean" in text
    assert "-0.0" not in text


def test_the_score_is_shown_as_a_sum_and_the_set_in_figures() -> None:
    motion = SCRIPTS["mixed"].motion()[::5]
    standard = FormStandard(target_tempo="3-1-2-1")
    document = analyse_trace(np.arange(len(motion)) / 200, motion, standard=standard).to_dict()
    text = " ".join(shown(document).split())
    one = document["sets"][0]
    assert f"form {one['form_score']} = 100 - 2 overshoot (rep 3)" in text
    assert "off tempo (reps 1, 2, 3, 4, 5, 6, 7, 8, 9)" in text
    assert "consistency" in text
    assert "target" in text
    assert "3.0 - 1.0 - 2.0 - 1.0" in text
    assert "turned back on the way up" in text


def test_unknown_values_are_question_marks() -> None:
    motion = SCRIPTS["good"].motion()[::5]
    report = analyse_trace(np.arange(len(motion)) / 200, motion).to_dict()
    rep = report["sets"][0]["reps"][0]
    rep["range_deg"] = rep["eccentric_s"] = rep["start_s"] = None
    assert shown(report).count("?") == 3


def test_nothing_found() -> None:
    assert "No reps" in shown({"sets": []})
