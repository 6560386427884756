"""Pages of pictures: sets to draw on them, and what matplotlib placed where."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any

import numpy as np
import pytest
from matplotlib.backend_bases import RendererBase
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import SetReport, analyse_trace
from firmware_bridge.device.people import SCRIPTS
from firmware_bridge.floor.store.storedset import StoredSet
from tests.floor.export.kept import kept

FROM_S = 5120.3  # by the machine's clock
A4 = (11.69, 8.27)
Traced = tuple[StoredSet, list[float], list[float]]

# Each from the top to the top again.
_KINDS = [SCRIPTS["good"].motion()[5000:10000], SCRIPTS["overshoots"].motion()[5000:10700]]
_KINDS += [SCRIPTS["throws"].motion()[5000:9200]]


def traced(motion: np.ndarray, lost: tuple[float, float] = (0, 0), **facts: Any) -> Traced:
    """A kept set of a motion, of which the samples between two times (s) are lost."""
    t = np.arange(len(motion[::5])) / 200
    seen = (t < lost[0]) | (t >= lost[1])
    t, angle = t[seen] + FROM_S, motion[::5][seen]
    one = kept(**facts)
    sets = analyse_trace(t, angle, standard=one.record.form).to_dict()["sets"]
    report = sets[0] if sets else SetReport(()).to_dict()
    return replace(one, record=replace(one.record, report=report)), t.tolist(), angle.tolist()


def of_reps(count: int, **facts: Any) -> Traced:
    """So many reps, good and bad in turn; 0: the lever at its stop."""
    if not count:
        return traced(np.full(20_000, 62.0), **facts)
    good, reps = SCRIPTS["good"].motion(), islice(cycle(_KINDS), count)
    return traced(np.concatenate([good[:5000], *reps, good[-6000:]]), **facts)


@dataclass(frozen=True)
class Drawn:
    """A figure as it was saved: its size, and all that is written on it and where (inches)."""

    size: tuple[float, float]
    texts: list[tuple[str, Bbox]]

    def check(self) -> None:
        """A4, nothing outside of it, and no word on another."""
        assert self.size == pytest.approx(A4)
        self.check_inside()
        boxes = np.array([box.extents for _, box in self.texts])
        for i, (words, _) in enumerate(self.texts):
            low = np.maximum(boxes[i, :2], boxes[i + 1 :, :2])
            width, height = (np.minimum(boxes[i, 2:], boxes[i + 1 :, 2:]) - low).T
            on_it = np.flatnonzero((width > 0.01) & (height > 0.04))  # lines have air between them
            assert not on_it.size, (words, self.texts[i + 1 + on_it[0]])

    def check_inside(self) -> None:
        """Nothing is written outside of it."""
        for words, box in self.texts:
            assert 0.2 < box.x0 < box.x1 < A4[0] - 0.2, (words, box)
            assert 0.1 < box.y0 < box.y1 < A4[1] - 0.1, (words, box)


def drawn(draw: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """What is saved when something is drawn."""
    found: list[tuple[str, Bbox]] = []
    sizes = set()
    write = Text.draw

    def written(self: Text, renderer: RendererBase) -> None:
        write(self, renderer)
        figure = self.get_figure(root=True)
        if self.get_text() and self.get_visible() and figure:
            box = self.get_window_extent(renderer)
            found.append((self.get_text(), Bbox(box.get_points() / figure.dpi)))
            sizes.add(tuple(figure.get_size_inches()))

    with monkeypatch.context() as patched:
        patched.setattr(Text, "draw", written)
        draw()
    (size,) = sizes
    return Drawn(size, found)
