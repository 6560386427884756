"""What people can ask of the station: the buttons of the display as JSON, checked when read."""

from collections.abc import Collection
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from config import FieldError, FormStandard
from config.fields import shown
from config.standard import Tempo
from firmware_bridge.errors import printable
from firmware_bridge.floor.plan import Load, Target

Number = Annotated[int, Meta(ge=1)]


class CommandError(ValueError):
    """A message that is no command: what is wrong with it."""


class _Command(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"
):
    pass


class EndSet(_Command, frozen=True, tag="end_set"):
    """The set under way is over."""


class Again(_Command, frozen=True, tag="again"):
    """Count from 0; after a set: get ready for the next. The set under way is kept, struck out."""


class Discomfort(_Command, frozen=True, tag="discomfort"):
    """It hurts: the set under way is over; it, or the last one, is marked."""


class RemoveRep(_Command, frozen=True, tag="remove_rep"):
    """Strike out a rep, or with `removed` false take that back.

    Without a `set` it is the one under way, or the last; without a `rep` its last one that counts.
    """

    set: Number | None = None
    rep: Number | None = None
    removed: bool = True


class ChangePlan(_Command, frozen=True, tag="plan"):
    """What the next set is to be; what is left out stays, null is "not said"."""

    standard: str | UnsetType = UNSET
    load_kg: Load | UnsetType | None = UNSET
    target_reps: Target | UnsetType | None = UNSET
    target_tempo: Tempo | UnsetType | None = UNSET


class Calibrate(_Command, frozen=True, tag="calibrate"):
    """A step of the guided calibration; `angle_deg`: what the inclinometer shows, of a "check"."""

    step: Literal["begin", "take", "skip", "check", "save", "cancel"]
    angle_deg: Annotated[float, Meta(ge=-180, le=180)] | None = None


Command = EndSet | Again | Discomfort | RemoveRep | ChangePlan | Calibrate

_decoder = msgspec.json.Decoder(Command)


def decode(message: str | bytes, standards: Collection[str]) -> Command:
    """The command in a JSON message; `standards`: the names that can be chosen.

    Raises CommandError.
    """
    try:
        command: Command = _decoder.decode(message)
        if isinstance(command, ChangePlan):
            _check(command, standards)
    except (msgspec.DecodeError, FieldError, UnicodeError, RecursionError) as error:
        words = printable(str(error))
        raise CommandError(f"not a command: {words}") from None
    return command


def _check(change: ChangePlan, standards: Collection[str]) -> None:
    if change.standard is not UNSET and change.standard not in standards:
        raise FieldError("standard", change.standard, " or ".join(map(shown, standards)))
    if change.target_tempo is not UNSET:
        FormStandard(target_tempo=change.target_tempo)
