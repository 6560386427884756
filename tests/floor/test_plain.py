import io

import pytest

from analysis import Event
from config import FormStandard
from firmware_bridge.floor.board import Board
from firmware_bridge.floor.plain import PlainView, plain_line, write_line

DONE = {"rep_count": 5, "partial_count": 0, "overshoot_count": 0}


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("rep", {"number": 3}, "rep 3"),
        ("partial", {"reason": "shallow"}, "not counted: not deep enough"),
        ("overshoot", {"angle_deg": -4.0}, "too far back"),
        ("flag", {"flag": "too_deep", "number": 2}, "rep 2: Shorten the range"),
        ("set_ended", {"set": DONE}, "set done: 5 reps"),
        ("sensor", {"link": "connected", "port": "/dev/x"}, "connected: /dev/x"),
        ("sensor", {"link": "lost", "why": "unplugged"}, "lost: unplugged"),
        ("sensor", {"missing_s": 0.25}, "samples missing for 0.25 s"),
        ("sensor", {"error": "no_magnet"}, "no magnet at the sensor"),
        ("sensor", {"error": None}, "sensor is well again"),
    ],
)
def test_events_worth_a_line(kind: str, data: dict[str, object], words: str) -> None:
    assert plain_line(Event(kind, 12.34, 12.4, data)) == f"   12.3 s  {words}"  # type: ignore[arg-type]


def test_the_others_have_none() -> None:
    stream = io.StringIO()
    PlainView(stream).tell(
        [Event("phase", 0, 0, {"phase": "eccentric"}), Event("rep", 1, 1, {"number": 1})]
    )
    assert stream.getvalue() == "    1.0 s  rep 1\n"


def test_what_has_to_be_seen_to_is_written_once_and_when_it_is_well() -> None:
    stream, board = io.StringIO(), Board(FormStandard())
    view = PlainView(stream)
    for slip_deg in (None, 2.4, 2.4, None, None):
        board.slip_deg = slip_deg
        view.show(board, 0.0)
    assert stream.getvalue() == (
        "    0.0 s  the sensor has moved by 2.4°: measures are suspect, calibrate it\n"
        "    0.0 s  all is well again\n"
    )


def test_a_full_disk_stops_nothing_and_a_reader_that_has_gone_is_told() -> None:
    class Stream(io.StringIO):
        error = OSError(28, "No space left on device")

        def flush(self) -> None:
            raise self.error

    write_line(Stream(), "rep 1")
    Stream.error = BrokenPipeError()
    with pytest.raises(BrokenPipeError):
        write_line(Stream(), "rep 1")
