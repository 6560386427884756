"""What the firmware needs of its board: I2C, identity, the serial port and the clock."""

import select
import sys
import time
from binascii import hexlify

import machine
import micropython

_PINS = {"rp2": (0, 4, 5), "esp32": (0, 21, 22)}  # I2C bus, SDA, SCL


def i2c():
    bus, sda, scl = _PINS.get(sys.platform, _PINS["rp2"])
    # The timeout keeps a silent sensor from costing more than its own sample.
    return machine.I2C(bus, sda=machine.Pin(sda), scl=machine.Pin(scl), freq=400_000, timeout=1_000)


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
