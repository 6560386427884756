"""Traces whose neutral, range, direction and unit are unknown."""

import numpy as np
import pytest

from analysis import analyse_uncalibrated
from tests.motion import REGIMES, session
from tests.sensor import SENSORS, sense

# What tells an unfinished rise or a shallow dip from a rep is where neutral is.
NEED_NEUTRAL = {"partials", "borderline", "fidgeting"}


@pytest.mark.parametrize("unit", [1.0, -0.02])
@pytest.mark.parametrize("regime", sorted(set(REGIMES) - NEED_NEUTRAL))
def test_a_lever_is_counted_in_any_unit_and_direction(regime: str, unit: float) -> None:
    truth = session(regime, 0)
    seen = sense(truth.motion, SENSORS["ordinary"], np.random.default_rng(0))
    report = analyse_uncalibrated(seen.t_s, 7 + unit * seen.angle_deg)
    assert [len(one.counted) for one in report.sets] == [len(one.reps) for one in truth.sets]
    for got, want in zip(report.sets[0].counted, truth.sets[0].reps, strict=True):
        ranges = got.measures.range_deg / abs(unit), want.bottom_deg - want.top_deg
        assert ranges[0] == pytest.approx(ranges[1], rel=0.15)


def test_two_humps_a_rep_are_one_rep() -> None:
    t = np.arange(3000) / 50
    humps = 10 * np.sin(2 * np.pi * t) + 4 * np.sin(np.pi * t + 1)
    assert sum(len(one.counted) for one in analyse_uncalibrated(t, humps).sets) in (29, 30, 31)


@pytest.mark.parametrize(
    "angle",
    [
        [],
        [1.0],
        [1.0, 9.0],
        [3.0] * 500,
        list(np.linspace(0, 40, 500)),
        [10.0 * (n % 12 == 0) for n in range(1200)],  # a spike now and then, and nothing else
    ],
)
def test_nothing_to_count(angle: list[float]) -> None:
    assert analyse_uncalibrated(np.arange(len(angle)) / 50, angle).sets == ()
