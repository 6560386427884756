"""What is wrong with the machine, its line and its sensor. Pure."""

from collections.abc import Callable, Mapping
from shlex import quote
from typing import Any

from firmware_bridge.floor.doctor.check import Check, ok, told, unknown, warning, wrong
from firmware_bridge.floor.doctor.facts import Facts
from firmware_bridge.floor.magnetview import FULL_3V3, FULL_5V, advice

Machine = Mapping[str, Any]

SILENT_S = 3.0  # STATUS comes every second; after three the link gives up, too
RATE_OFF_PCT = 1.0  # quartz is within 0.01 %: a board that is further off has no time to sample
DRIFT_PPM = 500.0  # ten times a bad quartz: tempo is then off by 0.05 %
JITTER_US = 1000  # accuracy is measured with samples up to so uneven; each has its true time
LOST_NOTED_PCT, LOST_PCT = 0.01, 1.0  # a sound cable loses none; up to the second reps are sure

NO_MACHINE = unknown("not known without the machine")

_WIRES = "check its cable and plug: power, ground, SDA and SCL"
_NO_ANSWER = "no_answer"
_MAGNETS = {
    "missing": (
        "the sensor sees no magnet",
        "put the magnet over the middle of the sensor, 0.5 to 3 mm away",
    ),
    "weak": ("too weak for the sensor", "bring the magnet nearer to the sensor"),
    "strong": ("too strong for the sensor", "move the magnet away from the sensor a little"),
}
_RESTARTS = {
    "watchdog": "its program had hung, and the watchdog started it again",
    "error": "its program had an error, and was started again",
}


def port(facts: Facts) -> Check:
    """Is it there, and may we use it? Whether the machine is on it is another question."""
    if facts.machine:
        return ok(f"{facts.machine['port']} answers", **facts.port)
    port = facts.port
    path, group, holder = port["path"], port["group"], port["holder"]
    if path is None:
        others = ", ".join(port["candidates"])
        which = f"; if it is one of {others}, say so with --port" if others else ""
        return wrong(
            "no serial port looks like the machine",
            f"plug the machine in, and check that its cable carries data{which}",
            **port,
        )
    if not port["exists"]:
        return wrong(f"{path} does not exist", "plug it in, or name another with --port", **port)
    if not port["serial"]:
        words = f"{path} is not a serial port"
        return wrong(words, "name the machine's port with --port", **port)
    if _has_station(facts):
        return ok(f"{path} is in use by the station (process {holder['pid']})", **port)
    if not port["usable"]:
        return wrong(f"{path} may not be opened: {_forbidden(port)}", _permit(port), **port)
    if holder:
        who = f"{holder['name']} (process {holder['pid']})"
        cure = "if it is the station and its display is dead, start it anew; else end that program"
        return wrong(f"{path} is in use by {who}", cure, **port)
    return ok(f"{path}, group {group}", **port)


def _has_station(facts: Facts) -> bool:
    """Is it our own station that has the port?"""
    holder = facts.port["holder"]
    return holder is not None and holder["pid"] == facts.folder.station


def _forbidden(port: Mapping[str, Any]) -> str:
    user, group = port["user"], port["group"]
    if port["in_group"]:
        return f"{user} is in its group {group}, but its mode forbids it"
    return f"its group is {group}, and {user} is not in it"


def _permit(port: Mapping[str, Any]) -> str:
    ways = []
    if port["group"] and not port["in_group"]:
        ways.append(
            f"run 'sudo usermod -aG {quote(port['group'])} {quote(port['user'])}' and log in again"
        )
    if port["udev_rule"]:
        ways.append(f"put the rule below into {port['udev_file']} and plug the machine in again")
    return ", or ".join(ways) or "ask whoever looks after this computer"


def _of_machine(check: Callable[[Machine, Facts], Check]) -> Callable[[Facts], Check]:
    """A check that needs a machine."""
    return lambda facts: check(facts.machine, facts) if facts.machine else NO_MACHINE


def machine(facts: Facts) -> Check:
    """Does it answer, and does it run through?"""
    machine = facts.machine
    if machine is None and _has_station(facts) and facts.station.machine is None:
        return unknown("the station has it, and does not tell")
    if machine is None:
        return NO_MACHINE if port(facts).fix else told(facts.why)
    names = ("device_id", "sensor", "reset", "reboots", "silent_s", "streaming")
    values = {name: machine[name] for name in names}
    silent_s, reset, reboots = machine["silent_s"], machine["reset"], machine["reboots"]
    if silent_s is None or silent_s > SILENT_S:
        long = "" if silent_s is None else f" for {silent_s:.0f} s"
        return wrong(f"nothing has come{long}", "unplug the machine and plug it in again", **values)
    if reset in _RESTARTS:
        cure = "run 'leverrep flash'; if it happens again, ask for help with a --bundle"
        return warning(_RESTARTS[reset], cure, **values)
    if reboots:
        times = "once" if reboots == 1 else f"{reboots} times"
        return warning(
            f"it has restarted {times} while it was watched",
            "check its plug and its power supply",
            **values,
        )
    return ok(f"device {machine['device_id']}, sensor {machine['sensor']}", **values)


