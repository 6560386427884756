"""What is done on the board, through mpremote: look, copy, decide, restart.

A board is never left half updated, whenever its cable is pulled. All files are first copied into
a folder of their own on the board and compared by hash; until then the old program is whole. Then
one rename puts FINISHER in the place of main.py: from there on each start of the board goes on
moving the new files to their places, until the last one, main.py itself, is there.

mpremote runs as a process of its own: it is its command line that it promises to keep, and it
reads without a time limit, so there has to be a way to end it.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from firmware_bridge.errors import FlashError

OLDEST_MICROPYTHON = (1, 22)

LOOK_S = 15.0  # mpremote gives up a board without a prompt after 10 s
COPY_S = 180.0  # the files take an ESP32 at 115200 baud some 15 s

MARK = "leverrep:"  # begins what is printed on the board for us

LOOK = f"""
import json, sys
try:
    with open("sensor.py") as f: sensor = f.read()
except OSError: sensor = ""
print("{MARK}" + json.dumps([sys.implementation[0], sys.implementation[1][:2], sensor]))
"""

MOVE = """
import os
for name in os.listdir("update"):
    if name != "main.py": os.rename("update/" + name, name)
os.rename("update/main.py", "main.py")
os.rmdir("update")
"""

DECIDED = "# Moves an update to its place, however often it is interrupted, and runs it."

FINISHER = f"""{DECIDED}
{MOVE}
with open("main.py") as f: main = f.read()
exec(main)
"""

# An update that was decided on is finished before anything of it is written over.
PREPARE = f"""
import os
if "main.py" in os.listdir():
    with open("main.py") as f: decided = f.readline().strip() == {DECIDED!r}
    if decided: exec({MOVE!r})
if "update" not in os.listdir(): os.mkdir("update")
"""

DECIDE = f"""
import binascii, hashlib, os
wanted = %r
for name in os.listdir("update"):
    if name not in wanted: os.remove("update/" + name)
for name in wanted:
    digest = hashlib.sha256()
    with open("update/" + name, "rb") as f:
        while piece := f.read(512): digest.update(piece)
    if binascii.hexlify(digest.digest()).decode() != wanted[name]:
        raise ValueError("{MARK}damaged")
os.rename("finisher.py", "main.py")
"""

# Not followed, and late enough for mpremote to leave the port before it goes.
RESTART = "import time, machine; time.sleep_ms(200); machine.reset()"

NO_PROMPT = (
    "MicroPython does not answer: unplug the board and plug it in; if that is no help, put"
    " MicroPython on it (micropython.org/download); then run this again"
)
LOST = "the board was lost on the way: check its cable and run this again"

# What mpremote says when it fails, and what to do about it. The first that fits counts.
TROUBLES = (
    (r"could not enter raw repl", NO_PROMPT),
    (
        r"No space left|ENOSPC|OSError: 28",
        "the board's memory is full: remove other files from it (mpremote rm) and run this again;"
        " the firmware that was there still runs",
    ),
    (rf"{MARK}damaged", "the copy on the board is not what was sent: run this again"),
)


def look(port: str) -> str:
    """The text of the board's sensor.py, empty if it has none. Its program has ended then."""
    text = "\n".join(_mpremote(port, LOOK_S, "exec", LOOK))
    try:
        name, version, sensor = json.loads(text.partition(MARK)[2])
    except ValueError as error:
        raise FlashError(f"{port}: {LOST}") from error
    if name != "micropython" or tuple(version) < OLDEST_MICROPYTHON:
        oldest = ".".join(map(str, OLDEST_MICROPYTHON))
        raise FlashError(
            f"{port}: {name} {'.'.join(map(str, version))} is on the board: put MicroPython"
            f" {oldest} or newer on it (micropython.org/download) and run this again"
        )
    return str(sensor)


def copy(port: str, files: Mapping[str, bytes], say: Callable[[str], None]) -> None:
    """Put these files on the board, whole or not at all, and restart it."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    with TemporaryDirectory(prefix="leverrep-") as folder:
        for name, data in {**files, "finisher.py": FINISHER.encode()}.items():
            Path(folder, name).write_bytes(data)

        def tell(line: str) -> None:
            if line.startswith("cp "):
                say(f"copying {Path(line.rpartition(' :')[0]).name}")

        _mpremote(
            port,
            COPY_S,
            *("exec", PREPARE, "+"),
            *("cp", *(str(Path(folder, name)) for name in sorted(files)), ":update/", "+"),
            *("cp", str(Path(folder, "finisher.py")), ":finisher.py", "+"),
            *("exec", DECIDE % hashes, "+"),
            *("exec", "--no-follow", RESTART),
            tell=tell,
        )


def _mpremote(
    port: str, limit_s: float, *commands: str, tell: Callable[[str], None] = lambda line: None
) -> list[str]:
    """Run commands of mpremote on the board; the lines that it and the board wrote, each
    told to `tell` as it comes.
    """
    # resume: Ctrl-C has ended the program, a soft reset would only take longer.
    arguments = [sys.executable, "-P", "-u", "-m", "mpremote", "connect", port, "resume", *commands]
    lines = []
    with subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C in the terminal must not end it half-way
    ) as process:
        limit = threading.Timer(limit_s, process.terminate)
        limit.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line.rstrip())
                tell(lines[-1])
        finally:
            limit.cancel()
    if process.returncode == -signal.SIGTERM:
        raise FlashError(f"{port}: {NO_PROMPT}")
    if process.returncode != 0:
        raise FlashError(f"{port}: {_what_to_do(port, lines)}")
    return lines


def _what_to_do(port: str, lines: list[str]) -> str:
    text, last = "\n".join(lines), lines[-1] if lines else ""
    if not os.path.exists(port):
        return LOST
    for sign, words in TROUBLES:
        if re.search(sign, text):
            return words
    if '"<stdin>"' in text or last.startswith("mpremote: "):  # else mpremote itself came to grief
        return f"the board refused ({last}): unplug it, plug it in and run this again"
    return LOST
