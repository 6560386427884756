"""Sets as they are kept, of scripted people."""

import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np

from analysis import analyse_trace
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord
from firmware_bridge.floor.store.storedset import StoredSet

EVENING = datetime(2026, 11, 25, 18, 3, 0, 250_000, tzinfo=UTC)
PLAN = Plan(load_kg=42.5, target_reps=9, target_tempo="3-1-2-1")


@cache
def _report(script: str) -> dict[str, Any]:
    angle = SCRIPTS[script].motion()[::5]
    standard = FormStandard(target_tempo=PLAN.target_tempo)
    report = analyse_trace(np.arange(len(angle)) / 200, angle, standard=standard)
    return report.to_dict()["sets"][0]


def kept(
    script: str = "mixed", plan: Plan = PLAN, ended_by: str = "button", **facts: Any
) -> StoredSet:
    form = FormStandard(target_tempo=plan.target_tempo)
    report = copy.deepcopy(_report(script))
    record = SetRecord(1, plan, form, report, ended_by, rest_from_s=0.0)
    usual = {"uid": "u1", "started_utc": EVENING, "utc_offset_min": 60, "id": 7}
    return StoredSet(record=record, **(usual | facts))


def struck_out(one: StoredSet, *numbers: int) -> StoredSet:
    return replace(one, record=replace(one.record, report=one.record.report_without(numbers)))


def changed(one: StoredSet, **report: Any) -> StoredSet:
    """The same with other entries in its report."""
    return replace(one, record=replace(one.record, report=one.report | report))


def partials_alone(one: StoredSet) -> StoredSet:
    reps = [rep for rep in one.report["reps"] if rep["number"] is None]
    return struck_out(changed(one, reps=reps))
