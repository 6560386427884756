"""From sensor counts to lever degrees."""

from dataclasses import dataclass
from functools import cached_property
from math import atan2, hypot, sin, tau

from config.machine import LOWEST_DEG


@dataclass(frozen=True)
class LeverScale:
    """Counts of an absolute single-turn sensor as lever degrees (0 at neutral, positive lowered).

    `gear` is sensor turns per turn of the lever, `direction` +1 when counts grow as the lever is
    lowered. `sine_deg` and `cosine_deg` are the error of a magnet off its axle's centre: where the
    sensor reads phi, it reads sine * sin(phi) + cosine * cos(phi) sensor degrees too much.
    """

    neutral_counts: float
    counts_per_turn: int = 4096
    gear: float = 1.0
    direction: int = 1
    sine_deg: float = 0.0
    cosine_deg: float = 0.0

    def degrees(self, counts: float) -> float:
        """Lever degrees of one reading.

        One turn of the sensor covers the travel of the lever, so of all the turns that a reading
        could be on only one puts the lever where it can be: no reading before it has to be known,
        and no spike can lose a turn.
        """
        turn = 360.0 / self.gear
        if self.sine_deg or self.cosine_deg:
            size, shift, at_neutral = self._magnet
            counts -= size * sin(counts * tau / self.counts_per_turn + shift) - at_neutral
        angle = (counts - self.neutral_counts) * self.direction * turn / self.counts_per_turn
        return (angle - LOWEST_DEG) % turn + LOWEST_DEG

    @cached_property
    def _magnet(self) -> tuple[float, float, float]:
        """The magnet's error as one sine, in counts: its size, its shift (rad), and what it is at
        neutral.
        """
        size = hypot(self.sine_deg, self.cosine_deg) * self.counts_per_turn / 360.0
        shift = atan2(self.cosine_deg, self.sine_deg)
        at_neutral = size * sin(self.neutral_counts * tau / self.counts_per_turn + shift)
        return size, shift, at_neutral
