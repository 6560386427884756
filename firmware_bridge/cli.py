"""The command line: reads arguments, calls the rest, tells errors in one line. Status 0, 1 or 2."""

# Nothing up here but what every command needs: `leverrep --help` is to answer at once.
import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from firmware_bridge.errors import LeverRepError

TYPE_CHECKING = False  # type checkers take it as true; typing itself is slow to import
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from analysis import Report
    from config import Settings
    from firmware_bridge.device.trace import Trace
    from firmware_bridge.station import Station

DONE, FAILED, USAGE = 0, 1, 2


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
    except KeyboardInterrupt:
        return 130


def _command(argv: Sequence[str] | None) -> int:
    args = _parser().parse_args(argv)
    from config import ConfigError

    try:
        status: int = args.command(args)
        return status
    except (LeverRepError, ConfigError) as error:
        return _tell(str(error))


def _tell(problem: str) -> int:
    """One line, whatever a name in it is made of."""
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in problem)
    print(f"leverrep: {line}", file=sys.stderr)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leverrep", description="Rep counter for the lever back extension machine."
    )
    # Before the command or after it.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    for one in (parser, common):
        one.add_argument("--config", type=_path, metavar="FILE", help="settings file (TOML)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", parents=[common], help="the station on a simulated machine")
    demo.add_argument("--script", default="mixed", metavar="NAME", help="what the lifter does")
    demo.add_argument("--fast", action="store_true", help="not at real time, as fast as it goes")
    demo.set_defaults(command=_demo, usage_error=demo.error)

    run = commands.add_parser("run", parents=[common], help="the station on the real machine")
    run.set_defaults(command=_run)

    record = commands.add_parser(
        "record", parents=[common], help="run, and keep the bytes of the machine as they come"
    )
    record.add_argument("file", type=_path, help="the recording to make; must not exist yet")
    record.set_defaults(command=_run)

    for one in (run, record):
        one.add_argument(
            "--port", type=_name, help="serial port of the machine (default: look for it)"
        )

    replay = commands.add_parser("replay", parents=[common], help="play a recording back")
    replay.add_argument("file", type=_path, help="the recording")
    replay.add_argument("--fast", action="store_true", help="not at real time, as fast as it goes")
    replay.set_defaults(command=_replay)

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
        "file", type=_path, nargs="?", help="a recording, or CSV with the header t_s,angle_deg"
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
        "--plot", type=_picture, metavar="OUT", help="draw the sets into OUT, .svg or .png"
    )
    analyse.add_argument(
        "--compare",
        type=_path,
        nargs=2,
        metavar=("A", "B"),
        help="instead of a file: draw the set with the most reps of each over each other",
    )
    analyse.set_defaults(command=_analyse, usage_error=analyse.error)
    return parser


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _path(text: str) -> "Path":
    from pathlib import Path

    return Path(_name(text))


def _picture(text: str) -> "Path":
    from firmware_bridge.floor.plot_file import SUFFIXES

    path = _path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"{text!r} must end in {' or '.join(SUFFIXES)}")
    return path


