"""The AS5600 magnetic angle sensor on I2C. Its power-up settings are right as they are."""

from wire import MAGNET, NO_ANSWER, NO_MAGNET, NO_SENSE, NONSENSE, TOO_STRONG, TOO_WEAK

ADDRESS = 0x36
STATUS, AGC = 0x0B, 0x1A  # RAW_ANGLE (0x0C) follows STATUS, MAGNITUDE (0x1B) follows AGC
STRONG, WEAK, DETECTED = 0x08, 0x10, 0x20  # bits of STATUS
UNANSWERED = 0xFF


class AS5600:
    KIND = "as5600"
    COUNTS_PER_TURN = 4096

    def __init__(self, board):
        self._board = board
        self._i2c = board.i2c()
        self._angle = bytearray(4)
        self._status = bytearray(1)
        self._gain = bytearray(3)

    def read(self):
        """Raw counts 0..4095, or one of the error codes."""
        # Not the ANGLE register: it has hysteresis at the wrap. STATUS comes along with every
        # angle, so that a lost magnet or a stuck bus never passes for a lever at rest; and so does
        # one byte after it, the high byte of an angle again, which is all ones where the answer
        # broke off or never came.
        angle = self._angle
        angle[3] = UNANSWERED
        try:
            self._i2c.readfrom_mem_into(ADDRESS, STATUS, angle)
            status, high, low, after = angle
            if high > 0x0F or after > 0x0F or (status & STRONG and status & WEAK):
                return NONSENSE
            if status & DETECTED:
                return high << 8 | low
            self._i2c.readfrom_mem_into(ADDRESS, AGC, self._gain)
        except OSError:
            return NO_ANSWER
        # Without a magnet the gain is at its end. What reads the same everywhere is a stuck bus.
        return NO_MAGNET if len(set(angle + self._gain)) > 1 else NONSENSE

    def health(self):
        """(flags, AGC, magnitude). A bus that makes no sense is set up anew."""
        gain = self._gain
        gain[1] = UNANSWERED
        try:
            self._i2c.readfrom_mem_into(ADDRESS, STATUS, self._status)
            self._i2c.readfrom_mem_into(ADDRESS, AGC, gain)
        except OSError:
            return self._revive()
        status, (agc, high, low) = self._status[0], gain
        # The newest sample had the same bus, and one byte more to tell an answer that broke off.
        unanswered = high > 0x0F or self._angle[3] > 0x0F
        both = status & STRONG and status & WEAK
        if unanswered or both or len(set(self._status + gain)) == 1:
            return self._revive()
        flags = MAGNET if status & DETECTED else 0
        flags |= (TOO_WEAK if status & WEAK else 0) | (TOO_STRONG if status & STRONG else 0)
        return flags, agc, high << 8 | low

    def _revive(self):
        self._angle[3] = 0
        self._i2c = self._board.i2c()
        return NO_SENSE, 0, 0
