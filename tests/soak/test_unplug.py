"""A short form of the unplugging of `python -m tests.soak`; and that each check can miss."""

import random
from typing import Any

import pytest

from firmware_bridge.device.frames import Hello, Samples, Sensor, Status, wire
from tests.soak import unplug
from tests.soak.unplug import Plug, Tally, gap_problems, outages_of, rep_problems

HELLO = Hello(1, 200, 4096, 0, 0, "x", "0.2.0", "as5600")
REPS = [10.0, 13.0, 16.0]  # when each was over
AWAY = [(11.5, 12.5)]  # as the second was under way


def test_a_machine_that_is_plugged_in_again_is_back_at_once_and_nothing_is_wrong() -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    for figure in unplug.figures(4, seed, machines=2, longest_s=1.5):
        assert figure.holds, str(figure)


@pytest.mark.parametrize(
    ("told", "marked", "problem"),
    [
        ([10.0, 13.0, 16.0], [2], ""),
        ([10.0, 13.0, 16.0], [], "rep 2 is not marked"),
        ([10.0, 13.0], [2], "is not told"),
        ([10.0, 10.3, 13.0, 16.0], [3], "rep 2, told 0.30 s after the first was over, is none"),
        ([10.0, 13.0, 16.0, 19.0], [2], "rep 4, told 9.00 s after the first was over, is none"),
        ([10.0, 16.0], [2], ""),  # the second was over, or not, where nobody saw it
    ],
)
def test_a_rep_that_is_lost_doubled_made_up_or_not_marked_is_a_miss(
    told: list[float], marked: list[int], problem: str
) -> None:
    numbered = [(at, n + 1) for n, at in enumerate(told)]
    away = [(11.5, 14.5)] if told == [10.0, 16.0] else AWAY
    problems = list(rep_problems(numbered, REPS, away, marked))
    assert len(problems) == bool(problem)
    assert problem in "".join(problems)


def line(what: str, at: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"what": what, "at": at} | more


@pytest.mark.parametrize(("said", "problems"), [(0, 1), (1, 0), (2, 1)])
def test_a_gap_that_is_told_never_or_twice_is_a_miss(said: int, problems: int) -> None:
    told = [
        line("sample", 1.0),
        line("sensor", 5.0, link="lost"),
        line("gap", 6.0, missing=None),
        line("gap", 6.1, missing=None),  # another boot, with no sample between
        line("sample", 6.2),
        *[line("sensor", 6.3, missing_s=1.2)] * said,
        line("gap", 7.0, missing=2),  # too short to tell of
    ]
    assert len(list(gap_problems(told))) == problems


def test_of_plugs_without_a_sample_between_the_last_one_counts() -> None:
    plugs = [Plug(1.0, 2.0), Plug(2.1, 2.5), Plug(9.0, 9.5)]
    assert outages_of(plugs, [2.9]) == [
        (Plug(1.0, 2.5), 2.9),
        (Plug(9.0, 9.5), float("inf")),
    ]


@pytest.mark.parametrize(
    ("sets", "numbers", "kept"), [(2, [1, 2], [1, 2]), (1, [1, 1], [1, 1]), (1, [1, 2], [1])]
)
def test_a_set_that_is_broken_in_two_or_kept_otherwise_is_a_miss(
    sets: int, numbers: list[int], kept: list[int]
) -> None:
    told = [line("set_started"), line("set_ended")] * sets
    told += [line("rep", number=n) for n in numbers]
    assert list(unplug.set_problems(told, sets, kept))


def accounting(**totals: int) -> str:
    """What is said of a station that has these totals, where 3 samples came and 1 is missing."""
    samples = Samples(1, 1, 0, (0, 1, 2), (1, 2, 3))
    status = Status(1, 9, 4, 1, 200, Sensor.STREAMING, 0, 0)
    told = [line("connected", wire=0), line("gap", missing=1), line("totals", **totals)]
    data = wire(HELLO) + wire(samples) + wire(status)
    return "; ".join(unplug.accounting_problems(told, data, status))


def test_samples_that_are_unaccounted_for_are_a_miss() -> None:
    assert accounting(sent=4, received=3) == ""
    assert "where 3 of 4 samples came" in accounting(sent=3, received=3)
    assert "2 came and 1 were told missing, of 4" in accounting(sent=4, received=2)


def test_a_machine_that_is_back_late_or_never_or_leaves_something_open_is_a_miss() -> None:
    on_time = Tally(back_s=[0.2] * 200)
    assert all(figure.holds for figure in unplug.told_of(on_time, ""))
    late = Tally(back_s=[0.2] * 97 + [2.1] * 3, leaked=["a"], wrong=["b"], gaps=["c"])
    late.unaccounted.append("d")
    for tally in (late, Tally()):
        assert not next(unplug.told_of(tally, "")).holds
    assert not any(figure.holds for figure in unplug.told_of(late, ""))
