import math
import pickle
from typing import Annotated, Literal

import numpy as np
import pytest
from msgspec import Meta

from config.fields import Checked, FieldError, allowed, checked, shown

Part = Annotated[float, Meta(ge=0, le=1)]


class Sample(Checked, frozen=True, kw_only=True):
    part: Part = 0.5
    names: tuple[str, ...] = ()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.1, 1.1, "0.5", True, None, []])
def test_a_wrong_value_is_refused_with_what_is_allowed(value: object) -> None:
    with pytest.raises(FieldError) as caught:
        Sample(part=value)  # type: ignore[arg-type]
    assert caught.value.key == "part"
    assert caught.value.allowed == "a number from 0 to 1"
    assert str(caught.value) == f"part = {shown(value)}: must be a number from 0 to 1"


def test_a_whole_number_and_a_numpy_number_become_a_plain_float() -> None:
    assert type(Sample(part=1).part) is float
    assert type(Sample(part=np.float64(0.25)).part) is float


def test_a_list_becomes_a_tuple() -> None:
    assert Sample(names=["a", "b"]).names == ("a", "b")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Annotated[int, Meta(ge=50, le=500)], "a whole number from 50 to 500"),
        (Annotated[float, Meta(gt=0, le=45)], "a number over 0, up to 45"),
        (Annotated[float, Meta(gt=0)], "a number over 0"),
        (Annotated[float, Meta(ge=3)], "a number, 3 or more"),
        (Annotated[str, Meta(description="a name")] | None, "a name"),
        (Literal[1, -1], "1 or -1"),
        (Literal["on", "off"], '"on" or "off"'),
        (tuple[str, ...], "a list, each item text"),
        (bool, "true or false"),
    ],
)
def test_allowed_says_it_in_words(kind: object, words: str) -> None:
    assert allowed(kind) == words


def test_shown_is_one_short_line() -> None:
    assert shown("a\nb") == r'"a\nb"'
    assert shown(["x", 1]) == '["x", 1]'
    assert len(shown("y" * 1000)) == 60


def test_errors_survive_pickling_and_take_a_section() -> None:
    error = FieldError("gear", 0, "over 0")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.key, copy.value, copy.allowed) == ("gear", 0, "over 0")
    assert error.under("machine").key == "machine.gear"


def test_checked_returns_the_value() -> None:
    assert checked("x", 3, int) == 3
