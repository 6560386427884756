"""The calibrations that were made on this station: what each found, and which is in force.

A calibration that is undone is marked, never deleted: the history says what a stored set was
measured with.
"""

from pathlib import Path
from typing import Annotated, Literal, Protocol, TypeVar

import msgspec
from msgspec import Meta

from config.fields import Checked, shown
from config.load import ConfigError
from config.machine import LOWEST_DEG, MagnetError, Text
from config.settings import Settings
from config.standard import FormStandard
from config.whole_file import read_file, replace_file

SCHEMA = "leverrep.calibrations/1"
MOST_BYTES = 1 << 22  # some ten thousand calibrations
OWN = "own"  # name of the form standard made from a measured working range

_BEYOND_STOP_DEG = 10.0  # room for another lifter's pads, and for a stop that gives
_MOST_OF_TURN = 0.999
_TARGET, _TOO_DEEP = 0.9, 1.1  # of the bottom that was shown
_DEEPEST_DEG = 180.0

Utc = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\Z",
        description='a time like "2026-01-31T17:05:00Z"',
    ),
]
Positive = Annotated[float, Meta(ge=0)]
T = TypeVar("T", bound=Checked)


class Device(Protocol):
    """Who a machine says it is (a HELLO)."""

    @property
    def device_id(self) -> str: ...
    @property
    def sensor(self) -> str: ...
    @property
    def counts_per_turn(self) -> int: ...


class Reading(Checked, frozen=True, kw_only=True):
    """One still stretch: counts along the movement, which may lie beyond one turn, their spread,
    and how far the lever went in it. angle_deg: what the inclinometer showed, of a check.
    """

    step: Literal["neutral", "stop", "check"]
    counts: float
    spread_deg: Positive
    moved_deg: Positive = 0.0
    angle_deg: float | None = None


class SavedCalibration(Checked, frozen=True, kw_only=True):
    """What one guided calibration found; lever angles in degrees.

    sensor: its kind as the device says it. stop_deg: the forward stop. sure_deg: the angle is off
    by less, 19 times of 20. working_top_deg, working_bottom_deg: of slow reps, None if none were
    done. residuals_deg: of each check, what is left of its error.
    """

    made_utc: Utc
    device_id: Text
    sensor: Text
    firmware: str
    counts_per_turn: Annotated[int, Meta(ge=16, le=32_768)]
    gear: Annotated[float, Meta(gt=0, le=100)]
    direction: Literal[1, -1]
    neutral_counts: Annotated[float, Meta(ge=0, le=32_768)]
    sine_deg: MagnetError
    cosine_deg: MagnetError
    play_deg: Positive
    stop_deg: Annotated[float, Meta(gt=0, le=180)]
    sure_deg: Positive
    working_top_deg: float | None = None
    working_bottom_deg: float | None = None
    readings: Annotated[tuple[Reading, ...], Meta(description="a list of readings")] = ()
    residuals_deg: tuple[float, ...] = ()
    undone_utc: Utc | None = None

    def applied_to(self, settings: Settings) -> Settings:
        """`settings` as this calibration says. Raises FieldError if they contradict each other."""
        machine = _changed(
            settings.machine,
            counts_per_turn=self.counts_per_turn,
            gear=self.gear,
            direction=self.direction,
            play_deg=self.play_deg,
        )
        calibration = _changed(
            settings.calibration,
            neutral_counts=self.neutral_counts,
            device_id=self.device_id,
            max_deg=self._max_deg,
            sine_deg=self.sine_deg,
            cosine_deg=self.cosine_deg,
        )
        standards = {**settings.standards, **self._own_standard(settings.form)}
        return Settings(
            machine=machine,
            calibration=calibration,
            station=settings.station,
            display=settings.display,
            standards=standards,
        )

    def misfit(self, device: Device) -> str | None:
        """Why this calibration does not hold for a device, and what to do; None if it does.

        Another firmware is no reason: it reads the same sensor.
        """
        if device.device_id != self.device_id:
            found = f"this is device {device.device_id}, the calibration is of {self.device_id}"
        elif device.sensor != self.sensor:
            found = f"the sensor is {device.sensor}, it was {self.sensor} when calibrated"
        elif device.counts_per_turn != self.counts_per_turn:
            counts, then = device.counts_per_turn, self.counts_per_turn
            found = f"the sensor has {counts} counts a turn, it had {then} when calibrated"
        else:
            return None
        return f"{found}: calibrate again"

    @property
    def _max_deg(self) -> float:
        """Beyond the stop, but within the one turn that the sensor can tell."""
        turn_ends_deg = _MOST_OF_TURN * 360 / self.gear + LOWEST_DEG
        room = min(self.stop_deg + _BEYOND_STOP_DEG, turn_ends_deg, _DEEPEST_DEG)
        return max(self.stop_deg, room)

    def _own_standard(self, like: FormStandard) -> dict[str, FormStandard]:
        """For the range that was shown; none if no rep of it would count."""
        bottom = self.working_bottom_deg
        if bottom is None or not like.min_depth_deg < _TOO_DEEP * bottom:
            return {}
        target = max(_TARGET * bottom, like.min_depth_deg)
        too_deep = min(_TOO_DEEP * bottom, _DEEPEST_DEG)
        return {OWN: _changed(like, target_depth_deg=target, max_depth_deg=too_deep)}