@_of_machine
def firmware(machine: Machine, facts: Facts) -> Check:
    """Which, and does this program bring a newer one?"""
    names = ("firmware", "bundled_firmware", "protocol", "update_needed")
    values = {name: machine[name] for name in names}
    words = f"{machine['firmware']}, protocol {machine['protocol']}"
    if machine["update_needed"]:
        newer = f"{words}: update needed, {machine['bundled_firmware']} is here"
        return warning(newer, "run 'leverrep flash'", **values)
    return ok(words, **values)


@_of_machine
def rate(machine: Machine, facts: Facts) -> Check:
    """Do samples come as often as they are asked for, by a clock that is right?"""
    asked, is_set, measured = (
        facts.settings.station.rate_hz,
        machine["rate_hz"],
        machine["measured_hz"],
    )
    drift = machine["clock"]["drift_ppm"]
    values = {"asked_hz": asked, "rate_hz": is_set, "measured_hz": measured, **machine["clock"]}
    if measured is None:
        return wrong("no samples come", "unplug the machine and plug it in again", **values)
    if is_set != asked:
        cure = "the board does not take it: run 'leverrep flash'"
        return wrong(f"{is_set} Hz, though {asked} Hz were asked for", cure, **values)
    if abs(measured / asked - 1) > RATE_OFF_PCT / 100:
        cure = "ask for less (station.rate_hz), or use a faster board"
        return wrong(f"{measured:.1f} Hz, though {asked} Hz were asked for", cure, **values)
    words = f"{measured:.1f} Hz" + ("" if drift is None else f", its clock {drift:+.0f} ppm")
    if abs(drift or 0.0) > DRIFT_PPM:
        return warning(
            words, "the board's quartz is bad: tempo is off, use another board", **values
        )
    return ok(words, **values)


@_of_machine
def jitter(machine: Machine, facts: Facts) -> Check:
    """How evenly samples are taken."""
    jitter = machine["jitter_us"]
    if jitter is None:
        return unknown(f"firmware {machine['firmware']} does not tell")
    rms, most = jitter["rms"], jitter["max"]
    words = f"{rms / 1000:.2f} ms, the latest sample {most / 1000:.1f} ms late"
    if rms > JITTER_US:
        cure = "ask for less (station.rate_hz), or use a faster board"
        return warning(words, cure, rms_us=rms, max_us=most)
    return ok(words, rms_us=rms, max_us=most)


@_of_machine
def lost(machine: Machine, facts: Facts) -> Check:
    """How many samples were lost on the way, and where."""
    names = ("sent", "received", "missing", "late", "overruns", "bad_frames")
    values = {name: machine[name] for name in names}
    sent, missing = machine["sent"], machine["missing"]
    pct = 100 * missing / sent if sent else 0.0
    words = f"{missing} of {sent} samples" + (f" ({pct:.2g} %)" if missing else "")
    if machine["bad_frames"]:
        words += f", {machine['bad_frames']} damaged frames"
    if pct <= LOST_NOTED_PCT:
        return ok(words, **values)
    say = wrong if pct > LOST_PCT else warning
    return say(words, _why_lost(machine), **values)


def _why_lost(machine: Machine) -> str:
    if machine["overruns"] * 2 > machine["missing"]:
        return "this computer did not read in time: end other programs, or use a faster one"
    if machine["bad_frames"]:
        return "the line is disturbed: use another cable, without a hub, away from motors"
    return "check the plug, and what holds the cable"


@_of_machine
def sensor(machine: Machine, facts: Facts) -> Check:
    """Does it answer, and sense?"""
    state, faults = machine["magnet"]["state"], machine["bus_faults"]
    values = {"state": state, "bus_faults": faults}
    if state == _NO_ANSWER:
        return wrong("the sensor does not answer", _WIRES, **values)
    if faults:
        words = f"{faults} samples without an angle since the board was started"
        return warning(words, _WIRES, **values)
    return ok(f"{machine['sensor']} answers", **values) if state else unknown("has not told yet")


@_of_machine
def magnet(machine: Machine, facts: Facts) -> Check:
    """Is it where it should be?"""
    magnet = machine["magnet"]
    state, agc, magnitude = magnet["state"], magnet["agc"], magnet["magnitude"]
    if state in (None, _NO_ANSWER):
        return unknown("not known without the sensor")
    if state in _MAGNETS:
        words, cure = _MAGNETS[state]
        return wrong(f"{words} (gain {agc})", f"{cure}: 'leverrep magnet' shows it", **magnet)
    if not (agc or magnitude):
        return ok("this sensor needs none", **magnet)
    words = f"gain {agc}, magnitude {magnitude}"
    placed = advice(state, [agc], FULL_3V3 if agc <= FULL_3V3 else FULL_5V)
    if not placed.good:
        return warning(words, f"{placed.words}: 'leverrep magnet' shows it", **magnet)
    return ok(words, **magnet)
