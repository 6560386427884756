"""A board for the firmware to run on without one: clock, AS5600 and port; then boots main.py.

Usage: (micropython | python) boot.py FIRMWARE_FOLDER MOTION_FILE real|fast

The motion file holds little-endian u16 values at 1 kHz: counts (0..4095) or one of the faults
below. It begins to play with the first angle read; in real time its last angle is then held for
ever, while a fast board is switched off TAIL_US after the end. The board's clock moves when the
firmware sleeps and at no other time, so a busy computer cannot make it late.
"""
# mypy: ignore-errors

import os
import select
import sys
import time

NO_ANSWER, NO_MAGNET, STUCK_BUS = 0xFFFF, 0xFFFE, 0xFFFD
TAIL_US = 2_000_000
TICKS = 1 << 30  # where ticks_us wraps on the RP2040

firmware, motion_file, pace = sys.argv[1:4]
fast = pace == "fast"
sys.path.insert(0, firmware)


def wall_us():
    return time.time_ns() // 1000


class Time:
    """Stands in for `time`."""

    def __init__(self):
        self.us = 0
        self._ahead_of = wall_us()  # wall clock at which self.us is 0

    def ticks_us(self):
        return self.us % TICKS

    def ticks_diff(self, a, b):
        return (a - b + TICKS // 2) % TICKS - TICKS // 2

    def sleep_ms(self, ms):
        self.sleep_us(ms * 1000)

    def sleep_us(self, us):
        self.us += us
        if fast and motion.playing():
            return
        ahead = self.us - (wall_us() - self._ahead_of)
        if not -1_000_000 < ahead < 1_000_000:  # wall clock set, computer asleep, or fast till now
            self._ahead_of += us - ahead
            ahead = us
        if ahead > 1_000:
            time.sleep(ahead / 1e6)


class Motion:
    """The motion file, by board time."""

    def __init__(self):
        self._file = open(motion_file, "rb")  # noqa: SIM115
        self._end_us = os.stat(motion_file)[6] // 2 * 1000
        self._zero_us = None  # board time at which the motion begins
        self._last_read_us = None

    def playing(self):
        if fast and self._zero_us is not None and clock.us > self._zero_us + self._end_us + TAIL_US:
            sys.exit()
        return self._last_read_us is not None and clock.us - self._last_read_us < 100_000

    def value(self):
        if self._zero_us is None:
            self._zero_us = clock.us - self._played_before()
        self._last_read_us = clock.us
        at = min(clock.us - self._zero_us, self._end_us - 1000) // 1000
        self._file.seek(2 * at)
        low, high = self._file.read(2)
        return high << 8 | low

    def _played_before(self):
        """How long ago the motion began if another board on this motion began it, in µs."""
        started = motion_file + ".started"
        try:
            with open(started) as file:
                return wall_us() - int(file.read())
        except OSError:
            with open(started, "w") as file:
                file.write(str(wall_us()))
            return 0


class I2C:
    """An I2C bus with an AS5600 on it."""

    def __init__(self, *_args, **_settings):
        self._last = 0

    def readfrom_mem_into(self, address, register, buffer):
        reads_angle = register <= 0x0C < register + len(buffer)
        value = motion.value() if reads_angle else self._last
        self._last = value
        if value == NO_ANSWER:
            raise OSError(5)
        if value == STUCK_BUS:
            buffer[:] = b"\xff" * len(buffer)
            return
        memory = bytearray(256)
        if value != NO_MAGNET:
            memory[0x0B] = 0x27  # magnet detected; the low bits read as ones on real parts
            memory[0x0C:0x0E] = bytes((value >> 8, value & 0xFF))
            memory[0x1A:0x1D] = bytes((64, 0x07, 0xD0))
        buffer[:] = memory[register : register + len(buffer)]


class Machine:
    """Stands in for `machine`."""

    I2C = I2C

    def Pin(self, number):
        return number

    def unique_id(self):
        return b"sim-lever"

    def reset(self):
        sys.exit(1)


class Select:
    """Stands in for `select` on a fast board."""

    POLLIN, POLLOUT = select.POLLIN, select.POLLOUT

    def poll(self):
        return PatientPoll()


class PatientPoll:
    """Waits until the host has made room rather than say that there is none."""

    def __init__(self):
        self._poll = select.poll()
        self._timeout = 0

    def register(self, stream, events):
        self._poll.register(stream, events)
        if events == select.POLLOUT:
            self._timeout = -1

    def poll(self, _timeout):
        return self._poll.poll(self._timeout)


class Stream:
    """Stands in for sys.stdin and sys.stdout in Python, whose own would buffer."""

    def __init__(self, fd, mode):
        self.buffer = open(fd, mode, buffering=0)  # noqa: SIM115
        self.fileno = self.buffer.fileno
        self.flush = self.buffer.flush


class MicroPython:
    """Stands in for `micropython` in Python."""

    def kbd_intr(self, char):
        pass


clock = Time()
motion = Motion()
sys.modules["time"] = clock
sys.modules["machine"] = Machine()
if fast:
    sys.modules["select"] = Select()
if sys.implementation.name == "cpython":
    sys.modules["micropython"] = MicroPython()
    sys.stdin, sys.stdout = Stream(0, "rb"), Stream(1, "wb")

import main  # noqa: E402, F401
