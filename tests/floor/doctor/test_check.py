"""One check: our errors become words and a fix."""

from firmware_bridge.floor.doctor.check import State, told


def test_an_error_is_what_and_where_then_what_to_do() -> None:
    found = told("/dev/lever is in use by another program: close that program")
    assert found.state is State.WRONG
    assert found.words == "/dev/lever is in use by another program"
    assert found.fix == "close that program"


def test_an_error_without_advice_has_no_fix() -> None:
    assert told("nothing is known").fix == ""
