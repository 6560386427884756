"""Sets as FIT files for training logs: one strength-training activity a day."""

import logging
from collections.abc import Iterable, Sequence
from datetime import date

from firmware_bridge.floor.export.timeline import timeline
from firmware_bridge.floor.store.storedset import StoredSet


def by_day(sets: Iterable[StoredSet]) -> dict[date, list[StoredSet]]:
    """The sets of each day by the clock on the wall, but for those that were started again: these
    are struck out.
    """
    days: dict[date, list[StoredSet]] = {}
    for one in sets:
        if not one.record.restarted:
            days.setdefault(one.started_local.date(), []).append(one)
    return days


def fit_activity(sets: Sequence[StoredSet]) -> bytes:
    """One activity with these sets, at least one, of a day. The same sets give the same bytes."""
    handlers = logging.root.handlers[:]
    from firmware_bridge.floor.export.fit_messages import activity

    # fit_tool makes itself at home in everybody's logging when it is first imported.
    logging.root.handlers[:] = handlers
    return activity(timeline(sets))
