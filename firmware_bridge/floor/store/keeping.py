"""What the keeper is told: each set that is over, each change of one, and what is running."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Protocol

from firmware_bridge import VERSION
from firmware_bridge.floor.board import Board, Kept
from firmware_bridge.floor.calibration.slip import IN_A_ROW, slip, slip_ever
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord
from firmware_bridge.floor.store.keeper import STOPS, Keeper
from firmware_bridge.floor.store.store import Samples, Stop
from firmware_bridge.floor.store.storedset import StoredSet

LEAD_S = 20.0  # of samples before anything begins: the lever is lifted in them
# Ten times what they are at most; a board that sends no samples says much, too.
LEAD_BYTES = 1 << 20
# Of a set that is over so much is kept for the next: the analysis sees a sample that much later,
# and to begin with it has to see the lever at the top for a while. Then no rep may be in it.
BEHIND_S, SETTLE_S = 0.08, 0.5


@dataclass(frozen=True)
class Measuring:
    """How counts become degrees: on which device, by what calibration."""

    device_id: str | None = None
    calibration: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calibrated_stop_deg(self) -> float | None:
        """Where the guide found the lever's stop."""
        found = self.calibration.get("stop_deg")
        return None if found is None else float(found)

    def stop(self, stop_deg: float | None) -> Stop:
        """A stop, measured like this."""
        return Stop(self.device_id, self.calibration, stop_deg)

    def measured(self, stop: Stop) -> bool:
        """Was that measured like this?"""
        return (stop.device_id, stop.calibration) == (self.device_id, self.calibration)


class Tape(Protocol):
    """The wire bytes of late (see device/tape.py)."""

    @property
    def from_s(self) -> float:
        """Time of its first sample."""

    @property
    def now_s(self) -> float:
        """Time of its last sample, whatever that was worth."""

    @property
    def data(self) -> bytes:
        """All of it."""

    def forget_before(self, t_s: float) -> None:
        """Nobody needs what is older."""

    def forget_beyond(self, size: int) -> None:
        """Keep the newest bytes, about so many."""

    def cut(self) -> None:
        """Begin anew."""


