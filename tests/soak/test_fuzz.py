"""A short form of the fuzzing; and that decoders and ledgers with faults are found out."""

import random
from importlib.util import find_spec

import pytest

from firmware_bridge.device.decoder import Decoder, Fault, FaultKind
from firmware_bridge.device.frames import DeviceFrame, Hello, Samples, Status, wire
from firmware_bridge.device.framing import wrap
from firmware_bridge.device.ledger import Gap, Ledger, Readings
from tests.soak import fuzz
from tests.soak.fuzz import Found


def seed() -> int:
    """Another one each time; figures tell which."""
    return random.SystemRandom().randrange(1_000_000)


def test_fuzzed_streams_are_decoded_and_accounted_for() -> None:
    for figure in fuzz.figures(8_000, seed(), examples=100, runs=2000):
        assert figure.holds, str(figure)


def test_every_kind_of_frame_and_fault_is_among_them() -> None:
    kinds = {kind.value for kind in FaultKind}
    assert set(fuzz.batch(2000, seed()).found) == kinds | {
        one.__name__ for one in fuzz.DOCUMENTED if one is not Fault
    }


class Raising(Decoder):
    def feed(self, data: bytes) -> Found:
        assert b"\xff\xff\xff\xff" not in data
        return super().feed(data)


class LosingWhatIsCut(Decoder):
    def feed(self, data: bytes) -> Found:
        return Decoder().feed(data)


class LosingAfterAFault(Decoder):
    def feed(self, data: bytes) -> Found:
        found = super().feed(data)
        after = [False, *(isinstance(one, Fault) for one in found)]
        return [one for one, lost in zip(found, after, strict=False) if not lost]


class TakingDamagedOnes(Decoder):
    def feed(self, data: bytes) -> Found:
        invented = Samples(1, 2, 3, (0,), (4,))
        return [
            invented if one == Fault(FaultKind.DAMAGED, 21) else one for one in super().feed(data)
        ]


class MissingSizes(Decoder):
    def feed(self, data: bytes) -> Found:
        return [
            Fault(one.kind, min(one.size, 100)) if isinstance(one, Fault) else one
            for one in super().feed(data)
        ]


@pytest.mark.parametrize(
    ("decoder", "told"),
    [
        (Raising, "AssertionError"),
        (LosingWhatIsCut, "other chunks, other frames"),
        (LosingAfterAFault, "frames and faults"),
        (TakingDamagedOnes, "invented"),
        (MissingSizes, "no outcome"),
    ],
)
def test_a_decoder_with_a_fault_is_found_out(
    decoder: type[Decoder], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "Decoder", decoder)
    assert told in "; ".join(fuzz.batch(2000, 1).wrong)


class CountingAgain(Ledger):
    """Counts what comes twice, twice."""

    def take(self, frame: DeviceFrame, arrival_s: float | None = None) -> list[Readings | Gap]:
        found = super().take(frame, arrival_s)
        if isinstance(frame, Samples) and not found:
            self._received += len(frame.values)
        return found


class Overlooking(Ledger):
    """Overlooks what STATUS says."""

    def take(self, frame: DeviceFrame, arrival_s: float | None = None) -> list[Readings | Gap]:
        return [] if isinstance(frame, Status) else super().take(frame, arrival_s)


class GoingBack(Ledger):
    """Lets each boot begin at 0."""

    def _begin_us(self, arrival_s: float | None) -> int:
        return 0


@pytest.mark.parametrize(
    ("ledger", "told"),
    [(CountingAgain, "readings, but"), (Overlooking, "sent"), (GoingBack, "does not rise")],
)
def test_a_ledger_with_a_fault_is_found_out(
    ledger: type[Ledger], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "Ledger", ledger)
    assert told in "; ".join(fuzz.batch(2000, 1).wrong)


def test_a_whole_frame_that_is_lost_is_told() -> None:
    with pytest.raises(fuzz.Wrong, match="lost"):
        fuzz.check_frames([fuzz.whole(fuzz.any_frame(random.Random(1)))], [])


def test_what_hypothesis_finds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "Decoder", LosingWhatIsCut)
    (wrong,) = fuzz.by_hypothesis(300, 1)
    assert "other chunks, other frames" in wrong


def test_anything_wrong_misses_the_figure() -> None:
    assert not fuzz._figure("streams", ["one"], "").holds


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel here")
def test_what_is_led_by_coverage_finds_what_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    raising = "fuzz.check_input = lambda data: 1 // (len(data) > 9 and data[1] != 65)\n"
    script = fuzz.LED_BY_COVERAGE.replace("atheris.Setup", raising + "atheris.Setup")
    monkeypatch.setattr(fuzz, "LED_BY_COVERAGE", script)
    (wrong,), _ = fuzz.by_coverage(20_000, 1)
    assert wrong.startswith("ZeroDivisionError")


def test_an_input_of_payloads_is_a_stream_of_those_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = []
    monkeypatch.setattr(fuzz, "check", lambda stream, rng: streams.append(stream))
    hello = Hello(1, 200, 4096, 0, 0, "a", "b", "c")
    fuzz.check_input(fuzz.as_input([fuzz.whole(hello), fuzz.whole(hello)]))
    fuzz.check_input(b"as it is")
    fuzz.check_input(fuzz.OF_PAYLOADS + b"\x63cut off")
    assert streams == [2 * wire(hello), b"as it is", wrap(b"cut off")]
