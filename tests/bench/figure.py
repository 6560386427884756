"""One measured figure and the limit it must keep."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` may be at most `limit`, or with `at_least` no less than it; `unit` follows both."""

    what: str
    value: float
    limit: float
    unit: str = ""
    detail: str = ""  # what the value was made of
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        limit = f"{'at least' if self.at_least else 'at most'} {self.limit:.4g}{self.unit}"
        verdict = "" if self.holds else "  MISSED"
        return f"{self.what}: {self.value:.3g}{self.unit} ({limit}){verdict}\n  {self.detail}"


def progress(text: str) -> None:
    """How far a long measurement is, for whoever looks on."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
