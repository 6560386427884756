"""The last step of the guide: angles read off an inclinometer."""

from typing import NamedTuple

from analysis import UnusableChecks
from analysis.calibration import FEWEST_CHECKS, MOST_CHECKS
from config import Reading
from config.machine import LOWEST_DEG
from firmware_bridge.floor.calibration.found import Found
from firmware_bridge.floor.calibration.hold import CELL_S, CHECK_CELLS
from firmware_bridge.floor.calibration.refusals import Said, note
from firmware_bridge.floor.calibration.sight import Seen
from firmware_bridge.floor.calibration.step import Next, Step, lacking, reading

WITHIN_S = 5.0
HIGHEST_DEG = 180.0  # no lever goes further down


class _Asked(NamedTuple):
    angle_deg: float
    at_s: float


class Checks(Step):
    """Each takes the still stretch around the moment at which its angle is given."""

    name = "checks"

    def __init__(self, found: Found) -> None:
        super().__init__(found)
        self._asked: _Asked | None = None

    def check(self, angle_deg: float) -> None:
        self.found.note = None
        if LOWEST_DEG <= angle_deg <= HIGHEST_DEG:
            self._ask(_Asked(angle_deg, self.found.sight.now_s))
        else:
            self.found.note = note("unlikely_angle", least_deg=LOWEST_DEG, most_deg=HIGHEST_DEG)

    def skip(self) -> Next:
        if self.found.fit is None:
            self.found.fit_now()
        return self.found.outcome()

    def see(self, seen: Seen) -> Next:
        if not seen.cell:
            return None
        wrong = self.found.wrong_ends()
        if wrong:
            return wrong
        if self._asked:
            self._look(self._asked)
        return self.found.outcome() if len(self.found.checks) == MOST_CHECKS else None

    def _ask(self, asked: _Asked | None) -> None:
        self._asked, self.taking, self.lacks = asked, asked is not None, None

    def _look(self, asked: _Asked) -> None:
        waited_s = self.found.sight.now_s - asked.at_s
        if waited_s < CHECK_CELLS * CELL_S / 2:
            return
        stretch = self.found.sight.stretches.last(CHECK_CELLS)
        self.lacks = lacking(stretch)
        if stretch and not self.lacks:
            self.found.checks.append(reading("check", stretch, asked.angle_deg))
            self._ask(None)
            self._fit()
        elif waited_s >= WITHIN_S:
            name = "hold_still" if self.lacks == "moving" else "bad_samples"
            self.found.note = note(name, angle_deg=asked.angle_deg)
            self._ask(None)

    def _fit(self) -> None:
        """Anew, with the checks that there are now, less those that cannot be."""
        checks = self.found.checks
        self.found.fit = None
        self.progress = min(1.0, len(checks) / FEWEST_CHECKS)
        if len(checks) < FEWEST_CHECKS:
            return
        try:
            self.found.fit_now()
        except UnusableChecks as error:
            self.found.note = self._leave_out(error)
            self._fit()

    def _leave_out(self, error: UnusableChecks) -> Said:
        checks = self.found.checks
        if error.reason == "misread" and error.check is not None:
            return note("misread", angle_deg=_angle(checks.pop(error.check)))
        if error.reason == "close":
            return note("too_close", angle_deg=_angle(checks.pop()))
        checks.clear()
        return note("wrong_way" if error.reason == "falling" else "no_fit")


def _angle(check: Reading) -> float:
    assert check.angle_deg is not None
    return check.angle_deg