def _changed(record: T, **values: object) -> T:
    # Not structs.replace(): that does not run the checks.
    return type(record)(**{**msgspec.structs.asdict(record), **values})


class CalibrationBook:
    """All calibrations of a station, kept in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all: list[SavedCalibration] = []

    @classmethod
    def load(cls, path: Path) -> "CalibrationBook":
        """The book in a file; empty if there is none. Raises ConfigError, and leaves the file."""
        book = cls(path)
        book.read()
        return book

    def read(self) -> None:
        """Look again what is in the file. Raises ConfigError."""
        try:
            self._all = _parsed(read_file(self._path, MOST_BYTES), self._path)
        except (FileNotFoundError, NotADirectoryError):
            self._all = []
        except OSError as error:
            raise ConfigError(self._path, f"cannot be read: {error.strerror}") from None

    @property
    def history(self) -> tuple[SavedCalibration, ...]:
        """All that were ever made, oldest first, those undone too."""
        return tuple(self._all)

    @property
    def devices(self) -> tuple[str, ...]:
        """Devices that have a calibration in force."""
        return tuple(dict.fromkeys(one.device_id for one in self._all if not one.undone_utc))

    def newest(self, device_id: str) -> SavedCalibration | None:
        """The calibration in force for a device."""
        # By their order, not their dates: the clock of a small computer may be wrong.
        valid = (one for one in reversed(self._all) if not one.undone_utc)
        return next((one for one in valid if one.device_id == device_id), None)

    @property
    def only(self) -> SavedCalibration | None:
        """That of the one device that is calibrated, if it is one."""
        return self.newest(self.devices[0]) if len(self.devices) == 1 else None

    def keep(self, saved: SavedCalibration) -> None:
        """From now on this one is in force for its device, on the disk too.

        Raises ConfigError, and then it is not.
        """
        self.read()
        self._save([*self._all, saved])

    def undo(self, now_utc: str) -> tuple[SavedCalibration, SavedCalibration | None] | None:
        """Undo the newest: the one undone, and the one now in force for its device.

        None if there is nothing to undo. Raises ConfigError, and then nothing is undone.
        """
        self.read()
        places = [at for at, one in enumerate(self._all) if not one.undone_utc]
        if not places:
            return None
        book = list(self._all)
        undone = book[places[-1]] = _changed(book[places[-1]], undone_utc=now_utc)
        self._save(book)
        return undone, self.newest(undone.device_id)

    def _save(self, calibrations: list[SavedCalibration]) -> None:
        """Whatever happens, the file is the old book or the new one, whole."""
        book = _File(schema=SCHEMA, calibrations=calibrations)
        text = msgspec.json.format(msgspec.json.encode(book), indent=1) + b"\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._path, [text])
        except OSError as error:
            problem = f"cannot be saved: {error.strerror}; the calibrations before are kept"
            raise ConfigError(self._path, problem) from None
        self._all = calibrations


class _File(msgspec.Struct, kw_only=True):
    schema: str
    calibrations: list[SavedCalibration]


class _Head(msgspec.Struct):
    schema: str


def _parsed(data: bytes, path: Path) -> list[SavedCalibration]:
    try:
        schema = msgspec.json.decode(data, type=_Head).schema
        if schema != SCHEMA:
            problem = f"is {shown(schema)}, not {SCHEMA}: update LeverRep, or move the file away"
            raise ConfigError(path, problem)
        return msgspec.json.decode(data, type=_File).calibrations
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"damaged ({error}): move it away, and calibrate again"
        raise ConfigError(path, problem) from None
