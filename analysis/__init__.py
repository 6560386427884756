"""The pure core: numbers in, events and reports out. No I/O, no threads, no clock: time is an
argument.
"""

from analysis.angle import LeverScale
from analysis.events import Event
from analysis.live import LiveAnalyser
from analysis.rep import Rep
from analysis.report import Report, SetReport
from analysis.trace import analyse_trace
from analysis.uncalibrated import analyse_uncalibrated

__all__ = [
    "Event",
    "LeverScale",
    "LiveAnalyser",
    "Rep",
    "Report",
    "SetReport",
    "analyse_trace",
    "analyse_uncalibrated",
]
