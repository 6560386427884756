"""A short form of `python -m tests.bench`, with room for a busy machine; and that each can miss."""

import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import Event, LiveAnalyser, analyse_trace
from config.kept import STORE
from tests.bench import __main__ as bench
from tests.bench import display, lever, live, startup, store, trace
from tests.bench.figure import Figure
from tests.browser.chromium import require_chromium

SIZES = (20_000, 40_000, 400_000)
SLOWEST_TRACE = 5  # times the notebook way


def test_the_trace_is_of_full_sets_that_differ() -> None:
    t_s, angle_deg = lever.trace(100_000)
    report = analyse_trace(t_s, angle_deg)
    assert trace.miscounted(report).holds
    ranges = {rep.measures.bottom_deg for one in report.sets for rep in one.counted}
    assert len(ranges) == sum(len(one.counted) for one in report.sets)
    assert np.array_equal(lever.trace(1000)[1], angle_deg[:1000])


def test_a_set_that_lacks_reps_is_told() -> None:
    t_s, angle_deg = lever.trace(100_000)
    angle_deg[4_000:5_000] = 0
    assert not trace.miscounted(analyse_trace(t_s, angle_deg)).holds


def test_a_whole_trace_is_not_much_slower_than_the_notebook_way() -> None:
    t_s, angle_deg = lever.trace(200_000)
    assert min(trace.against_notebook(t_s, angle_deg).value for _ in range(3)) < SLOWEST_TRACE


def test_time_grows_with_the_length() -> None:
    assert trace.growth(analyse_trace, *lever.trace(SIZES[-1]), SIZES).value < 4


def test_time_that_grows_faster_is_told() -> None:
    def quadratic(t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> None:
        time.sleep(len(t_s) ** 2 * 1e-12)

    nothing = np.empty(SIZES[-1])
    assert not trace.growth(quadratic, nothing, nothing, SIZES).holds


def test_memory_stays_in_proportion() -> None:
    figure = trace.memory(analyse_trace, 1_000_000)
    assert figure.holds, str(figure)


def greedy(t_s: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> None:
    np.ones((26, len(t_s)))


def test_too_much_memory_is_told() -> None:
    assert not trace.memory(greedy, 1_000_000).holds


def test_the_live_path_keeps_its_speed_and_its_size() -> None:
    hours = live.session(LiveAnalyser(), hours=2, hour_s=450)
    assert live.speed(hours).value > 100
    assert live.slowdown(hours).value < 2
    assert live.state(hours).holds, str(live.state(hours))


class Hoarder(LiveAnalyser):
    """Keeps every sample."""

    def feed(self, t_s: list[float], angle_deg: list[float]) -> list[Event]:  # type: ignore[override]
        self.__dict__.setdefault("kept", []).append((t_s, angle_deg))
        return super().feed(t_s, angle_deg)


def test_a_state_that_grows_is_told() -> None:
    assert not live.state(live.session(Hoarder(), hours=2, hour_s=300)).holds


def test_a_live_path_that_grows_slow_is_told() -> None:
    old = live.Hour(costs_s=[2e-5], young_costs_s=[1e-5])
    assert not live.speed([old]).holds
    assert not live.slowdown([old]).holds


def test_the_program_answers_soon() -> None:
    assert min(startup.help_time(pairs=3).value for _ in range(3)) < 8
    assert startup.ready_time(starts=1).value < 10


def test_the_display_is_quick_and_light_whoever_looks_on() -> None:
    require_chromium()
    with display.served() as station:
        idle, training, memory = display.load(station, seconds=8)
    with display.served() as station:
        painted, unpainted, sent, dropped, viewer = display.crowded(station, steps=40)
    assert idle.value < 15
    assert training.value < 25
    assert painted.value < 500
    assert unpainted.value <= 2
    assert sent.value < 500
    for figure in (memory, dropped, viewer):
        assert figure.holds, str(figure)


@pytest.mark.parametrize(("value", "status"), [(1.0, 0), (1.1, 1)])
def test_a_missed_limit_is_an_exit_status(
    value: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in (live, startup, display, store):
        monkeypatch.setattr(part, "figures", lambda: iter([Figure("x", 5, 5, at_least=True)]))
    monkeypatch.setattr(trace, "figures", lambda: iter([Figure("y", value, 1.0)]))
    assert bench.main() == status
    assert capsys.readouterr().out.count("MISSED") == status


def test_ten_thousand_sets_are_listed_at_once(tmp_path: Path) -> None:
    store.fill(tmp_path / "leverrep" / STORE, store.SETS)
    for what, filters in store.ASKED.items():
        figure = store.list_time(str(tmp_path), what, filters, runs=3)
        assert figure.value < 3 * store.LIMIT_S, str(figure)
