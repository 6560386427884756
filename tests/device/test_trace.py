from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device.trace import decode_csv, is_text, parse_csv, read_bytes
from firmware_bridge.errors import TraceError


def tenths(counts: float) -> float:
    """A sensor of ten counts a degree."""
    return counts / 10


HEAD = "t_s,angle_deg\n"


def test_a_plain_file() -> None:
    trace = parse_csv(HEAD + "0.00,1\n0.01,-2.5\n", "x", tenths)
    assert list(trace.t_s) == [0.0, 0.01]
    assert list(trace.angle_deg) == [1.0, -2.5]


def test_spaces_quotes_blank_lines_and_windows_line_ends_are_fine() -> None:
    data = b'\xef\xbb\xbf"t_s", angle_deg\r\n\r\n0, 1e1\r\n.1,+2\r\n\r\n'
    assert list(decode_csv(data, "x", tenths).angle_deg) == [10.0, 2.0]


def test_what_is_text() -> None:
    frames = b"\x00\x05\x11\xff"
    assert is_text(b"t_s,angle_deg\n0,1\n")
    assert is_text("t_s,angle_deg".encode("utf-16"))
    assert is_text("größe".encode("latin-1"))
    assert not is_text(frames)
    assert not is_text(b"\xfe" * 5000 + frames)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x: empty file; expected the header t_s,angle_deg or t_s,counts"),
        ("\n \n", "x: empty file"),
        (HEAD, "x: no samples after the header"),
        (
            "time,angle\n0,1\n",
            "x: line 1: the header must be t_s,angle_deg or t_s,counts, found 'time,angle'",
        ),
        ("0,1\n1,2\n", "x: line 1: the header must be t_s,angle_deg or t_s,counts, found '0,1'"),
        ("angle_deg,t_s\n", "x: line 1: the header must be"),
        (HEAD + "0,1\n1,abc\n", "x: line 3, column angle_deg: 'abc' is not a number"),
        (HEAD + "0,1\nx,1\n", "x: line 3, column t_s: 'x' is not a number"),
        (HEAD + "0,1\n1,\n", "x: line 3, column angle_deg: empty"),
        (HEAD + "0,1\n1\n", "x: line 3: 1 column, expected 2"),
        (HEAD + "0,1\n1,2,3\n", "x: line 3: 3 columns, expected 2"),
        (HEAD + "0,nan\n", "x: line 2, column angle_deg: nan is not a finite number"),
        (HEAD + "inf,1\n", "x: line 2, column t_s: inf is not a finite number"),
        (HEAD + "0,1e300\n", "x: line 2, column angle_deg: 1e300 is out of range"),
        (HEAD + "0,1_0\n", "x: line 2, column angle_deg: '1_0' is not a number"),
        (HEAD + "0,1\n20,1\n40,2\n", "x: samples are 20 s apart (median): is t_s in seconds?"),
        (HEAD + "3,1\n3,1\n", "x: all samples have the same time: is t_s in seconds?"),
        (HEAD + "".join(f"{n // 100},1\n" for n in range(1000)), "x: samples are 1 s apart"),
        (HEAD + "".join(f"{n / 6000:f},1\n" for n in range(2800)), "x: 2800 samples take 0.467 s"),
        (HEAD + "".join(f"{n / 8.64e6:.9f},1\n" for n in range(90)), "x: 90 samples take 1.03e-05"),
        (
            HEAD + "".join(f"{n / 50},{(20 - n % 100) % 360}\n" for n in range(300)),
            "x: the angle jumps by 359 degrees at 0.42 s and 2 times later: write what leans back",
        ),
        (HEAD + "0,1\n1e9,1\n", "x: line 3, column t_s: more than a day after the first sample"),
        (HEAD + "1,1\n0.5,1\n", "x: line 3, column t_s: time goes backwards (0.5 after 1)"),
    ],
)
def test_errors_name_line_and_column(text: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        parse_csv(text, "x", tenths)
    assert str(caught.value).startswith(message)


def test_a_packet_of_samples_may_have_one_time_and_a_spike_is_no_turn() -> None:
    angles = [358 if n % 40 == 20 else 1 for n in range(400)]
    text = HEAD + "".join(f"{n // 4 / 50},{angle}\n" for n, angle in enumerate(angles))
    assert len(parse_csv(text, "x", tenths).t_s) == 400


@given(st.text(alphabet="0123456789.,-+eEnaif_ \n\r\x0b\x00é\u0663"))
def test_any_text_gives_a_trace_or_one_clear_line(text: str) -> None:
    try:
        outcome = repr(list(parse_csv(HEAD + text, "x", tenths).t_s))
    except TraceError as error:
        outcome = str(error)
    assert "\n" not in outcome


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"none\.csv: cannot be read: No such file"):
        read_bytes(tmp_path / "none.csv")
    with pytest.raises(TraceError, match="cannot be read: Is a directory"):
        read_bytes(tmp_path)
    with pytest.raises(TraceError, match="line 3: not UTF-8 text"):
        decode_csv(HEAD.encode() + b"0,1\n1,\xff\n", "x", tenths)


def test_what_is_larger_than_a_day_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_bridge.device.trace.MOST_BYTES", 1 << 20)
    with pytest.raises(TraceError, match="/dev/zero: is larger than 1 MB"):
        read_bytes(Path("/dev/zero"))


def test_a_long_cell_is_cut() -> None:
    for cell in ("9" * 5000, "x" * 5000):
        with pytest.raises(TraceError) as caught:
            parse_csv(HEAD + f"0,{cell}\n", "x", tenths)
        assert len(str(caught.value)) < 120


def test_counts_become_degrees() -> None:
    trace = parse_csv("t_s,counts\n0.00,100\n0.01,-25\n", "x", tenths)
    assert list(trace.angle_deg) == [10.0, -2.5]


def test_an_error_in_the_counts_names_their_column() -> None:
    with pytest.raises(TraceError, match="x: line 2, column counts: 'a' is not a number"):
        parse_csv("t_s,counts\n0.00,a\n", "x", tenths)
