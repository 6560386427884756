"""The command line: reads arguments, calls the rest, tells errors in one line. Status 0, 1 or 2."""

# Nothing up here but what every command needs: `leverrep --help` is to answer at once.
import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from firmware_bridge.arguments import parser
from firmware_bridge.errors import LeverRepError, StoreError, printable
from firmware_bridge.stop import Stop

TYPE_CHECKING = False  # type checkers take it as true; typing itself is slow to import
if TYPE_CHECKING:
    from pathlib import Path

    from config import CalibrationBook, Settings
    from firmware_bridge.device.link import Link
    from firmware_bridge.device.trace import Trace
    from firmware_bridge.floor.doctor.report import Report as Findings
    from firmware_bridge.floor.store.keeping import Measuring
    from firmware_bridge.floor.store.reanalysis import Angles
    from firmware_bridge.floor.store.store import Samples
    from firmware_bridge.floor.store.storedset import StoredSet
    from firmware_bridge.station import Station, View

DONE, FAILED = 0, 1  # argparse ends with 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _prepare_streams()
    try:
        try:
            return _command(argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()  # whoever read it has seen enough
        return DONE
    except OSError as error:
        _discard_output()
        what = error.filename or "standard output: cannot be written"
        return _tell(f"{what}: {error.strerror}")
    except MemoryError:
        return _tell("too little memory for that: end other programs, or take a smaller file")
    except KeyboardInterrupt:
        return 130


def _command(argv: Sequence[str] | None) -> int:
    args = parser().parse_args(argv)
    from config import ConfigError

    try:
        return _COMMANDS[args.command](args)
    except (LeverRepError, ConfigError) as error:
        return _tell(str(error))


def _tell(problem: str) -> int:
    """One line, whatever a name in it is made of."""
    with suppress(OSError):  # whoever read it has gone; the status still tells
        print(f"leverrep: {printable(problem)}", file=sys.stderr)
    return FAILED


def _prepare_streams() -> None:
    """A closed stream (>&-) is a silent one; what the locale cannot write is a question mark."""
    # In this order: each takes the lowest free descriptor, its own.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _discard_output() -> None:
    """Python must not find out again when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _demo(args: argparse.Namespace) -> int:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from msgspec.structs import replace

    from config import Calibration, MachineProfile, load_settings
    from firmware_bridge.device.link import Link
    from firmware_bridge.device.people import MOTION_HZ, SCRIPTS
    from firmware_bridge.device.simulated import DEVICE_ID, SimulatedMachine, counts_of

    if args.script not in SCRIPTS:
        args.usage_error(f"--script {args.script}: must be one of {', '.join(SCRIPTS)}")
    motion = SCRIPTS[args.script].motion()
    # The simulated machine is built as the defaults say, whatever the real one is.
    settings = load_settings(args.config)
    settings = replace(
        settings, machine=MachineProfile(), calibration=Calibration(device_id=DEVICE_ID)
    )
    _import_station()
    stop = Stop()
    with (
        stop.on_signals(),
        TemporaryDirectory(prefix="leverrep-") as folder,
        _station(args, settings, stop, None if args.fast else Path(folder)) as station,
        SimulatedMachine(counts_of(motion), fast=args.fast) as machine,
    ):
        station.session_s = len(motion) / MOTION_HZ
        station.run(Link(machine.port, rate_hz=settings.station.rate_hz))
    return _summary(args, station)


def _import_station() -> None:
    """All that a station needs, before a signal only asks: it would be imported to the end first.
    Tables, as at the end there is half a second for everything.
    """
    from firmware_bridge import station  # noqa: F401
    from firmware_bridge.floor import plain, tables, terminal  # noqa: F401


def _run(args: argparse.Namespace) -> int:
    from config import load_settings, state_folder
    from firmware_bridge.device.recording import Recorder

    settings = load_settings(args.config)
    _import_station()
    link, stop = _link(args, settings), Stop()
    with stop.on_signals(), _station(args, settings, stop, state_folder()) as station:
        if "file" not in args:
            station.run(link)
        else:
            with Recorder(args.file) as station.recorder:
                try:
                    station.run(link)
                finally:
                    if args.file.stat().st_size == 0:  # no machine was found
                        args.file.unlink()
    return _summary(args, station)


def _link(args: argparse.Namespace, settings: "Settings") -> "Link":
    """To the real machine, wherever it is."""
    from firmware_bridge.device.link import Link

    machine = settings.machine
    return Link(args.port or machine.port, machine.port_hints, settings.station.rate_hz)


def _replay(args: argparse.Namespace) -> int:
    from config import load_settings, state_folder
    from firmware_bridge.device.recording import replay

    stop, settings = Stop(), load_settings(args.config)
    _import_station()
    with stop.on_signals(), _station(args, settings, stop, None, _book(state_folder())) as station:
        station.replay(replay(args.file), fast=args.fast)
    return _summary(args, station)


@contextmanager
def _station(
    args: argparse.Namespace,
    settings: "Settings",
    stop: Stop,
    folder: "Path | None",
    book: "CalibrationBook | None" = None,
) -> "Iterator[Station]":
    """A station that shows and writes what was asked for, until `stop` is asked for.

    `folder`: where it keeps sets and calibrations; None: nowhere, it has those of `book`.
    """
    from config.kept import STORE
    from firmware_bridge.floor.eventlines import EventLines
    from firmware_bridge.floor.store.keeper import Keeper
    from firmware_bridge.station import Chain, Station, recover

    keeper = Keeper(folder / STORE, recover) if folder else None
    with ExitStack() as stack:
        if keeper:
            stack.enter_context(keeper)
        waits = getattr(args, "wait", False)
        book = _book(folder, waits) if folder else book
        station = Station(Chain(settings, book, keeper, waits), stop=stop, keeper=keeper)
        if folder:
            from firmware_bridge.upkeep import Upkeep

            station.upkeep = stack.enter_context(Upkeep(folder))
        if args.events:
            station.events = EventLines(args.events)
            stack.callback(station.events.close)
        if not getattr(args, "fast", False):  # nobody could follow
            _open_display(args, settings, station, stack, folder and folder / STORE)
        station.view = _view(args, station, stack)
        yield station


def _view(args: argparse.Namespace, station: "Station", stack: ExitStack) -> "View | None":
    """What is shown on standard output, unless the events are printed there."""
    if args.events == "-":
        return None
    # The code to scan is to stay on the terminal.
    stays = station.display and station.display.asks_for_token
    if sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown") and not stays:
        from firmware_bridge.floor.terminal import TerminalView

        return stack.enter_context(TerminalView(sys.stdout))
    from firmware_bridge.floor.plain import PlainView

    return PlainView(sys.stdout)


def _open_display(
    args: argparse.Namespace,
    settings: "Settings",
    station: "Station",
    stack: ExitStack,
    store: "Path | None",
) -> None:
    """Serve the page, and tell where."""
    from firmware_bridge.floor.display.display import Display
    from firmware_bridge.floor.plain import write_line

    display = stack.enter_context(Display(settings, args.host, store))
    station.display, station.chain.board.address = display, display.address
    told_on = sys.stderr if args.events == "-" else sys.stdout
    write_line(told_on, f"Display: {display.address}")
    if display.asks_for_token and told_on.isatty():  # a log must not know the token
        from firmware_bridge.floor.display.invitation import qr_text

        print(f"Scan this to open it, or go to {display.invitation}", file=told_on)
        print(qr_text(display.invitation), file=told_on, flush=True)
    if args.kiosk:
        from firmware_bridge.floor.display.kiosk import Kiosk

        stack.enter_context(Kiosk(display.invitation))


def _summary(args: argparse.Namespace, station: "Station") -> int:
    if args.events != "-":
        from firmware_bridge.floor.tables import print_report

        print_report({"sets": station.chain.sets})
    if station.failure:
        raise station.failure
    if station.keeper and station.keeper.failure:
        raise StoreError(station.keeper.failure)
    return DONE


def _analyse(args: argparse.Namespace) -> int:
    from config import load_settings
    from firmware_bridge import analyse

    analyse.check(args)
    settings = load_settings(args.config)
    analyse.analyse(args, settings, lambda path: _read_trace(path, settings, not args.uncalibrated))
    return DONE


def _read_trace(path: "Path", settings: "Settings", calibrated: bool) -> "Trace":
    """The angles of a CSV file or of a recording: no CSV file has a zero byte, every frame has."""
    from config import state_folder
    from firmware_bridge.device.trace import decode_csv, is_text, read_bytes
    from firmware_bridge.floor.calibration.in_force import degrees_by
    from firmware_bridge.station import trace_of_recording

    data = read_bytes(path)  # once: it may be a pipe
    if is_text(data):
        return decode_csv(data, str(path), degrees_by(_measuring(settings).calibration))
    return trace_of_recording(data, str(path), settings, calibrated, _book(state_folder()))


def _measuring(settings: "Settings") -> "Measuring":
    """How counts without a device become degrees: as the one machine's do that is calibrated."""
    from config import state_folder
    from firmware_bridge.floor.calibration.in_force import Calibrations, measuring_by

    calibrations = Calibrations(settings, _book(state_folder()), asks=False)
    settings, saved = calibrations.of_unnamed()
    return measuring_by(settings, None, saved)


def _book(folder: "Path", unread: bool = False) -> "CalibrationBook":
    """The calibrations kept in a folder; `unread`: one that is damaged is told of later."""
    from config import CalibrationBook
    from config.kept import CALIBRATIONS

    path = folder / CALIBRATIONS
    return CalibrationBook(path) if unread else CalibrationBook.load(path)


def _calibrate(args: argparse.Namespace) -> int:
    from config import load_settings, state_folder
    from firmware_bridge.floor.calibration.terminal import CalibrationTerminal
    from firmware_bridge.station import calibrate

    settings, book = load_settings(args.config), _book(state_folder())
    if args.undo:
        return _undo(book)
    link, stop = _link(args, settings), Stop()
    with stop.on_signals(), CalibrationTerminal(sys.stdin, sys.stdout) as terminal:
        saved = calibrate(link, settings, book, terminal, stop)
    print(f"Kept: from now on device {saved.device_id} is read by this; --undo goes back.")
    return DONE


def _undo(book: "CalibrationBook") -> int:
    from datetime import UTC, datetime

    from firmware_bridge.errors import CalibrationRefused
    from firmware_bridge.floor.store.listing import utc_text

    undone = book.undo(utc_text(datetime.now(UTC)))
    if undone is None:
        raise CalibrationRefused("there is no calibration to undo")
    gone, now = undone
    then = f"that of {now.made_utc}" if now else "none of this device"
    print(f"Undone: the calibration of {gone.made_utc}. In force now: {then}.")
    print("A station that runs takes it up when the machine is next connected.")
    return DONE


def _sets(args: argparse.Namespace) -> int:
    from firmware_bridge import sets

    def angles_of(one: "StoredSet", samples: "Samples") -> "Angles":
        from firmware_bridge.station import angles_of  # a list does not need all of that

        return angles_of(one, samples)

    match args.action:
        case "list":
            sets.list_sets(args)
        case "show":
            sets.show(args, angles_of)
        case "export":
            sets.export(args)
        case "trend":
            sets.trend(args)
        case "note":
            sets.note(args)
        case "reanalyse":
            return FAILED if sets.reanalyse(args, angles_of) else DONE
        case "import":
            from config import load_settings

            settings = load_settings(args.config)
            sets.import_file(args, settings, _measuring(settings), angles_of)
    return DONE


def _doctor(args: argparse.Namespace) -> int:
    from datetime import datetime

    from config import ConfigError, Settings, load_settings, state_folder
    from config.kept import TOKEN
    from firmware_bridge.device.examination import examine as look_at
    from firmware_bridge.device.portcheck import check_port
    from firmware_bridge.floor.doctor.examine import examine
    from firmware_bridge.floor.doctor.facts import gather
    from firmware_bridge.floor.doctor.folder_facts import folder_facts
    from firmware_bridge.floor.doctor.report import Report
    from firmware_bridge.floor.doctor.running import ask_station

    folder, settings, unreadable = folder_facts(state_folder()), Settings(), ""
    try:
        settings = load_settings(args.config)
    except ConfigError as error:
        unreadable = str(error)
    port = check_port(args.port or settings.machine.port, settings.machine.port_hints).to_dict()
    station = ask_station(settings.display, folder.path / TOKEN, folder.station)
    machine, why = station.machine_at(args.port), ""
    if machine is None:
        print("Looking at the machine ...", file=sys.stderr)
        machine, why = look_at(_link(args, settings))
    now = datetime.now().astimezone()
    report = Report(examine(gather(settings, unreadable, folder, station, machine, why, port, now)))
    _print_findings(report, args.json)
    if args.bundle:
        from firmware_bridge.floor.doctor.bundle import write_bundle

        write_bundle(args.bundle, report, state_folder(), args.config)
    return report.exit_code


def _print_findings(report: "Findings", as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps(report.to_dict(), indent=2, allow_nan=False))
    else:
        from rich.console import Console

        Console(highlight=False).print(report.screen())


def _flash(args: argparse.Namespace) -> int:
    from config import load_settings
    from firmware_bridge.device.flash import flash, only_port

    def say(line: str) -> None:
        try:
            print(printable(line), flush=True)
        except OSError:  # nobody reads it any more: no reason to leave the board half done
            _discard_output()

    machine = load_settings(args.config).machine
    port = args.port or machine.port
    if port == "auto":
        port = only_port(machine.port_hints)
    stop = Stop()
    with stop.on_signals():
        done = flash(port, args.sensor, say, lambda: stop.asked)
        say(f"Done: board {done.device_id} runs firmware {done.firmware} for sensor {done.sensor}.")
    return DONE


def _magnet(args: argparse.Namespace) -> int:
    from config import load_settings
    from firmware_bridge.floor.magnetview import MagnetScreen
    from firmware_bridge.station import place_magnet

    link, stop = _link(args, load_settings(args.config)), Stop()
    with stop.on_signals(), MagnetScreen(sys.stdout) as screen:
        place_magnet(link, screen, stop)
    return DONE


_COMMANDS = {
    "demo": _demo,
    "run": _run,
    "replay": _replay,
    "analyse": _analyse,
    "calibrate": _calibrate,
    "sets": _sets,
    "doctor": _doctor,
    "flash": _flash,
    "magnet": _magnet,
}
