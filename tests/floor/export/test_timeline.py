"""Sets and rests one after the other, whatever the clock did."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.floor.export.timeline import EARLIEST, Stretch, timeline
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import EVENING, changed, kept


def lasting(seconds: float, from_s: float, uid: str = "") -> StoredSet:
    """A set of so many seconds that began so long after EVENING."""
    began = EVENING + timedelta(seconds=from_s)
    return changed(kept(uid=uid, started_utc=began), start_s=5.0, end_s=5.0 + seconds)


def told(stretches: list[Stretch]) -> list[tuple[str, float, float]]:
    """Who, when (s after EVENING), how long."""
    zero = EVENING.timestamp() * 1000
    return [
        (one.done.uid if one.done else "rest", (one.start_ms - zero) / 1000, one.duration_ms / 1000)
        for one in stretches
    ]


def test_a_rest_lies_between_two_sets() -> None:
    found = timeline([lasting(40, 0, "a"), lasting(30.5, 100, "b")])
    assert told(found) == [("a", 0, 40), ("rest", 40, 60), ("b", 100, 30.5)]


def test_sets_are_in_the_order_they_began() -> None:
    found = timeline([lasting(30, 100, "b"), lasting(40, 0, "a")])
    assert [name for name, *_ in told(found)] == ["a", "rest", "b"]


def test_there_is_no_rest_where_there_was_none() -> None:
    found = timeline([lasting(40, 0, "a"), lasting(30, 40, "b")])
    assert told(found) == [("a", 0, 40), ("b", 40, 30)]


def test_where_the_clock_was_set_back_a_set_begins_where_the_one_before_it_ends() -> None:
    found = timeline([lasting(40, 0, "a"), lasting(30, 10, "b"), lasting(20, 100, "c")])
    assert told(found) == [("a", 0, 40), ("b", 40, 30), ("rest", 70, 30), ("c", 100, 20)]


def test_a_clock_that_was_never_set() -> None:
    (one,) = timeline([kept(started_utc=datetime(1970, 1, 1, tzinfo=UTC))])
    assert one.start_ms == EARLIEST.timestamp() * 1000


def test_a_set_whose_times_are_unknown_takes_none() -> None:
    (one,) = timeline([changed(kept(), start_s=None, end_s=None)])
    assert one.duration_ms == 0


times = st.tuples(st.floats(0, 600), st.floats(-86_400, 86_400))


@given(st.lists(times, min_size=1, max_size=12))
def test_no_time_is_there_twice_or_missing(spans: list[tuple[float, float]]) -> None:
    sets = [lasting(*span, uid=str(index)) for index, span in enumerate(spans)]
    found = timeline(sets)
    assert all(a.end_ms == b.start_ms for a, b in pairwise(found))
    assert all(one.duration_ms >= (one.done is None) for one in found)
    kept_s = {one.done.uid: one.duration_ms / 1000 for one in found if one.done}
    assert kept_s == {one.uid: round(one.duration_s, 3) for one in sets}
    assert found[0].done
    assert found[-1].done
    assert all(a.done or b.done for a, b in pairwise(found))
