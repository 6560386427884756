"""A judged set and its document."""

import numpy as np
import pytest

from analysis import analyse_trace
from analysis.measures import Measures
from analysis.rep import Rep
from analysis.report import SetReport, judged
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS

GOOD = Measures(
    start_s=1.0, end_s=8.0, bottom_deg=40.0, top_deg=0.0, eccentric_s=3.0, bottom_hold_s=1.0,
    concentric_s=2.0, top_hold_s=1.0, mean_concentric_dps=20.0,
)  # fmt: skip


def one_set(*measures: Measures, standard: FormStandard) -> SetReport:
    return judged([Rep(n, None, m) for n, m in enumerate(measures, 1)], standard)


@pytest.mark.parametrize("script", ["mixed", "throws", "partials", "shaking", "fast"])
@pytest.mark.parametrize("tempo", [None, "3-1-2-1"])
def test_every_score_is_100_less_what_is_listed(script: str, tempo: str | None) -> None:
    motion = SCRIPTS[script].motion()[::5]
    standard = FormStandard(target_tempo=tempo)
    report = analyse_trace(np.arange(len(motion)) / 200, motion, standard=standard).to_dict()
    for one in report["sets"]:
        counted = [rep for rep in one["reps"] if rep["counted"]]
        assert one["form_score"] == 100 - sum(d["points"] for d in one["deductions"])
        for rep in counted:
            assert rep["form_score"] == 100 - sum(d["points"] for d in rep["deductions"])
        for taken in one["deductions"]:
            points = {
                rep["number"]: d["points"]
                for rep in counted
                for d in rep["deductions"]
                if d["reason"] == taken["reason"]
            }
            assert list(points) == taken["reps"]
            assert taken["points"] == -(-sum(points.values()) // len(counted))


def test_a_target_tempo_is_shown_and_scored_and_counts_nothing() -> None:
    standard = FormStandard(target_tempo="3-1-2-1")
    quick = GOOD._replace(eccentric_s=1.5, concentric_s=1.0)
    document = one_set(GOOD, quick, GOOD, standard=standard).to_dict()
    assert document["target_tempo"] == "3-1-2-1"
    assert document["rep_count"] == 3
    assert [rep["form_score"] for rep in document["reps"]] == [100, 97, 100]
    assert document["deductions"] == [{"reason": "off_tempo", "points": 1, "reps": [2]}]


def test_the_pause_after_the_last_rep_is_of_no_tempo() -> None:
    standard = FormStandard(target_tempo="3-1-2-1")
    rested = GOOD._replace(top_hold_s=9.0)
    reps = one_set(rested, rested, standard=standard).to_dict()["reps"]
    assert [rep["form_score"] for rep in reps] == [90, 100]


def test_a_walk_through_the_set_is_flagged() -> None:
    reps = [GOOD._replace(bottom_deg=40.0 + n) for n in range(8)]
    flags = [rep.flags for rep in one_set(*reps, standard=FormStandard()).reps]
    assert flags == [()] * 4 + [("drifting",)] * 4


def test_a_set_of_partials_alone_has_no_score() -> None:
    document = judged([Rep(None, "shallow", Measures())], FormStandard()).to_dict()
    assert document["form_score"] is None
    assert document["deductions"] == []
