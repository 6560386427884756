"""From sensor counts to lever degrees."""

from dataclasses import dataclass

# Where a lever can be: leaning 30 deg past neutral up to as far forward as a body folds.
_LOWEST_DEG = -60.0


@dataclass(frozen=True)
class LeverScale:
    """Counts of an absolute single-turn sensor as lever degrees (0 at neutral, positive lowered).

    `gear` is sensor turns per turn of the lever, `direction` +1 when counts grow as the lever is
    lowered.
    """

    neutral_counts: float
    counts_per_turn: int = 4096
    gear: float = 1.0
    direction: int = 1

    def degrees(self, counts: float) -> float:
        """Lever degrees of one reading.

        One turn of the sensor covers the travel of the lever, so of all the turns that a reading
        could be on only one puts the lever where it can be: no reading before it has to be known,
        and no spike can lose a turn.
        """
        turn = 360.0 / self.gear
        angle = (counts - self.neutral_counts) * self.direction * turn / self.counts_per_turn
        return (angle - _LOWEST_DEG) % turn + _LOWEST_DEG
