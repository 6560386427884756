"""Sets one after the other with the rests between them: no time twice, none running backward."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from firmware_bridge.floor.store.storedset import StoredSet

# Before this a FIT time stamp is not a date but the time since something was switched on: what
# the clock of a small computer without a battery says.
EARLIEST = datetime(1998, 7, 3, 21, 24, 16, tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    """A set, or with `done` None the rest after one. Whole milliseconds, since 1970."""

    start_ms: int
    duration_ms: int
    done: StoredSet | None = None

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.duration_ms


def timeline(sets: Iterable[StoredSet]) -> list[Stretch]:
    """The sets in the order they began, and between two of them a rest, unless there was none.

    Where the clock was set back they would overlap: how long a set took is sure, when it began is
    not, so it begins where the one before it ends.
    """
    stretches: list[Stretch] = []
    now_ms = _ms(EARLIEST)
    for one in sorted(sets, key=lambda one: one.started_utc):
        start_ms = max(now_ms, _ms(one.started_utc))
        if stretches and start_ms > now_ms:
            stretches.append(Stretch(now_ms, start_ms - now_ms))
        stretches.append(Stretch(start_ms, round(1000 * one.duration_s), one))
        now_ms = stretches[-1].end_ms
    return stretches


def _ms(when: datetime) -> int:
    return round(1000 * when.timestamp())
