import pytest

from config import (
    STANDARDS,
    DisplaySettings,
    FieldError,
    MachineProfile,
    Settings,
    StationSettings,
)


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


def test_the_display_is_for_this_computer_alone_unless_said() -> None:
    display = Settings().display
    assert (display.host, display.port, display.names) == ("127.0.0.1", 8765, ())
    assert display.look_without_token is display.own_screen_without_token is False
    assert (display.language, display.load_step_kg) == ("en", 2.5)


@pytest.mark.parametrize("port", [0, 65_535])
@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("step", [0.25, 50])
def test_what_a_display_can_be(port: int, language: str, step: float) -> None:
    display = DisplaySettings(
        host="::",
        port=port,
        names=["gym.local", "desk"],  # type: ignore[arg-type]
        look_without_token=True,
        language=language,  # type: ignore[arg-type]
        load_step_kg=step,
    )
    assert display.names == ("gym.local", "desk")
    assert (display.port, display.load_step_kg) == (port, step)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("host", "", "text, not empty"),
        ("host", 1, "text, not empty"),
        ("port", -1, "a whole number from 0 to 65535"),
        ("port", 65_536, "a whole number from 0 to 65535"),
        ("port", "8765", "a whole number from 0 to 65535"),
        ("port", True, "a whole number from 0 to 65535"),
        ("names", "gym.local", "a list, each item text, not empty"),
        ("names", ["gym.local", ""], "a list, each item text, not empty"),
        ("look_without_token", 1, "true or false"),
        ("look_without_token", "no", "true or false"),
        ("own_screen_without_token", 0, "true or false"),
        ("language", "fr", '"en" or "de" or "es"'),
        ("language", None, '"en" or "de" or "es"'),
        ("load_step_kg", 0, "a number over 0, up to 50"),
        ("load_step_kg", 50.5, "a number over 0, up to 50"),
        ("load_step_kg", float("nan"), "a number over 0, up to 50"),
        ("load_step_kg", float("inf"), "a number over 0, up to 50"),
    ],
)
def test_what_a_display_cannot_be(key: str, value: object, words: str) -> None:
    with pytest.raises(FieldError) as caught:
        DisplaySettings(**{key: value})  # type: ignore[arg-type]
    assert (caught.value.key, caught.value.allowed) == (key, words)
