"""The wire bytes of late, kept so that they can be played by themselves from any point on."""

from collections import deque
from dataclasses import dataclass, replace

from firmware_bridge.device.events import Chunk
from firmware_bridge.device.frames import Hello, Status, wire
from firmware_bridge.device.framing import DELIMITER, MAX_BLOCK
from firmware_bridge.device.ledger import COUNT_WRAP, Readings, nearest
from firmware_bridge.device.recording import Outages


@dataclass(frozen=True, slots=True)
class _Piece:
    """Whole frames. `hello`: what the machine would have said before them."""

    hello: Hello | None
    first_s: float | None  # device time of the first sample, if there is one
    last_s: float  # of the last one up to here
    data: bytes


class Tape:
    """Give it every Chunk. Begins with a HELLO wherever it is cut."""

    def __init__(self) -> None:
        self._pieces: deque[_Piece] = deque()
        self._size = 0  # of all of them
        self._outages = Outages()
        self._rest = b""  # of a frame that is not complete
        self._hello: Hello | None = None
        self._index = 0  # number of the next sample
        self.now_s = 0.0  # device time of its last sample

    @property
    def from_s(self) -> float:
        """Device time of its first sample."""
        times = (piece.first_s for piece in self._pieces if piece.first_s is not None)
        return next(times, self.now_s)

    @property
    def data(self) -> bytes:
        """All of it, with the HELLO."""
        return _greeting(self._pieces[0]) + b"".join(p.data for p in self._pieces) if self else b""

    @property
    def rest(self) -> bytes:
        """What has come since, and may be the beginning of a frame, or of what a restarted machine
        has to say.
        """
        return self._rest + self._outages.rest()

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, chunk: Chunk) -> bytes:
        """Keep what the link tells. What there is to be added to a copy of `data`."""
        data = self._rest + self._outages.noted(chunk)
        end = data.rfind(DELIMITER) + 1
        if len(data) - end > MAX_BLOCK:
            end = len(data)  # no frame is so long: it is garbage, and is not waited for
        data, self._rest = data[:end], data[end:]
        hello, first_s = self._present_hello(), None
        for item in chunk.items:
            if isinstance(item, Readings):
                first_s = item.t_s[0] if first_s is None else first_s
                self._index, self.now_s = item.index + len(item.values), item.t_s[-1]
            elif isinstance(item, Hello):
                self._hello, self._index = item, item.samples
            elif isinstance(item, Status) and self._hello and item.boot == self._hello.boot:
                self._hello = replace(
                    self._hello,
                    rate_hz=item.rate_hz,
                    uptime_us=item.uptime_us,
                    samples=item.samples,
                )
        if data:
            self._pieces.append(_Piece(hello, first_s, self.now_s, data))
            self._size += len(data)
        return data

    def forget_before(self, t_s: float) -> None:
        """Nobody needs what is older."""
        while self._pieces and self._pieces[0].last_s < t_s:
            self._forget_first()

    def forget_beyond(self, size: int) -> None:
        """Keep the newest, in not more than `size` bytes."""
        while self._size > size:
            self._forget_first()

    def cut(self) -> None:
        """Begin anew with the next frame."""
        self._pieces.clear()
        self._size = 0

    def _forget_first(self) -> None:
        """With all that cannot be played without it: before the first HELLO, as what a machine had
        still to say to a station that was killed, a STATUS tells where its samples stand.
        """
        while True:
            self._size -= len(self._pieces.popleft().data)
            if not self._pieces or self._pieces[0].hello:
                return

    def _present_hello(self) -> Hello | None:
        """What the machine would say if it were asked now."""
        said = self._hello
        if said is None:
            return None
        since = nearest(self._index, said.samples, COUNT_WRAP) - said.samples
        uptime_us = max(0, said.uptime_us + since * 1_000_000 // said.rate_hz)
        return replace(said, samples=self._index % COUNT_WRAP, uptime_us=uptime_us)


def _greeting(piece: _Piece) -> bytes:
    return wire(piece.hello) if piece.hello else b""
