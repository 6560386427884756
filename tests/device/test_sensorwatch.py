"""When a sensor is in trouble, and when it is well again."""

from firmware_bridge.device.frames import ERROR_BIT, SensorError
from firmware_bridge.device.ledger import Readings
from firmware_bridge.device.sensorwatch import TROUBLE_SAMPLES, SensorWatch

NO_MAGNET, NONSENSE = ERROR_BIT | 2, ERROR_BIT | 3


def readings(*values: int) -> Readings:
    return Readings(0, tuple(n / 200 for n in range(len(values))), values)


def test_some_bad_samples_are_a_glitch_and_many_in_a_row_are_not() -> None:
    watch = SensorWatch()
    assert not watch.take(readings(*[NO_MAGNET] * (TROUBLE_SAMPLES - 1), 7))
    assert not watch.take(readings(*[NO_MAGNET] * (TROUBLE_SAMPLES - 1)))
    assert watch.take(readings(NO_MAGNET))
    assert watch.trouble is SensorError.NO_MAGNET


def test_another_error_is_news_and_so_is_a_good_sample() -> None:
    watch = SensorWatch()
    watch.take(readings(*[NO_MAGNET] * TROUBLE_SAMPLES))
    assert not watch.take(readings(NO_MAGNET))
    assert watch.take(readings(NONSENSE))
    assert watch.trouble is SensorError.NONSENSE
    assert watch.take(readings(7))
    assert watch.trouble is None
