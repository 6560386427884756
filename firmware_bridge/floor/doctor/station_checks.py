"""What is wrong with the station: its settings, what it keeps, its clock, its display. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from shlex import quote

from firmware_bridge.floor.calibration.slip import IN_A_ROW
from firmware_bridge.floor.doctor.check import Check, ok, told, unknown, warning, wrong
from firmware_bridge.floor.doctor.facts import Facts
from firmware_bridge.floor.store.migrate import VERSION

CALIBRATION_DAYS = 365  # pads wear and collars creep; nobody has seen how fast
SET_BYTES = 100_000  # of a set of ten reps, while there are none to say better
DISK_SETS, DISK_NOTED_SETS = 200, 2000  # a day of them, and some weeks
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # it cannot be earlier
AHEAD = timedelta(minutes=5)
# As in leverrep.service.
AS_SERVICE = "sudo -u leverrep env XDG_CONFIG_HOME=/etc XDG_STATE_HOME=/var/lib"

NO_FOLDER = unknown("not known without the folder of what is kept")


def settings(facts: Facts) -> Check:
    """Can they be read?"""
    if facts.unreadable:
        return replace(wrong(facts.unreadable, "correct that in the file"), quotes=True)
    return ok("can be read")


def calibration(facts: Facts) -> Check:
    """Is there one, of this machine, and how old is it?"""
    found = facts.calibration
    if found.unreadable:
        cure = "move the file away, and run 'leverrep calibrate'"
        return replace(wrong(found.unreadable, cure), quotes=True)
    if found.problem:
        return told(found.problem)
    if found.by_hand:
        return ok("by hand, in the settings")
    if facts.folder.obstacle:
        return NO_FOLDER
    if found.saved is None:
        return wrong("never calibrated: angles may be wrong", "run 'leverrep calibrate'")
    made = found.saved.made_utc
    days = _days_since(made, facts.now)
    values = {"made_utc": made, "days": days, "device_id": found.saved.device_id}
    age = "of an impossible date" if days is None else f"{_days(days)} old"
    words = f"{age}, sure to {found.saved.sure_deg:.2g}°"
    if days is None or days > CALIBRATION_DAYS:
        return warning(words, "run 'leverrep calibrate' once more", **values)
    return ok(words, **values)


def slip(facts: Facts) -> Check:
    """Is the lever's stop still where it was when the sensor was calibrated?"""
    found = facts.calibration
    if found.slip_deg is not None:
        return wrong(
            f"the sensor has moved by {abs(found.slip_deg):.1f}° since it was calibrated",
            "fasten the magnet and the sensor, then run 'leverrep calibrate'",
            slip_deg=found.slip_deg,
        )
    if found.stops < IN_A_ROW:
        ended = _number(found.stops, "set")
        return unknown(f"ended at the lever's stop so far: {ended}, {IN_A_ROW} tell")
    return ok(f"none, by {found.stops} sets", slip_deg=None)


def store(facts: Facts) -> Check:
    """Are the kept sets sound?"""
    if facts.folder.obstacle:
        return NO_FOLDER
    store = facts.store
    values = {"path": str(store.path), "size": store.size, "sets": store.sets}
    values |= {"version": store.version, "whole": store.whole}
    if store.version > VERSION:
        return wrong(f"{store.path} was made by a newer LeverRep", "update this one", **values)
    if store.whole is False:
        cure = "the next start sets it aside and begins a new one; keep it, it may be mended"
        return wrong(f"{store.path} is damaged", cure, **values)
    if store.busy:
        words = f"{store.path} cannot be read: another program has it"
        return wrong(words, "end that program, or ask again when it is done", **values)
    if store.problem:
        cure = "check whose it is, and that the disk is sound"
        return wrong(f"{store.path} cannot be read: {store.problem}", cure, **values)
    if not store.writable:
        return wrong(
            f"{store.path} may only be read", "check whose it is, and its rights", **values
        )
    if facts.station.who == "station" and facts.folder.station is None:
        words = f"the station that runs keeps its sets elsewhere than in {store.path.parent}"
        return warning(words, f"ask as its user: '{AS_SERVICE} leverrep doctor'", **values)
    if store.set_aside:
        cure = "copy it to a safe place and delete it here: it may be mended"
        return warning(f"{store.set_aside[-1]} was set aside", cure, **values)
    if store.size == 0:
        return ok("no sets yet", **values)
    words = _number(store.sets, "set")
    if store.version < VERSION:
        words = "of an older version: the next start brings it up to date"
    checked = "nothing damaged" if store.whole else "too large to check all of it"
    return ok(f"{words}, {_megabytes(store.size)}, {checked}", **values)


