"""Frames to bytes and back, against the frozen vectors and against hostile payloads."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.device import frames
from firmware_bridge.device.decoder import Decoder
from firmware_bridge.device.frames import (
    LONGEST_UPTIME_US,
    Command,
    DeviceFrame,
    FrameError,
    Hello,
    OtherProtocol,
    Ping,
    ResetCause,
    Result,
    Sensor,
    SensorError,
    Status,
    Stop,
    UnknownType,
    parse,
    wire,
)
from tests.device import strategies

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "frames.json").read_text())


def frame_of(vector: dict[str, Any]) -> DeviceFrame | Command:
    """The frame that a vector describes."""
    fields = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vector["fields"].items()
    }
    made: DeviceFrame | Command = getattr(frames, vector["frame"])(**fields)
    return made


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["wire"])[:16])
def test_frozen_vectors(vector: dict[str, Any]) -> None:
    frame, on_wire = frame_of(vector), bytes.fromhex(vector["wire"])
    assert wire(frame) == on_wire
    if isinstance(frame, DeviceFrame):
        assert Decoder().feed(on_wire) == [frame]


@given(strategies.frames)
def test_parse_undoes_to_bytes(frame: DeviceFrame) -> None:
    assert parse(frame.to_bytes()) == frame


@given(st.binary(min_size=1, max_size=200), st.sampled_from((0, 1, 2, 3, 4, 5)))
def test_any_other_payload_is_a_frame_error(payload: bytes, kind: int) -> None:
    try:
        frame = parse(bytes((kind,)) + payload)
    except FrameError:
        return
    assert parse(frame.to_bytes()) == frame


def test_unknown_types_and_other_versions_are_told_apart() -> None:
    with pytest.raises(UnknownType):
        parse(b"\x7f")
    with pytest.raises(OtherProtocol):
        parse(b"\x01\x02whatever")


@pytest.mark.parametrize("offsets", [(1, 2), (0, 0), (0, 9, 8)])
def test_times_within_a_frame_rise_from_zero(offsets: tuple[int, ...]) -> None:
    frame = frames.Samples(1, 0, 0, offsets, tuple(offsets))
    with pytest.raises(FrameError):
        parse(frame.to_bytes())


def test_texts_of_a_device_are_capped_and_safe_to_print() -> None:
    hello = frames.Hello(1, 200, 4096, 0, 0, "\x1b[2Jé" + 60 * "x", "", "")
    read = parse(hello.to_bytes())
    assert isinstance(read, frames.Hello)
    assert read.device_id == "?[2J??" + 26 * "x"


def test_a_hello_that_goes_on_after_its_texts_is_a_frame_error() -> None:
    hello = frames.Hello(1, 200, 4096, 0, 0, "a", "b", "c").to_bytes()
    with pytest.raises(FrameError):
        parse(hello + b"x")


def test_an_outage_says_how_long_and_is_believed_up_to_a_day() -> None:
    day_us = frames.Outage.LONGEST_US
    for pause_us in (0, 1_500_000, day_us):
        assert parse(frames.Outage(pause_us).to_bytes()) == frames.Outage(pause_us)
    assert parse(frames.Outage(2 * day_us).to_bytes()) == frames.Outage(day_us)
    with pytest.raises(FrameError):
        parse(frames.Outage.LAYOUT.pack(frames.Outage.TYPE, day_us + 1))


@pytest.mark.parametrize("command", [Ping(), Stop()])
def test_commands_sent_while_ctrl_c_is_live_have_no_ctrl_c(command: Command) -> None:
    assert 3 not in wire(command)


def test_codes_of_newer_firmware_do_no_harm() -> None:
    assert SensorError(77) is SensorError.OTHER
    assert ResetCause(77) is ResetCause.OTHER
    assert Sensor(0xFF) & Sensor.STREAMING
    with pytest.raises(FrameError):
        parse(bytes((4, 0x11, max(Result) + 1, 0, 0)))


@pytest.mark.parametrize(
    "frame", [Hello(1, 0, 4096, 0, 0, "", "", ""), Status(1, 0, 0, 0, 0, Sensor(0), 0, 0)]
)
def test_a_machine_that_takes_no_samples_a_second_is_none(frame: Hello | Status) -> None:
    with pytest.raises(FrameError):
        parse(frame.to_bytes())


@pytest.mark.parametrize(
    "frame", [Hello(1, 200, 4096, 0, 0, "", "", ""), Status(1, 0, 0, 0, 200, Sensor(0), 0, 0)]
)
def test_no_machine_runs_for_longer_than_35_years(frame: Hello | Status) -> None:
    longest = replace(frame, uptime_us=LONGEST_UPTIME_US)
    assert parse(longest.to_bytes()) == longest
    with pytest.raises(FrameError):
        parse(replace(frame, uptime_us=LONGEST_UPTIME_US + 1).to_bytes())


@pytest.mark.parametrize(
    ("flags", "magnet"),
    [(1, "ok"), (0, "missing"), (3, "weak"), (5, "strong"), (8, "no_answer"), (7, "no_answer")],
)
def test_what_status_says_of_the_magnet(flags: int, magnet: str) -> None:
    assert Status(1, 0, 0, 0, 200, Sensor(flags), 64, 2000).magnet == magnet
