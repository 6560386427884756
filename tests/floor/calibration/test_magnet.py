import pytest

from firmware_bridge.floor.calibration.magnet import Magnet


def told(*news: str, sensor: str = "as5600") -> str | None:
    magnet = Magnet(sensor)
    said = [magnet.status(one, agc=64, magnitude=1800) for one in news]
    return said[-1].words if said[-1] else None


WELL, WEAK, STRONG, GONE = "ok", "weak", "strong", "missing"


@pytest.mark.parametrize(
    ("news", "words"), [(WEAK, "too weak"), (STRONG, "too strong"), (GONE, "sees no magnet")]
)
def test_what_is_said_twice_is_so(news: str, words: str) -> None:
    assert told(news) is None
    assert words in str(told(news, news))


def test_a_good_magnet_and_one_that_was_knocked_are_fine() -> None:
    assert told(WELL, WELL, WELL) is None
    assert told(WEAK, WELL, WEAK) is None
    assert told(WEAK, STRONG) is None


def test_a_sensor_that_says_nothing_says_nothing_of_a_magnet() -> None:
    assert told("no_answer", "no_answer") is None


def test_a_sensor_without_a_magnet_is_not_asked_about_it() -> None:
    assert told(GONE, GONE, GONE, sensor="potentiometer") is None


def test_displays_see_it() -> None:
    magnet = Magnet("as5600")
    assert magnet.to_dict() == {"state": None, "agc": None, "magnitude": None}
    magnet.status(WEAK, agc=255, magnitude=300)
    assert magnet.to_dict() == {"state": "weak", "agc": 255, "magnitude": 300}
