"""A zip for support: what doctor has found and what it saw, and nothing of whoever trains here.

In it are no sets, notes, loads or standards of one's own, no names, folders or addresses. The
machine's port and serial number are: they say which board it is, and are in each recording too.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from config import STANDARDS, CalibrationBook, ConfigError, Settings, load_settings
from config.kept import CALIBRATIONS, INCIDENTS, LOG
from config.load import SECTIONS
from config.whole_file import read_file
from firmware_bridge.floor.doctor.check import Check
from firmware_bridge.floor.doctor.privacy import Privacy, of_this_computer
from firmware_bridge.floor.doctor.report import Report, check_dict
from firmware_bridge.floor.whole_file import write_whole

MOST_INCIDENTS = 5
MOST_BYTES = 1 << 22  # of each; ours have not half of that
ZIP_BEGINS, ZIP_ENDS = datetime(1980, 1, 1), datetime(2107, 12, 31)
_LOGS = re.compile(re.escape(LOG) + r"(\.\d)?")
_INCIDENT = re.compile(r"\d{8}T\d{6}Z-[a-z-]+\.lever", re.A)
_LEFT_OUT = "(set, left out)"
_CHOICES = {*STANDARDS, "as5600", "potentiometer", "en", "de", "es"}
# Where something is wrong in a file, without what is; the longer name before one that begins it.
_KEYS = [f"{name}.{key}" for name, kind in SECTIONS.items() for key in kind.__struct_fields__]
_PLACE = re.compile("|".join([r"line \d+", *map(re.escape, sorted(_KEYS, reverse=True))]))


def write_bundle(
    path: Path, report: Report, state_folder: Path, settings_path: Path | None
) -> None:
    """Write it, whole or not at all, and whatever is broken. Raises OutputError."""
    settings = _loaded(settings_path)
    port = next((one.values.get("path") for one in report.checks if one.name == "port"), None)
    privacy = of_this_computer(state_folder, port, (settings or Settings()).display)
    made = sorted([ZIP_BEGINS, datetime.now(), ZIP_ENDS])[1]  # whatever the clock says
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in _members(report, state_folder, settings, privacy):
            member = zipfile.ZipInfo(name, made.timetuple()[:6])
            member.external_attr = 0o600 << 16
            bundle.writestr(member, data, zipfile.ZIP_DEFLATED)
    write_whole(path, [packed.getvalue()], "bundle")


def _members(
    report: Report, folder: Path, settings: Settings | None, privacy: Privacy
) -> Iterator[tuple[str, bytes]]:
    told = report.to_dict() | {"checks": [check_dict(_anonymous(one)) for one in report.checks]}
    yield "doctor.json", _json({**privacy.value(told), "schema": told["schema"]})
    yield "settings.json", _json(privacy.value(_settings(settings)))
    yield "calibrations.json", _json(privacy.value(_calibrations(folder / CALIBRATIONS)))
    for file in _newest(folder, _LOGS, 10):
        yield file.name, privacy.text(_read(file).decode(errors="replace")).encode()
    for file in _newest(folder / INCIDENTS, _INCIDENT, MOST_INCIDENTS):
        yield f"{INCIDENTS}/{file.name}", _read(file)  # the machine's own bytes


def _anonymous(check: Check) -> Check:
    """Words that quote what somebody has written are left out; the place is told."""
    values = {name: value for name, value in check.values.items() if name != "candidates"}
    if not check.quotes:
        return replace(check, values=values)
    place = _PLACE.search(check.words)
    where = place[0] if place else None
    return replace(check, words="left out here: it quotes the file", values={"where": where})


def _loaded(path: Path | None) -> Settings | None:
    with suppress(ConfigError):
        return load_settings(path)
    return None


def _settings(settings: Settings | None) -> dict[str, Any]:
    """All that is a number or a choice among ours, and of the rest only that it is set."""
    if settings is None:
        return {"unreadable": True}
    default = Settings()
    told: dict[str, Any] = {
        name: _told(getattr(settings, name), getattr(default, name))
        for name in ("machine", "calibration", "station", "display")
    }
    standards = settings.standards.items()
    told["standards"] = {n: msgspec.structs.asdict(s) for n, s in standards if n in STANDARDS}
    told["own_standards"] = [msgspec.structs.asdict(s) for n, s in standards if n not in STANDARDS]
    return told


def _told(section: msgspec.Struct, default: msgspec.Struct) -> dict[str, Any]:
    known = msgspec.structs.asdict(default)
    return {
        name: value if value == known[name] or _is_ours(value) else _LEFT_OUT
        for name, value in msgspec.structs.asdict(section).items()
    }


def _is_ours(value: object) -> bool:
    return value is None or isinstance(value, int | float) or value in _CHOICES


def _calibrations(file: Path) -> list[dict[str, Any]] | dict[str, Any]:
    try:
        return [msgspec.structs.asdict(one) for one in CalibrationBook.load(file).history]
    except ConfigError:
        return {"unreadable": True}


def _newest(folder: Path, name: re.Pattern[str], most: int) -> list[Path]:
    """The `most` newest files of ours, by their names; links lead elsewhere."""
    try:
        found = [one for one in folder.iterdir() if name.fullmatch(one.name)]
        ours = [one for one in found if one.is_file() and not one.is_symlink()]
    except OSError:
        return []
    return sorted(ours, key=lambda one: one.name)[-most:]


def _read(file: Path) -> bytes:
    """As much as we may."""
    try:
        return read_file(file, MOST_BYTES)
    except OSError:
        return b""


def _json(value: object) -> bytes:
    return json.dumps(msgspec.to_builtins(value), indent=1).encode() + b"\n"
