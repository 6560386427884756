from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device.trace import parse_csv, read_csv
from firmware_bridge.errors import TraceError

HEAD = "t_s,angle_deg\n"


def test_a_plain_file() -> None:
    trace = parse_csv(HEAD + "0.00,1\n0.01,-2.5\n", "x")
    assert list(trace.t_s) == [0.0, 0.01]
    assert list(trace.angle_deg) == [1.0, -2.5]


def test_spaces_quotes_blank_lines_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'\xef\xbb\xbf"t_s", angle_deg\r\n\r\n0, 1e1\r\n1,+2\r\n\r\n')
    assert list(read_csv(path).angle_deg) == [10.0, 2.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x: empty file; expected the header t_s,angle_deg"),
        ("\n \n", "x: empty file"),
        (HEAD, "x: no samples after the header"),
        ("time,angle\n0,1\n", "x: line 1: the header must be t_s,angle_deg, found 'time,angle'"),
        ("0,1\n1,2\n", "x: line 1: the header must be t_s,angle_deg, found '0,1'"),
        ("angle_deg,t_s\n", "x: line 1: the header must be"),
        (HEAD + "0,1\n1,abc\n", "x: line 3, column angle_deg: 'abc' is not a number"),
        (HEAD + "0,1\nx,1\n", "x: line 3, column t_s: 'x' is not a number"),
        (HEAD + "0,1\n1,\n", "x: line 3, column angle_deg: empty"),
        (HEAD + "0,1\n1\n", "x: line 3: 1 columns, expected 2"),
        (HEAD + "0,1\n1,2,3\n", "x: line 3: 3 columns, expected 2"),
        (HEAD + "0,nan\n", "x: line 2, column angle_deg: nan is not a finite number"),
        (HEAD + "inf,1\n", "x: line 2, column t_s: inf is not a finite number"),
        (HEAD + "0,1e300\n", "x: line 2, column angle_deg: 1e300 is out of range"),
        (HEAD + "0,1_0\n", "x: line 2, column angle_deg: '1_0' is not a number"),
        (HEAD + "0,1\n1e9,1\n", "x: line 3, column t_s: more than a day after the first sample"),
        (HEAD + "1,1\n0.5,1\n", "x: line 3, column t_s: time goes backwards (0.5 after 1)"),
    ],
)
def test_errors_name_line_and_column(text: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        parse_csv(text, "x")
    assert str(caught.value).startswith(message)


@given(st.text(alphabet="0123456789.,-+eEnaif_ \n\r\x0b\x00é\u0663"))
def test_any_text_gives_a_trace_or_one_clear_line(text: str) -> None:
    try:
        outcome = repr(list(parse_csv(HEAD + text, "x").t_s))
    except TraceError as error:
        outcome = str(error)
    assert "\n" not in outcome


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"none\.csv: cannot be read: No such file"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(TraceError, match="cannot be read: Is a directory"):
        read_csv(tmp_path)
    path = tmp_path / "x.csv"
    path.write_bytes(HEAD.encode() + b"0,1\n1,\xff\n")
    with pytest.raises(TraceError, match="line 3: not UTF-8 text"):
        read_csv(path)
