"""One lifter after the other: angles go through the analysis to the board, buttons are obeyed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET

from analysis import Event, LiveAnalyser
from config import Settings
from firmware_bridge.floor.board import Board
from firmware_bridge.floor.commands import (
    Again,
    ChangePlan,
    Command,
    Discomfort,
    EndSet,
    RemoveRep,
)
from firmware_bridge.floor.plan import Plan

STILL_DEG, STILL_S = 1.0, 0.5  # a lever that is not on its way


class Training:
    """Keeps `board` up to date, and returns the events that it was told."""

    def __init__(self, settings: Settings) -> None:
        form, plan = settings.form, _first_plan(settings)
        self.board = Board(form, plan, judged_by=plan)
        self.board.standards = settings.standards
        self._wanted = form  # the standard that the plan asks for
        self._live = LiveAnalyser(form)
        self._lifting = False
        self._anchor = (0.0, 0.0)  # since when the lever has been near an angle
        self._still = False

    @property
    def active(self) -> bool:
        """Is a set under way, or the rep that may begin one?"""
        return self.board.in_set or self.trying

    @property
    def trying(self) -> bool:
        """Is a rep under way?"""
        return self._live.trying

    @property
    def stop_deg(self) -> float | None:
        """Where the lever's stop is, if that is known."""
        return self._live.stop_deg

    def measure_anew(self, settings: Settings) -> list[Event]:
        """The angles to come are of another scale: nothing goes on, no stop is known."""
        events = self._told(self._live.close())
        self.board.standards = settings.standards
        if self.board.plan.standard not in settings.standards:  # the last lifter's own range
            self.board.plan = _first_plan(settings)
        self._wanted = self.board.plan.form(settings.standards)
        self._live, self._lifting = LiveAnalyser(self.board.standard), False
        self.board.leave()
        return events

    def feed(self, times: Sequence[float], angles: Sequence[float]) -> list[Event]:
        """Take the next samples: times (s, increasing) and lever angles (deg)."""
        events = self._told(self._live.feed(times, angles))
        if self._lifting and not self._live.lifting:
            self.board.leave()
        self._lifting = self._live.lifting
        if times:
            self._watch_stillness(times[-1], angles[-1])
        self._take_up_plan()
        return events

    def see_nothing(self, now_s: float) -> list[Event]:
        """The sensor gives no angles, up to the second `now_s`: after a rest the set is over."""
        if self.active and now_s - self.board.now_s > self.board.standard.set_rest_s:
            return self._told(self._live.end_set("no_data"))
        return []

    def close(self) -> list[Event]:
        """The end of the data: the set under way is closed."""
        return self._told(self._live.close())

    def obey(self, command: Command) -> list[Event]:
        """Do what somebody has asked for; nothing where there is nothing to do it to."""
        events = self._OBEY[type(command)](self, command)
        self._take_up_plan()
        return events

    def _told(self, events: list[Event]) -> list[Event]:
        for event in events:
            self.board.apply(event)
        return events

    def _end_set(self, command: EndSet) -> list[Event]:
        return self._told(self._live.end_set())

    def _again(self, command: Again) -> list[Event]:
        events = self._told(self._live.end_set("restarted"))
        self.board.start_again(self._live.lifting)
        return events

    def _discomfort(self, command: Discomfort) -> list[Event]:
        events = self._told(self._live.end_set("discomfort"))
        self.board.note_discomfort()
        return events

    def _remove_rep(self, command: RemoveRep) -> list[Event]:
        board = self.board
        if board.in_set and command.set in (None, board.set_number):
            removed = _struck(command, board.removed, range(1, board.reps + 1))
            self._live.strike(removed)
            board.strike(removed)
            return []
        for n in reversed(range(len(board.sets))):
            record = board.sets[n]
            if command.set in (None, record.number):
                numbers = [rep["number"] for rep in record.report["reps"] if rep["number"]]
                removed = _struck(command, record.removed, numbers)
                if removed != record.removed:
                    board.sets[n] = replace(record, report=record.report_without(removed))
                break
        return []

    def _change_plan(self, command: ChangePlan) -> list[Event]:
        asked = {k: v for k, v in msgspec.structs.asdict(command).items() if v is not UNSET}
        standard = self.board.standards.get(asked.get("standard", self.board.plan.standard))
        if standard is None:  # that of the range found before, and the machine is another by now
            return []
        if "standard" in asked and standard.target_tempo:
            asked.setdefault("target_tempo", standard.target_tempo)
        self.board.plan = msgspec.structs.replace(self.board.plan, **asked)
        self._wanted = self.board.plan.form(self.board.standards)
        return []

    def _watch_stillness(self, t_s: float, angle_deg: float) -> None:
        since_s, near_deg = self._anchor
        if abs(angle_deg - near_deg) > STILL_DEG:
            self._anchor = since_s, _ = t_s, angle_deg
        self._still = t_s - since_s >= STILL_S

    def _take_up_plan(self) -> None:
        """Judge by what the plan says now, but never change in the middle of a set or a rep."""
        board = self.board
        if self._wanted == board.standard or board.in_set or board.over or self._live.trying:
            return
        if self._still or not self._live.lifting:
            board.standard, board.judged_by = self._wanted, board.plan
            self._live = LiveAnalyser(self._wanted, self._live.stop_deg)
            self._lifting = False

    _OBEY: ClassVar[dict[type, Callable[[Any, Any], list[Event]]]] = {
        EndSet: _end_set,
        Again: _again,
        Discomfort: _discomfort,
        RemoveRep: _remove_rep,
        ChangePlan: _change_plan,
    }


def _first_plan(settings: Settings) -> Plan:
    """What nobody has changed yet."""
    form = settings.form
    return Plan(standard=settings.station.standard, target_tempo=form.target_tempo)


def _struck(command: RemoveRep, already: Collection[int], numbers: Sequence[int]) -> frozenset[int]:
    """The reps, of these numbers, that are struck out when the command is obeyed."""
    left = [number for number in numbers if number not in already]
    number = command.rep or max(left, default=0)
    if number not in numbers or (number in already) is command.removed:
        return frozenset(already)
    return frozenset(already) ^ {number}
