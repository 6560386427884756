"""The command line: reads arguments, calls the rest, tells errors in one line. Status 0, 1 or 2."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

# Nothing heavy up here: `leverrep --help` is to answer at once.
from firmware_bridge.errors import LeverRepError

if TYPE_CHECKING:
    from config import Settings
    from firmware_bridge.device.trace import Trace

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
        help="the angles are not calibrated: take the resting end as neutral, "
        "and thresholds as fractions of the working range",
    )
    analyse.set_defaults(command=_analyse)
    return parser


def _analyse(args: argparse.Namespace) -> int:
    from analysis import LiveAnalyser, analyse_trace
    from config import load_settings

    settings = load_settings(args.config)
    trace = _read_trace(args.file, settings)
    if args.events:
        from firmware_bridge.floor.eventlines import EventLines

        live, lines = LiveAnalyser(settings.form), EventLines("-")
        lines.write(live.feed(trace.t_s.tolist(), trace.angle_deg.tolist()))
        lines.write(live.close())
        return DONE
    report = analyse_trace(trace.t_s, trace.angle_deg, standard=settings.form).to_dict()
    if args.json:
        print(json.dumps(report, indent=2, allow_nan=False))
    else:
        from rich.console import Console

        from firmware_bridge.floor.tables import report_table

        Console().print(report_table(report))
    return DONE


def _read_trace(path: Path, settings: "Settings") -> "Trace":
    from firmware_bridge.device.trace import read_csv

    return read_csv(path)
