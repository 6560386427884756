"""Putting the firmware on the board: leverrep flash."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from firmware_bridge.device.bundled import BUNDLED_VERSION, update_needed
from firmware_bridge.device.decoder import Decoder, Fault
from firmware_bridge.device.flash_files import check, program, sensor_for
from firmware_bridge.device.flash_mpremote import LOST, copy, look
from firmware_bridge.device.frames import Ack, DeviceFrame, Hello, Ping, Stop, wire
from firmware_bridge.device.port import Port, find_ports
from firmware_bridge.device.reconnect import HELLO_S, PING_S
from firmware_bridge.errors import FlashError, LinkLost, NoSuchPort, PortError

OBEY_S = 2.0  # a board takes a few ms, unless something is wrong with it
RESTART_S = 15.0  # the board starts, and the computer finds its port again


@dataclass(frozen=True, slots=True)
class Flashed:
    """What is on the board now."""

    device_id: str
    firmware: str
    sensor: str


def only_port(hints: Sequence[str] = ()) -> str:
    """The one port that may be the machine's. NoSuchPort if there is none, or more than one."""
    likely = [found.path for found in find_ports(hints) if found.likely]
    if not likely:
        raise NoSuchPort("no board found: plug it in, or name its port with --port")
    if len(likely) > 1:
        raise NoSuchPort(f"{' and '.join(likely)} may be the board: name one with --port")
    return likely[0]


def flash(
    port: str,
    sensor: str | None,
    say: Callable[[str], None],
    stop_asked: Callable[[], bool] = lambda: False,
) -> Flashed:
    """Put the firmware that came with this program on the board at `port`, and start it.

    sensor: one of `flash_files.drivers`, or the path of a driver file of one's own; None for the
    one that the board has now, or else an AS5600. `say` is told what is being done, in lines; it
    must not raise: a board that is left in the middle does not run until it is plugged in anew.
    For the same reason `stop_asked` is minded only until the board's program is ended.
    Raises FlashError or PortError.
    """
    check(sensor)
    say(f"looking at {port}")
    before = _quieten(port)
    say(_found(before))
    if stop_asked():
        raise FlashError(f"{port}: stopped as asked, nothing on the board has been changed")
    files = program(sensor_for(look(port), sensor))
    copy(port, files, say)
    say("starting it")
    now = _hello(port, RESTART_S)
    if now is None:
        raise FlashError(
            f"{port}: the firmware is on the board but says nothing: unplug the board and plug it"
            " in, then run leverrep doctor"
        )
    if now.firmware != BUNDLED_VERSION:
        raise FlashError(
            f"{port}: the board says firmware {now.firmware}, not {BUNDLED_VERSION}: run this again"
        )
    return Flashed(now.device_id, now.firmware, now.sensor)


def _found(board: Hello | None) -> str:
    if board is None:
        return "no lever firmware answers on it"
    words = f"firmware {board.firmware} runs on it"
    if update_needed(board.firmware):
        return words
    return f"{words}: it is replaced by {BUNDLED_VERSION} all the same"


def _quieten(port: str) -> Hello | None:
    """Who is there, if the firmware runs. It streams no longer then, and minds Ctrl-C."""
    try:
        return _ask(port, HELLO_S)
    except LinkLost as error:
        raise FlashError(f"{port}: {LOST}") from error


def _hello(port: str, within_s: float) -> Hello | None:
    """The HELLO of a board that is just starting, so that its port comes and goes."""
    deadline = time.monotonic() + within_s
    while (left_s := deadline - time.monotonic()) > 0:
        try:
            return _ask(port, left_s)
        except (PortError, LinkLost):
            time.sleep(0.1)
    return None


def _ask(path: str, within_s: float) -> Hello | None:
    """PING until HELLO comes, then STOP until it is obeyed: Ctrl-C is data to the board till then.

    That is so without a HELLO too: the PINGs may be waiting for a board that is slow to start.
    """
    deadline, decoder, hello = time.monotonic() + within_s, Decoder(), None
    with Port(path) as port:
        while hello is None and time.monotonic() < deadline:
            port.write(wire(Ping()))
            frames = _frames(port, decoder, PING_S)
            hello = next((frame for frame in frames if isinstance(frame, Hello)), None)
        port.write(wire(Stop()))
        for frame in _frames(port, decoder, OBEY_S):
            if isinstance(frame, Ack) and frame.command == Stop.TYPE:
                break
    return hello


def _frames(port: Port, decoder: Decoder, within_s: float) -> Iterator[DeviceFrame | Fault]:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        yield from decoder.feed(port.read())
