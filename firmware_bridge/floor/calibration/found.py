"""What a guide has found out so far, and what follows from it."""

from dataclasses import dataclass, field

from analysis import CheckAngle, ScaleFit, fit_scale
from analysis.calibration import FEWEST_CHECKS
from config import Reading, SavedCalibration, Settings
from config.machine import LOWEST_DEG
from firmware_bridge.floor.calibration.outcome import Device, Outcome
from firmware_bridge.floor.calibration.refusals import Said, refusal
from firmware_bridge.floor.calibration.sight import Sight
from firmware_bridge.floor.calibration.slowreps import SlowReps

LEAST_TRAVEL_DEG, MOST_TRAVEL_DEG = 20.0, 150.0
PAST_NEUTRAL_DEG, PAST_NEUTRAL_SHARE = 10.0, 0.25  # whichever is less
PAST_STOP_DEG = 3.0


@dataclass
class Found:
    """Filled step by step. Angles before the fit are of the gear that is set, and of an exact
    sensor.
    """

    settings: Settings
    device: Device
    sight: Sight
    before: SavedCalibration | None = None  # of the same device
    neutral: Reading | None = None
    stop: Reading | None = None
    reps: SlowReps | None = None
    working_deg: tuple[float, float] | None = None  # top, bottom
    checks: list[Reading] = field(default_factory=list)
    fit: ScaleFit | None = None  # with the checks so far, once there are enough
    note: Said | None = None

    @property
    def travel_deg(self) -> float:
        """From neutral to the stop."""
        return abs(self._stop.counts - self._neutral.counts) * self.sight.deg

    def lever_deg(self, counts: float) -> float:
        """Lever angle; only known once the stop is."""
        return (counts - self._neutral.counts) * self._direction * self.sight.deg

    @property
    def angle_deg(self) -> float | None:
        """Lever angle now."""
        if self.stop is None or self.sight.counts is None:
            return None
        return round(self.lever_deg(self.sight.counts), 2)

    @property
    def turned_deg(self) -> float | None:
        """How far the sensor has turned since neutral, or since the start; either sign."""
        if self.sight.counts is None or self.sight.first is None:
            return None
        since = self.neutral.counts if self.neutral else self.sight.first
        return round((self.sight.counts - since) * self.sight.deg, 2)

    def checks_view(self) -> list[dict[str, float | None]]:
        """Those taken, for displays."""
        residuals = self.fit.residuals_deg if self.fit else ()
        left = [*residuals, *[None] * (len(self.checks) - len(residuals))]
        return [
            {
                "number": number,
                "angle_deg": one.angle_deg,
                "measured_deg": round(self.lever_deg(one.counts), 2),
                "residual_deg": None if residual is None else round(residual, 2),
            }
            for number, (one, residual) in enumerate(zip(self.checks, left, strict=True), 1)
        ]

    @property
    def is_turned_round(self) -> bool:
        """Do the counts go the other way than in the calibration before?"""
        return self.before is not None and self.before.direction != self._direction

    def wrong_ends(self) -> Said | None:
        """Was the lever ever beyond what was taken for its ends? Then they are not."""
        if self.sight.extremes is None:
            return None
        low, high = sorted(map(self.lever_deg, self.sight.extremes))
        if -low > min(PAST_NEUTRAL_DEG, PAST_NEUTRAL_SHARE * self.travel_deg):
            return refusal("neutral_not_end", beyond_deg=-low)
        if high - self.travel_deg > PAST_STOP_DEG:
            return refusal("stop_not_end", beyond_deg=high - self.travel_deg)
        return None

    def fit_now(self) -> None:
        """Fit the scale to the ends, and to the checks if there are enough. Raises
        UnusableChecks.
        """
        enough = self.checks if len(self.checks) >= FEWEST_CHECKS else []
        self.fit = fit_scale(
            self._neutral.counts,
            self._stop.counts,
            self.device.counts_per_turn,
            self.settings.machine.gear,
            [CheckAngle(one.counts, one.angle_deg or 0.0) for one in enough],
        )

    def outcome(self) -> Outcome | Said:
        """What the fit makes of it all, or why that cannot be."""
        assert self.fit
        outcome = Outcome(
            device=self.device,
            play_deg=self.settings.machine.play_deg,
            fit=self.fit,
            neutral=self._neutral,
            stop=self._stop,
            checks=tuple(self.checks),
            working_counts=self._working_counts(),
        )
        gear, travel_deg = self.fit.scale.gear, self.fit.stop_deg
        if gear * (travel_deg - LOWEST_DEG) >= 360:
            return refusal("not_one_turn", travel_deg=travel_deg, gear=gear)
        return wrong_travel(travel_deg, gear) or outcome

    def _working_counts(self) -> tuple[float, float] | None:
        if self.working_deg is None:
            return None
        per_deg = self._direction / self.sight.deg
        top, bottom = (self._neutral.counts + deg * per_deg for deg in self.working_deg)
        return top, bottom

    @property
    def _direction(self) -> int:
        return 1 if self._stop.counts > self._neutral.counts else -1

    @property
    def _neutral(self) -> Reading:
        assert self.neutral
        return self.neutral

    @property
    def _stop(self) -> Reading:
        assert self.stop
        return self.stop


def wrong_travel(travel_deg: float, gear: float) -> Said | None:
    """Is this no travel of such a lever?"""
    values = {"travel_deg": travel_deg, "gear": gear}
    if travel_deg < LEAST_TRAVEL_DEG:
        return refusal("short_travel", least_deg=LEAST_TRAVEL_DEG, **values)
    if travel_deg > MOST_TRAVEL_DEG:
        return refusal("long_travel", most_deg=MOST_TRAVEL_DEG, **values)
    return None
