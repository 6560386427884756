"""The commands of `leverrep sets`: what is kept, for people and for other programs."""

import argparse
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from config import state_folder
from config.kept import STORE
from firmware_bridge import VERSION
from firmware_bridge.errors import OutputError, StoreError, TraceError, printable
from firmware_bridge.floor.store.database import connect, is_damage
from firmware_bridge.floor.store.listing import Filter, SetLine, set_lines, utc_text
from firmware_bridge.floor.whole_file import write_whole

if TYPE_CHECKING:
    from config import Settings
    from firmware_bridge.floor.store.keeping import Measuring
    from firmware_bridge.floor.store.reanalysis import AnglesOf
    from firmware_bridge.floor.store.store import Store
    from firmware_bridge.floor.store.storedset import StoredSet

LONGEST_NOTE = 1000
LARGEST_IMPORT = 64 << 20  # a day of 500 samples a second is half of that


def store_path() -> Path:
    """Where sets are kept."""
    return state_folder() / STORE


@contextmanager
def opened() -> "Iterator[Store]":
    """The store that is there. Raises StoreError."""
    from firmware_bridge.floor.store.store import Store

    with _told_in_a_line(path := store_path()), Store(path, existing=True) as store:
        yield store


@contextmanager
def _told_in_a_line(path: Path) -> Iterator[None]:
    """Makes one StoreError of what can go wrong with a store."""
    try:
        yield
    except sqlite3.Error as error:
        if is_damage(error):
            raise StoreError(
                f"{path}: damaged ({error}): the station sets it aside at its next start"
            ) from None
        raise StoreError(f"{path}: {error}: try again, or look at the disk") from None


def list_sets(args: argparse.Namespace) -> None:
    """One line a set."""
    path = store_path()
    with _told_in_a_line(path), closing(connect(path, existing=True)) as db:
        lines = set_lines(db, _filter(args))
    if args.json:
        print(json.dumps({"schema": "leverrep.sets.list/1", "sets": [_entry(x) for x in lines]}))
        return
    if not lines:
        print("No sets.")
        return
    print("  set  when              load  standard    reps  range  form")
    print("\n".join(map(_line, lines)))


def _entry(line: SetLine) -> dict[str, object]:
    marks = {name: bool(getattr(line, name)) for name in ("discomfort", "suspect")}
    return {**line._asdict(), **marks}


def _line(line: SetLine) -> str:
    utc = datetime.fromisoformat(line.started_utc[:-1])
    when = (utc + timedelta(minutes=line.utc_offset_min)).isoformat(" ", "minutes")
    load = "" if line.load_kg is None else f"{line.load_kg:g} kg"
    reach = "" if line.mean_range_deg is None else f"{line.mean_range_deg:.1f}°"
    form = "" if line.form_score is None else str(line.form_score)
    row = (
        f"{line.id:5}  {when}{load:>8}  {line.standard[:10]:10}{line.rep_count:6}"
        f"{reach:>7}{form:>6}  {', '.join(_marks(line))}"
    )
    return row.rstrip()


def _marks(line: SetLine) -> list[str]:
    marks = []
    if line.partial_count:
        marks.append(f"{line.partial_count} not counted")
    if line.overshoot_count:
        marks.append(f"{line.overshoot_count} leaned back too far")
    marks += [line.ended_by] * (line.ended_by in ("interrupted", "restarted"))
    marks += ["discomfort"] * bool(line.discomfort) + ["suspect: sensor moved"] * bool(line.suspect)
    return marks + [f'"{printable(line.notes)[:40]}"'] * bool(line.notes)


def show(args: argparse.Namespace, angles_of: "AnglesOf") -> None:
    """One set: its reps, and what was found in it before."""
    _check_plot(args)
    with opened() as store:
        one = store.get(args.number)
        earlier = store.analyses(args.number)[:-1]
        samples = store.samples(args.number)
    if args.plot:
        from firmware_bridge.floor.plot_report import plot_set_report

        try:
            angles = angles_of(one, samples) if samples else ((), ())
        except TraceError:
            angles = (), ()  # the page says that there are none
        plot_set_report(args.plot, one, *angles)
    if args.json:
        from firmware_bridge.floor.export.json_export import sets_json

        document = json.loads("".join(sets_json([one])))
        document["earlier"] = [
            {
                "made_utc": utc_text(found.made_utc),
                "program": found.program,
                "report": found.report,
            }
            for found in earlier
        ]
        print(json.dumps(document, indent=2))
        return
    from firmware_bridge.floor.tables import print_set

    plan = one.record.plan
    load = "" if plan.load_kg is None else f", {plan.load_kg:g} kg"
    print(f"{one.started_local:%Y-%m-%d %H:%M}{load}, {plan.standard}")
    print_set(args.number, one.report)
    for found in earlier:
        then = f"{found.made_utc:%Y-%m-%d} by {found.program or '?'}"
        print(f"Found before, {then}: {_found(found.report)}")
    if one.suspect:
        print("Suspect: the sensor had moved; calibrate it.")
    if one.notes:
        print(f"Note: {printable(one.notes)}")


def _check_plot(args: argparse.Namespace) -> None:
    if args.plot:
        from firmware_bridge.floor.plot_file import require_matplotlib

        require_matplotlib()


def _found(report: dict[str, object]) -> str:
    form = "" if report["form_score"] is None else f", form {report['form_score']}"
    return f"{report['rep_count']} reps{form}"


def note(args: argparse.Namespace) -> None:
    """A trainer's words on a set."""
    if len(args.text) > LONGEST_NOTE:
        raise StoreError(f"a note has up to {LONGEST_NOTE} characters, this has {len(args.text)}")
    with opened() as store:
        store.get(args.number)
        with store.transaction():
            store.note(args.number, args.text.encode(errors="replace").decode())


