from firmware_bridge.floor.plot_table import Table, joined
from firmware_bridge.floor.plot_words import width_in
from tests.floor.export.kept import changed, kept, partials_alone

WORDS = ["overshoot", "thrown start", "shaky top", "rushed lowering"]


def test_words_that_have_no_room_are_counted() -> None:
    assert joined(WORDS, 5, 7) == "overshoot, thrown start, shaky top, rushed lowering"
    assert joined(WORDS, width_in("overshoot, thrown start +2", 7), 7) == (
        "overshoot, thrown start +2"
    )
    assert joined(WORDS, 0, 7) == "overshoot +3"
    assert joined([], 0, 7) == ""


def test_a_table_never_gets_higher_than_a_page_can_take() -> None:
    rep = kept().report["reps"][0]
    heights = [Table(changed(kept(), reps=[rep] * n).report, 7.8).height for n in (1, 20, 60, 900)]
    assert heights[0] < heights[1]
    assert max(heights) < 4.5


def test_a_set_with_nothing_in_it_has_no_table() -> None:
    assert Table(changed(partials_alone(kept()), reps=[]).report, 7.8).height == 0
