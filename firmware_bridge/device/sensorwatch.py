"""Whether the sensor is to be believed: some bad samples are a glitch, many in a row are not."""

from firmware_bridge.device.frames import SensorError
from firmware_bridge.device.ledger import Readings

TROUBLE_SAMPLES = 20  # 0.1 s at 200 Hz


class SensorWatch:
    """Tell it all readings; `trouble` is what is wrong with the sensor now, if anything is."""

    def __init__(self) -> None:
        self.trouble: SensorError | None = None
        self._bad_in_a_row = 0

    def take(self, readings: Readings) -> bool:
        """Follow these; whether `trouble` has changed by them."""
        before = self.trouble
        for error in readings.errors:
            self._bad_in_a_row = 0 if error is None else self._bad_in_a_row + 1
            if error is None:
                self.trouble = None
            elif self._bad_in_a_row >= TROUBLE_SAMPLES:
                self.trouble = error
        return self.trouble is not before
