"""The program: samples the lever angle on time, sends it in batches, obeys the host."""

import gc
import os
import struct
import time

import board
import wire
from lateness import Lateness
from sensor import Sensor

VERSION = "0.2.0"
DEFAULT_HZ, MIN_HZ, MAX_HZ = 200, 50, 500
QUEUE_BYTES = 4096  # a host may stop reading for 0.9 s at 500 Hz, 2 s at 200 Hz
MAX_LATE = 4  # slots; a later one is skipped. A garbage collection makes us 1-2 slots late
STATUS_US = 1_000_000
NAP_US = 5_000  # how long a command may wait


class Lever:
    """Call `step` for ever. Sample slots are numbered from boot; a slot not sent is an overrun."""

    def __init__(self, sensor, port, clock, watchdog, boot, reset):
        """`boot`: a number that is new at each boot; `reset`: why there was one (see board)."""
        self.sensor, self.port, self.clock, self.watchdog = sensor, port, clock, watchdog
        self.boot, self.reset = boot, reset
        self.slot = 0
        self.overruns = self.bus_faults = 0
        self.lateness = Lateness()
        self.streaming = False
        self.sample_due = self.status_due = clock.now()
        self.set_rate(DEFAULT_HZ)
        self.batch = wire.Batch(boot)
        self.receiver = wire.Receiver()
        self.queue = []
        self.queued_bytes = 0
        self.sent_of_first = 0
        self.say_hello()

    def step(self):
        """Take the sample that is due and do one other thing, or sleep until something is due."""
        now = self.clock.now()
        due = self.streaming and now >= self.sample_due
        if due:
            self.sample(now)
        # And then, not else: a board too slow for its rate still has to speak and listen.
        if now >= self.status_due:
            self.say_status(now)
        elif not self.listen() and not self.talk() and not due:
            nap = min(self.status_due - now, 1_000 if self.queue else NAP_US)
            time.sleep_us(min(nap, self.sample_due - now) if self.streaming else nap)

    def sample(self, now):
        late = (now - self.sample_due) // self.period_us
        if late > MAX_LATE:
            self.flush()
            self.skip(late)
            self.sample_due += late * self.period_us
        self.lateness.add(now - self.sample_due)
        if not self.batch.fits(now):
            self.flush()
        value = self.sensor.read()
        if value & wire.ERROR_BIT:
            self.bus_faults += 1
        self.batch.add(now, value)
        self.slot += 1
        self.sample_due += self.period_us
        if not self.batch.fits(now):
            self.flush()

    def skip(self, slots):
        self.slot += slots
        self.overruns += slots

    def flush(self):
        """Send the samples at hand, or count them as overruns if the host does not read."""
        count = self.batch.count
        if count and not self.send(self.batch.take(self.slot - count)):
            self.overruns += count

    def send(self, frame):
        if self.queued_bytes + len(frame) > QUEUE_BYTES:
            return False
        self.queue.append(frame)
        self.queued_bytes += len(frame)
        return True

    def talk(self):
        """Move some bytes to the host; whether any went."""
        if not self.queue:
            return False
        sent = self.port.write(self.queue[0], self.sent_of_first)
        self.sent_of_first += sent
        self.queued_bytes -= sent
        if self.sent_of_first == len(self.queue[0]):
            self.queue.pop(0)
            self.sent_of_first = 0
        return sent > 0

    def listen(self):
        """Take one byte from the host; whether there was one."""
        byte = self.port.read()
        if byte is None:
            return False
        command = self.receiver.feed(byte)
        if command:
            self.obey(command)
        return True

    def obey(self, command):
        kind, result = command[0], wire.OK
        # Outside PING .. STOP the host sends no 0x03 byte, so mpremote can interrupt us there.
        board.ctrl_c(kind == wire.STOP)
        if kind == wire.SET_RATE and len(command) == 3:
            rate_hz = struct.unpack("<H", command[1:])[0]
            if MIN_HZ <= rate_hz <= MAX_HZ:
                self.set_rate(rate_hz)
            else:
                result = wire.OUT_OF_RANGE
        elif len(command) > 1:
            result = wire.NOT_UNDERSTOOD
        elif kind == wire.PING:
            self.say_hello()
        elif kind == wire.START:
            self.start()
        elif kind == wire.STOP:
            self.streaming = False
            self.flush()
        else:
            result = wire.NOT_UNDERSTOOD
        self.send(wire.ack(kind, result, self.rate_hz))

    def start(self):
        if not self.streaming:
            self.streaming = True
            self.sample_due = self.clock.now()
        self.say_hello()

    def set_rate(self, rate_hz):
        self.rate_hz = rate_hz
        self.period_us = 1_000_000 // rate_hz

    def framed(self):
        """Number of the first slot of the next SAMPLES frame."""
        return self.slot - self.batch.count

    def say_hello(self):
        texts = (board.device_id(), VERSION, self.sensor.KIND)
        turn = self.sensor.COUNTS_PER_TURN
        now = self.clock.now()
        self.send(wire.hello(self.boot, self.rate_hz, turn, now, self.framed(), texts))

    def say_status(self, now):
        """Once a second STATUS and HEALTH. A board that hangs does not come here."""
        self.watchdog.feed()
        self.status_due += STATUS_US
        flags, agc, magnitude = self.sensor.health()
        if self.streaming:
            flags |= wire.STREAMING
        counts = self.framed(), self.overruns, self.rate_hz
        self.send(wire.status(self.boot, now, *counts, flags, agc, magnitude))
        self.send(wire.health(self.boot, self.reset, *self.lateness.take(), self.bus_faults))
        gc.collect()  # here, where it is short, rather than when memory is full


def run(reset):
    """Until the end of the world, an error or Ctrl-C. `reset`: why the board has started."""
    board.ctrl_c(True)  # a run that ended in an error may have left it off
    boot = struct.unpack("<I", os.urandom(4))[0]
    watchdog, port = board.watchdog(), board.Port()
    lever = Lever(Sensor(board), port, board.Clock(), watchdog, boot, reset)
    while True:
        lever.step()
