"""The AS5600 magnetic angle sensor on I2C. Its power-up settings are right as they are."""

ADDRESS = 0x36
STATUS, AGC = 0x0B, 0x1A  # RAW_ANGLE (0x0C) follows STATUS, MAGNITUDE (0x1B) follows AGC
TOO_STRONG, TOO_WEAK, DETECTED = 0x08, 0x10, 0x20

# A sample that could not be taken keeps its slot and says why.
NO_ANSWER, NO_MAGNET, NONSENSE = 0x8001, 0x8002, 0x8003


class AS5600:
    KIND = "as5600"
    COUNTS_PER_TURN = 4096

    def __init__(self, i2c):
        self._i2c = i2c
        self._angle = bytearray(3)
        self._status = bytearray(1)
        self._health = bytearray(3)

    def read(self):
        """Raw counts 0..4095, or one of the error codes above."""
        # Not the ANGLE register: it has hysteresis at the wrap. STATUS comes along with every
        # angle, so that a lost magnet or a stuck bus never passes for a lever at rest.
        try:
            self._i2c.readfrom_mem_into(ADDRESS, STATUS, self._angle)
        except OSError:
            return NO_ANSWER
        status, high, low = self._angle
        if high > 0x0F or (status & TOO_STRONG and status & TOO_WEAK):
            return NONSENSE  # a bus stuck high reads as ones everywhere
        if not status & DETECTED:
            return NO_MAGNET  # a bus stuck low ends here too
        return high << 8 | low

    def health(self):
        """(flags, agc, magnitude); flags: 1 magnet seen, 2 too weak, 4 too strong, 8 no answer."""
        try:
            self._i2c.readfrom_mem_into(ADDRESS, STATUS, self._status)
            self._i2c.readfrom_mem_into(ADDRESS, AGC, self._health)
        except OSError:
            return 8, 0, 0
        status = self._status[0]
        flags = bool(status & DETECTED) | bool(status & TOO_WEAK) << 1
        flags |= bool(status & TOO_STRONG) << 2
        agc, high, low = self._health
        return flags, agc, (high & 0x0F) << 8 | low
