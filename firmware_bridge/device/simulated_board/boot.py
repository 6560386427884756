"""A board for the firmware to run on without one: clock, sensors, watchdog and port; boots main.py.

Usage: (micropython | python) boot.py FIRMWARE_FOLDER MOTION_FILE real|fast

The motion file holds little-endian u16 values at 1 kHz: counts or one of the faults below, which
simulated.py explains. It begins to play with the first angle read; in real time its last angle is
then held for ever, while a fast board is switched off TAIL_US after the end. The board's clock
moves when the firmware sleeps or reads a sensor, so a busy computer cannot make it late.
"""
# mypy: ignore-errors

import os
import select
import sys
import time

NO_ANSWER, NO_MAGNET, HELD, STALE, CUT = 0xFFFF, 0xFFFE, 0xFFFD, 0xFFFC, 0xFFFB
SLOW, DEAF, HANG, CRASH, CTRL_C = 0xFFFA, 0xFFF9, 0xFFF8, 0xFFF7, 0xFFF6
STUCK = 0xFE00  # + the byte that is read everywhere
READ_US, SLOW_US = 20, 3_000
TAIL_US = 2_000_000
REPL_US = 20_000_000  # how long somebody works on the board after Ctrl-C
TICKS = 1 << 30  # where ticks_us wraps on the RP2040

firmware, motion_file, pace = sys.argv[1:4]
fast = pace == "fast"
sys.path.insert(0, firmware)


def wall_us():
    return time.time_ns() // 1000


class Reset(BaseException):
    """The board starts anew: no handler of the program may see this."""


class Time:
    """Stands in for `time`."""

    def __init__(self):
        self.us = TICKS - 1_000_000  # every run crosses the wrap
        self._ahead_of = wall_us() - self.us  # wall clock at which self.us is 0

    def ticks_us(self):
        return self.us % TICKS

    def ticks_diff(self, a, b):
        return (a - b + TICKS // 2) % TICKS - TICKS // 2

    def sleep_ms(self, ms):
        self.sleep_us(ms * 1000)

    def pass_by(self, us):
        self.us += us
        machine.watch()

    def sleep_us(self, us):
        self.pass_by(us)
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
        value = self.now()
        clock.pass_by(READ_US)
        return value

    def now(self):
        """The value at this time, 0 if nothing plays yet."""
        if self._zero_us is None:
            return 0
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


class Pin:
    """A pin. The sensor that holds SDA lets go after nine clocks on SCL."""

    OPEN_DRAIN = PULL_UP = 1
    SCL = 5

    def __init__(self, number, *_args, **_settings):
        self._number = number

    def value(self, level):
        if self._number == self.SCL and not level:
            machine.clocks += 1


class I2C:
    """An I2C bus with an AS5600 or an AS5048B on it: their registers have different numbers."""

    def __init__(self, *_args, **_settings):
        if machine.clocks >= 9:
            machine.held = False

    def readfrom_mem_into(self, _address, register, buffer):
        if register == 0xFE or register <= 0x0C < register + len(buffer):
            value = motion.value()
            happens(value)
        else:
            value = motion.now()
        if value == NO_ANSWER or machine.held:
            raise OSError(5)
        if value >> 8 == STUCK >> 8:
            buffer[:] = bytes((value & 0xFF,)) * len(buffer)
        elif value != STALE:
            buffer[:] = registers(value)[register : register + len(buffer)]
        if value == CUT:
            buffer[2:] = b"\xff" * (len(buffer) - 2)


def happens(value):
    """What a fault does besides spoiling the sample."""
    if value == HELD:
        machine.held, machine.clocks = True, 0
    elif value == SLOW:
        clock.pass_by(SLOW_US)
    elif value == CRASH:
        raise RuntimeError
    elif value == CTRL_C:
        raise KeyboardInterrupt
    while value == HANG:
        clock.pass_by(1_000_000)


def registers(value):
    """Both sensors' at this angle. The low bits of STATUS read as ones on real parts."""
    memory = bytearray(256)
    if value == NO_MAGNET:
        memory[0x0B], memory[0x1A] = 0x17, 128  # too weak: the gain is at its end
    else:
        counts = value if value < 1 << 14 else 0
        memory[0x0B] = 0x27
        memory[0x0C:0x0E] = bytes((counts >> 8 & 0x0F, counts & 0xFF))
        memory[0x1A:0x1D] = bytes((64, 0x07, 0xD0))
        memory[0xFE:0x100] = bytes((counts >> 6, counts & 0x3F))
    return memory


class ADC:
    """An ADC with a potentiometer's wiper on it; a wire that is off reads as 0."""

    def __init__(self, *_args, **_settings):
        pass

    def read_u16(self):
        value = motion.value()
        return value << 4 | value >> 8 if value < 1 << 12 else 0


class Watchdog:
    def __init__(self, timeout):
        self._timeout_us = timeout * 1000
        machine.mem32[Machine.CTRL] |= Machine.ENABLE
        machine.mem32[Machine.REASON] = 0
        self.feed()

    def feed(self):
        machine.reset_at = clock.us + self._timeout_us


class Machine:
    """Stands in for `machine`: an RP2040's."""

    I2C, Pin, ADC, WDT = I2C, Pin, ADC, Watchdog
    PWRON_RESET, WDT_RESET = 1, 3
    CTRL, REASON, ENABLE = 0x40058000, 0x40058008, 1 << 30

    def __init__(self):
        self.mem32 = {self.CTRL: 0, self.REASON: 0}
        self.cause = self.PWRON_RESET
        self.held, self.clocks = False, 0
        self.reset_at = 0

    def unique_id(self):
        return b"sim-lever"

    def reset_cause(self):
        return self.cause

    def watch(self):
        if self.mem32[self.CTRL] & self.ENABLE and clock.us >= self.reset_at:
            self.mem32[self.CTRL], self.mem32[self.REASON] = 0, 1
            self.cause = self.WDT_RESET
            raise Reset


class Select:
    """Stands in for `select` on a fast board."""

    POLLIN, POLLOUT = select.POLLIN, select.POLLOUT

    def poll(self):
        return PatientPoll()


class PatientPoll:
    """Waits until the host has made room rather than say that there is none, unless it is DEAF."""

    def __init__(self):
        self._poll = select.poll()
        self._timeout = 0

    def register(self, stream, events):
        self._poll.register(stream, events)
        if events == select.POLLOUT:
            self._timeout = -1

    def poll(self, _timeout):
        if self._timeout and motion.now() == DEAF:
            return []
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
machine = Machine()
sys.modules["time"] = clock
sys.modules["machine"] = machine
if fast:
    sys.modules["select"] = Select()
if sys.implementation.name == "cpython":
    sys.modules["micropython"] = MicroPython()
    sys.stdin, sys.stdout = Stream(0, "rb"), Stream(1, "wb")

while True:
    try:
        import main  # noqa: F401
    except Reset:
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(firmware):
                del sys.modules[name]
    except KeyboardInterrupt:
        clock.pass_by(REPL_US)
        sys.exit(3)
