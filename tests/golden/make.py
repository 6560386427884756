"""Writes the golden folder of the present version: `python -m tests.golden.make`, once a release.

What stations of this version leave behind (recordings, a store, calibrations, settings), and what
this version says of it. README.md has the rule: a golden is never made again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from analysis import SetReport
from config import CalibrationBook, Reading, SavedCalibration, Settings, load_settings
from firmware_bridge import VERSION
from firmware_bridge.device.events import Chunk, Lost
from firmware_bridge.device.link import Link
from firmware_bridge.device.people import SCRIPTS, Hold, Segment, Stroke, perform
from firmware_bridge.device.recording import Recorder
from firmware_bridge.device.simulated import (
    DEVICE_ID,
    Fault,
    SimulatedMachine,
    counts_of,
)
from firmware_bridge.floor.calibration.in_force import measuring_by
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord
from firmware_bridge.floor.store.imported import imported
from firmware_bridge.floor.store.keeping import Measuring
from firmware_bridge.floor.store.reanalysis import each_kept
from firmware_bridge.floor.store.store import Samples, Store
from firmware_bridge.floor.store.storedset import StoredSet
from firmware_bridge.station import angles_of
from tests.golden.said import (
    ANALYSED_TWICE,
    CALIBRATIONS,
    GOLDEN,
    SETTINGS,
    STATION,
    STORE,
    VISIT,
    said,
)

EVENING = datetime(2026, 11, 24, 18, 3, 0, 250_000, tzinfo=UTC)
STOP_DEG = 62.0
MACHINE = {"neutral_counts": 700.25, "gear": 1.5, "direction": -1}

# Every key that there is, none as it is by default.
TOML = f"""\
[machine]
sensor = "potentiometer"
counts_per_turn = 1024
gear = 1.25
direction = -1
play_deg = 0.5
port = "/dev/ttyACM7"
port_hints = ["Lever"]

[calibration]
neutral_counts = 512.5
device_id = "{DEVICE_ID}"
min_deg = -35.0
max_deg = 95.0
sine_deg = 0.25
cosine_deg = -0.5

[station]
standard = "gym"
rate_hz = 100

[display]
host = "::1"
port = 8899
names = ["lever.local"]
look_without_token = true
own_screen_without_token = true
language = "es"
load_step_kg = 1.25

[standards.gym]
top_zone_deg = 8.0
min_travel_deg = 7.5
min_depth_deg = 14.0
neutral_tolerance_deg = 2.5
max_depth_deg = 55.0
target_depth_deg = 40.0
min_eccentric_s = 1.25
min_top_hold_s = 0.25
max_start_accel_dps2 = 450.0
max_shake_deg = 0.15
target_tempo = "2-1-1-0.5"
set_rest_s = 25.0

