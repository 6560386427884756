"""The house rules: who may import whom, and what may stand at the top level."""

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("config", "analysis", "firmware_bridge")
TOP = {"firmware_bridge", "analysis", "config", "tests", "pyproject.toml", "README.md"}
TOP |= {"LICENSE", "Makefile"}
NO_IO = {"asyncio", "concurrent", "ctypes", "datetime", "glob", "http", "io", "logging", "mmap"}
NO_IO |= {"multiprocessing", "os", "pathlib", "queue", "random", "select", "selectors", "serial"}
NO_IO |= {"shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile"}
NO_IO |= {"threading", "time", "urllib"}


def imports(path: Path) -> set[str]:
    """Dotted names of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = path.relative_to(ROOT).parts[: -node.level]
                base = ".".join([*package, *base.split(".")]).strip(".")
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def offenders(folder: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(folder)
        for name in imports(path)
        if any(name == f or name.startswith(f"{f}.") for f in forbidden)
    ]


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("config", ("analysis", "firmware_bridge", "tests")),
        ("analysis", ("firmware_bridge", "tests", *sorted(NO_IO))),
        ("firmware_bridge", ("tests",)),
        ("firmware_bridge/device", ("firmware_bridge.floor", "firmware_bridge.station")),
        ("firmware_bridge/floor", ("firmware_bridge.device", "firmware_bridge.station")),
        ("firmware_bridge/firmware", (*OURS, "tests")),
    ],
)
def test_imports_run_one_way(folder: str, forbidden: tuple[str, ...]) -> None:
    assert offenders(folder, forbidden) == []


def test_analysis_opens_and_prints_nothing() -> None:
    for path in files("analysis"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"open", "print", "input"}, path


def test_only_one_file_imports_serial() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for folder in OURS
        for path in files(folder)
        if any(name.split(".")[0] == "serial" for name in imports(path))
    }
    assert users <= {"firmware_bridge/device/port.py"}


def test_only_station_and_cli_know_both_banks() -> None:
    both = []
    for path in files("firmware_bridge"):
        names = " ".join(imports(path))
        if "firmware_bridge.device" in names and "firmware_bridge.floor" in names:
            both.append(path.name)
    assert set(both) <= {"station.py", "cli.py"}


def test_every_file_says_its_reason_in_its_first_line() -> None:
    for folder in OURS:
        for path in files(folder):
            assert ast.get_docstring(ast.parse(path.read_text())), path


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="no clone")
def test_only_what_belongs_there_stands_at_the_top() -> None:
    listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)
    top = {line.split("/")[0] for line in listed.splitlines()}
    extra = {name for name in top - TOP if not name.startswith(".") and not name.endswith(".lock")}
    assert extra == set()
