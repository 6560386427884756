"""What a calibration found: the calibration to keep, its figures for displays, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import Any

from analysis import ScaleFit
from config import Reading, SavedCalibration

_OF_SWAY = 0.6  # of how far a lever went in a hold: by so much its mean may be off


@dataclass(frozen=True)
class Device:
    """Who was calibrated."""

    device_id: str
    sensor: str
    firmware: str
    counts_per_turn: int


@dataclass(frozen=True)
class Outcome:
    """The fit, and what it was made of. `working_counts`: top and bottom of the slow reps."""

    device: Device
    play_deg: float
    fit: ScaleFit
    neutral: Reading
    stop: Reading
    checks: tuple[Reading, ...]
    working_counts: tuple[float, float] | None

    @property
    def sure_deg(self) -> float:
        """Of the fit, and of people who sway while they hold: a mean of two seconds does not take
        all of a breath out.
        """
        swayed = max(one.moved_deg for one in (self.neutral, *self.checks))
        return hypot(self.fit.sure_deg, _OF_SWAY * swayed)

    def saved(self, made_utc: str) -> SavedCalibration:
        scale = self.fit.scale
        top, bottom = self._working_deg()
        return SavedCalibration(
            made_utc=made_utc,
            device_id=self.device.device_id,
            sensor=self.device.sensor,
            firmware=self.device.firmware,
            counts_per_turn=scale.counts_per_turn,
            gear=scale.gear,
            direction=1 if scale.direction > 0 else -1,
            neutral_counts=self._neutral_counts(),
            sine_deg=scale.sine_deg,
            cosine_deg=scale.cosine_deg,
            play_deg=self.play_deg,
            stop_deg=self.fit.stop_deg,
            sure_deg=self.sure_deg,
            working_top_deg=top,
            working_bottom_deg=bottom,
            readings=(self.neutral, self.stop, *self.checks),
            residuals_deg=self.fit.residuals_deg,
        )

    def to_dict(self) -> dict[str, Any]:
        """For displays; CALIBRATING.md says what the fields mean."""
        scale = self.fit.scale
        top, bottom = self._working_deg()
        return {
            "direction": scale.direction,
            "turns_over": self._turns_over(),
            "gear": round(scale.gear, 4),
            "gear_fitted": self.fit.gear_fitted,
            "corrected": bool(self.fit.residuals_deg),
            "neutral_counts": round(self._neutral_counts(), 2),
            "stop_deg": round(self.fit.stop_deg, 2),
            "sure_deg": round(self.sure_deg, 2),
            "sine_deg": round(scale.sine_deg, 3),
            "cosine_deg": round(scale.cosine_deg, 3),
            "eccentricity_deg": round(hypot(scale.sine_deg, scale.cosine_deg), 2),
            "play_deg": self.play_deg,
            "neutral_spread_deg": round(self.neutral.spread_deg, 3),
            "stop_spread_deg": round(self.stop.spread_deg, 3),
            "working_top_deg": None if top is None else round(top, 1),
            "working_bottom_deg": None if bottom is None else round(bottom, 1),
            "residuals_deg": [round(one, 2) for one in self.fit.residuals_deg],
        }

    def _neutral_counts(self) -> float:
        turn = self.device.counts_per_turn
        # A tiny negative number modulo a turn is rounded up to the turn itself.
        return self.fit.scale.neutral_counts % turn % turn

    def _turns_over(self) -> bool:
        turn = self.device.counts_per_turn
        return self.neutral.counts // turn != self.stop.counts // turn

    def _working_deg(self) -> tuple[float | None, float | None]:
        if self.working_counts is None:
            return None, None
        top, bottom = map(self.fit.scale.degrees, self.working_counts)
        return top, bottom


def words(result: Mapping[str, Any]) -> list[str]:
    """What was found and how sure it is, line by line; `result` as in a guide's view."""
    neutral, stop = result["neutral_counts"], result["stop_deg"]
    return [
        f"Neutral at {neutral:.1f} counts (spread {result['neutral_spread_deg']:.2f}°), "
        f"stop at {stop:.1f}° (spread {result['stop_spread_deg']:.2f}°).",
        _counting(result),
        f"Gear {result['gear']:g}, {_gear_from(result)}; play {result['play_deg']:g}°.",
        _magnet(result),
        *_working(result),
        f"Sure to {result['sure_deg']:.2f}° between neutral and stop, 19 times of 20.",
    ]


def _counting(result: Mapping[str, Any]) -> str:
    way = "up" if result["direction"] > 0 else "down"
    over = "and turn over on the way" if result["turns_over"] else "without a turn-over"
    return f"The counts go {way} as the lever is lowered, {over}."


def _gear_from(result: Mapping[str, Any]) -> str:
    if result["gear_fitted"]:
        return "found by the checks: it is not what the settings say"
    return "as the settings say"


def _magnet(result: Mapping[str, Any]) -> str:
    if not result["corrected"]:
        return "An off-centre magnet is not corrected: that takes 3 check angles or more."
    left = ", ".join(f"{one:+.2f}°" for one in result["residuals_deg"])
    off = f"{result['eccentricity_deg']:.2f}°"
    return f"The magnet's error of up to {off} is corrected; left at the checks: {left}."


def _working(result: Mapping[str, Any]) -> list[str]:
    top, bottom = result["working_top_deg"], result["working_bottom_deg"]
    return [] if bottom is None else [f"Working range from {top:.0f}° to {bottom:.0f}°."]
