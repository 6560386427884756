"""One thing that was looked at: how it is, in words, and what to do if it is not right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """WRONG: sets are lost or false, or soon will be. WARNING: it counts, but look at it."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """`fix`: what to do, empty if nothing. `values`: the figures behind the words, for JSON.

    `name`: as in the table of checks. `quotes`: the words are of a file that somebody has written.
    """

    state: State
    words: str
    fix: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    quotes: bool = False


def ok(words: str, **values: Any) -> Check:
    return Check(State.OK, words, "", values)


def warning(words: str, fix: str, **values: Any) -> Check:
    return Check(State.WARNING, words, fix, values)


def wrong(words: str, fix: str, **values: Any) -> Check:
    return Check(State.WRONG, words, fix, values)


def unknown(words: str) -> Check:
    return Check(State.UNKNOWN, words)


def told(error: str) -> Check:
    """An error of ours: what and where, a colon, what to do."""
    words, _, fix = error.partition(": ")
    return wrong(words, fix)
