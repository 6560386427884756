"""A picture's way into its file: drawn in memory, so that nothing half-written is left."""

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_bridge.errors import OutputError
from firmware_bridge.floor.plot_look import STYLE
from firmware_bridge.floor.whole_file import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 150
_PIXELS = 16_000  # of a side at most
_UNDATED: dict[str, dict[str, None]] = {
    ".svg": {"Date": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
SUFFIXES = tuple(_UNDATED)


def require_matplotlib() -> None:
    """Raise OutputError if it is not installed."""
    # Where it keeps its font cache is no news to the user.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise OutputError(
            "--plot needs matplotlib: run `make plots`, or install the extra leverrep[plot]"
        ) from None


@contextmanager
def picture(target: Path) -> "Iterator[Callable[[float, float], Figure]]":
    """Inside, a figure of some width and height (inches) is made and drawn on; then it is written.

    The same drawing gives the same bytes. Raises OutputError without matplotlib, and if `target`
    cannot be written.
    """
    require_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    made: list[Figure] = []

    def new_figure(width: float, height: float) -> Figure:
        made.append(Figure(figsize=(width, height)))
        return made[-1]

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is no news to the user
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield new_figure
        data = _drawn(made[-1], target.suffix.lower())
    write_whole(target, [data], "picture")


def _drawn(figure: "Figure", suffix: str) -> bytes:
    drawn = io.BytesIO()
    dpi = min(_DPI, _PIXELS / max(figure.get_size_inches()))
    figure.savefig(drawn, format=suffix[1:], dpi=dpi, metadata=_UNDATED[suffix])
    return drawn.getvalue()