class Keeping:
    """Looks at the board after each piece of samples, and after each tap."""

    def __init__(self, keeper: Keeper, tape: Tape, now: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._tape = tape
        self._now = now  # the clock on the wall, aware, local
        self._measuring = Measuring()
        self._running = False  # and then these are of it:
        self._begun: StoredSet
        self._described: tuple[Plan, frozenset[int]]
        self._sets: dict[int, StoredSet] = {}  # those of the board, as the keeper has them
        self._stops: list[Stop] = []
        self._has_read = False
        self._kept_s = SETTLE_S

    def measure_by(self, measuring: Measuring, board: Board) -> None:
        """This is how counts become degrees from now on."""
        self._measuring = measuring
        self._tape.cut()
        self._look_back(board)

    def add(self, data: bytes) -> None:
        """More has come on the tape."""
        if self._running and data:
            self._keeper.append(data)

    def follow(self, board: Board, stop_deg: float | None, active: bool, at: float) -> None:
        """See what has become of the board's sets; `active`: one is under way.

        `stop_deg`: where the lever's stop is known to be. `at`: now, by the steady clock.
        """
        if not self._has_read and self._keeper.found is not None:
            self._remember(self._keeper.found, board, at)
        for record in board.sets:
            kept = self._sets.get(record.number)
            if kept is None:
                self._save(record, board, stop_deg, at)
            elif kept.record is not record:
                one = self._sets[record.number] = replace(kept, record=record)
                if one.record.discomfort != kept.record.discomfort:
                    self._keeper.mark(one)
                if one.record.removed != kept.record.removed:
                    self._keeper.strike(one)
        self._follow_running(board, stop_deg, active, at)
        board.cannot_keep = self._keeper.failure
        board.kept = {
            number: Kept(self._keeper.kept.get(one.uid) or one.id, one.suspect)
            for number, one in self._sets.items()
        }

    def _remember(self, found: list[StoredSet], board: Board, at: float) -> None:
        """Sets of today, from before this start; too late once there are new ones."""
        self._has_read = True
        self._stops = [*self._keeper.stops, *self._stops]
        if board.set_number == 0:
            now = self._now()
            for number, one in enumerate(found, 1):
                ago_s = (now - one.ended_utc).total_seconds()
                rest_from_s = at - max(0.0, ago_s)  # a small computer's clock may be set later
                record = replace(one.record, number=number, rest_from_s=rest_from_s)
                self._sets[number] = replace(one, record=record)
                board.sets.append(record)
            board.set_number = board.remembered = len(found)
        self._look_back(board)

    def _save(self, record: SetRecord, board: Board, stop_deg: float | None, at: float) -> None:
        self._stops = [*self._stops, self._measuring.stop(stop_deg)][-STOPS:]
        self._watch_slip(board)
        start_s = record.report["start_s"]
        began_at = board.seen_at - (board.now_s - (board.now_s if start_s is None else start_s))
        one = self._new(record, stop_deg, at - began_at)
        one = replace(one, suspect=board.slip_deg is not None)
        self._sets[record.number] = one
        self._keeper.save(one, self._samples())
        self._tape.forget_before(board.now_s - self._kept_s)
        self._running = False
        while len(self._sets) > len(board.sets):
            del self._sets[min(self._sets)]

    def _follow_running(
        self, board: Board, stop_deg: float | None, active: bool, at: float
    ) -> None:
        if active and not self._running:
            samples = self._samples()
            ago_s = at - board.seen_at + board.now_s - samples.from_s
            self._begun = self._new(board.unfinished(), stop_deg, ago_s)
            self._described = board.done_with, frozenset[int]()
            self._keeper.begin(self._begun, samples)
        elif self._running and not active:
            self._keeper.drop()
        self._running = active
        if active:
            self._describe(board)
        else:
            self._tape.forget_before(self._tape.now_s - LEAD_S)
            self._tape.forget_beyond(LEAD_BYTES)

    def _describe(self, board: Board) -> None:
        """Tell what has changed about the set under way: its load, its reps struck out."""
        known = board.done_with, frozenset(board.removed if board.in_set else ())
        if known != self._described:
            self._described = known
            record = replace(self._begun.record, plan=board.done_with)
            self._keeper.describe(replace(self._begun, record=record), known[1])

    def end_by_hand(self, voided: bool) -> None:
        """A hand is about to end what is under way; `voided`: in a rep, which is not to be found
        again in the bytes to come.
        """
        self._kept_s = BEHIND_S if voided else SETTLE_S

    def begin_anew(self) -> None:
        """A hand has ended what was under way."""
        if self._running:
            self._keeper.drop()
        self._running = False
        self._tape.forget_before(self._tape.now_s - self._kept_s)
        self._kept_s = SETTLE_S

    def _new(self, record: SetRecord, stop_deg: float | None, ago_s: float) -> StoredSet:
        now = self._now()
        offset = now.utcoffset() or timedelta()
        return StoredSet(
            uid=secrets.token_hex(8),
            record=record,
            started_utc=now.astimezone(UTC) - timedelta(seconds=ago_s),
            utc_offset_min=round(offset.total_seconds() / 60),
            device_id=self._measuring.device_id,
            calibration=self._measuring.calibration,
            stop_deg=None if stop_deg is None else round(stop_deg, 2),
            program=VERSION,
        )

    def _samples(self) -> Samples:
        return Samples("wire", self._tape.data, self._tape.from_s)

    def _look_back(self, board: Board) -> None:
        """Had the sensor moved in any of the sets that were measured like this?"""
        mine = self._my_stops()
        stop_deg = self._measuring.calibrated_stop_deg
        before, board.slip_deg = board.slip_deg, slip_ever(mine, stop_deg)
        if board.slip_deg and before is None:
            self._suspect_those_that_show_it(mine, board.slip_deg)

    def _watch_slip(self, board: Board) -> None:
        """Has the sensor moved since it was calibrated? Once it has, it has."""
        mine = self._my_stops()
        slip_deg = slip(mine, self._measuring.calibrated_stop_deg)
        before, board.slip_deg = board.slip_deg, slip_deg or board.slip_deg
        if board.slip_deg and before is None:
            self._suspect_those_that_show_it(mine, board.slip_deg)

    def _my_stops(self) -> list[float | None]:
        return [one.stop_deg for one in self._stops if self._measuring.measured(one)]

    def _suspect_those_that_show_it(self, stops: Sequence[float | None], slip_deg: float) -> None:
        now_deg = median([stop for stop in stops if stop is not None][-IN_A_ROW:])
        for number in sorted(self._sets)[-IN_A_ROW:]:
            one = self._sets[number]
            shows_it = abs((one.stop_deg or 0.0) - now_deg) < abs(slip_deg) / 2
            if shows_it and one.calibration == self._measuring.calibration:
                self._sets[number] = replace(one, suspect=True)
                self._keeper.mark(self._sets[number])
