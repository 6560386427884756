"""A short form of the silences of `python -m tests.soak`; and that each can miss."""

import random

import numpy as np
import pytest

from firmware_bridge.device.ledger import Totals
from firmware_bridge.device.people import MOTION_HZ
from firmware_bridge.device.simulated import Fault
from firmware_bridge.floor import board
from tests.soak import silence
from tests.soak.silence import SILENCES, Look, Tally, seen_of


def test_silence_is_shown_within_a_second_and_a_still_lever_is_none() -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    for figure in silence.figures(len(SILENCES), seed, machines=2, still_s=30):
        assert figure.holds, str(figure)


def test_a_display_that_trusts_an_old_angle_for_too_long_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board, "STALE_S", 1.1)
    monkeypatch.setattr(silence, "LASTS_S", (1.5, 1.5))
    shown, _ = silence.told_of("a machine", silence.silenced(1, random.Random(1)), 1)
    assert not shown.holds


def test_a_fault_that_is_told_late_by_another_name_for_ever_or_not_at_all_is_a_miss() -> None:
    told = [Look(0.0, True, ""), Look(11.2, True, "no_magnet"), Look(14.0, True, "")]
    late = seen_of(told, ["no_magnet"], [10.0])
    assert late.shown_s == [pytest.approx(1.2)]
    assert [figure.holds for figure in silence.told_of("a sensor", late, 1)] == [False, True]
    assert seen_of(told[:2], ["no_magnet"], [10.0]).wrong == ["no_magnet told for ever"]
    assert seen_of(told, ["nonsense"], [10.0]).wrong == ["nonsense told as ['no_magnet']"]
    assert seen_of(told[:1], ["nonsense"], [10.0]).wrong == ["nonsense told as []"]


def test_samples_that_came_and_went_unnoticed_are_a_miss() -> None:
    assert not list(silence.unaccounted(Totals(1000, 900, 0, 0), 1100))
    assert list(silence.unaccounted(Totals(1000, 1000, 0, 0), 1300))


def test_a_still_lever_that_is_called_faulty_is_a_miss() -> None:
    motion = np.full(10 * MOTION_HZ, 2048)
    motion[4000:5000] = Fault.STUCK_HIGH
    assert "nonsense" in "; ".join(silence.left_alone(motion))


def test_nothing_shown_at_all_is_a_miss() -> None:
    assert not all(figure.holds for figure in silence.told_of("a machine", Tally(), 1))
