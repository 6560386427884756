from typing import Any

from analysis import LeverScale, ScaleFit
from config import Reading
from firmware_bridge.floor.calibration.outcome import Device, Outcome, words

RESULT: dict[str, Any] = {
    "direction": -1,
    "turns_over": True,
    "gear": 1.0,
    "gear_fitted": False,
    "corrected": True,
    "neutral_counts": 312.5,
    "stop_deg": 61.8,
    "sure_deg": 0.24,
    "eccentricity_deg": 0.74,
    "play_deg": 0.0,
    "neutral_spread_deg": 0.11,
    "stop_spread_deg": 0.02,
    "working_top_deg": 0.8,
    "working_bottom_deg": 44.6,
    "residuals_deg": [0.05, -0.02, -0.03],
}


def text(**changes: Any) -> str:
    return "\n".join(words({**RESULT, **changes}))


def test_it_says_what_was_found_and_how_sure_it_is() -> None:
    assert text() == (
        "Neutral at 312.5 counts (spread 0.11°), stop at 61.8° (spread 0.02°).\n"
        "The counts go down as the lever is lowered, and turn over on the way.\n"
        "Gear 1, as the settings say; play 0°.\n"
        "The magnet's error of up to 0.74° is corrected; left at the checks: "
        "+0.05°, -0.02°, -0.03°.\n"
        "Working range from 1° to 45°.\n"
        "Sure to 0.24° between neutral and stop, 19 times of 20."
    )


def test_it_says_when_the_settings_have_another_gear() -> None:
    assert "Gear 1.5, found by the checks: it is not what the settings say" in text(
        gear=1.5, gear_fitted=True
    )


def test_it_says_what_was_not_done() -> None:
    said = text(corrected=False, residuals_deg=[], working_top_deg=None, working_bottom_deg=None)
    assert "not corrected: that takes 3 check angles or more" in said
    assert "Working range" not in said


def test_neutral_is_kept_as_counts_that_the_sensor_has() -> None:
    for neutral, kept in ((-1e-14, 0.0), (-96.0, 4000.0), (5000.0, 904.0)):
        ends = [Reading(step=step, counts=neutral, spread_deg=0) for step in ("neutral", "stop")]
        outcome = Outcome(
            device=Device("a", "as5600", "0.1.0", 4096),
            play_deg=0.0,
            fit=ScaleFit(LeverScale(neutral), 60.0, (), False, 0.5),
            neutral=ends[0],
            stop=ends[1],
            checks=(),
            working_counts=None,
        )
        assert outcome.saved("2026-02-01T12:00:00Z").neutral_counts == kept
