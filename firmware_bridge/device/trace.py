"""Reads a trace of lever angles, or of a sensor's counts, from a CSV file."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config import MachineProfile
from config.whole_file import read_up_to
from firmware_bridge.errors import TraceError

HEADERS = (("t_s", "angle_deg"), ("t_s", "counts"))
# A finite number beyond these is no time and no angle; it would only overflow later.
LARGEST = {"t_s": 1e10, "angle_deg": 1e5, "counts": 1e5}
# What takes fewer samples than 10 a second sees no reps: such times are in another unit.
LONGEST_SPACING_S = 0.1
# What takes more than 20,000 a second, or many in less time than a rep takes, has another, too.
SHORTEST_SPACING_S = 5e-5
SHORTEST_S, SHORTEST_SAMPLES = 1.0, 1000
TURN_DEG, TURNS = 60.0, 2  # within so much of a whole turn, so often
# One trace is one visit to the gym; a longer one is a slip in the times.
LONGEST_S = 86_400.0
MOST_BYTES = 1 << 29  # a day at 500 Hz as CSV is larger, one at 200 Hz is not


Degrees = Callable[[float], float]


@dataclass(frozen=True)
class Trace:
    """Times in seconds, never going back, and lever angles in degrees; at least one of each."""

    t_s: NDArray[np.float64]
    angle_deg: NDArray[np.float64]


def read_bytes(path: Path) -> bytes:
    """All of a file, which may be a pipe. Raises TraceError if it cannot be read."""
    try:
        with path.open("rb") as file:
            data = read_up_to(file, MOST_BYTES + 1)
    except OSError as error:
        raise TraceError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise TraceError(f"{path}: is larger than {MOST_BYTES >> 20} MB: cut it into pieces")
    return data


def is_text(data: bytes) -> bool:
    """No text but UTF-16 has a zero byte in it, and every frame on the wire begins with one."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in data[:4096] and (b"\0" not in data or _is_utf8(data))


def decode_csv(data: bytes, name: str, degrees: Degrees) -> Trace:
    """The trace in a CSV file with the header ``t_s,angle_deg``, or ``t_s,counts``: ``degrees``
    makes lever angles of those.

    Raises TraceError: one line with ``name``, the line and the column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TraceError(f"{name}: line {line}: not UTF-8 text; is it a CSV file?") from None
    return parse_csv(text, name, degrees)


def parse_csv(text: str, name: str, degrees: Degrees) -> Trace:
    """The trace in the text of a CSV file; ``name`` is only named in errors. Raises TraceError."""
    rows = _rows(text)
    header = _header(next(rows, None), name)
    times: list[float] = []
    angles: list[float] = []
    for line, cells in rows:
        where = f"{name}: line {line}"
        if len(cells) != len(header):
            raise TraceError(f"{where}: {_columns(len(cells))}, expected {len(header)}")
        t_s, value = (_number(c, k, where) for c, k in zip(cells, header, strict=True))
        if times and t_s < times[-1]:
            back = f"time goes backwards ({t_s:.10g} after {times[-1]:.10g})"
            raise TraceError(f"{where}, column t_s: {back}")
        if times and t_s - times[0] > LONGEST_S:
            raise TraceError(f"{where}, column t_s: more than a day after the first sample")
        times.append(t_s)
        angles.append(value if header[1] == "angle_deg" else degrees(value))
    if not times:
        raise TraceError(f"{name}: no samples after the header")
    _check_spacing(times, name)
    trace = Trace(np.array(times), np.array(angles))
    _check_turns(trace, name)
    return trace


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number} columns"


def _check_spacing(times: list[float], name: str) -> None:
    problem = _odd_times(times) if len(times) > 1 else ""
    if problem:
        raise TraceError(f"{name}: {problem}: is t_s in seconds?")


def _odd_times(times: list[float]) -> str:
    different = np.unique(times)  # some loggers give all samples of a packet the same
    if len(different) == 1:
        return "all samples have the same time"
    spacing, span = float(np.median(np.diff(different))), different[-1] - different[0]
    if spacing > LONGEST_SPACING_S * 1.001:
        return f"samples are {spacing:.3g} s apart (median)"
    if spacing < SHORTEST_SPACING_S or (span < SHORTEST_S and len(times) > SHORTEST_SAMPLES):
        return f"{len(times)} samples take {span:.3g} s"
    return ""


def _check_turns(trace: Trace, name: str) -> None:
    """No lever makes a whole turn from one sample to the next; a spike does not stay there."""
    angle = trace.angle_deg
    steps = np.flatnonzero(np.abs(np.abs(np.diff(angle)) - 360) < TURN_DEG) + 1
    turns = [at for at in steps.tolist() if _stays(angle, at)]
    if len(turns) >= TURNS:
        raise TraceError(
            f"{name}: the angle jumps by {abs(angle[turns[0]] - angle[turns[0] - 1]):.0f} degrees "
            f"at {trace.t_s[turns[0]]:.10g} s and {len(turns) - 1} times later: "
            "write what leans back as negative, not as nearly 360"
        )


def _stays(angle: NDArray[np.float64], at: int) -> bool:
    before, after = angle[max(0, at - 5) : at], angle[at : at + 5]
    return bool(abs(abs(np.median(after) - np.median(before)) - 360) < TURN_DEG)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that is not blank."""
    # Not splitlines(): editors do not count form feeds and the like as lines.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.strip():
            yield number, [cell.strip().strip('"') for cell in line.split(",")]


def _header(row: tuple[int, list[str]] | None, name: str) -> tuple[str, ...]:
    wanted = " or ".join(",".join(header) for header in HEADERS)
    if row is None:
        raise TraceError(f"{name}: empty file; expected the header {wanted}")
    line, cells = row
    if tuple(cells) not in HEADERS:
        found = ascii(",".join(cells)[:60])
        raise TraceError(f"{name}: line {line}: the header must be {wanted}, found {found}")
    return tuple(cells)


def _number(cell: str, column: str, where: str) -> float:
    place = f"{where}, column {column}"
    if not cell:
        raise TraceError(f"{place}: empty")
    try:
        value = float(cell)
    except ValueError:
        raise TraceError(f"{place}: {cell[:60]!a} is not a number") from None
    if "_" in cell:  # Python reads 1_000 as a number, nobody else does
        raise TraceError(f"{place}: {cell[:60]!a} is not a number")
    if not math.isfinite(value):
        raise TraceError(f"{place}: {cell[:60]} is not a finite number")
    if abs(value) > LARGEST[column]:
        raise TraceError(f"{place}: {cell[:60]} is out of range")
    return value


_BINS = 72
_RARE = 0.002  # a bin with less of the samples holds only spikes


def unbroken_degrees(counts: NDArray[np.int64], machine: MachineProfile) -> NDArray[np.float64]:
    """Lever degrees, with the sensor's turn cut open in the middle of where it hardly ever is."""
    turns = counts / machine.counts_per_turn % 1.0
    share = np.histogram(turns, _BINS, (0.0, 1.0))[0] / len(turns)
    used = np.flatnonzero(share >= _RARE)
    ahead = np.diff(used, append=used[0] + _BINS)
    widest = int(np.argmax(ahead))
    cut = (used[widest] + 0.5 + ahead[widest] / 2) / _BINS
    return np.asarray((turns - cut) % 1.0 * machine.direction * 360 / machine.gear)
