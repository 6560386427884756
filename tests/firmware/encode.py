# Prints what the firmware's own code makes of tests/vectors/frames.json, one hex line for each.
# Usage: (micropython | python) encode.py FIRMWARE_FOLDER VECTORS
# mypy: ignore-errors
import json
import sys
from binascii import hexlify, unhexlify

sys.path.insert(0, sys.argv[1])

import wire


def samples(boot, seq, t_us, offsets_us, values):
    batch = wire.Batch(boot)
    for offset, value in zip(offsets_us, values):  # noqa: B905 (MicroPython has no strict=)
        assert batch.fits(t_us + offset)
        batch.add(t_us + offset, value)
    return batch.take(seq)


def hello(device_id, firmware, sensor, **numbers):
    order = ("boot", "rate_hz", "counts_per_turn", "uptime_us", "samples")
    return wire.hello(*(numbers[name] for name in order), (device_id, firmware, sensor))


def status(**numbers):
    order = ("boot", "uptime_us", "samples", "overruns", "rate_hz", "flags", "agc", "magnitude")
    return wire.status(*(numbers[name] for name in order))


def ack(command, result, rate_hz):
    return wire.ack(command, result, rate_hz)


def health(**numbers):
    order = ("boot", "reset", "late_rms_us", "late_max_us", "samples", "bus_faults")
    return wire.health(*(numbers[name] for name in order))


ENCODERS = {"Hello": hello, "Samples": samples, "Status": status, "Ack": ack, "Health": health}

with open(sys.argv[2]) as file:
    for vector in json.load(file):
        encode = ENCODERS.get(vector["frame"])
        if encode:
            made = encode(**vector["fields"])
        else:  # a command: the firmware only reads those; frame what it has read
            receiver = wire.Receiver()
            read = [receiver.feed(byte) for byte in unhexlify(vector["wire"])]
            assert not any(read[:-1])
            made = wire.frame(bytes(read[-1]))
        print(hexlify(made).decode())