def _demo(args: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from config import Calibration, MachineProfile, load_settings
    from firmware_bridge.device.link import Link
    from firmware_bridge.device.people import MOTION_HZ, SCRIPTS
    from firmware_bridge.device.simulated import SimulatedMachine, counts_of

    if args.script not in SCRIPTS:
        args.usage_error(f"--script {args.script}: must be one of {', '.join(SCRIPTS)}")
    motion = SCRIPTS[args.script].motion()
    # The simulated machine is built as the defaults say, whatever the real one is.
    settings = load_settings(args.config)
    settings = replace(settings, machine=MachineProfile(), calibration=Calibration())
    with (
        _station(args, settings) as station,
        SimulatedMachine(counts_of(motion), fast=args.fast) as machine,
    ):
        station.session_s = len(motion) / MOTION_HZ
        station.run(Link(machine.port, rate_hz=settings.station.rate_hz))
    return _summary(args, station)


def _run(args: argparse.Namespace) -> int:
    from config import load_settings
    from firmware_bridge.device.link import Link
    from firmware_bridge.device.recording import Recorder

    settings = load_settings(args.config)
    machine = settings.machine
    link = Link(args.port or machine.port, machine.port_hints, settings.station.rate_hz)
    with _station(args, settings) as station:
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


def _replay(args: argparse.Namespace) -> int:
    from config import load_settings
    from firmware_bridge.device.recording import replay

    with _station(args, load_settings(args.config)) as station:
        station.replay(replay(args.file, fast=args.fast))
    return _summary(args, station)


@contextmanager
def _station(args: argparse.Namespace, settings: "Settings") -> "Iterator[Station]":
    """A station that shows and writes what was asked for; signals only ask it to stop."""
    from firmware_bridge.floor.eventlines import EventLines
    from firmware_bridge.station import Chain, Station

    station = Station(Chain(settings))
    with ExitStack() as stack:
        stack.enter_context(station.stop.on_signals())
        if args.events:
            station.events = EventLines(args.events)
            stack.callback(station.events.close)
        if not getattr(args, "fast", False):  # nobody could follow
            _open_display(args, settings, station, stack)
        if args.events != "-":
            # The code to scan is to stay on the terminal.
            if sys.stdout.isatty() and not (station.display and station.display.asks_for_token):
                from firmware_bridge.floor.terminal import TerminalView

                station.view = stack.enter_context(TerminalView(sys.stdout))
            else:
                from firmware_bridge.floor.plain import PlainView

                station.view = PlainView(sys.stdout)
        yield station


def _open_display(
    args: argparse.Namespace, settings: "Settings", station: "Station", stack: ExitStack
) -> None:
    """Serve the page, and tell where."""
    from firmware_bridge.floor.display.display import Display

    display = stack.enter_context(Display(settings, args.host))
    station.display, station.chain.board.address = display, display.address
    told_on = sys.stderr if args.events == "-" else sys.stdout
    print(f"Display: {display.address}", file=told_on, flush=True)
    if display.asks_for_token and told_on.isatty():  # a log must not know the token
        from firmware_bridge.floor.display.invitation import qr_text

        print(f"Scan this to open it, or go to {display.invitation}", file=told_on)
        print(qr_text(display.invitation), file=told_on, flush=True)
    if args.kiosk:
        from firmware_bridge.floor.display.kiosk import Kiosk

        stack.enter_context(Kiosk(display.invitation))


def _summary(args: argparse.Namespace, station: "Station") -> int:
    if args.events != "-":
        _print_table({"sets": list(station.chain.sets)})
    if station.failure:
        raise station.failure
    return DONE


def _analyse(args: argparse.Namespace) -> int:
    _check_analyse(args)
    from config import load_settings

    settings = load_settings(args.config)
    if args.plot:
        from firmware_bridge.floor.plot_file import require_matplotlib

        require_matplotlib()
    if args.compare:
        return _compare(args, settings)
    trace = _read_trace(args.file, settings, calibrated=not args.uncalibrated)
    if args.events:
        return _print_events(trace, settings)
    report = _report(trace, settings, calibrated=not args.uncalibrated)
    if args.plot:
        from firmware_bridge.floor.plot import Analysed, plot_sets

        analysed = Analysed(str(args.file), trace.t_s, trace.angle_deg, report)
        plot_sets(args.plot, analysed, settings.form)
    if args.json:
        import json

        print(json.dumps(report.to_dict(), indent=2, allow_nan=False))
    else:
        _print_table(report.to_dict())
    return DONE


def _check_analyse(args: argparse.Namespace) -> None:
    """What argparse cannot say."""
    if args.events and args.uncalibrated:
        args.usage_error("--events is the live path: it needs calibrated angles")
    if args.plot and args.uncalibrated:
        args.usage_error("--plot draws neutral and the thresholds: it needs calibrated angles")
    if args.plot and args.events:
        args.usage_error("--plot draws what --events does not tell: leave one out")
    if not args.compare and not args.file:
        args.usage_error("a file is needed, or --compare A B")
    if args.compare and (args.file or args.json or args.events or args.uncalibrated):
        args.usage_error("--compare takes two files and --plot, nothing else")
    if args.compare and not args.plot:
        args.usage_error("--compare needs --plot OUT")


def _print_events(trace: "Trace", settings: "Settings") -> int:
    from analysis import LiveAnalyser
    from firmware_bridge.floor.eventlines import EventLines

    live, lines = LiveAnalyser(settings.form), EventLines("-")
    lines.write(live.feed(trace.t_s.tolist(), trace.angle_deg.tolist()))
    lines.write(live.close())
    return DONE


def _report(trace: "Trace", settings: "Settings", calibrated: bool = True) -> "Report":
    from analysis import analyse_trace, analyse_uncalibrated

    if calibrated:
        return analyse_trace(trace.t_s, trace.angle_deg, standard=settings.form)
    return analyse_uncalibrated(trace.t_s, trace.angle_deg)


def _compare(args: argparse.Namespace, settings: "Settings") -> int:
    from firmware_bridge.floor.plot import Analysed
    from firmware_bridge.floor.plot_compare import plot_comparison

    pair = []
    for path in args.compare:
        trace = _read_trace(path, settings, calibrated=True)
        report = _report(trace, settings)
        pair.append(Analysed(str(path), trace.t_s, trace.angle_deg, report))
    plot_comparison(args.plot, pair, settings.form)
    return DONE


def _read_trace(path: "Path", settings: "Settings", calibrated: bool) -> "Trace":
    """The angles of a CSV file or of a recording: no CSV file has a zero byte, every frame has."""
    from firmware_bridge.device.trace import decode_csv, is_text, read_bytes
    from firmware_bridge.station import trace_of_recording

    data = read_bytes(path)  # once: it may be a pipe
    if is_text(data):
        return decode_csv(data, str(path))
    return trace_of_recording(data, str(path), settings, calibrated)


def _print_table(report: "dict[str, Any]") -> None:
    from rich.console import Console

    from firmware_bridge.floor.tables import report_table

    console = Console()
    with console.capture() as table:  # rich has its own way with a reader that is gone
        console.print(report_table(report))
    print(table.get(), end="")
