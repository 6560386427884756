"""Sets, and reps, as CSV (RFC 4180) that no spreadsheet takes for formulas."""

import csv
import re
from collections.abc import Iterable, Iterator

from firmware_bridge.floor.export.columns import REP_COLUMNS, SET_COLUMNS, SHARED_COLUMNS, Value
from firmware_bridge.floor.store.storedset import StoredSet

# What makes a spreadsheet read text as a formula, or read on as if it were not there (OWASP, "CSV
# Injection"): in front, and behind what divides cells for a spreadsheet that does not split at
# commas.
_FORMULA = re.compile(r"""((?:^|[;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠])|^(?=[\t\r\n]))""")  # noqa: RUF001


def sets_csv(sets: Iterable[StoredSet]) -> Iterator[str]:
    """A line of names, then a line a set, each with its line end."""
    line = csv.writer(_Line()).writerow
    yield line(SET_COLUMNS)
    for one in sets:
        yield line(_cell(value(one)) for value in SET_COLUMNS.values())


def reps_csv(sets: Iterable[StoredSet]) -> Iterator[str]:
    """A line of names, then a line for each rep and each partial, each with its line end."""
    line = csv.writer(_Line()).writerow
    yield line([*SHARED_COLUMNS, *REP_COLUMNS])
    for one in sets:
        shared = [_cell(value(one)) for value in SHARED_COLUMNS.values()]
        for rep in one.report["reps"]:
            yield line([*shared, *(_cell(value(one, rep)) for value in REP_COLUMNS.values())])


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return _FORMULA.sub(r"\1'", value)
        case _:
            return str(value)


class _Line:
    """A file for csv.writer that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line
