from typing import Any

import numpy as np
import pytest

from firmware_bridge.floor.plot_angle import span_of, spans
from firmware_bridge.floor.plot_points import curve_of


def rep(start_s: float | None, end_s: float | None, **known: float | None) -> dict[str, Any]:
    phases = {"eccentric_s": 2.0, "bottom_hold_s": 0.5, "concentric_s": 1.5, "top_hold_s": 1.0}
    return {"start_s": start_s, "end_s": end_s, **phases, **known}


UNSEEN = dict.fromkeys(("eccentric_s", "bottom_hold_s", "concentric_s", "top_hold_s"))


def test_times_that_are_known() -> None:
    one = {"reps": [rep(10, 14), rep(15, 19)]}
    assert [span[1:] for span in spans(one, (0, 99))] == [(10, 14), (15, 19)]


def test_an_unknown_end_is_told_from_the_strokes_that_are_known() -> None:
    unfinished = rep(10, None, concentric_s=None)
    unbegun = rep(None, 19, eccentric_s=None)
    found = spans({"reps": [unfinished, unbegun]}, (0, 99))
    assert [span[1:] for span in found] == [(10, 12.5), (17, 19)]


def test_what_is_quite_unknown_lies_between_its_neighbours() -> None:
    one = {"reps": [rep(10, 14), rep(None, None, **UNSEEN), rep(20, 24)]}
    assert spans(one, (0, 99))[1][1:] == (14, 20)
    one = {"reps": [rep(None, None, **UNSEEN)]}
    assert spans(one, (0, 99))[0][1:] == (0, 99)


@pytest.mark.parametrize(
    ("reps", "span"),
    [
        ([rep(10, 14)], (8.5, 16.5)),
        ([rep(None, 14)], (5, 16.5)),
        ([rep(10, None, top_hold_s=None)], (8.5, 19)),
        ([rep(0.5, 99)], (0, 99.995)),
        ([rep(None, None, **UNSEEN)], (0, 99.995)),
    ],
)
def test_how_much_of_the_trace_is_shown(
    reps: list[dict[str, Any]], span: tuple[float, float]
) -> None:
    t = np.arange(0, 100, 0.005)
    assert span_of({"reps": reps}, curve_of(t, 0 * t)) == pytest.approx(span)
