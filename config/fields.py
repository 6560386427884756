"""Checks one typed setting and says in words what it may be."""

import math
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec


class FieldError(ValueError):
    """A setting with a value it must not have. ``key`` is dotted: ``machine.gear``."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        super().__init__(f"{key} = {shown(value)}: must be {allowed}")
        self.key = key
        self.value = value
        self.allowed = allowed

    def __reduce__(self) -> tuple[type["FieldError"], tuple[str, object, str]]:
        return FieldError, (self.key, self.value, self.allowed)

    def under(self, section: str) -> "FieldError":
        """The same error with the name of the table it is in put before the key."""
        return FieldError(f"{section}.{self.key}", self.value, self.allowed)


class Checked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen record that checks every field when it is made.

    Raises FieldError (a ValueError) for a value of the wrong type, out of range or not finite.
    """

    def __post_init__(self) -> None:
        for field in msgspec.structs.fields(type(self)):
            value = checked(field.name, getattr(self, field.name), field.type)
            msgspec.structs.force_setattr(self, field.name, value)


def checked(key: str, value: object, kind: Any) -> object:
    """``value`` as ``kind`` (a whole number becomes a float where a float is wanted)."""
    if isinstance(value, float):
        value = float(value)  # numpy's is a float too, but msgspec does not know it
        if not math.isfinite(value):
            raise FieldError(key, value, allowed(kind))
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError:
        raise FieldError(key, value, allowed(kind)) from None


def allowed(kind: Any) -> str:
    """What a value of this annotated type may be, in words: ``a number from 0 to 180``."""
    origin = get_origin(kind)
    if origin is Annotated:
        base, *metas = get_args(kind)
        return _described(base, next(m for m in metas if isinstance(m, msgspec.Meta)))
    if origin is Literal:
        return " or ".join(shown(choice) for choice in get_args(kind))
    if origin in (Union, UnionType):
        return " or ".join(allowed(k) for k in get_args(kind) if k is not NoneType)
    if origin is tuple:
        return f"a list, each item {allowed(get_args(kind)[0])}"
    return {float: "a number", int: "a whole number", str: "text", bool: "true or false"}[kind]


def _described(base: Any, meta: msgspec.Meta) -> str:
    if meta.description:
        return meta.description
    words = allowed(base)
    low = meta.ge if meta.ge is not None else meta.gt
    high = meta.le if meta.le is not None else meta.lt
    if meta.gt is not None:
        return f"{words} over {low:g}" + (f", up to {high:g}" if high is not None else "")
    if high is None:
        return f"{words}, {low:g} or more"
    return f"{words} from {low:g} to {high:g}"


def shown(value: object) -> str:
    """A value as it would be written in the settings file, cut to a readable length."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        text = '"' + value.encode("unicode_escape").decode("ascii") + '"'
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(shown(v) for v in value) + "]"
    else:
        text = "none" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
