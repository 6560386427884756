"""The command line: reads arguments, calls the rest, tells errors in one line. Status 0, 1 or 2."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

# Nothing heavy up here: `leverrep --help` is to answer at once.
from firmware_bridge.errors import LeverRepError

if TYPE_CHECKING:
    from analysis import Report
    from config import Settings
    from firmware_bridge.device.trace import Trace
    from firmware_bridge.station import Chain, Station

DONE, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    args = _parser().parse_args(argv)
    from config import ConfigError

    try:
        status: int = args.command(args)
        sys.stdout.flush()
        return status
    except (LeverRepError, ConfigError) as error:
        print(f"leverrep: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python must not find out again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leverrep", description="Rep counter for the lever back extension machine."
    )
    # Before the command or after it.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    for one in (parser, common):
        one.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", parents=[common], help="the station on a simulated machine")
    demo.add_argument("--script", default="mixed", metavar="NAME", help="what the lifter does")
    demo.add_argument("--fast", action="store_true", help="not at real time, as fast as it goes")
    demo.set_defaults(command=_demo)

    run = commands.add_parser("run", parents=[common], help="the station on the real machine")
    run.set_defaults(command=_run)

    record = commands.add_parser(
        "record", parents=[common], help="run, and keep the bytes of the machine as they come"
    )
    record.add_argument("file", type=Path, help="the recording to make; must not exist yet")
    record.set_defaults(command=_run)

    for one in (run, record):
        one.add_argument("--port", help="serial port of the machine (default: look for it)")

    replay = commands.add_parser("replay", parents=[common], help="play a recording back")
    replay.add_argument("file", type=Path, help="the recording")
    replay.add_argument("--fast", action="store_true", help="not at real time, as fast as it goes")
    replay.set_defaults(command=_replay)

    for one in (demo, run, record, replay):
        one.add_argument(
            "--events", metavar="FILE", help="add the events to FILE as NDJSON; - prints them"
        )

    analyse = commands.add_parser(
        "analyse", parents=[common], help="count the reps of a recording or a CSV file"
    )
    analyse.add_argument(
        "file", type=Path, help="a recording, or CSV with the header t_s,angle_deg"
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
    analyse.set_defaults(command=_analyse, usage_error=analyse.error)
    return parser


def _demo(args: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from config import Calibration, MachineProfile, load_settings
    from firmware_bridge.device.link import Link
    from firmware_bridge.device.people import MOTION_HZ, SCRIPTS
    from firmware_bridge.device.simulated import SimulatedMachine, counts_of

    if args.script not in SCRIPTS:
        raise LeverRepError(f"--script {args.script}: must be one of {', '.join(SCRIPTS)}")
    motion = SCRIPTS[args.script].motion()
    # The simulated machine is built as the defaults say, whatever the real one is.
    settings = load_settings(args.config)
    settings = replace(settings, machine=MachineProfile(), calibration=Calibration())
    with (
        SimulatedMachine(counts_of(motion), fast=args.fast) as machine,
        _station(args, settings) as station,
    ):
        station.session_s = len(motion) / MOTION_HZ
        station.run(Link(machine.port, rate_hz=settings.station.rate_hz))
    return _summary(args, station.chain)


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
    return _summary(args, station.chain)


def _replay(args: argparse.Namespace) -> int:
    from config import load_settings
    from firmware_bridge.device.recording import replay

    with _station(args, load_settings(args.config)) as station:
        station.replay(replay(args.file, fast=args.fast))
    return _summary(args, station.chain)


@contextmanager
def _station(args: argparse.Namespace, settings: "Settings") -> "Iterator[Station]":
    """A station that shows and writes what was asked for."""
    from firmware_bridge.floor.eventlines import EventLines
    from firmware_bridge.station import Chain, Station

    station = Station(Chain(settings))
    with ExitStack() as stack:
        if args.events:
            station.events = EventLines(args.events)
            stack.callback(station.events.close)
        if args.events != "-":
            if sys.stdout.isatty():
                from firmware_bridge.floor.terminal import TerminalView

                station.view = stack.enter_context(TerminalView(sys.stdout))
            else:
                from firmware_bridge.floor.plain import PlainView

                station.view = PlainView(sys.stdout)
        yield station


def _summary(args: argparse.Namespace, chain: "Chain") -> int:
    if args.events != "-":
        _print_table(chain.report)
    return DONE


def _analyse(args: argparse.Namespace) -> int:
    from analysis import LiveAnalyser, analyse_trace, analyse_uncalibrated
    from config import load_settings

    settings = load_settings(args.config)
    if args.events and args.uncalibrated:
        args.usage_error("--events is the live path: it needs calibrated angles")
    trace = _read_trace(args.file, settings, calibrated=not args.uncalibrated)
    if args.events:
        from firmware_bridge.floor.eventlines import EventLines

        live, lines = LiveAnalyser(settings.form), EventLines("-")
        lines.write(live.feed(trace.t_s.tolist(), trace.angle_deg.tolist()))
        lines.write(live.close())
        return DONE
    if args.uncalibrated:
        report = analyse_uncalibrated(trace.t_s, trace.angle_deg)
    else:
        report = analyse_trace(trace.t_s, trace.angle_deg, standard=settings.form)
    if args.json:
        print(json.dumps(report.to_dict(), indent=2, allow_nan=False))
    else:
        _print_table(report)
    return DONE


def _read_trace(path: Path, settings: "Settings", calibrated: bool) -> "Trace":
    """The angles of a CSV file or of a recording: no CSV file has a zero byte, every frame has."""
    from firmware_bridge.device.trace import is_text, read_csv
    from firmware_bridge.station import trace_of_recording

    return read_csv(path) if is_text(path) else trace_of_recording(path, settings, calibrated)


def _print_table(report: "Report") -> None:
    from rich.console import Console

    from firmware_bridge.floor.tables import report_table

    Console().print(report_table(report.to_dict()))