def disk(facts: Facts) -> Check:
    """Is there room for sets to come?"""
    folder, store = facts.folder, facts.store
    each = max(SET_BYTES, store.size // store.sets if store.sets else 0)
    room = folder.free // each
    values = {"path": str(folder.path), "free": folder.free, "room_for_sets": room}
    words = f"{_megabytes(folder.free)} free, room for {_number(room, 'set')}"
    if folder.obstacle:
        path, is_link = folder.obstacle
        if is_link:
            cure = "connect the disk that it leads to, or correct the link"
            return wrong(f"the link {path} leads to no folder", cure, **values)
        return wrong(f"{path} is no folder", "move it away", **values)
    if not folder.writable:
        cure = "check whose folder it is, and that the disk is not read-only or worn out"
        return wrong(f"{folder.path} cannot be written to", cure, **values)
    if room < DISK_NOTED_SETS:
        say = wrong if room < DISK_SETS else warning
        return say(words, "free some space, or move to a larger disk", **values)
    return ok(words, **values)


def files(facts: Facts) -> Check:
    """Are they for their owner alone, and is that us?"""
    folder = facts.folder
    if folder.obstacle:
        return NO_FOLDER
    values = {"loose": list(folder.loose), "foreign": list(folder.foreign)}
    if folder.foreign:
        cure = f"run: sudo chown -R {quote(facts.port['user'])} {quote(str(folder.path))}"
        return wrong(f"{_some(folder.foreign)} is another user's", cure, **values)
    if folder.loose:
        cure = f"run: chmod -R go= {quote(str(folder.path))}"
        return warning(f"{_some(folder.loose)} may be read by others", cure, **values)
    return ok("for their owner alone", **values)


def clock(facts: Facts) -> Check:
    """Is the date of a set to be believed?"""
    now, newest = facts.now, facts.store.newest
    values = {"now_utc": now.astimezone(UTC).isoformat(), "synchronised": facts.synchronised}
    words = f"{now:%Y-%m-%d %H:%M}"
    cure = "connect it to a network for a minute, or run 'sudo timedatectl set-time'"
    if now < RELEASED:
        return wrong(f"{words} cannot be", cure, **values)
    if newest and newest > now + AHEAD:
        return wrong(f"{words}, but a set was kept on {newest:%Y-%m-%d}", cure, **values)
    if facts.synchronised is False:
        return warning(f"{words}, not set by a time server", f"if it is wrong, {cure}", **values)
    return ok(words, **values)


def display(facts: Facts) -> Check:
    """Does it answer where it should?"""
    station, process = facts.station, facts.folder.station
    address = station.address
    values = {"address": address, "answers": station.who, "process": process}
    if station.who == "elsewhere":
        cure = "correct display.host in the settings"
        return wrong(f"{address} is no address of this computer", cure, **values)
    if station.who == "station":
        return ok(f"{address} answers", **values)
    if station.who == "other" or (station.who == "silent" and not process):
        cure = "end that program, or set another display.port"
        return warning(f"{address} is taken by another program", cure, **values)
    if process:
        words = f"{address} does not answer, though a station runs (process {process})"
        return wrong(words, "start the station anew", **values)
    return ok(f"{address} when the station runs", **values)


def records(facts: Facts) -> Check:
    """What there is to look into when something has gone wrong."""
    folder = facts.folder
    if folder.obstacle:
        return NO_FOLDER
    values = {"log_bytes": folder.log_bytes, "incidents": folder.incidents}
    if folder.misplaced:
        words = f"{_some(folder.misplaced)} is not what it should be: nothing is recorded there"
        return warning(words, "move it away", **values)
    log = f"log {folder.log_bytes / 1000:.0f} kB" if folder.log_bytes else "no log yet"
    if folder.newest_incident is None:
        return ok(f"{log}, no incidents", **values)
    days = max(0, (facts.now - folder.newest_incident).days)
    incidents = _number(folder.incidents, "incident")
    return ok(f"{log}, {incidents}, the last {_days(days)} ago", **values)


def _days_since(utc: str, now: datetime) -> int | None:
    """None: there is no such date."""
    try:
        return max(0, (now - datetime.fromisoformat(utc)).days)
    except ValueError:
        return None


def _days(days: int) -> str:
    return _number(days, "day") if days else "less than a day"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _megabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}"
