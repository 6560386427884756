"""Sets are found, by those who list them and by those who read them whole."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.store.database import connect
from firmware_bridge.floor.store.listing import Filter, SetLine, set_lines, utc_text
from firmware_bridge.floor.store.store import Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import EVENING, kept, partials_alone, struck_out

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "sets.db") as opened:
        yield opened


def save(store: Store, *sets: StoredSet) -> None:
    with store.transaction():
        for one in sets:
            store.save(one, Samples("wire", b""))


def after(uid: str, **facts: object) -> StoredSet:
    """A set of its own, so long after the first."""
    since = {name: facts.pop(name) for name in ("days", "hours") if name in facts}
    return kept(uid=uid, started_utc=EVENING + timedelta(**since), **facts)  # type: ignore[arg-type]


def days(count: int, store: Store) -> None:
    loads = [Plan(load_kg=(40.0, 42.5)[n % 2]) for n in range(count)]
    save(store, *(after(f"u{n}", days=n, plan=plan) for n, plan in enumerate(loads)))


def uids(store: Store, which: Filter, newest: int | None = None) -> list[str]:
    found = [one.uid for one in store.sets(which, newest)]
    assert [store.id_of(uid) for uid in found] == [one.id for one in store.lines(which, newest)]
    return found


def test_a_line_says_what_a_list_shows(store: Store) -> None:
    one = kept(suspect=True, notes="left\nknee", utc_offset_min=-210)
    save(store, one)
    assert store.lines() == [
        SetLine(
            id=1,
            started_utc="2026-11-25T18:03:00.250Z",
            utc_offset_min=-210,
            standard="standard",
            load_kg=42.5,
            rep_count=9,
            partial_count=2,
            overshoot_count=1,
            mean_range_deg=one.report["mean_range_deg"],
            form_score=one.report["form_score"],
            ended_by="button",
            discomfort=0,
            suspect=1,
            notes="left\nknee",
        )
    ]


def test_what_is_not_known_is_none(store: Store) -> None:
    save(store, partials_alone(kept(plan=Plan())))
    (line,) = store.lines()
    assert (line.load_kg, line.mean_range_deg, line.form_score) == (None, None, None)
    assert (line.rep_count, line.partial_count) == (0, 2)


def test_a_line_is_of_what_was_found_last(store: Store) -> None:
    save(store, kept())
    with store.transaction():
        store.add_analysis(1, struck_out(kept(), 1, 2).report, "0.2.0", EVENING)
    assert [line.rep_count for line in store.lines()] == [7]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (Filter(), ["u0", "u1", "u2", "u3"]),
        (Filter(since=EVENING + timedelta(days=1)), ["u1", "u2", "u3"]),
        (Filter(until=EVENING + timedelta(days=1)), ["u0"]),
        (Filter(EVENING + timedelta(days=1), EVENING + timedelta(days=3)), ["u1", "u2"]),
        (Filter(EVENING + timedelta(days=3), EVENING + timedelta(days=1)), []),
        (Filter(load_kg=42.5), ["u1", "u3"]),
        (Filter(load_kg=0.0), []),
        (Filter(ids=[1, 3, 99]), ["u0", "u2"]),
        (Filter(since=EVENING + timedelta(days=1), load_kg=40.0, ids=[1, 2, 3]), ["u2"]),
    ],
)
def test_sets_are_found_by_time_load_and_number(
    which: Filter, found: list[str], store: Store
) -> None:
    days(4, store)
    assert uids(store, which) == found


def test_nothing_lifted_is_a_load_and_not_said_is_none(store: Store) -> None:
    save(store, kept(uid="empty", plan=Plan(load_kg=0.0)), kept(uid="unsaid", plan=Plan()))
    assert uids(store, Filter(load_kg=0.0)) == ["empty"]


def test_a_moment_is_found_to_the_millisecond(store: Store) -> None:
    save(store, kept())
    millisecond = timedelta(milliseconds=1)
    assert uids(store, Filter(EVENING, EVENING + millisecond)) == ["u1"]
    assert uids(store, Filter(since=EVENING + millisecond)) == []
    assert uids(store, Filter(until=EVENING)) == []


@pytest.mark.parametrize("hours", [-10, 0, 5.75, 14])
def test_a_filter_knows_the_time_zone_of_who_asks(hours: float, store: Store) -> None:
    days(2, store)
    local = (EVENING + timedelta(days=1)).astimezone(timezone(timedelta(hours=hours)))
    assert uids(store, Filter(since=local)) == ["u1"]


def test_the_newest_come_in_the_order_of_their_time(store: Store) -> None:
    save(store, *(after(f"u{n}", hours=n) for n in (3, 0, 2, 1)))
    assert uids(store, Filter(), newest=3) == ["u1", "u2", "u3"]
    assert uids(store, Filter(until=EVENING + timedelta(hours=2)), newest=1) == ["u1"]
    assert uids(store, Filter(), newest=0) == []
    assert uids(store, Filter(), newest=99) == ["u0", "u1", "u2", "u3"]


def test_of_one_moment_the_first_that_was_kept_is_the_first(store: Store) -> None:
    save(store, *(after(uid) for uid in ("b", "a", "c")))
    assert uids(store, Filter()) == ["b", "a", "c"]
    assert uids(store, Filter(), newest=2) == ["a", "c"]


def test_a_list_needs_no_more_than_the_database(tmp_path: Path) -> None:
    db = connect(tmp_path / "sets.db")
    assert set_lines(db) == []
    db.close()
    names = "firmware_bridge.floor.store.database, firmware_bridge.floor.store.listing"
    code = f"import sys, {names}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"numpy", "scipy", "msgspec", "analysis", "rich"} & {*loaded.split()} == set()


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (EVENING, "2026-11-25T18:03:00.250Z"),
        (EVENING.astimezone(timezone(timedelta(hours=14))), "2026-11-25T18:03:00.250Z"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000Z"),
        (datetime(1, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC), "0001-01-01T00:00:00.999Z"),
    ],
)
def test_times_are_text_that_sorts_as_they_do(when: datetime, text: str) -> None:
    assert utc_text(when) == text
