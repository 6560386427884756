"""The pure core: numbers in, events and reports out. No I/O, no threads, no clock: time is an
argument.
"""

from analysis.angle import LeverScale
from analysis.calibration import CheckAngle, ScaleFit, UnusableChecks, fit_scale
from analysis.events import Event
from analysis.live import LiveAnalyser
from analysis.play import Play
from analysis.rep import Rep
from analysis.report import Report, SetReport
from analysis.trace import analyse_trace
from analysis.uncalibrated import analyse_uncalibrated

__all__ = [
    "CheckAngle",
    "Event",
    "LeverScale",
    "LiveAnalyser",
    "Play",
    "Rep",
    "Report",
    "ScaleFit",
    "SetReport",
    "UnusableChecks",
    "analyse_trace",
    "analyse_uncalibrated",
    "fit_scale",
]
