"""Reads the settings file and tells what is wrong with it in one line."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from config.fields import Checked, FieldError
from config.kept import home
from config.machine import Calibration, MachineProfile
from config.settings import DisplaySettings, Settings, StationSettings
from config.standard import STANDARDS, FormStandard
from config.whole_file import read_file

SECTIONS: dict[str, type[Checked]] = {
    "machine": MachineProfile,
    "calibration": Calibration,
    "station": StationSettings,
    "display": DisplaySettings,
}
MOST_BYTES = 1 << 20

T = TypeVar("T", bound=Checked)


class ConfigError(ValueError):
    """A settings file that cannot be used: one line with file, key, value and what is allowed."""

    def __init__(self, path: Path, problem: str) -> None:
        line = f"{path}: {problem}"
        super().__init__("".join(c if c.isprintable() else ascii(c)[1:-1] for c in line))
        self.path = path
        self.problem = problem

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[Path, str]]:
        return ConfigError, (self.path, self.problem)


def user_settings_path() -> Path:
    """Where the user's own settings file is looked for."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    # The XDG rules: a relative path there is to be ignored.
    folder = Path(base) if os.path.isabs(base) else home() / ".config"
    return folder / "leverrep" / "leverrep.toml"


def load_settings(path: Path | None = None) -> Settings:
    """The settings in ``path``; without one, in the user's file; without that, the defaults.

    Raises ConfigError.
    """
    where = path or user_settings_path()
    try:
        data = read_file(where, MOST_BYTES)
    except OSError as error:
        if path is None and isinstance(error, FileNotFoundError | NotADirectoryError):
            return Settings()
        raise ConfigError(where, f"cannot be read: {error.strerror}") from None
    return parse_settings(_text(data, where), where)


def parse_settings(text: str, path: Path) -> Settings:
    """The settings in a TOML text; ``path`` is only named in errors. Raises ConfigError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        last = f"at line {len(text.splitlines())}, end of file"
        problem = str(error).replace("at end of document", last)
        raise ConfigError(path, f"not valid TOML: {problem}") from None
    except (RecursionError, ValueError):  # brackets in brackets, or a number of 5000 digits
        raise ConfigError(path, "nested too deep, or a number with too many digits") from None
    try:
        return _settings(tables)
    except (FieldError, _UnknownKey) as error:
        raise ConfigError(path, str(error)) from None


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(path, f"line {line}: not UTF-8 text") from None


class _UnknownKey(Exception):
    pass


def _settings(tables: dict[str, Any]) -> Settings:
    for name in tables:
        if name not in {*SECTIONS, "standards"}:
            raise _unknown(name, "", [*SECTIONS, "standards"])
    parts = {name: _built(kind(), name, tables.get(name, {})) for name, kind in SECTIONS.items()}
    return Settings(**parts, standards=_standards(tables.get("standards", {})))  # type: ignore[arg-type]


def _standards(tables: object) -> Mapping[str, FormStandard]:
    """The built-in standards, changed by and added to from ``[standards.NAME]`` tables."""
    standards = dict(STANDARDS)
    for name, table in _table("standards", tables).items():
        base = standards.get(name, STANDARDS["standard"])
        standards[name] = _built(base, f"standards.{name}", table)
    return standards


def _built(base: T, section: str, table: object) -> T:
    """``base`` with the fields in ``table`` replaced."""
    table = _table(section, table)
    for key in table:
        if key not in base.__struct_fields__:
            raise _unknown(key, section, list(base.__struct_fields__))
    try:
        # Not structs.replace(): that does not run the checks.
        return type(base)(**{**msgspec.structs.asdict(base), **table})
    except FieldError as error:
        raise error.under(section) from None


def _table(section: str, value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise FieldError(section, value, f"a table, written [{section}]")


def _unknown(key: str, section: str, known: list[str]) -> _UnknownKey:
    prefix = f"{section}." if section else ""
    near = difflib.get_close_matches(key, known, 1)
    hint = prefix + near[0] if near else _elsewhere(key)
    meant = f"did you mean {hint}?" if hint else f"known here: {', '.join(known)}"
    return _UnknownKey(f"{prefix}{key}: unknown key; {meant}")


def _elsewhere(key: str) -> str:
    """The dotted name of the nearest key of another section; empty if nothing is near."""
    places = {f: f"{name}.{f}" for name, kind in SECTIONS.items() for f in kind.__struct_fields__}
    places |= {f: f"standards.NAME.{f}" for f in FormStandard.__struct_fields__}
    near = difflib.get_close_matches(key, places, 1)
    return places[near[0]] if near else ""
