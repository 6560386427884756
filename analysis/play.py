"""Makes up for the play of a pulley or gear: when the lever turns back, the sensor stands still
until the play is used up.

While the sensor moves up the lever is half the play above it, while it moves down half the play
below. So the offset is brought from one side to the other as the sensor moves: so slowly that it is
no thrown start, yet all of it is there before the next turn. Neither noise in a hold nor a spike
may bring it over: it follows the median of three readings, and that only once it has turned back by
more than the play.
"""

_OVER_DEG = 8.0  # of movement in which the offset changes sides; no attempt has less travel
_STEEPEST = 1 / 3  # where that is too little for much play: the lever seems this much too quick


class Play:
    """Follows the sensor's readings, one by one, in lever degrees."""

    def __init__(self, play_deg: float) -> None:
        self._half = play_deg / 2
        self._slope = min(play_deg / _OVER_DEG, _STEEPEST)
        self._offset = 0.0
        self._last: tuple[float, float] | None = None  # readings
        self._followed = 0.0

    def take(self, angle_deg: float) -> float:
        """Where the lever is when the sensor reads this."""
        half = self._half
        if not half:
            return angle_deg
        if self._last is None:
            self._last = angle_deg, angle_deg
            self._followed = angle_deg
        before, last = self._last
        self._last = last, angle_deg
        middle = sorted((before, last, angle_deg))[1]
        followed = min(middle + half, max(middle - half, self._followed))
        offset = self._offset + self._slope * (followed - self._followed)
        self._offset = min(half, max(-half, offset))
        self._followed = followed
        return angle_deg + self._offset
