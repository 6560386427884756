"""Takes the README's pictures of a report and of trends: `python -m tests.floor.plot_pictures`."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.floor.plot_report import plot_set_report
from firmware_bridge.floor.plot_trend import plot_trends
from firmware_bridge.floor.trend import Trend, Week
from tests.floor.pages import Traced, traced

FOLDER = Path(__file__).parents[2] / "firmware_bridge" / "floor"
NOTE = """Ribs down until rep 6, then the lower back took over.
Next time 40 kg, three seconds down, count aloud."""
_COLOURS = 200
_MONDAY = date(2026, 8, 31)


def main() -> None:
    """Both, in as few colours as they need."""
    plot_set_report(FOLDER / "report.png", *_set())
    plot_trends(FOLDER / "trend.png", [_trend(30.0, 0, 9), _trend(40.0, 3, 13)])
    for name in ("report.png", "trend.png"):
        with Image.open(FOLDER / name) as picture:
            small = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(FOLDER / name, optimize=True)


def _set() -> Traced:
    """A set with something of everything, as a sensor sees it."""
    motion = SCRIPTS["mixed"].motion()
    noise = np.random.default_rng(1).normal(0, 0.03, len(motion))
    return traced(motion + noise, notes=NOTE)


def _trend(load_kg: float, first: int, last: int) -> Trend:
    """Somebody who is getting better at it, and was away in the sixth week."""
    rng = np.random.default_rng(int(load_kg))
    weeks = [n for n in range(first, last) if n != 5]
    return Trend(load_kg, tuple(_week(n, n - first, load_kg, rng) for n in weeks))


def _week(number: int, known: int, load_kg: float, rng: np.random.Generator) -> Week:
    return Week(
        monday=_MONDAY + timedelta(weeks=number),
        sets=6,
        suspect=0,
        reps=54,
        mean_range_deg=50 - load_kg / 5 + 0.4 * known + rng.normal(0, 0.4),
        mean_tempo_s=tuple(
            s * (1 + 0.02 * known) + rng.normal(0, 0.04) for s in (2.1, 0.6, 1.3, 0.9)
        ),
        overshoot_rate=max(0.0, 0.25 - 0.03 * known + rng.normal(0, 0.02)),
        mean_form_score=min(99.0, 82 + 1.6 * known + rng.normal(0, 1)),
    )


if __name__ == "__main__":
    main()
