import io
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace as replace_plan
from rich.console import Console

from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.floor.trend import Trend, Week, trend_table, trends
from tests.floor.export.kept import PLAN, changed, kept, partials_alone, struck_out

MONDAY = datetime(2026, 11, 23, 18, tzinfo=UTC)


def done(when: datetime = MONDAY, load_kg: float | None = 40.0, **facts: Any) -> StoredSet:
    plan = replace_plan(PLAN, load_kg=load_kg)
    return kept(plan=plan, started_utc=when, **facts)


def only(sets: list[StoredSet]) -> Week:
    ((week,),) = (one.weeks for one in trends(sets))
    return week


def shown(found: list[Trend]) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(trend_table(found))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_a_set_alone_is_as_its_report_says() -> None:
    one = done()
    week = only([one])
    assert (week.sets, week.reps, week.suspect) == (1, 9, 0)
    assert week.mean_range_deg == pytest.approx(one.report["mean_range_deg"], abs=0.001)
    assert week.mean_tempo_s == pytest.approx(one.report["mean_tempo_s"], abs=0.001)
    assert week.overshoot_rate == pytest.approx(1 / 9)
    assert week.mean_form_score == one.report["form_score"]


def test_every_rep_weighs_the_same() -> None:
    few = struck_out(done(script="overshoots"), *range(2, 7))
    many = done(script="good")
    week = only([few, many])
    assert week.reps == 1 + 8
    assert week.overshoot_rate == pytest.approx(1 / 9)
    scores = few.report["form_score"], many.report["form_score"]
    assert week.mean_form_score == pytest.approx((scores[0] + 8 * scores[1]) / 9)
    assert week.mean_range_deg == pytest.approx((51 + 8 * 44) / 9, abs=0.1)


def test_each_load_by_itself_the_lightest_first_and_what_is_not_said_last() -> None:
    found = trends([done(load_kg=None), done(load_kg=42.5), done(load_kg=0.0), done(load_kg=42.5)])
    assert [one.load for one in found] == ["0 kg", "42.5 kg", "load not said"]
    assert [one.weeks[0].sets for one in found] == [1, 2, 1]


def test_weeks_are_those_of_the_local_time() -> None:
    sunday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert only([done(sunday, utc_offset_min=60)]).name == "2026-W48"
    assert only([done(sunday, utc_offset_min=0)]).name == "2026-W47"
    assert only([done(sunday, utc_offset_min=-600)]).name == "2026-W47"


def test_the_week_around_new_year_is_one_week() -> None:
    year_end = [datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 1, 2, 12, tzinfo=UTC)]
    week = only([done(when) for when in year_end])
    assert (week.sets, week.name, week.monday) == (2, "2026-W53", date(2026, 12, 28))


def test_weeks_are_in_their_order_whatever_that_of_the_sets() -> None:
    sets = [done(MONDAY + timedelta(weeks=n)) for n in range(5)]
    random.Random(1).shuffle(sets)
    ((found),) = trends(sets)
    assert [week.name for week in found.weeks] == [f"2026-W{n}" for n in range(48, 53)]


def test_what_the_sensor_got_wrong_is_in_no_range_and_no_overshoot() -> None:
    good, suspect = done(script="good"), done(script="overshoots", suspect=True)
    week = only([good, suspect])
    assert (week.sets, week.suspect, week.reps) == (2, 1, 14)
    assert week.mean_range_deg == pytest.approx(44, abs=0.1)
    assert week.overshoot_rate == 0
    assert week.mean_form_score < good.report["form_score"]
    alone = only([suspect])
    assert (alone.mean_range_deg, alone.overshoot_rate) == (None, None)
    assert alone.mean_tempo_s[0] is not None


def test_sets_that_count_nothing_are_no_sets_here() -> None:
    assert trends([partials_alone(done())]) == []
    assert only([partials_alone(done()), done()]).sets == 1


def test_what_is_not_known_is_in_no_mean() -> None:
    one = done(script="good")
    blank = {"range_deg": None, "eccentric_s": None}
    reps = [one.report["reps"][0] | blank, *one.report["reps"][1:]]
    assert only([changed(one, reps=reps)]).mean_range_deg == pytest.approx(44, abs=0.1)
    unknown = only([changed(one, reps=[rep | blank for rep in one.report["reps"]])])
    assert (unknown.mean_range_deg, unknown.mean_tempo_s[0]) == (None, None)


def test_the_table_fits_a_terminal() -> None:
    weeks = [MONDAY + timedelta(weeks=n) for n in (0, 2)]
    text = shown(trends([done(when, load) for when in weeks for load in (None, 100.5)]))
    assert "…" not in text
    assert text.index("100.5 kg") < text.index("load not said")
    assert "1.8 - 0.9 - 1.2 - 1.4" in text
    assert "2026-W50" in text
    assert "weighted by their reps" in text
    assert "suspect" not in text


def test_the_table_says_what_is_left_out() -> None:
    text = shown(trends([done(suspect=True)]))
    assert "1*" in text
    assert "1 set is suspect (sensor had moved): not in range and overshoot" in text
    assert "?" in text


def test_no_sets() -> None:
    assert "No sets" in shown(trends([]))
