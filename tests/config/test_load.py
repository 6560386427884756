import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from config import (
    STANDARDS,
    ConfigError,
    Settings,
    load_settings,
    user_settings_path,
    whole_file,
)
from config.load import parse_settings

FILE = Path("x.toml")
EXAMPLE = Path(config.__file__).with_name("leverrep.example.toml")


def problem(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, FILE)
    message = str(caught.value)
    assert message.startswith("x.toml: ")
    assert "\n" not in message
    return message.removeprefix("x.toml: ")


def test_the_example_file_is_the_defaults() -> None:
    assert load_settings(EXAMPLE) == Settings()


def test_the_example_file_shows_every_key_and_its_optional_ones_are_valid() -> None:
    everything = re.sub(r"^# (?=\w+ = )", "", EXAMPLE.read_text(), flags=re.M)
    settings = parse_settings(everything, EXAMPLE)
    parts = (settings.machine, settings.calibration, settings.station, settings.display)
    for part in (*parts, settings.form):
        for key in part.__struct_fields__:
            assert re.search(rf"^{key} = ", everything, re.M), key
            assert getattr(part, key) is not None


def test_the_example_file_writes_the_shipped_standards_out() -> None:
    text = EXAMPLE.read_text()
    for name in ("beginner", "gentle"):
        table = text.split(f"[standards.{name}]")[1].split("\n[")[0]
        for key in STANDARDS[name].__struct_fields__:
            differs = getattr(STANDARDS[name], key) != getattr(STANDARDS["standard"], key)
            assert differs == bool(re.search(rf"^{key} = ", table, re.M)), (name, key)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[machine]\ngear = -2", "machine.gear = -2: must be a number over 0, up to 100"),
        ("[machine]\ngaer = 2", "machine.gaer: unknown key; did you mean machine.gear?"),
        ("[machin]\ngear = 2", "machin: unknown key; did you mean machine?"),
        ("gear = 2", "gear: unknown key; did you mean machine.gear?"),
        ("[station]\ntop_zone_deg = 2", "did you mean standards.NAME.top_zone_deg?"),
        ("[station]\nzzz = 2", "station.zzz: unknown key; known here: standard, rate_hz"),
        ("[display]\nport = 70000", "display.port = 70000: must be a whole number from 0 to 65535"),
        ("[display]\nhosst = 1", "display.hosst: unknown key; did you mean display.host?"),
        ("names = []", "names: unknown key; did you mean display.names?"),
        ("machine = 3", "machine = 3: must be a table, written [machine]"),
        ("[standards]\nmine = 3", "standards.mine = 3: must be a table, written [standards.mine]"),
        ("[standards.mine]\nmin_deth_deg = 3", "did you mean standards.mine.min_depth_deg?"),
        ("[standards.mine]\ntop_zone_deg = 16", "standards.mine.top_zone_deg = 16.0: must be"),
        ('[station]\nstandard = "hard"', 'station.standard = "hard": must be "standard" or'),
        ("[machine]\ngear = 3", "machine.gear = 3.0: must be below 2.12"),
        ("[machine]\ngear = nan", "machine.gear = nan: must be a number"),
        ("[machine]\ngear = 2024-01-01", "machine.gear = 2024-01-01: must be a number"),
        ("[machine]\ngear =", "not valid TOML: Invalid value (at line 2, end of file)"),
        ("a = 1\nb = = 2", "not valid TOML: Invalid value (at line 2, column 5)"),
        ('"a\\nb" = 1', r"a\nb: unknown key"),
    ],
)
def test_errors_name_key_value_and_what_is_allowed(text: str, message: str) -> None:
    assert message in problem(text)


@given(st.text(max_size=60))
def test_any_text_gives_settings_or_one_clear_line(text: str) -> None:
    try:
        outcome = str(parse_settings(text, FILE).station)
    except ConfigError as error:
        outcome = str(error)
    assert "\n" not in outcome


def test_a_table_changes_only_what_it_says() -> None:
    settings = parse_settings(
        '[station]\nstandard = "mine"\n[standards.mine]\ntop_zone_deg = 7\n'
        "[standards.gentle]\nmax_depth_deg = 25",
        FILE,
    )
    assert settings.form.top_zone_deg == 7
    assert settings.form.min_depth_deg == STANDARDS["standard"].min_depth_deg
    assert settings.standards["gentle"].max_depth_deg == 25
    assert settings.standards["gentle"].neutral_tolerance_deg == 2
    assert STANDARDS["gentle"].max_depth_deg == 30
    assert settings.standards["standard"] == STANDARDS["standard"]


def test_the_users_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings() == Settings()
    path = tmp_path / "leverrep" / "leverrep.toml"
    path.parent.mkdir()
    path.write_text("[station]\nrate_hz = 100")
    assert user_settings_path() == path
    assert load_settings().station.rate_hz == 100


def test_without_xdg_it_is_in_dot_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative/is/ignored"):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert user_settings_path() == tmp_path / ".config" / "leverrep" / "leverrep.toml"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings(tmp_path)
    path = tmp_path / "latin.toml"
    path.write_bytes(b"# ok\n# \xe9\n")
    with pytest.raises(ConfigError, match="line 2: not UTF-8 text"):
        load_settings(path)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf[station]\nrate_hz = 100\n")
    assert load_settings(path).station.rate_hz == 100


def test_errors_survive_pickling() -> None:
    error = ConfigError(FILE, "bad")
    assert str(pickle.loads(pickle.dumps(error))) == "x.toml: bad"


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "9" * 5000])
def test_toml_beyond_what_can_be_read(text: str) -> None:
    assert problem(text) == "nested too deep, or a number with too many digits"


def test_a_folder_of_mine_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(whole_file, "_open_at_once", refuse)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        load_settings()


def test_a_file_where_the_folder_should_be_and_a_user_without_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    assert load_settings() == Settings()

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    assert user_settings_path().is_absolute()
