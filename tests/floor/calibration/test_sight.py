import numpy as np
import pytest

from firmware_bridge.floor.calibration.sight import Sight


def test_it_remembers_how_far_the_lever_has_been_but_not_spikes() -> None:
    sight = Sight(4096, 1.0, 0.0)
    way = np.concatenate([np.full(200, 4000), np.linspace(4000, 4600, 400), np.full(200, 4600)])
    for at, counts in enumerate(way.tolist()):
        sight.take(at / 200, 2000 if at in (150, 700) else round(counts) % 4096)
    assert sight.extremes == pytest.approx((4000, 4600), abs=15)


def test_it_counts_what_was_wrong_or_missing_since_the_hold_began() -> None:
    sight = Sight(4096, 1.0, 0.0)
    for at in range(100):
        sight.take(at / 200, "nonsense")
    sight.begin()
    assert sight.bad_pct == 0
    for at in range(100, 190):
        sight.take(at / 200, 1000)
    sight.miss(10)
    assert sight.bad_pct == pytest.approx(10, abs=1.5)


def test_it_is_blind_only_after_two_seconds_of_nothing_but_errors() -> None:
    sight = Sight(4096, 1.0, 0.0)
    for at in range(300):
        sight.take(at / 100, "no_magnet" if at % 150 else 1000)
    assert sight.blind is None
    for at in range(300, 480):
        sight.take(at / 100, "no_magnet")
    assert sight.blind
    assert sight.blind.name == "magnet_missing"


def test_after_a_pause_it_says_when_the_turn_is_a_guess() -> None:
    for jump, unseen in ((700, False), (1500, True)):
        sight = Sight(4096, 1.0, 0.0)
        for at in range(400):
            sight.take(at / 200 + (at >= 200), 1000 + (jump if at >= 200 else 0))
        assert (sight.unseen is not None) is unseen
        low, high = sight.extremes or (0, 0)
        assert high - low == (0 if unseen else jump)
