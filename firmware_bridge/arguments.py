"""What can be asked for on the command line."""

# Nothing up here but what every command needs: `leverrep --help` is to answer at once.
import argparse

from firmware_bridge.errors import printable

TYPE_CHECKING = False  # type checkers take it as true; typing itself is slow to import
if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import NoReturn


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> "NoReturn":
        super().error(printable(message))


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments; `command` names the one that was chosen."""
    top = _Parser(prog="leverrep", description="Rep counter for the lever back extension machine.")
    # Before the command or after it.
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    for one in (top, common):
        one.add_argument("--config", type=_path, metavar="FILE", help="settings file (TOML)")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", parents=[common], help="the station on a simulated machine")
    demo.add_argument("--script", default="mixed", metavar="NAME", help="what the lifter does")
    demo.add_argument("--fast", action="store_true", help="not at real time, as fast as it goes")
    demo.set_defaults(command="demo", usage_error=demo.error)

    run = commands.add_parser("run", parents=[common], help="the station on the real machine")
    run.set_defaults(command="run")

    record = commands.add_parser(
        "record", parents=[common], help="run, and keep the bytes of the machine as they come"
    )
    record.add_argument("file", type=_path, help="the recording to make; must not exist yet")
    record.set_defaults(command="run")

    _add_port(run, record)
    for one in (run, record):
        one.add_argument(
            "--wait", action="store_true", help="for the machine, if there is none to begin with"
        )

    replay = commands.add_parser("replay", parents=[common], help="play a recording back")
    replay.add_argument("file", type=_path, help="the recording")
    replay.add_argument("--fast", action="store_true", help="not at real time, as fast as it goes")
    replay.set_defaults(command="replay")

    for one in (demo, run, record, replay):
        one.add_argument(
            "--events",
            type=_name,
            metavar="FILE",
            help="add the events to FILE as NDJSON; - prints them",
        )
        one.add_argument(
            "--host",
            type=_name,
            help="address to serve the display at (default: this computer alone); 0.0.0.0: every "
            "network it is on, and who comes from there needs a token",
        )
        one.add_argument(
            "--kiosk", action="store_true", help="open the display full screen in Chromium"
        )

    analyse = commands.add_parser(
        "analyse", parents=[common], help="count the reps of a recording or a CSV file"
    )
    analyse.add_argument(
        "file", type=_path, nargs="?", help="a recording, or CSV: t_s,angle_deg or t_s,counts"
    )
    output = analyse.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print the report as JSON")
    output.add_argument("--events", action="store_true", help="print the live events as NDJSON")
    analyse.add_argument(
        "--uncalibrated",
        action="store_true",
        help="nobody has calibrated these angles: take the resting end as neutral, and "
        "thresholds as fractions of the working range",
    )
    analyse.add_argument(
        "--plot", type=_picture, metavar="OUT", help="draw the sets into OUT: .svg .png .pdf"
    )
    analyse.add_argument(
        "--compare",
        type=_path,
        nargs=2,
        metavar=("A", "B"),
        help="instead of a file: draw the set with the most reps of each over each other",
    )
    analyse.set_defaults(command="analyse", usage_error=analyse.error)
    _add_calibrate(commands, common)
    _add_sets(commands, common)
    _add_doctor(commands, common)
    _add_board(commands, common)
    return top


def _add_calibrate(commands: "argparse._SubParsersAction[_Parser]", common: _Parser) -> None:
    calibrate = commands.add_parser(
        "calibrate", parents=[common], help="find the sensor's range, step by step"
    )
    _add_port(calibrate)
    calibrate.add_argument("--undo", action="store_true", help="go back to the one before")
    calibrate.set_defaults(command="calibrate")


def _add_doctor(commands: "argparse._SubParsersAction[_Parser]", common: _Parser) -> None:
    doctor = commands.add_parser(
        "doctor", parents=[common], help="what is wrong with the station, and what to do"
    )
    _add_port(doctor)
    doctor.add_argument("--json", action="store_true", help="print it as JSON")
    doctor.add_argument(
        "--bundle", type=_zip, metavar="OUT", help="write all that support needs into a zip file"
    )
    doctor.set_defaults(command="doctor")


def _add_board(commands: "argparse._SubParsersAction[_Parser]", common: _Parser) -> None:
    flash = commands.add_parser("flash", parents=[common], help="put the firmware on the board")
    flash.add_argument(
        "--sensor",
        type=_name,
        metavar="NAME",
        help="driver of its sensor, or a file of your own (default: that of now, or as5600)",
    )
    flash.set_defaults(command="flash")
    magnet = commands.add_parser("magnet", parents=[common], help="a live guide to its place")
    magnet.set_defaults(command="magnet")
    _add_port(flash, magnet)


def _add_port(*commands: _Parser) -> None:
    for one in commands:
        one.add_argument(
            "--port", type=_name, help="serial port of the machine (default: look for it)"
        )


def _add_sets(commands: "argparse._SubParsersAction[_Parser]", common: _Parser) -> None:
    sets = commands.add_parser("sets", parents=[common], help="the sets that are kept")
    actions = sets.add_subparsers(required=True, metavar="ACTION")
    which = _Parser(add_help=False)
    which.add_argument("--since", type=_since, metavar="DATE", help="from this date (and time) on")
    which.add_argument("--until", type=_until, metavar="DATE", help="up to the end of this date")
    which.add_argument("--load", type=_load, metavar="KG", help="with this load")

    def add(name: str, words: str, *parents: _Parser) -> _Parser:
        action = actions.add_parser(name, parents=[common, *parents], help=words)
        action.set_defaults(command="sets", action=name)
        return action

    lines = add("list", "one line a set", which)
    lines.add_argument("--json", action="store_true", help="print them as JSON")
    show = add("show", "one set: its reps, and why its form is what it is")
    show.add_argument("number", type=_number, metavar="N", help="its number in the list")
    show.add_argument("--json", action="store_true", help="print it as JSON")
    show.add_argument("--plot", type=_picture, metavar="OUT", help="a page of it: .svg .png .pdf")
    export = add("export", "sets for other programs", which)
    export.add_argument("numbers", type=_number, nargs="*", metavar="N", help="only these")
    export.add_argument("--format", choices=("csv", "json", "fit"), default="csv")
    export.add_argument("--rows", choices=("sets", "reps"), default="sets", help="of the CSV")
    export.add_argument("--out", type=_path, metavar="OUT", help="a file; of FIT also a folder")
    trend = add("trend", "range, tempo, overshoot and form over the weeks, by load", which)
    trend.add_argument("--plot", type=_picture, metavar="OUT", help="draw it: .svg .png .pdf")
    add("reanalyse", "find them anew in the samples that were kept", which)
    note = add("note", "write a note on a set")
    note.add_argument("number", type=_number, metavar="N")
    note.add_argument("text", help="the note; empty takes it away")
    file = add("import", "a CSV file of another logger: t_s,angle_deg or t_s,counts")
    file.add_argument("file", type=_path)
    file.add_argument("--started", type=_past, metavar="TIME", help="(default: the file's time)")
    file.add_argument("--load", type=_load, metavar="KG", help="what was lifted")


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _path(text: str) -> "Path":
    from pathlib import Path

    return Path(_name(text))


def _picture(text: str) -> "Path":
    from firmware_bridge.floor.plot_file import SUFFIXES

    return _path_ending(text, SUFFIXES)


def _zip(text: str) -> "Path":
    return _path_ending(text, (".zip",))


def _path_ending(text: str, suffixes: tuple[str, ...]) -> "Path":
    path = _path(text)
    if path.suffix.lower() not in suffixes:
        raise argparse.ArgumentTypeError(f"{text!r} must end in {' or '.join(suffixes)}")
    return path


def _number(text: str) -> int:
    is_one = text.isascii() and text.isdecimal() and len(text) < 19  # SQLite's have 63 bits
    if not (is_one and int(text)):
        raise argparse.ArgumentTypeError(f"{text[:40]!a} is not the number of a set")
    return int(text)


def _load(text: str) -> float:
    try:
        load = float(text)
    except ValueError:
        load = -1.0
    if not 0 <= load <= 500:
        raise argparse.ArgumentTypeError(f"{text!a} is not a load from 0 to 500 kg")
    return load


def _since(text: str) -> "datetime":
    """A date (its beginning) or a date and time, local unless it says otherwise."""
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text).astimezone()
        if not 1970 <= moment.year < 2100:
            raise ValueError
        return moment
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(
            f"{text!a} is not a date like 2026-11-25 or 2026-11-25T18:30"
        ) from None


def _past(text: str) -> "datetime":
    """The same, and not to come."""
    from datetime import UTC, datetime, timedelta

    moment = _since(text)
    if moment > datetime.now(UTC) + timedelta(days=1):
        raise argparse.ArgumentTypeError(f"{text!a} is still to come")
    return moment


def _until(text: str) -> "datetime":
    """The same, but a date with all of its day."""
    from datetime import date, datetime, time, timedelta

    moment = _since(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return moment
    return datetime.combine(day + timedelta(days=1), time()).astimezone()
