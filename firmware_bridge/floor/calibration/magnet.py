"""What the sensor says of its magnet, once a second."""

from firmware_bridge.floor.calibration.refusals import Said, refusal
from firmware_bridge.floor.magnetview import MAGNETIC

_WRONG = {"missing", "weak", "strong"}
_SAID_TWICE = 2  # once may be a knock


class Magnet:
    """Says when it has twice been called missing, too weak or too strong."""

    def __init__(self, sensor: str) -> None:
        self._has_one = sensor in MAGNETIC
        self._times = 0
        self._state: str | None = None
        self._agc: int | None = None
        self._magnitude: int | None = None

    def status(self, state: str, agc: int, magnitude: int) -> Said | None:
        """The next news; why no calibration can be made, if that is so."""
        if not self._has_one:
            return None
        self._times = self._times + 1 if state == self._state else 1
        self._state, self._agc, self._magnitude = state, agc, magnitude
        if state not in _WRONG or self._times < _SAID_TWICE:
            return None
        return refusal(f"magnet_{state}", agc=agc)

    def to_dict(self) -> dict[str, str | int | None]:
        """For displays. None for a sensor without a magnet, or before any news."""
        return {"state": self._state, "agc": self._agc, "magnitude": self._magnitude}
