"""Pictures are read back as the words in their SVG, and as what matplotlib placed where."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis import analyse_trace
from config import FormStandard
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.errors import TraceError
from firmware_bridge.floor.plot import Analysed, plot_sets
from tests.motion import session
from tests.sensor import SENSORS, sense

STANDARD = FormStandard()


def analysed(
    motion: np.ndarray, lost: tuple[float, float] = (0, 0), standard: FormStandard = STANDARD
) -> Analysed:
    t = np.arange(len(motion[::5])) / 200
    seen = (t < lost[0]) | (t >= lost[1])
    t, angle = t[seen], motion[::5][seen]
    return Analysed("a$b$.csv", t, angle, analyse_trace(t, angle, standard=standard))


def script(name: str) -> Analysed:
    return analysed(SCRIPTS[name].motion())


def words(picture: Path) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text())


def drawn(one: Analysed, folder: Path, standard: FormStandard = STANDARD) -> list[str]:
    plot_sets(folder / "out.svg", one, standard)
    return words(folder / "out.svg")


def test_a_set_with_everything(tmp_path: Path) -> None:
    said = drawn(script("mixed"), tmp_path)
    assert "9 reps, 2 not counted, 1 leaned back too far" in said
    assert "mean range 44.8°    mean tempo 1.8 - 0.9 - 1.2 - 1.4 s    form 92 of 100" in said
    assert "a$b$.csv" in said
    assert {"-3° too far back", "0° neutral", "9° top zone", "15° counts from here"} <= {*said}
    assert all(said.count(str(number)) == 2 for number in range(1, 10))  # on the curve, below it
    assert "7.0°" in said
    assert {"overshoot", "thrown start", "shaky top", "rushed", "lowering"} <= {*said}
    assert {"not all the", "way up", "not deep", "enough"} <= {*said}


def test_the_top_is_at_the_top(tmp_path: Path) -> None:
    plot_sets(tmp_path / "out.svg", script("mixed"), STANDARD)
    svg = (tmp_path / "out.svg").read_text()

    def height(words: str) -> float:
        found = re.search(rf"<text[^>]*translate\([\d.]+ ([\d.]+)\)[^>]*>{words}", svg)
        found = found or re.search(rf'<text[^>]* y="([\d.]+)"[^>]*>{words}', svg)
        assert found, words
        return float(found[1])

    heights = [height(w) for w in ("7.0°", "0° neutral", "9° top zone", "15° counts")]
    assert heights == sorted(heights)


def test_several_sets_stand_below_each_other(tmp_path: Path) -> None:
    said = drawn(script("two-sets"), tmp_path)
    assert "Set 1 of 2: 6 reps" in said
    assert "Set 2 of 2: 5 reps" in said


def test_a_gap_is_shown_and_what_it_hides_is_not_guessed(tmp_path: Path) -> None:
    one = analysed(SCRIPTS["good"].motion(), lost=(8.3, 9.4))  # in the first rise
    rep = one.report.to_dict()["sets"][0]["reps"][0]
    assert rep["concentric_s"] is None
    said = drawn(one, tmp_path)
    assert "no data" in said
    assert said.count("?") >= 1
    assert "sensor gap," in said
    assert said.count("1") == 2  # it keeps its number, and its place
    assert "no data" not in drawn(script("good"), tmp_path)


def test_every_value_may_be_unknown(tmp_path: Path) -> None:
    one = analysed(SCRIPTS["good"].motion())
    document = one.report.to_dict()
    for rep in document["sets"][0]["reps"]:
        rep.update({name: None for name in rep if name.endswith(("_s", "_deg"))})

    class Unknown:
        def to_dict(self) -> dict[str, object]:
            return document

    unknown = Analysed("x", one.t_s, one.angle_deg, Unknown())  # type: ignore[arg-type]
    assert drawn(unknown, tmp_path).count("?") == 8 * 5


def test_partials_alone(tmp_path: Path) -> None:
    dip = SCRIPTS["partials"].motion()
    reps = analysed(dip).report.to_dict()["sets"][0]["reps"]
    shallow = next(rep for rep in reps if rep["reason"] == "shallow")
    begin, end = (
        round(1000 * (shallow[name] + more)) for name, more in (("start_s", -1), ("end_s", 1))
    )
    said = drawn(analysed(np.concatenate([dip[:5000], dip[begin:end]])), tmp_path)
    assert "0 reps, 1 not counted" in said
    assert not any(words.startswith("mean range") for words in said)


def test_what_the_standard_wants_is_drawn(tmp_path: Path) -> None:
    wants = FormStandard(
        max_depth_deg=42, target_depth_deg=40, target_tempo="3-1-2-1", neutral_tolerance_deg=0
    )
    said = drawn(analysed(SCRIPTS["mixed"].motion(), standard=wants), tmp_path, wants)
    assert {"40° target", "42° too deep"} <= {*said}
    assert not any("too far back" in words and "°" in words for words in said)


def test_nothing_to_draw(tmp_path: Path) -> None:
    still = analysed(np.full(20_000, 62.0))
    with pytest.raises(TraceError, match=r"a\$b\$.csv: no reps and no partials found"):
        drawn(still, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_same_set_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        plot_sets(tmp_path / f"{name}.{suffix}", script("good"), STANDARD)
    first, second = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("a", "b"))
    assert first == second
    assert len(first) < 300_000


@pytest.mark.parametrize("reps", [1, 12, 30, 60])
def test_numbers_do_not_run_into_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reps: int
) -> None:
    lift_in, rep, let_down = np.split(SCRIPTS["good"].motion(), [5_000, 10_000])
    motion = np.concatenate([lift_in, np.tile(rep, reps), let_down[-6_000:]])
    figures: list[Figure] = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k))
    )
    plot_sets(tmp_path / "out.png", analysed(motion), STANDARD)
    (figure,) = figures
    figure.set_dpi(150)
    lanes = figure.axes[1]
    lines: dict[float, list[tuple[float, float]]] = {}
    for text in lanes.texts:
        box = text.get_window_extent()
        if box.width > 0:
            lines.setdefault(text.get_position()[1], []).append((box.x0, box.x1))
    assert len(lines) >= 7
    for boxes in lines.values():
        assert all(a[1] <= b[0] for a, b in pairwise(sorted(boxes)))


@pytest.mark.parametrize("regime", ["fast", "slow", "partials", "borderline", "thrown"])
def test_whatever_a_bad_sensor_sees_can_be_drawn(tmp_path: Path, regime: str) -> None:
    motion = session(regime, 1).motion
    seen = sense(motion, SENSORS["worn"], np.random.default_rng(1))
    report = analyse_trace(seen.t_s, seen.angle_deg)
    said = drawn(Analysed("x.csv", seen.t_s, seen.angle_deg, report), tmp_path)
    assert "0° neutral" in said
