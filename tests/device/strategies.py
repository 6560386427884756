"""Hypothesis strategies for frames."""

from hypothesis import strategies as st

from firmware_bridge.device.frames import (
    LONGEST_UPTIME_US,
    Ack,
    Health,
    Hello,
    ResetCause,
    Result,
    Samples,
    Sensor,
    Status,
)

u8, u16, u32 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32))
uptimes = st.integers(0, LONGEST_UPTIME_US)
rates = st.integers(1, 0xFFFF)
texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=32)

hellos = st.builds(
    Hello,
    boot=u32,
    rate_hz=rates,
    counts_per_turn=u16,
    uptime_us=uptimes,
    samples=u32,
    device_id=texts,
    firmware=texts,
    sensor=texts,
)
statuses = st.builds(
    Status,
    boot=u32,
    uptime_us=uptimes,
    samples=u32,
    overruns=u32,
    rate_hz=rates,
    flags=st.integers(0, 31).map(Sensor),
    agc=u8,
    magnitude=u16,
)
healths = st.builds(
    Health,
    boot=u32,
    reset=st.sampled_from(ResetCause),
    late_rms_us=u16,
    late_max_us=u32,
    samples=u16,
    bus_faults=u32,
)
acks = st.builds(Ack, command=u8, result=st.sampled_from(Result), rate_hz=u16)


@st.composite
def samples(draw: st.DrawFn) -> Samples:
    rest = sorted(draw(st.sets(st.integers(1, 0xFFFF), max_size=15)))
    values = draw(st.lists(u16, min_size=len(rest) + 1, max_size=len(rest) + 1))
    return Samples(draw(u32), draw(u16), draw(u32), (0, *rest), tuple(values))


frames = st.one_of(hellos, samples(), statuses, acks, healths)
