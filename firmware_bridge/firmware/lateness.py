"""How late samples were taken, as sums: the device's own measure of its sampling jitter."""


class Lateness:
    def __init__(self):
        self._clear()

    def _clear(self):
        self._samples = self._sum = self._squares = self._latest = 0

    def add(self, late_us):
        self._samples += 1
        self._sum += late_us
        self._squares += late_us * late_us
        if late_us > self._latest:
            self._latest = late_us

    def take(self):
        """RMS about the mean (us), the latest (us) and how many, of those since the last take."""
        samples, latest, rms = self._samples, self._latest, 0
        if samples:
            # In whole numbers: a board's floats have six digits.
            variance = samples * self._squares - self._sum * self._sum
            rms = round((variance // (samples * samples)) ** 0.5)
        self._clear()
        return rms, latest, samples
