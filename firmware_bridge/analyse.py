"""The command `leverrep analyse`: the reps of a file as a table, JSON, events or a picture."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analysis import LiveAnalyser, Report, analyse_trace, analyse_uncalibrated
from config import Settings
from firmware_bridge.floor.eventlines import EventLines
from firmware_bridge.floor.tables import print_report


class Trace(Protocol):
    """The lever's way."""

    @property
    def t_s(self) -> NDArray[np.float64]: ...
    @property
    def angle_deg(self) -> NDArray[np.float64]: ...


Read = Callable[[Path], Trace]


def analyse(args: argparse.Namespace, settings: Settings, read: Read) -> None:
    """Do what was asked for with what `read` makes of a file. Raises TraceError, OutputError."""
    if args.plot:
        from firmware_bridge.floor.plot_file import require_matplotlib

        require_matplotlib()
    if args.compare:
        _compare(args, settings, read)
        return
    trace = read(args.file)
    if args.events:
        _print_events(trace, settings)
        return
    report = _report(trace, settings, calibrated=not args.uncalibrated)
    if args.plot:
        from firmware_bridge.floor.plot import Analysed, plot_sets

        analysed = Analysed(str(args.file), trace.t_s, trace.angle_deg, report)
        plot_sets(args.plot, analysed, settings.form)
    if args.json:
        print(json.dumps(report.to_dict(), indent=2, allow_nan=False))
    else:
        print_report(report.to_dict())
        if not (report.sets or args.uncalibrated):
            print(_why_none(trace))


def _why_none(trace: Trace) -> str:
    low, high, seconds = trace.angle_deg.min(), trace.angle_deg.max(), np.ptp(trace.t_s)
    return (
        f"The angles go from {low:.1f}° to {high:.1f}° in {seconds:.1f} s, where 0° is the neutral "
        "top and lowered is positive.\nIf nobody has calibrated them, --uncalibrated counts."
    )


def check(args: argparse.Namespace) -> None:
    """What argparse cannot say. Ends the program with status 2."""
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


def _print_events(trace: Trace, settings: Settings) -> None:
    live, lines = LiveAnalyser(settings.form), EventLines("-")
    lines.write(live.feed(trace.t_s.tolist(), trace.angle_deg.tolist()))
    lines.write(live.close())


def _report(trace: Trace, settings: Settings, calibrated: bool = True) -> Report:
    if calibrated:
        return analyse_trace(trace.t_s, trace.angle_deg, standard=settings.form)
    return analyse_uncalibrated(trace.t_s, trace.angle_deg)


def _compare(args: argparse.Namespace, settings: Settings, read: Read) -> None:
    from firmware_bridge.floor.plot import Analysed
    from firmware_bridge.floor.plot_compare import plot_comparison

    pair = []
    for path in args.compare:
        trace = read(path)
        report = _report(trace, settings)
        pair.append(Analysed(str(path), trace.t_s, trace.angle_deg, report))
    plot_comparison(args.plot, pair, settings.form)
