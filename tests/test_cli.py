import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.cli import main
from firmware_bridge.device.people import SCRIPTS

ROOT = Path(__file__).parents[1]
LEVERREP = [
    sys.executable,
    "-c",
    "import sys; from firmware_bridge.cli import main; sys.exit(main())",
]


@pytest.fixture(autouse=True)
def no_settings_of_mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config-home"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "two.csv"
    motion = SCRIPTS["two-sets"].motion()[::5]
    rows = (f"{n / 200:.3f},{angle:.3f}\n" for n, angle in enumerate(motion))
    path.write_text("t_s,angle_deg\n" + "".join(rows))
    return path


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [*LEVERREP, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_analyse_prints_a_table(csv: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(csv)]) == 0
    out, err = capfd.readouterr()
    assert "Set 1: 6 reps" in out
    assert "Set 2: 5 reps" in out
    assert err == ""


def test_analyse_json_is_json_alone(csv: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(csv), "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert document["schema"] == "leverrep.analysis/1"
    assert [one["rep_count"] for one in document["sets"]] == [6, 5]


def test_analyse_events_are_ndjson(csv: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", "--events", str(csv)]) == 0
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert sum(event["kind"] == "rep" for event in events) == 11
    assert all({"kind", "t_s", "detected_s"} <= event.keys() for event in events)


def test_the_form_standard_comes_from_the_settings(
    csv: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text('[station]\nstandard = "gentle"\n')
    for order in (["--config", str(settings), "analyse"], ["analyse", "--config", str(settings)]):
        assert main([*order, str(csv), "--json"]) == 0
        rep = json.loads(capfd.readouterr().out)["sets"][0]["reps"][0]
        assert rep["flags"] == ["too_deep"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty file"),
        ("t_s,angle_deg\n0,1\n1,x\n", "line 3, column angle_deg: 'x' is not a number"),
        ("t_s,angle_deg\n1,1\n0,1\n", "line 3, column t_s: time goes backwards"),
        ("t_s,angle_deg\n0,nan\n", "line 2, column angle_deg: nan is not a finite number"),
        ("time,angle\n0,1\n", "line 1: the header must be t_s,angle_deg"),
    ],
)
def test_a_bad_file_is_one_line_and_status_1(
    text: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    assert main(["analyse", str(path), "--json"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith(f"leverrep: {path}: {message}")


def test_a_missing_file_and_bad_settings(csv: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", "no.csv"]) == 1
    assert capfd.readouterr().err == "leverrep: no.csv: cannot be read: No such file or directory\n"
    assert main(["--config", "no.toml", "analyse", str(csv)]) == 1
    assert capfd.readouterr().err.startswith("leverrep: no.toml: cannot be read")


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["analyse"], ["analyse", "x", "--json", "--events"]]
)
def test_wrong_usage_is_status_2(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: leverrep" in capfd.readouterr().err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom firmware_bridge.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'rich', 'msgspec', 'serial'} & sys.modules.keys()\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("option", ["--events", "--json"])
def test_a_reader_that_goes_away_is_no_error(csv: Path, option: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        done = subprocess.run(
            [*LEVERREP, "analyse", str(csv), option],
            cwd=ROOT,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.stderr == ""
    assert done.returncode == 0
