import json
import os
import stat
from pathlib import Path

import pytest

from analysis import Event
from firmware_bridge.errors import OutputError
from firmware_bridge.floor.eventlines import EventLines, event_line

EVENT = Event("rep", 1.5, 1.6, {"number": 1})


def test_an_event_is_one_line_of_json() -> None:
    line = event_line(EVENT)
    assert "\n" not in line
    assert json.loads(line) == {"kind": "rep", "t_s": 1.5, "detected_s": 1.6, "number": 1}


def test_lines_are_added_and_out_at_once(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_text('{"old":1}\n')
    lines = EventLines(str(path))
    lines.write([EVENT, EVENT])
    assert path.read_text().splitlines() == ['{"old":1}', event_line(EVENT), event_line(EVENT)]
    lines.close()


def test_a_line_cut_short_does_not_swallow_the_next(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_text('{"ki')
    lines = EventLines(str(path))
    lines.write([EVENT])
    lines.close()
    assert path.read_text().splitlines() == ['{"ki', event_line(EVENT)]


def test_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    lines = EventLines("-")
    lines.write([EVENT])
    lines.close()
    assert capfd.readouterr().out == event_line(EVENT) + "\n"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no/such: events cannot be written: No such file"):
        EventLines(str(tmp_path / "no" / "such"))
    lines = EventLines("/dev/full")
    with pytest.raises(OutputError, match="/dev/full: events cannot be written: No space left"):
        lines.write([EVENT])


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OutputError, match="nobody reads this pipe"):
        EventLines(str(pipe))
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    lines = EventLines(str(pipe))
    lines.write([EVENT])
    assert os.read(reader, 4096).decode() == event_line(EVENT) + "\n"
    lines.close()
    os.close(reader)


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        event_line(Event("rep", float("nan"), 0.0))


def test_a_new_file_is_its_owners_alone_and_one_that_is_there_stays_as_it_is(
    tmp_path: Path,
) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.touch()
    old.chmod(0o644)
    before = os.umask(0o022)
    try:
        for path in (new, old):
            EventLines(str(path)).close()
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, old)] == [0o600, 0o644]
