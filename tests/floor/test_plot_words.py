import pytest
from matplotlib.figure import Figure

from firmware_bridge.floor.plot_words import fitted, width_in


def drawn_in(words: str, points: float) -> float:
    """How wide (inches) it becomes."""
    figure = Figure(dpi=150)
    text = figure.text(0, 0, words, fontsize=points, parse_math=False)
    return float(text.get_window_extent().width) / 150


@pytest.mark.parametrize("words", ["iiiiiiii", "WWWWWWWW", "Ribs down, 3 s.", "שלום עולם", "$x^2$"])
@pytest.mark.parametrize("points", [8.0, 9.0, 15.0])
def test_no_line_is_wider_than_it_was_measured(words: str, points: float) -> None:
    words *= 4
    assert drawn_in(words, points) <= width_in(words, points) < 1.3 * drawn_in(words, points)


def test_a_text_keeps_its_words_and_its_paragraphs() -> None:
    text = "Ribs down until rep six.\n\n  Next time\tforty kilos, three seconds down. "
    lines = fitted(text, 1.5, 8, 99)
    assert " ".join(lines).split() == text.split()
    assert any(line.startswith("Next") for line in lines)
    assert all(width_in(line, 8) <= 1.5 for line in lines)


def test_a_long_word_goes_over_several_lines() -> None:
    lines = fitted("x" * 100, 1.5, 8, 99)
    assert "".join(lines) == "x" * 100
    assert all(width_in(line, 8) <= 1.5 for line in lines)


def test_what_is_cut_ends_in_dots_within_the_width() -> None:
    lines = fitted("count aloud " * 50, 1.5, 8, 3)
    assert len(lines) == 3
    assert [line.endswith(" ...") for line in lines] == [False, False, True]
    assert all(width_in(line, 8) <= 1.5 for line in lines)
    assert fitted("count aloud", 1.5, 8, 3) == ["count aloud"]


def test_what_cannot_be_printed_is_named() -> None:
    assert fitted("a\x00b \ud800 c\u202ed", 5, 8, 9) == [r"a\x00b \ud800 c\u202ed"]
    assert fitted(" \n\t", 5, 8, 9) == []
