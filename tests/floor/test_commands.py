import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from config import STANDARDS
from firmware_bridge.floor.commands import (
    Again,
    ChangePlan,
    Command,
    CommandError,
    Discomfort,
    EndSet,
    RemoveRep,
    decode,
)

DEEP = "[" * 10_000 + "]" * 10_000


def problem(message: str | bytes, standards: tuple[str, ...] = tuple(STANDARDS)) -> str:
    with pytest.raises(CommandError) as caught:
        decode(message, standards)
    (line,) = str(caught.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ('{"do":"end_set"}', EndSet()),
        ('{"do":"again"}', Again()),
        ('{"do":"discomfort"}', Discomfort()),
        ('{"do":"remove_rep"}', RemoveRep()),
        ('{"do":"remove_rep","set":2,"rep":3}', RemoveRep(set=2, rep=3)),
        ('{"do":"remove_rep","rep":3,"removed":false}', RemoveRep(rep=3, removed=False)),
        ('{"do":"remove_rep","set":null,"rep":null}', RemoveRep()),
        ('{"do":"plan"}', ChangePlan()),
        ('{"do":"plan","standard":"gentle"}', ChangePlan(standard="gentle")),
        ('{"do":"plan","load_kg":0}', ChangePlan(load_kg=0.0)),
        ('{"do":"plan","load_kg":500}', ChangePlan(load_kg=500.0)),
        ('{"do":"plan","load_kg":null}', ChangePlan(load_kg=None)),
        ('{"do":"plan","target_reps":1}', ChangePlan(target_reps=1)),
        ('{"do":"plan","target_reps":100}', ChangePlan(target_reps=100)),
        ('{"do":"plan","target_tempo":"3-1-2.5-0"}', ChangePlan(target_tempo="3-1-2.5-0")),
        (' {"load_kg" : 2.5, "do" : "plan"}\n', ChangePlan(load_kg=2.5)),
    ],
)
def test_every_command_is_read(message: str, command: Command) -> None:
    assert decode(message, STANDARDS) == command
    assert decode(message.encode(), STANDARDS) == command


def test_what_a_plan_leaves_out_is_not_the_same_as_null() -> None:
    command = decode('{"do":"plan","load_kg":null}', STANDARDS)
    assert isinstance(command, ChangePlan)
    assert command.load_kg is None
    assert command.target_reps is command.target_tempo is command.standard is UNSET


@pytest.mark.parametrize(
    "message",
    [
        "",
        " ",
        "end_set",
        "null",
        "7",
        '"end_set"',
        "[]",
        '[{"do":"end_set"}]',
        "{}",
        '{"do":null}',
        '{"do":1}',
        '{"do":["end_set"]}',
        '{"do":"stop"}',
        '{"do":"END_SET"}',
        '{"do":"end_set"',
        '{"do":"end_set"} {"do":"again"}',
        "{'do':'end_set'}",
        '{"do":"end_set","do":"again"}',
        '{"do":"end_set","why":1}',
        '{"do":"again","set":1}',
        '{"do":"plan","load":40}',
        '\ufeff{"do":"end_set"}',
        "\0",
    ],
)
def test_what_is_no_command(message: str) -> None:
    problem(message)
    problem(message.encode())


@pytest.mark.parametrize("key", ["set", "rep"])
@pytest.mark.parametrize(
    "value", ["0", "-1", "1.5", "1e30", '"1"', "true", "[1]", "{}", "9" * 5000]
)
def test_numbers_that_no_set_and_no_rep_has(key: str, value: str) -> None:
    assert f"$.{key}" in problem(f'{{"do":"remove_rep","{key}":{value}}}')


