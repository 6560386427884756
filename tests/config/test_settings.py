import pytest

from config import STANDARDS, FieldError, MachineProfile, Settings, StationSettings


def test_defaults_work() -> None:
    settings = Settings()
    assert settings.form == STANDARDS["standard"]
    assert settings.station.rate_hz == 200


def test_the_standard_in_use_must_exist() -> None:
    with pytest.raises(FieldError, match='"standard" or "beginner" or "gentle"'):
        Settings(station=StationSettings(standard="hard"))


def test_parts_are_checked_against_each_other() -> None:
    with pytest.raises(FieldError, match=r"machine\.gear"):
        Settings(machine=MachineProfile(gear=3))


def test_the_rate_is_limited() -> None:
    with pytest.raises(FieldError, match="a whole number from 50 to 500"):
        StationSettings(rate_hz=1000)
