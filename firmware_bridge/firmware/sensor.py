"""Names the sensor of this board. To use another one, change the line below and no other file.

A driver is one file with one class:

    class Mine:
        KIND = "mine"                # at most 32 characters; calibrations belong to it
        COUNTS_PER_TURN = 16384      # of the axle; at most 32768

        def __init__(self, board):   # takes what it needs: board.i2c(), board.adc()
        def read(self):              # counts, 0 to COUNTS_PER_TURN - 1, or one of wire's codes
                                     # NO_ANSWER, NO_MAGNET, NONSENSE; in under 1 ms, never waits
        def health(self):            # once a second: (flags of wire, AGC, magnitude)

as5600.py is the pattern for a sensor on I2C, potentiometer.py for one on the ADC.
"""

from as5600 import AS5600 as Sensor  # noqa: F401
