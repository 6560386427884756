"""A picture's way into its file: drawn in memory, so that nothing half-written is left."""

import io
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_bridge.errors import OutputError
from firmware_bridge.floor.plot_look import STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 150
_PIXELS = 16_000  # of a side at most
_UNDATED = {".svg": {"Date": None}, ".png": {"Software": None}}
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

    The same drawing gives the same bytes. Raises OutputError if `target` cannot be written.
    """
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
    _write(target, data)


def _drawn(figure: "Figure", suffix: str) -> bytes:
    drawn = io.BytesIO()
    dpi = min(_DPI, _PIXELS / max(figure.get_size_inches()))
    figure.savefig(drawn, format=suffix[1:], dpi=dpi, metadata=_UNDATED[suffix])
    return drawn.getvalue()


def _write(target: Path, data: bytes) -> None:
    """All or nothing: a file that was there stays until the new one is whole."""
    try:
        real = target.resolve()
        if real.exists() and not real.is_file():
            raise OutputError(f"{target}: is not a file; name another for the picture")
        part = real.with_name(f".leverrep-{os.getpid()}")
        try:
            with part.open("xb") as file:
                file.write(data)
            part.replace(real)
        finally:
            with suppress(OSError):
                part.unlink()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        why = getattr(error, "strerror", None) or error
        raise OutputError(f"{target}: picture cannot be written: {why}") from None
