"""What the firmware needs of its board: pins, identity, watchdog, serial port and clock."""

import select
import sys
import time
from binascii import hexlify

import machine
import micropython

ESP32 = sys.platform == "esp32"
I2C_BUS, SDA, SCL, ADC_PIN = (0, 21, 22, 34) if ESP32 else (0, 4, 5, 26)
HALF_CLOCK_US = 5  # of 100 kHz, which every sensor keeps up with

POWER, WATCHDOG, ERROR, OTHER = 0, 1, 2, 3  # why the board last started

# The longest that an RP2040 can is 8388. The program never works for more than some 10 ms at a
# time and feeds the watchdog once a second, so nothing but a hang takes as long.
WATCHDOG_MS = 8_000
WATCHDOG_AT = 0x400D8000 if "RP2350" in getattr(sys.implementation, "_machine", "") else 0x40058000
CTRL, ENABLE = WATCHDOG_AT, 1 << 30
REASON, TIMER = WATCHDOG_AT + 8, 1


def i2c():
    """The sensor's bus, freed first: a sensor that was cut off in the middle of a byte holds SDA
    down until it has had the rest of its nine clocks.
    """
    data = machine.Pin(SDA, machine.Pin.OPEN_DRAIN, machine.Pin.PULL_UP, value=1)
    clock = machine.Pin(SCL, machine.Pin.OPEN_DRAIN, machine.Pin.PULL_UP, value=1)
    for _ in range(9):
        _set(clock, 0)
        _set(clock, 1)
    _set(data, 0)
    _set(data, 1)  # while the clock is high: STOP
    data, clock = machine.Pin(SDA), machine.Pin(SCL)
    # The timeout keeps a silent sensor from costing more than its own sample.
    return machine.I2C(I2C_BUS, sda=data, scl=clock, freq=400_000, timeout=1_000)


def _set(pin, level):
    pin.value(level)
    time.sleep_us(HALF_CLOCK_US)


def adc():
    if ESP32:  # its ADC sees 1.1 V unless told otherwise
        return machine.ADC(machine.Pin(ADC_PIN), atten=machine.ADC.ATTN_11DB)
    return machine.ADC(machine.Pin(ADC_PIN))


def reset_cause():
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return POWER
    # An RP2040 resets itself by its watchdog, machine.reset() included.
    if cause == machine.WDT_RESET and (ESP32 or machine.mem32[REASON] & TIMER):
        return WATCHDOG
    return OTHER


def watchdog():
    """A running watchdog: `feed` it, or the board is reset after WATCHDOG_MS."""
    return machine.WDT(timeout=WATCHDOG_MS)


def stop_watchdog():
    """Leave the board to whoever works on it. MicroPython has no word for this."""
    if ESP32:
        machine.WDT(timeout=86_400_000)  # a day
    else:
        machine.mem32[CTRL] = machine.mem32[CTRL] & ~ENABLE


def device_id():
    return hexlify(machine.unique_id()).decode()[:32]


def ctrl_c(enabled):
    """Whether byte 0x03 from the host interrupts the program (mpremote needs it) or is data."""
    micropython.kbd_intr(3 if enabled else -1)


class Port:
    """The serial port that the program came by. Nothing here waits."""

    # A board's write() waits until all its bytes have found room, and "writable" promises room
    # for one. On a computer (the simulated machine) write() takes what fits.
    PIECE = 256 if sys.platform == "linux" else 1
    BURST = 32  # then look whether a sample is due: 32 pieces take a Pico about 1 ms

    def __init__(self):
        self._readable = select.poll()
        self._readable.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)

    def read(self):
        """The next byte from the host, or None."""
        if not self._readable.poll(0):
            return None
        return sys.stdin.buffer.read(1)[0]

    def write(self, data, start):
        """Send some of `data` from index `start` on; how many bytes were taken."""
        at, end = start, min(len(data), start + self.BURST)
        while at < end and self._writable.poll(0):
            at += sys.stdout.buffer.write(data[at : at + self.PIECE]) or 0
        return at - start


class Clock:
    """Microseconds since boot that never wrap. Ask at least every few minutes."""

    def __init__(self):
        self._ticks = time.ticks_us()
        self._us = 0

    def now(self):
        ticks = time.ticks_us()
        self._us += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._us
