"""What is refused, and in which words."""

import numpy as np
import pytest

from analysis import LiveAnalyser, analyse_trace


@pytest.mark.parametrize(
    ("t", "angle", "says"),
    [
        ([0, 1], [0], "of one length"),
        ([[0, 1]], [[0, 1]], "1-D"),
        ([0, 1], [0, np.nan], r"angle_deg\[1\] is nan"),
        ([0, np.inf], [0, 0], r"t_s\[1\] is inf"),
        ([0, 2, 1], [0, 0, 0], r"backwards at t_s\[2\] = 1"),
    ],
)
def test_bad_samples_are_refused_with_their_place(t: list, angle: list, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        analyse_trace(t, angle)
    with pytest.raises(ValueError, match=says):
        LiveAnalyser().feed(t, angle)


def test_time_may_not_go_backwards_between_chunks() -> None:
    live = LiveAnalyser()
    live.feed([0.0, 1.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="backwards"):
        live.feed([0.5], [0.0])
    live.feed([1.0, 1.1], [0.0, 0.0])


@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_short_and_constant_traces_hold_no_sets(n: int) -> None:
    t = np.arange(n) / 200
    assert analyse_trace(t, np.zeros(n)).to_dict()["sets"] == []


def test_input_is_left_alone_and_may_be_lists_or_whole_numbers() -> None:
    t, angle = np.arange(400) / 200, np.full(400, 60)
    t.flags.writeable = angle.flags.writeable = False
    assert analyse_trace(t, angle) == analyse_trace(t.tolist(), angle.tolist())
