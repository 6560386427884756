import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from config import CalibrationBook, state_folder
from config.kept import CALIBRATIONS
from firmware_bridge.cli import main
from firmware_bridge.device.bundled import FIRMWARE
from firmware_bridge.device.people import SCRIPTS, Hold, Stroke, perform
from firmware_bridge.device.simulated import DEVICE_ID, SimulatedMachine, counts_of
from tests.device.rawrepl import Board
from tests.soak.stop import PYTHONS_OWN, is_pythons_own

ROOT = Path(__file__).parents[1]
LEVERREP = [sys.executable, "-m", "firmware_bridge"]


@pytest.fixture(autouse=True)
def a_usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_plot_beside_the_table_or_the_json(
    csv: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    svg, png = tmp_path / "out.svg", tmp_path / "out.PNG"
    assert main(["analyse", str(csv), "--plot", str(svg)]) == 0
    assert "Set 1: 6 reps" in capfd.readouterr().out
    assert "Set 2 of 2: 5 reps" in svg.read_text()
    assert main(["analyse", str(csv), "--plot", str(png), "--json"]) == 0
    assert len(json.loads(capfd.readouterr().out)["sets"]) == 2
    assert png.read_bytes().startswith(b"\x89PNG")


def test_two_files_over_each_other(
    csv: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    svg = tmp_path / "out.svg"
    assert main(["analyse", "--compare", str(csv), str(csv), "--plot", str(svg)]) == 0
    assert "seconds since the set began" in svg.read_text()
    assert capfd.readouterr() == ("", "")


def test_a_plot_that_cannot_be_made_is_one_line(
    csv: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    still, svg = tmp_path / "still.csv", tmp_path / "out.svg"
    still.write_text("t_s,angle_deg\n" + "".join(f"{n / 100},62\n" for n in range(500)))
    for files in ([str(still)], ["--compare", str(csv), str(still)]):
        assert main(["analyse", *files, "--plot", str(svg)]) == 1
        out, err = capfd.readouterr()
        assert out == ""
        assert err.startswith("leverrep: ")
        assert err.endswith("still.csv: no reps and no partials found, so nothing to plot\n")
    assert main(["analyse", str(csv), "--plot", str(tmp_path / "none" / "out.svg")]) == 1
    assert "picture cannot be written: No such file" in capfd.readouterr().err
    assert not svg.exists()


def test_a_plot_without_matplotlib(
    csv: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["analyse", str(csv), "--plot", "out.svg"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "make plots" in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["analyse"],
        ["analyse", "x", "--json", "--events"],
        ["analyse", "x", "--uncalibrated", "--events"],
        ["analyse", ""],
        ["analyse", "x", "--plot", ""],
        ["analyse", "x", "--plot", "x.gif"],
        ["analyse", "x", "--plot", "x.svg", "--events"],
        ["analyse", "x", "--plot", "x.svg", "--uncalibrated"],
        ["analyse", "--plot", "x.svg"],
        ["analyse", "--compare", "a", "b"],
        ["analyse", "--compare", "a", "--plot", "x.svg"],
        ["analyse", "x", "--compare", "a", "b", "--plot", "x.svg"],
        ["analyse", "--compare", "a", "b", "--plot", "x.svg", "--json"],
        ["run", "--events", ""],
        ["run", "--port", ""],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: leverrep" in capfd.readouterr().err


def test_what_is_told_of_a_wrong_word_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sets", "list", "\x1b[31mfoo\nbar"])
    assert capfd.readouterr().err.endswith(r"unrecognized arguments: \x1b[31mfoo\nbar" + "\n")


def test_a_terminal_that_cannot_draw_gets_lines(tmp_path: Path) -> None:
    master, slave = os.openpty()
    command = [*LEVERREP, "run", "--port", str(tmp_path / "lever"), "--wait"]
    environment = {**os.environ, "TERM": "dumb"}
    station = subprocess.Popen(command, cwd=ROOT, stdout=slave, env=environment)
    said = b""
    while b"searching: " not in said:
        said += os.read(master, 4096)
    station.send_signal(signal.SIGTERM)
    assert station.wait() == 0
    os.close(master)
    os.close(slave)


SLOW = {"numpy", "scipy", "matplotlib", "rich", "msgspec", "serial", "asyncio", "dataclasses"}
SLOW |= {"inspect", "typing", "pathlib", "json", "subprocess", "tempfile"}
OURS_BUT_THE_PARSER = {"analysis", "config", "firmware_bridge.station"}


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom firmware_bridge.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*(set(sys.modules) - before), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "analyse" in done.stdout
    assert "argparse" in done.stderr
    assert (SLOW | OURS_BUT_THE_PARSER) & set(done.stderr.split()) == set()


@pytest.mark.parametrize("option", ["--events", "--json", "--config=/dev/null", "--help"])
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


def test_demo_counts_the_scripted_session(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--fast"]) == 0
    out, err = capfd.readouterr()
    assert "rep 9" in out
    assert "Set 1: 9 reps" in out
    assert err == ""


def test_demo_knows_its_people(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["demo", "--script", "nobody"])
    assert "must be one of mixed, good" in capfd.readouterr().err


def test_demo_does_not_need_the_settings_of_the_real_machine(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text("[machine]\ncounts_per_turn = 16384\ndirection = -1\n")
    assert main(["demo", "--fast", "--config", str(settings), "--events", "-"]) == 0
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert sum(event["kind"] == "rep" for event in events) == 9


@pytest.fixture
def machine() -> Iterator[SimulatedMachine]:
    motion = SCRIPTS["fast"].motion()
    with SimulatedMachine(counts_of(motion), fast=True) as simulated:
        yield simulated


def ended(process: "subprocess.Popen[str]", line: str) -> str:
    """Wait for a line of standard output, send SIGINT, return what came."""
    assert process.stdout is not None
    seen = ""
    while line not in seen:
        more = process.stdout.readline()
        assert more, seen
        seen += more
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert re.fullmatch(r"(Display: http://\S+\n)?", err)
    return seen + out


def start(*arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*LEVERREP, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_run_prints_the_events_of_a_machine_it_did_not_start(machine: SimulatedMachine) -> None:
    out = ended(start("run", "--port", machine.port, "--events", "-"), '"link":"lost"')
    events = [json.loads(line) for line in out.splitlines()]
    assert events[0]["link"] == "connected"
    assert [event["number"] for event in events if event["kind"] == "rep"] == [*range(1, 13)]
    assert events[-1]["kind"] == "set_ended"
    assert events[-1]["set"]["rep_count"] == 12


def test_a_recording_can_be_replayed_and_analysed(
    machine: SimulatedMachine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    recording, events = tmp_path / "rec.lever", tmp_path / "events.ndjson"
    events.write_text('{"older":1}\n')
    arguments = ("record", recording, "--port", machine.port, "--events", events)
    assert "Set 1: 12 reps" in ended(start(*arguments), "lost:")
    lines = events.read_text().splitlines()
    assert lines[0] == '{"older":1}'
    recorded = [json.loads(line) for line in lines[1:]]
    assert sum(event["kind"] == "rep" for event in recorded) == 12

    capfd.readouterr()
    assert main(["replay", "--fast", str(recording), "--events", "-"]) == 0
    replayed = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [e for e in replayed if "link" not in e] == [e for e in recorded if "link" not in e]

    assert main(["analyse", str(recording), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["sets"][0]["rep_count"] == 12

    kept = recording.read_bytes()
    assert main(["record", str(recording), "--port", "/dev/null"]) == 1
    assert "exists already" in capfd.readouterr().err
    assert recording.read_bytes() == kept


def test_ports_that_cannot_be_used(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--port", "/dev/no-such"]) == 1
    assert capfd.readouterr().err.startswith("leverrep: /dev/no-such does not exist")
    recording = tmp_path / "rec.lever"
    assert main(["record", str(recording), "--port", str(tmp_path)]) == 1
    assert capfd.readouterr().err.count("\n") == 1
    assert not recording.exists()


def test_a_port_without_a_lever_machine(capfd: pytest.CaptureFixture[str]) -> None:
    master, slave = os.openpty()
    assert main(["run", "--port", os.ttyname(slave)]) == 1
    assert "no HELLO in 3 s" in capfd.readouterr().err
    os.close(master)
    os.close(slave)


def test_run_waits_for_its_machine_when_asked_to(tmp_path: Path) -> None:
    state_folder().mkdir(parents=True)
    (state_folder() / CALIBRATIONS).write_text("{")  # told of once there is a machine
    command = [*LEVERREP, "run", "--wait", "--port", str(tmp_path / "lever")]
    station = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert station.stdout
    assert "Display: http://" in station.stdout.readline()
    assert "searching" in station.stdout.readline()
    with SimulatedMachine(np.full(100, 2048, np.uint16), link=tmp_path / "lever"):
        assert "connected" in station.stdout.readline()
        assert "damaged" in station.stdout.readline()
    station.send_signal(signal.SIGTERM)
    assert station.wait() == 0


def test_a_full_disk_is_told_and_the_counting_goes_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo", "--fast", "--events", "/dev/full"]) == 1
    out, err = capfd.readouterr()
    assert out.count("events cannot be written: No space left") == 1
    assert "Set 1: 9 reps" in out
    assert err == "leverrep: /dev/full: events cannot be written: No space left on device\n"


def shell(line: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A line of shell with `$L` for the command."""
    known = {**os.environ, "L": " ".join(LEVERREP), **environment}
    return subprocess.run(
        ["sh", "-c", line], cwd=ROOT, env=known, capture_output=True, text=True, check=False
    )


def test_a_full_standard_output_is_one_line(csv: Path) -> None:
    for option in ("", "--json", "--events"):
        done = shell(f"$L analyse {csv} {option} > /dev/full")
        assert done.returncode == 1
        assert done.stderr.startswith("leverrep: standard output: ")
        assert done.stderr.endswith("cannot be written: No space left on device\n")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_may_be_closed(csv: Path, closed: str) -> None:
    assert shell(f"$L analyse {csv} {closed}").returncode == 0
    assert shell(f"$L demo --fast --events - {closed}").returncode == 0
    assert shell(f"$L analyse no.csv {closed}").returncode == 1


def test_a_locale_without_degrees(csv: Path) -> None:
    done = shell(f"$L analyse {csv}", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "Set 1: 6 reps" in done.stdout


def test_csv_from_a_pipe(csv: Path) -> None:
    done = shell(f"cat {csv} | $L analyse /dev/stdin")
    assert "Set 1: 6 reps" in done.stdout, done.stderr


def test_an_error_is_one_line_whatever_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--port", "/dev/a\nb"]) == 1
    assert capfd.readouterr().err.startswith("leverrep: /dev/a\\nb does not exist")


@pytest.mark.parametrize("delay_s", [0.05, 0.15, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_starting_leaves_nothing_behind(
    tmp_path: Path, delay_s: float, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [*LEVERREP, "demo"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(delay_s)
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert err == "" or is_pythons_own(err)
    assert process.returncode in (PYTHONS_OWN if err else {0, 130, -number})
    assert list(tmp_path.glob("leverrep-*")) == []


def test_run_ends_when_nobody_reads_its_events() -> None:
    with SimulatedMachine(counts_of(np.zeros(1000))) as still:
        process = start("run", "--port", still.port, "--events", "-")
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=10) == 0
        assert re.fullmatch(r"Display: http://\S+\n", process.stderr.read())
        process.stderr.close()


def test_uncalibrated_angles_may_lie_anywhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.csv"
    motion = 200 - SCRIPTS["good"].motion()[4000:-6000:10]
    rows = (f"{n / 100:.2f},{angle:.2f}\n" for n, angle in enumerate(motion))
    path.write_text("t_s,angle_deg\n" + "".join(rows))
    assert main(["analyse", str(path), "--uncalibrated", "--json"]) == 0
    (one,) = json.loads(capfd.readouterr().out)["sets"]
    assert 7 <= one["rep_count"] <= 9
    assert main(["analyse", str(path)]) == 0
    said = capfd.readouterr().out
    assert re.search(r"No reps .*\nThe angles go from 1\d\d\.\d° to 2\d\d\.\d° in 4\d\.\d s", said)
    assert said.endswith("If nobody has calibrated them, --uncalibrated counts.\n")


def lowered_to(stop_deg: float) -> SimulatedMachine:
    """Somebody stands tall, lowers the lever, and holds it there."""
    motion = perform(0.0, (Hold(4.0, sway_deg=0.2), Stroke(stop_deg, 2.5), Hold(4.0)))
    return SimulatedMachine(counts_of(motion, neutral_counts=300, direction=-1), fast=True)


def calibrate(machine: SimulatedMachine, stdin: str = "</dev/null") -> tuple[int, str, str]:
    """Status and output of a process that calibrates a machine."""
    done = shell(f"$L calibrate --port {machine.port} {stdin}")
    return done.returncode, done.stdout, done.stderr


def kept_files() -> list[str]:
    """What is in the folder of what is kept."""
    folder = state_folder()
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def refused(done: tuple[int, str, str], why: str) -> None:
    status, _, err = done
    assert status == 1
    assert re.fullmatch(rf"leverrep: not calibrated: .*{why}.*\n", err)


def test_a_calibration_is_done_said_and_kept_for_its_owner_alone() -> None:
    with lowered_to(61.0) as machine:
        status, out, err = calibrate(machine)
    assert (status, err) == (0, "")
    steps = [line[0] for line in out.splitlines() if re.match(r"[1-4] ", line)]
    assert steps == ["1", "2", "3", "4"]
    assert "The counts go down as the lever is lowered, and turn over on the way." in out
    assert out.endswith(
        f"Kept: from now on device {DEVICE_ID} is read by this; --undo goes back.\n"
    )
    assert kept_files() == [CALIBRATIONS]
    path = state_folder() / CALIBRATIONS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    saved = CalibrationBook.load(path).newest(DEVICE_ID)
    assert saved is not None
    assert saved.stop_deg == pytest.approx(61.0, abs=0.3)
    assert (saved.direction, saved.sensor) == (-1, "as5600")


def test_where_nothing_can_be_typed_it_goes_by_itself() -> None:
    with lowered_to(61.0) as machine:
        assert calibrate(machine, "<&-")[0] == 0
    assert kept_files() == [CALIBRATIONS]


def test_undo_goes_back_step_by_step_and_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with lowered_to(61.0) as machine:
        assert calibrate(machine)[0] == 0
    path = state_folder() / CALIBRATIONS
    book = CalibrationBook.load(path)
    (older,) = book.history
    newer = replace(older, made_utc="2100-01-01T00:00:00Z")
    book.keep(newer)
    for gone, then in ((newer, f"that of {older.made_utc}"), (older, "none of this device")):
        assert main(["calibrate", "--undo"]) == 0
        out, err = capfd.readouterr()
        undone = f"Undone: the calibration of {gone.made_utc}. In force now: {then}.\n"
        assert out.startswith(undone)
        assert err == ""
    assert CalibrationBook.load(path).newest(DEVICE_ID) is None
    assert len(CalibrationBook.load(path).history) == 2
    assert main(["calibrate", "--undo"]) == 1
    assert capfd.readouterr() == ("", "leverrep: there is no calibration to undo\n")


def test_what_is_refused_is_one_line_and_nothing_is_kept() -> None:
    with lowered_to(12.0) as machine:
        done = calibrate(machine)
    refused(done, "neutral and stop are 1[12]\\.[0-9]° apart, under 20°: .*start again")
    assert kept_files() == []


def test_what_is_refused_leaves_the_one_before_as_it_was() -> None:
    path = state_folder() / CALIBRATIONS
    path.parent.mkdir(parents=True)
    before = b'{"schema":"leverrep.calibrations/1","calibrations":[]}'
    path.write_bytes(before)
    with lowered_to(12.0) as machine:
        refused(calibrate(machine), "apart, under 20°")
    assert path.read_bytes() == before
    assert kept_files() == [CALIBRATIONS]


def test_a_q_ends_a_calibration_without_one() -> None:
    with SimulatedMachine(counts_of(np.zeros(1000))) as still:
        done = shell(f"printf 'q\\n' | $L calibrate --port {still.port}")
    refused((done.returncode, done.stdout, done.stderr), "cancelled")
    assert kept_files() == []


def test_ctrl_c_ends_a_calibration_and_leaves_nothing() -> None:
    with SimulatedMachine(counts_of(np.zeros(1000))) as still:
        process = start("calibrate", "--port", still.port)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("1 Neutral: ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    refused((process.returncode, out, err), "stopped; the calibration before stays in force")
    assert kept_files() == []


def test_calibrations_that_are_damaged_are_told_and_left_alone(
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = state_folder() / CALIBRATIONS
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{")
    for more in ([], ["--undo"]):
        assert main(["calibrate", *more]) == 1
        out, err = capfd.readouterr()
        assert out == ""
        assert err.startswith(f"leverrep: {path}: damaged")
        assert err.count("\n") == 1
    assert path.read_bytes() == b"{"


@pytest.fixture
def still() -> Iterator[SimulatedMachine]:
    """A machine that nobody moves."""
    with SimulatedMachine(np.full(100, 2048, np.uint16)) as simulated:
        yield simulated


def checks(document: str) -> dict[str, str]:
    """State of each check that doctor tells in JSON."""
    return {check["name"]: check["state"] for check in json.loads(document)["checks"]}


def test_doctor_tells_what_is_wrong_and_support_gets_a_bundle(
    still: SimulatedMachine, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.zip"
    done = run("doctor", "--port", still.port, "--json", "--bundle", bundle)
    assert done.returncode == 1
    states = checks(done.stdout)
    assert (states["machine"], states["rate"], states["calibration"]) == ("ok", "ok", "wrong")
    assert zipfile.is_zipfile(bundle)


def test_doctor_without_a_machine_or_settings_looks_at_the_rest(tmp_path: Path) -> None:
    settings = tmp_path / "bad.toml"
    settings.write_text("[machine]\ngear = 0")
    done = run("--config", settings, "doctor", "--port", tmp_path / "lever", "--json")
    states = checks(done.stdout)
    assert done.returncode == 1
    assert (states["port"], states["settings"], states["store"]) == ("wrong", "wrong", "ok")


def test_doctor_asks_the_station_that_has_the_machine(still: SimulatedMachine) -> None:
    settings = state_folder().parent / "port.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"[display]\nport = {free_port()}\n")
    command = [*LEVERREP, "--config", str(settings), "run", "--port", still.port]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as station:
        assert station.stdout
        assert "Display" in station.stdout.readline()
        assert "connected" in station.stdout.readline()
        for _ in range(20):  # its display may still be starting
            done = run("--config", settings, "doctor", "--port", still.port, "--json")
            if checks(done.stdout)["machine"] == "ok":
                break
        other = run("--config", settings, "doctor", "--port", "/dev/no-such", "--json")
        station.terminate()
    states = checks(other.stdout)
    assert (states["port"], states["machine"], states["display"]) == ("wrong", "unknown", "ok")
    states = checks(done.stdout)
    assert (states["port"], states["machine"], states["display"]) == ("ok", "ok", "ok")
    assert done.stderr == ""  # nothing had to be looked at anew


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_flash_says_which_sensors_there_are(
    still: SimulatedMachine, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["flash", "--port", still.port, "--sensor", "as5048"]) == 1
    err = capfd.readouterr().err
    assert err.startswith("leverrep: ")
    assert "potentiometer" in err


def test_flash_goes_on_to_the_end_whoever_stops_reading_or_presses_ctrl_c(tmp_path: Path) -> None:
    pytest.importorskip("micropython_unix")
    with Board(tmp_path) as board:
        command = [*LEVERREP, "flash", "--port", board.port]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as flashing:
            assert flashing.stdout
            while not flashing.stdout.readline().startswith("copying"):
                assert flashing.poll() is None
            flashing.stdout.close()
            os.killpg(flashing.pid, signal.SIGINT)  # a terminal sends it to all that run in it
            assert flashing.wait(60) == 0
        assert not (board.memory / "update").exists()
        assert (board.memory / "lever.py").read_text() == (FIRMWARE / "lever.py").read_text()


def test_flash_that_fails_says_so_in_its_status_even_if_nobody_reads_what_it_prints() -> None:
    unread, stdout = os.pipe()
    os.close(unread)
    command = [*LEVERREP, "flash", "--port", "/dev/none"]
    done = subprocess.run(
        command, cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(stdout)
    assert done.returncode == 1
    assert done.stderr.startswith("leverrep: /dev/none does not exist")