def export(args: argparse.Namespace) -> None:
    """Sets for other programs; all of them unless some are chosen."""
    with opened() as store:
        there = {line.id for line in store.lines(Filter(ids=args.numbers))}
        for number in args.numbers:
            if number not in there:
                raise StoreError(f"there is no set {number}: see `leverrep sets list`")
        if args.format == "fit":
            _export_fit(args, store)
            return
        from firmware_bridge.floor.export.text import text

        with _sound_sets(store, args) as sets:
            pieces = map(str.encode, text(args.format, args.rows, sets))
            if args.out:
                write_whole(args.out, pieces, "export")
            else:
                sys.stdout.flush()
                sys.stdout.buffer.writelines(pieces)


@contextmanager
def _sound_sets(store: "Store", args: argparse.Namespace) -> "Iterator[Iterator[StoredSet]]":
    """Those that were asked for and are not damaged; StoreError at the end names the others."""
    damaged: list[str] = []

    def sound(sets: "Iterator[StoredSet]") -> "Iterator[StoredSet]":
        while True:
            try:
                yield next(sets)
            except StopIteration:
                return
            except StoreError as error:
                damaged.append(str(error))

    yield sound(store.sets(_filter(args)))
    if damaged:
        raise StoreError(f"left out: {'; '.join(damaged)}")


def _export_fit(args: argparse.Namespace, store: "Store") -> None:
    """An activity a day: one into a file, more into a folder."""
    from firmware_bridge.floor.export.fit_export import by_day

    if not args.out:
        raise OutputError("--format fit needs --out FILE, or a folder if the sets are of many days")
    with _sound_sets(store, args) as found:
        _write_days(args.out, by_day(found))


def _write_days(out: Path, days: "dict[date, list[StoredSet]]") -> None:
    from firmware_bridge.floor.export.fit_export import fit_activity

    if not days:
        raise OutputError("no sets to export: see `leverrep sets list`")
    folder = out.is_dir()
    if len(days) > 1 and not folder:
        raise OutputError(
            f"{out}: the sets are of {len(days)} days, and each is a file: name a folder, or "
            "fewer with --since and --until"
        )
    for day, sets in days.items():
        target = out / f"leverrep-{day}.fit" if folder else out
        write_whole(target, [fit_activity(sets)], "export")
        print(f"{target}: {len(sets)} sets", file=sys.stderr)


def trend(args: argparse.Namespace) -> None:
    """How range, tempo, overshoot and form went over the weeks, for each load."""
    from firmware_bridge.floor.tables import print_rich
    from firmware_bridge.floor.trend import trend_table, trends

    _check_plot(args)
    with opened() as store, _sound_sets(store, args) as sets:
        found = trends(sets)
        if args.plot:
            from firmware_bridge.floor.plot_trend import plot_trends

            plot_trends(args.plot, found)
        print_rich(trend_table(found))


def reanalyse(args: argparse.Namespace, angles_of: "AnglesOf") -> int:
    """Today's analysis over the samples that were kept. How many sets could not be done."""
    from rich.console import Console
    from rich.progress import track

    from firmware_bridge.floor.store import reanalysis

    which, changed, failed = _filter(args), 0, 0
    with opened() as store:
        total = len(store.lines(which))
        outcomes = reanalysis.reanalyse(store, which, angles_of, VERSION, datetime.now(UTC))
        console = Console(stderr=True)
        for number, problem, before, report in track(outcomes, "Sets", total, console=console):
            if problem:
                failed += 1
                console.print(f"set {number}: {problem}", markup=False, highlight=False)
            elif _found(report) != _found(before):
                changed += 1
                words = f"set {number}: {_found(before)} -> {_found(report)}"
                console.print(words, markup=False, highlight=False)
    print(
        f"{total - failed} sets analysed anew, {changed} came out otherwise, {failed} could not be"
    )
    return failed


def import_file(
    args: argparse.Namespace, settings: "Settings", measuring: "Measuring", angles_of: "AnglesOf"
) -> None:
    """A CSV file of another logger as a set, or more if there are more in it."""
    from firmware_bridge.floor.plan import Plan
    from firmware_bridge.floor.store.imported import imported
    from firmware_bridge.floor.store.store import Samples, Store

    try:
        with args.file.open("rb") as file:
            data = file.read(LARGEST_IMPORT + 1)
        modified = args.file.stat().st_mtime
    except OSError as error:
        raise StoreError(f"{args.file}: cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_IMPORT:
        raise StoreError(f"{args.file}: larger than {LARGEST_IMPORT >> 20} MB: import less at once")
    began = args.started or datetime.fromtimestamp(modified).astimezone()
    uid = "import-" + hashlib.sha256(data).hexdigest()[:24]
    form, samples = settings.form, Samples("csv", data)
    tempo = form.target_tempo
    plan = Plan(standard=settings.station.standard, load_kg=args.load, target_tempo=tempo)
    about = (str(args.file), began, plan, form, measuring, uid)
    sets = imported(samples, *about, angles_of)
    with _told_in_a_line(path := store_path()), Store(path) as store:
        known = store.id_of(uid)
        if known is not None:
            raise StoreError(f"{args.file}: imported already, as set {known}")
        with store.transaction():
            numbers = [store.save(one, samples) for one in sets]
    for number, one in zip(numbers, sets, strict=True):
        print(f"set {number}: {_found(one.report)}")


def _filter(args: argparse.Namespace) -> Filter:
    ids: Sequence[int] = getattr(args, "numbers", ())
    return Filter(args.since, args.until, args.load, ids)