[standards.gentle]
max_depth_deg = 32.0
"""


def main() -> None:
    folder = GOLDEN / VERSION
    folder.mkdir()  # never once more
    station = folder / STATION
    station.mkdir()
    (station / SETTINGS).write_text(TOML)
    settings = load_settings(station / SETTINGS)
    _make_recordings(folder)
    saved = _make_calibrations(station / CALIBRATIONS)
    _make_store(station / STORE, (folder / STATION / VISIT).read_bytes(), settings, saved)
    with TemporaryDirectory() as work:
        for path, text in said(folder, Path(work)).items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(text)


# Recordings.


LIFT_IN: tuple[Segment, ...] = (Hold(1.5), Stroke(0.0, 1.5), Hold(0.8))
LET_DOWN: tuple[Segment, ...] = (Stroke(STOP_DEG, 2.0), Hold(1.5))


def rep(bottom_deg: float, top_deg: float = 0.0) -> tuple[Segment, ...]:
    """From the top to this bottom and back, leaning back to `top_deg`."""
    down_and_up = (Stroke(bottom_deg, 1.6), Hold(0.3), Stroke(top_deg, 1.1))
    return (*down_and_up, Hold(0.5), Stroke(0.0, 0.5), Hold(0.3))


VISIT_OF_THREE = (*LIFT_IN, *rep(44), *rep(42, -6), *rep(24), *LET_DOWN)


def counts(segments: Sequence[Segment], start_deg: float = STOP_DEG, **machine: Any) -> np.ndarray:
    """What the sensor reads of it at 1 kHz."""
    return counts_of(perform(start_deg, segments), **machine)


def record(path: Path, rate_hz: int, *motions: np.ndarray) -> None:
    """What a link brings of a machine that is switched off after each of `motions`."""
    with TemporaryDirectory() as folder, Recorder(path) as recorder:
        port = Path(folder) / "lever"
        with Link(str(port), rate_hz=rate_hz) as link:
            for motion in motions:
                with SimulatedMachine(motion, fast=True, link=port):
                    _follow(link, recorder)


def _follow(link: Link, recorder: Recorder) -> None:
    for event in link.events():
        if isinstance(event, Chunk):
            recorder.write(event)
        elif isinstance(event, Lost):
            return


def _make_recordings(folder: Path) -> None:
    record(folder / "mixed.lever", 50, counts_of(SCRIPTS["mixed"].motion()))
    before, after = (*LIFT_IN, *rep(40), Stroke(42, 1.6)), (Hold(1), Stroke(0, 1.1), Hold(1))
    boots = counts(before), counts((*after, *rep(38), *LET_DOWN), start_deg=42)
    record(folder / "restarted.lever", 50, *boots)
    faulty = counts(VISIT_OF_THREE)
    faulty[5200:5500], faulty[900:1000] = Fault.NO_MAGNET, Fault.NO_ANSWER  # in a rep, and at rest
    record(folder / "faulty.lever", 50, faulty)
    _damage(folder / "faulty.lever")
    record(folder / STATION / VISIT, 50, counts(VISIT_OF_THREE, **MACHINE))


def _damage(path: Path) -> None:
    """One byte came wrongly, and later half a second of them never came."""
    data = bytearray(path.read_bytes())
    data[len(data) // 4] ^= 0x10
    half = len(data) // 2
    del data[half : half + 250]
    path.write_bytes(data)


# Calibrations.


def _make_calibrations(path: Path) -> SavedCalibration:
    """Two of our machine and one of another; a third of ours is undone. The one in force."""
    first = SavedCalibration(
        made_utc="2026-11-01T17:05:00Z",
        device_id=DEVICE_ID,
        sensor="as5600",
        firmware=VERSION,
        counts_per_turn=4096,
        gear=MACHINE["gear"],
        direction=MACHINE["direction"],
        neutral_counts=MACHINE["neutral_counts"] + 20,
        sine_deg=0.0,
        cosine_deg=0.0,
        play_deg=0.0,
        stop_deg=61.0,
        sure_deg=0.4,
        readings=(
            Reading(step="neutral", counts=720.25, spread_deg=0.05, moved_deg=0.1),
            Reading(step="stop", counts=-337.5, spread_deg=0.04),
        ),
    )
    facts = {name: getattr(first, name) for name in first.__struct_fields__}
    checks = tuple(
        Reading(step="check", counts=700.25 - 17.07 * angle, spread_deg=0.05, angle_deg=angle)
        for angle in (15.0, 30.0, 45.0)
    )
    second = SavedCalibration(
        **facts
        | {"made_utc": "2026-11-03T17:05:00Z", "neutral_counts": 700.25, "stop_deg": 62.25}
        | {"sine_deg": 0.125, "cosine_deg": -0.0625, "play_deg": 0.125, "sure_deg": 0.15}
        | {"working_top_deg": 1.5, "working_bottom_deg": 46.5}
        | {"readings": first.readings + checks, "residuals_deg": (0.05, -0.1, 0.025)}
    )
    other = SavedCalibration(
        **facts | {"made_utc": "2026-11-02T17:05:00Z", "device_id": "e6614c311b7e6f35"}
    )
    undone = SavedCalibration(**facts | {"made_utc": "2026-11-05T17:05:00Z", "stop_deg": 30.0})
    book = CalibrationBook.load(path)
    for one in (first, other, second, undone):
        book.keep(one)
    book.undo("2026-11-05T17:15:00Z")
    return second


# The store.


class Keep:
    """Keeps sets of our machine, all of them found in the same wire bytes, a day apart."""

    def __init__(self, store: Store, wire: bytes, settings: Settings, measuring: Measuring) -> None:
        self._store = store
        self._settings, self._measuring = settings, measuring
        self.samples = Samples("wire", wire, 100.0)
        self._days = 0

    def blank(self, plan: Plan, ended_by: str) -> StoredSet:
        """All that is known of a set before it is over."""
        self._days += 1
        form = plan.form(self._settings.standards)
        record = SetRecord(self._days, plan, form, SetReport(()).to_dict(), ended_by, 0.0)
        return StoredSet(
            uid=f"{self._days:016x}",
            record=record,
            started_utc=EVENING + timedelta(days=self._days - 1),
            utc_offset_min=60,
            device_id=self._measuring.device_id,
            calibration=self._measuring.calibration,
            stop_deg=62.25,
            program=VERSION,
        )

    def add(self, plan: Plan, ended_by: str = "rest", **facts: Any) -> tuple[int, StoredSet]:
        """Its number, and what is kept of it; `facts` are other than usual."""
        one = replace(self.blank(plan, ended_by), **facts)
        (one,) = each_kept(one, angles_of(one, self.samples), self.samples.from_s)
        return self._store.save(one, self.samples), one


def _make_store(path: Path, wire: bytes, settings: Settings, saved: SavedCalibration) -> None:
    """Sets of every kind, and one that is not over; all of it in the one file."""
    by_book = saved.applied_to(settings)
    measuring = measuring_by(by_book, saved.device_id, saved)
    with Store(path) as store:
        keep = Keep(store, wire, by_book, measuring)
        with store.transaction():
            keep.add(Plan(load_kg=42.5, target_reps=3, target_tempo="2-1-1-1"), "left_at_stop")
            keep.add(Plan(standard="own", load_kg=42.5), "interrupted")
            keep.add(Plan(standard="gym", load_kg=40.0), suspect=True, stop_deg=57.75)
            _, hurt = keep.add(Plan(standard="gentle", load_kg=0.0), "discomfort")
            store.strike(hurt.uid, {2})
            store.mark(hurt.uid, discomfort=True, suspect=False)
            number, one = keep.add(Plan(standard="beginner"), "restarted", stop_deg=None)
            assert number == ANALYSED_TWICE
            store.note(number, '=left "knee"; ça va,\nnext week')
            store.strike(one.uid, {1})
            store.add_analysis(number, one.report, VERSION, EVENING + timedelta(days=30))
            store.save(*_of_another_logger(settings))
        begun = keep.blank(Plan(standard="gym", load_kg=45.0), "interrupted")
        third = len(wire) // 3
        with store.transaction():
            store.begin(begun, replace(keep.samples, data=wire[:third]))
            store.append(1, wire[third : 2 * third])
            store.append(2, wire[2 * third : -600])
            later = replace(begun.record, plan=Plan(standard="gym", load_kg=47.5))
            store.describe(replace(begun, record=later), {1})


def _of_another_logger(settings: Settings) -> tuple[StoredSet, Samples]:
    """A CSV file of counts at 40 Hz, imported."""
    machine = {"neutral_counts": 512.5, "counts_per_turn": 1024, "gear": 1.25, "direction": -1}
    rows = counts(VISIT_OF_THREE, **machine)[::25]
    text = "t_s,counts\n" + "".join(f"{n / 40:.3f},{value}\n" for n, value in enumerate(rows))
    samples, plan = Samples("csv", text.encode()), Plan(standard="gym", load_kg=35.0)
    began = EVENING - timedelta(days=90)
    about = ("other.csv", began, plan, settings.form, measuring_by(settings), "import-golden")
    (one,) = imported(samples, *about, angles_of)
    return one, samples


if __name__ == "__main__":
    main()
