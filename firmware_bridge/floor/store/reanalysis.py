"""Finds sets anew in the samples they were measured on: interrupted ones, and old ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from analysis import LiveAnalyser, SetReport
from firmware_bridge.errors import LeverRepError, StoreError
from firmware_bridge.floor.board import BY_HAND
from firmware_bridge.floor.setrecord import Trace
from firmware_bridge.floor.store.listing import Filter
from firmware_bridge.floor.store.store import Running, Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.floor.trail import trail_beside

Angles = tuple[Sequence[float], Sequence[float]]
# Times (s) and lever angles (deg) of a set's samples; LeverRepError if they cannot be read.
NO_NAME = "the file"  # what errors call samples whose file is not known any more
AnglesOf = Callable[[StoredSet, Samples], Angles]


def find_sets(one: StoredSet, angles: Angles) -> list[dict[str, Any]]:
    """The sets in its samples, by the standard it was judged by, as a report has them."""
    live = LiveAnalyser(one.record.form, one.stop_deg)
    events = live.feed(*angles)
    if one.record.ended_by in BY_HAND:
        events += live.end_set(one.record.ended_by)
    events += live.close()
    return [event["set"] for event in events if event.kind == "set_ended"]


def each_kept(one: StoredSet, angles: Angles, from_s: float) -> Iterator[StoredSet]:
    """The sets in its samples as sets to keep; `one` says what is known of all of them, and began
    at the second `from_s` of its samples.
    """
    for n, report in enumerate(find_sets(one, angles)):
        start_s = from_s if report["start_s"] is None else report["start_s"]
        trace = Trace.of(*trail_beside(*angles, report))
        record = replace(one.record, number=one.record.number + n, report=report, trace=trace)
        yield replace(
            one,
            uid=f"{one.uid}-{n + 1}" if n else one.uid,
            record=record,
            started_utc=one.started_utc + timedelta(seconds=start_s - from_s),
        )


def recovered(running: Running, angles_of: AnglesOf) -> list[StoredSet]:
    """What was under way when the station was gone, marked as interrupted."""
    begun, samples = running.begun, running.samples
    found = list(each_kept(begun, angles_of(begun, samples), samples.from_s))
    if found and running.removed:
        record = found[-1].record
        report = record.report_without(running.removed)
        found[-1] = replace(found[-1], record=replace(record, report=report))
    return found


class Outcome(NamedTuple):
    """A set by its number; `problem`: why it could not be done, and nothing was changed. Else the
    report before, and the new one.
    """

    number: int
    problem: str
    before: dict[str, Any] = {}  # noqa: RUF012
    report: dict[str, Any] = {}  # noqa: RUF012


def reanalyse(
    store: Store,
    which: Filter,
    angles_of: AnglesOf,
    program: str,
    now: datetime,
) -> Iterator[Outcome]:
    """Find all these sets anew, one transaction each, the old results kept beside the new."""
    for line in store.lines(which):
        try:
            one, samples = store.get(line.id), store.samples(line.id)
            if samples is None:
                raise StoreError("its samples are not there")
            report = same_set(one, find_sets(one, angles_of(one, samples)))
        except (LeverRepError, ValueError, KeyError, TypeError) as error:
            yield Outcome(line.id, str(error))
            continue
        with store.transaction():
            store.add_analysis(line.id, report, program, now)
        yield Outcome(line.id, "", one.report, report)


def same_set(one: StoredSet, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of the sets found the one with the most of its time, an empty one if none has any of it.

    Reps that are struck out stay so.
    """

    def shared_s(report: dict[str, Any]) -> float:
        spans = (one.report["start_s"], one.report["end_s"], report["start_s"], report["end_s"])
        if None in spans:
            return 0.0
        a, b, c, d = spans
        return float(min(b, d) - max(a, c))

    best = max(found, key=shared_s, default=None)
    # Of unknown times only one that is alone can be told.
    if best is None or shared_s(best) < 0 or (shared_s(best) == 0 and len(found) > 1):
        best = SetReport(()).to_dict()
    removed = one.record.removed
    return SetReport.from_dict(best).without(removed).to_dict() if removed else best
