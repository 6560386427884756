"""A potentiometer on the ADC: 10 kOhm linear, its ends on 3V3 and GND, its shaft on the axle.

A resistor of 1 MOhm from the wiper to GND makes a wire that is off read as 0; without it such a
wire reads as anything. It bends the angle by 0.15 % of the travel at most, 0.4 degrees.
Turn the shaft so that the lever stays in the middle 90 % of the travel: its last 2 % at either
end are taken for a broken wire. An ESP32's ADC is bent by degrees itself: prefer a Pico.
"""

from wire import MAGNET, NO_ANSWER, NO_SENSE

TRAVEL_DEG = 270  # electrical travel of the potentiometer, from its data sheet; 300 is usual too
READS = 8  # an RP2040 (8.7 effective bits) is noisy by some 2 counts, the mean of these by 0.7
LOWEST, HIGHEST = 82, 4013  # 2 % and 98 % of 4096


class Potentiometer:
    KIND = "potentiometer"
    COUNTS_PER_TURN = round(4096 * 360 / TRAVEL_DEG)  # the travel has 4096 of them

    def __init__(self, board):
        self._adc = board.adc()

    def read(self):
        """Counts 82..4013, or NO_ANSWER."""
        total = 0
        for _ in range(READS):
            total += self._adc.read_u16()
        counts = total // (16 * READS)
        return counts if LOWEST <= counts <= HIGHEST else NO_ANSWER

    def health(self):
        """(flags, 0, 0); MAGNET means that the wiper is there."""
        return (NO_SENSE if self.read() == NO_ANSWER else MAGNET), 0, 0
