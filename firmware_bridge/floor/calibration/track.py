"""Raw readings of the sensor as counts along the lever's movement: no turn-over, spikes or play."""

from analysis import Play
from analysis.despike import Despiker


class Track:
    """Follows the sensor, one reading after the other, on no scale but the gear that is set."""

    def __init__(self, counts_per_turn: int, gear: float, play_deg: float) -> None:
        self._turn = counts_per_turn
        self._deg = 360.0 / (counts_per_turn * gear)
        self._despiker = Despiker()
        self._play = Play(play_deg / self._deg)
        self._sensor: float | None = None  # the last reading that was believed, before the play

    def push(self, t_s: float, raw: int) -> list[tuple[float, float]]:
        """The times (s) and counts of the readings that are now known to be good."""
        if self._sensor is None:
            self._sensor = float(raw)
        # From what was believed, not from the reading before: a spike must not add a turn.
        ahead = (raw - self._sensor + self._turn / 2) % self._turn - self._turn / 2
        good = self._despiker.push(t_s, (self._sensor + ahead) * self._deg)
        return [(good_s, self._lever(degrees / self._deg)) for good_s, degrees in good]

    def _lever(self, counts: float) -> float:
        self._sensor = counts
        return self._play.take(counts)