@pytest.mark.parametrize("value", ["null", "0", "1", '"true"', "[]"])
def test_removed_is_true_or_false(value: str) -> None:
    assert "$.removed" in problem(f'{{"do":"remove_rep","removed":{value}}}')


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("load_kg", v) for v in ("-1", "501", "1e999", "-1e999", "true", '"40"', "[40]", "{}")),
        *(("target_reps", v) for v in ("0", "101", "-1", "8.5", "1e999", "true", '"8"', "[8]")),
        *(("target_tempo", v) for v in ("3", '""', '"3-1-2"', '"3-1-2-1-1"', '"a-1-2-1"', "true")),
        *(("target_tempo", v) for v in ('"0-1-0-1"', '"0-1-2-1"', '"3-1-0-1"', '"100-1-2-1"')),
        *(("target_tempo", v) for v in ('"-3-1-2-1"', '" 3-1-2-1"', '"1e9-1-2-1"', '"3,1,2,1"')),
        *(("standard", v) for v in ("null", "1", "[]", '""', '"hard"', '"Standard"', '"a\\nb"')),
    ],
)
def test_plans_that_cannot_be(key: str, value: str) -> None:
    assert key in problem(f'{{"do":"plan","{key}":{value}}}')


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "nan", "+1", "01", "1.", ".5"])
def test_numbers_that_are_not_json(value: str) -> None:
    assert "JSON" in problem(f'{{"do":"plan","load_kg":{value}}}')


@pytest.mark.parametrize(
    "message",
    [
        DEEP,
        "[" * 10_000,
        '{"a":' * 10_000,
        f'{{"do":{DEEP}}}',
        f'{{"do":"plan","load_kg":{DEEP}}}',
        f'{{"deep":{DEEP},"do":"end_set"}}',
        f'{{"do":"end_set","deep":{DEEP}}}',
    ],
)
def test_a_message_nested_too_deep(message: str) -> None:
    problem(message)


@pytest.mark.parametrize(
    "message",
    [b"\xff", b'{"do":"\xff"}', b'{"do":"plan","standard":"\xe9"}', b'{"do":"end_set","\xc3":1}'],
)
def test_bytes_that_are_no_text(message: bytes) -> None:
    problem(message)


@pytest.mark.parametrize("message", ["\ud800", '{"do":"plan","standard":"\ud800"}'])
def test_half_a_character(message: str) -> None:
    problem(message)


@pytest.mark.parametrize(
    "message", ['{"do":"plan","standard":"%s"}', '{"do":"plan","target_tempo":"%s"}', "%s"]
)
def test_a_huge_message_is_told_in_few_words(message: str) -> None:
    assert len(problem(message % ("9" * 1_000_000))) < 200


def test_the_standards_that_can_be_chosen_are_named() -> None:
    message = '{"do":"plan","standard":"gentle"}'
    assert problem(message, ("standard", "mine")).endswith('must be "standard" or "mine"')


@pytest.mark.parametrize("message", [r'{"do":"end_set","a\nb":1}', r'{"do":"a\nb"}'])
def test_a_line_end_in_a_name_is_still_one_line(message: str) -> None:
    problem(message)


@pytest.mark.parametrize("tempo", [r"3-1-2-1\n", "\u0663-1-2-1"])
def test_a_tempo_is_digits_and_nothing_after_them(tempo: str) -> None:
    problem(f'{{"do":"plan","target_tempo":"{tempo}"}}')


KEYS = ("do", "set", "rep", "removed", "standard", "load_kg", "target_reps", "target_tempo", "x")
DOS = ("end_set", "again", "discomfort", "remove_rep", "plan")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(("gentle", "", "é")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=4,
)


def lines_of(message: str | bytes) -> int:
    """Of the command, or of what is told when it is none."""
    try:
        told = repr(decode(message, STANDARDS))
    except CommandError as error:
        told = str(error)
    return len(told.splitlines())


@given(st.sampled_from(DOS), st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3))
def test_any_json_is_a_command_or_one_line(do: str, fields: dict[str, Any]) -> None:
    assert lines_of(json.dumps({"do": do, **fields})) == 1


@given(st.binary(max_size=60))
def test_any_bytes_are_a_command_or_one_line(message: bytes) -> None:
    assert lines_of(message) == 1
