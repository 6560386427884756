"""The store: what is put in comes out, whatever becomes of the process."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.kept import STORE
from firmware_bridge.errors import StoreError
from firmware_bridge.floor.setrecord import Trace
from firmware_bridge.floor.store.store import Samples, Stop, Store
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import EVENING, kept, struck_out

WIRE = Samples("wire", b"\0samples\0" * 500, 12.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / STORE


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


def fresh(uid: str, **facts: object) -> StoredSet:
    """A set that no store has seen, with the way of its lever."""
    one = kept(uid=uid, **{"id": None, "program": "0.1.0", **facts})
    trace = Trace.of([0.0, 0.05, 0.1], [60.0, 59.5, 58.25])
    return replace(one, record=replace(one.record, trace=trace))


def saved(store: Store, one: StoredSet, samples: Samples = WIRE) -> int:
    with store.transaction():
        return store.save(one, samples)


def test_a_set_comes_back_as_it_was_kept(path: Path) -> None:
    one = fresh(
        "u1",
        device_id="lever-1",
        calibration={"neutral_counts": 2048, "made_utc": None},
        stop_deg=61.75,
        suspect=True,
        notes='slow; "heavy"\n',
        analysed_utc=EVENING + timedelta(minutes=1),
    )
    with Store(path) as store:
        number = saved(store, one)
    with Store(path) as store:
        back = store.get(number)
        assert back == replace(one, id=number)
        assert store.samples(number) == WIRE


def test_an_analysis_is_of_the_start_if_nobody_says_when_it_was(store: Store) -> None:
    assert store.get(saved(store, fresh("u1"))).analysed_utc == EVENING


def test_a_set_saved_twice_is_there_once(store: Store) -> None:
    first = saved(store, fresh("u1"))
    assert saved(store, fresh("u1")) == first
    assert len(store.lines()) == len(store.analyses(first)) == 1


def test_numbers_are_never_given_again(store: Store) -> None:
    gone = saved(store, fresh("u1"))
    store._db.execute("DELETE FROM sets")
    assert saved(store, fresh("u2")) > gone
    assert store.samples(gone) is None


def test_a_changed_set_is_the_same_set_changed(store: Store) -> None:
    one = fresh("u1")
    number = saved(store, one)
    changed = replace(struck_out(one, 2), notes="struck out", suspect=True)
    changed = replace(changed, record=replace(changed.record, discomfort=True))
    with store.transaction():
        store.strike("u1", [2])
        store.mark("u1", discomfort=True, suspect=True)
        store.note(number, "struck out")
    assert store.get(number) == replace(changed, id=number, analysed_utc=EVENING)
    assert len(store.analyses(number)) == 1
    assert store.lines()[0].rep_count == one.report["rep_count"] - 1


def test_a_change_of_a_set_that_is_not_there_changes_nothing(store: Store) -> None:
    with store.transaction():
        store.strike("nobody", [1])
        store.mark("nobody", discomfort=True, suspect=True)
        store.note(1, "nobody")
    assert store.lines() == []


def test_old_results_are_kept_beside_new_ones(store: Store) -> None:
    one, later = fresh("u1"), EVENING + timedelta(days=30)
    number = saved(store, one)
    found = struck_out(one, 1, 2).report
    with store.transaction():
        store.add_analysis(number, found, "0.2.0", later)
    assert store.get(number).report == found
    assert store.get(number).program == "0.2.0"
    assert [a.program for a in store.analyses(number)] == ["0.1.0", "0.2.0"]
    assert [a.report for a in store.analyses(number)] == [one.report, found]
    assert store.lines()[0].rep_count == found["rep_count"]


def test_a_changed_set_that_was_found_anew_changes_what_is_current(store: Store) -> None:
    one = fresh("u1")
    number = saved(store, one)
    with store.transaction():
        store.add_analysis(number, one.report, "0.2.0", EVENING)
        store.strike("u1", [3])
    old, current = store.analyses(number)
    assert (old.report, current.report) == (one.report, struck_out(one, 3).report)


def test_a_set_that_is_not_there_is_an_error_that_says_where_to_look(store: Store) -> None:
    with pytest.raises(StoreError, match="no set 5: see `leverrep sets list`"):
        store.get(5)


def test_stops_are_those_of_the_machine_oldest_first(store: Store) -> None:
    for n, source in enumerate(("machine", "import", "machine", "machine")):
        when = EVENING + timedelta(hours=n)
        one = fresh(f"u{n}", source=source, stop_deg=60.0 + n, started_utc=when, device_id="d")
        saved(store, one)
    assert store.stops(2) == [Stop("d", {}, 62.0), Stop("d", {}, 63.0)]


def test_what_is_running_is_there_as_it_came(path: Path) -> None:
    begun = fresh("u1", stop_deg=60.5, calibration={"gear": 2.0})
    with Store(path) as store:
        assert store.running() is None
        with store.transaction():
            store.begin(begun, WIRE)
        for piece, data in enumerate((b"one", b"", b"three"), 1):
            with store.transaction():
                store.append(piece, data)
    with Store(path) as store:
        found = store.running()
        assert found is not None
        assert found.begun == replace(
            begun, record=replace(begun.record, trace=found.begun.record.trace)
        )
        assert found.samples == replace(WIRE, data=WIRE.data + b"onethree")


def test_a_piece_that_comes_twice_is_there_once(store: Store) -> None:
    with store.transaction():
        store.begin(fresh("u1"), Samples("wire", b"a"))
        for piece, data in ((1, b"b"), (2, b"c"), (1, b"b"), (2, b"c")):
            store.append(piece, data)
    running = store.running()
    assert running
    assert running.samples.data == b"abc"


def test_only_one_set_is_running(store: Store) -> None:
    with store.transaction():
        store.begin(fresh("u1"), WIRE)
        store.append(7, b"more")
        store.begin(fresh("u2"), Samples("wire", b"new"))
    running = store.running()
    assert running
    assert (running.begun.uid, running.samples.data) == ("u2", b"new")
    with store.transaction():
        store.drop_running()
    assert store.running() is None


def test_a_transaction_is_done_whole_or_not_at_all(store: Store) -> None:
    def give_up_halfway() -> None:
        with store.transaction():
            store.save(fresh("u1"), WIRE)
            store.begin(fresh("u2"), WIRE)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        give_up_halfway()
    assert (store.lines(), store.running()) == ([], None)
    saved(store, fresh("u1"))  # and the next one is not in its way


def add_sets(path: Path, name: str, count: int) -> None:
    with Store(path) as store:
        for n in range(count):
            saved(store, fresh(f"{name}-{n}"))


def test_two_processes_write_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=add_sets, args=(path, name, 15)) for name in "ab"]
    for other in others:
        other.start()
    add_sets(path, "here", 15)
    for other in others:
        other.join()
    with Store(path) as store:
        assert len({one.uid for one in store.sets()}) == 45
        assert store.is_whole()
