import io

import pytest

from analysis import Event
from config import STANDARDS, FormStandard
from firmware_bridge.floor.board import Board, Link
from firmware_bridge.floor.terminal import HIGH, WIDE, TerminalView, big_number, draw

NOW = 100.0


def board(angle_deg: float = 20.0, reps: int = 3, standard: str = "standard") -> Board:
    made = Board(STANDARDS[standard])
    made.connect(Link.LIVE, "/dev/ttyACM0")
    made.reps = reps
    made.see(10.0, angle_deg, at=NOW)
    return made


def text(b: Board, at: float = NOW, width: int = WIDE, height: int = HIGH) -> str:
    return "\n".join(line.plain for line in draw(b, at, width, height))


def row_of(picture: str, words: str) -> int:
    return next(n for n, line in enumerate(picture.splitlines()) if words in line)


@pytest.mark.parametrize("angle", [-60, -9, -3, -0.1, 0, 0.4, 44, 61, 200])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 60), (60, 16), (40, 10)])
@pytest.mark.parametrize("standard", STANDARDS)
def test_it_fits_the_screen(angle: float, width: int, height: int, standard: str) -> None:
    lines = draw(board(angle, standard=standard), NOW, width, height)
    assert len(lines) == height
    assert max(line.cell_len for line in lines) <= width


def test_the_top_is_at_the_top_and_neutral_has_a_line() -> None:
    picture = text(board(44.0))
    assert "━━━━━━━━┥ 0° neutral" in picture
    assert row_of(picture, "too far back") < row_of(picture, "neutral") < row_of(picture, "44°")


def test_past_neutral_the_bar_goes_up() -> None:
    picture = text(board(-8.0))
    assert row_of(picture, "-8°") < row_of(picture, "neutral")


def test_the_warning_needs_no_colours() -> None:
    b = board(-8.0)
    assert "TOO FAR BACK" not in text(b)
    b.apply(Event("overshoot", 1.0, 1.0, {"angle_deg": -3.2}))
    assert "TOO FAR BACK  3.2°" in text(b)


def test_a_lost_link_shows_no_angle_and_no_warning_within_half_a_second() -> None:
    b = board(-8.0)
    b.apply(Event("overshoot", 1.0, 1.0, {"angle_deg": -3.2}))
    picture = text(b, at=NOW + 0.5)
    assert "-8°" not in picture
    assert "TOO FAR BACK" not in picture
    assert "no data" in picture
    assert all("dim" in str(line.spans) for line in draw(b, NOW + 0.5)[1:] if line.plain.strip())


@pytest.mark.parametrize("link", [Link.LOST, Link.SEARCHING])
def test_the_state_of_the_link_is_told(link: Link) -> None:
    b = board()
    b.connect(link)
    assert link.value in text(b)


def test_the_count_is_large() -> None:
    assert len(big_number(12)) == 10
    assert all(line.strip() in text(board(reps=12)) for line in big_number(12))
    assert len({"\n".join(big_number(n)) for n in range(100)}) == 100


def test_phase_tempo_and_target() -> None:
    b = board()
    b.standard = FormStandard(target_tempo="3-1-2-1")
    b.apply(Event("phase", 7.0, 7.0, {"phase": "eccentric"}))
    b.apply(Event("phase", 9.5, 9.5, {"phase": "bottom_hold"}))
    picture = text(b)
    assert "■ bottom     0.5 s" in picture
    assert "Tempo  2.5 - 0.5" in picture
    assert "Target 3 - 1 - 2 - 1" in picture


def test_a_long_message_is_wrapped() -> None:
    b = board()
    b.message = "Rep 12: Stop tall: do not lean back past neutral"
    words = " ".join(line.plain[:38] for line in draw(b, NOW)).split()
    assert "neutral" in words


def test_the_view_draws_on_a_terminal_and_gives_it_back() -> None:
    stream = io.StringIO()
    with TerminalView(stream, force=True) as view:
        view.show(board(), NOW)
        view.show(board(21.0), NOW)
    assert "0° neutral" in stream.getvalue()
    assert stream.getvalue().rstrip().endswith("\x1b[?25h") or "\x1b[?1049l" in stream.getvalue()
