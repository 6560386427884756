"""What nothing may go wrong in is covered by branch, all of it, by its own test file alone.

That is the way of a byte to a sample (the wire protocol, the link, when it is tried again, the
clock) and the rep state machine: when a rep counts (`reps`), what of it makes up a set (`session`),
when that is over (`rest`), and what is said of it at once (`phase`, `overshoot`). What a rep was
like is measured without a state: those figures have their limits in `make accuracy`.

Tests of chance (hypothesis) are left out: they run by themselves, and what they cover is another
thing each time. So are those of what something costs: to be looked at costs more.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEVICE = ("framing", "frames", "decoder", "ledger", "link", "reconnect", "clock")
REPS = ("reps", "session", "rest", "phase", "overshoot")


def uncovered(module: Path, test: Path, data: Path) -> str:
    """What pytest and coverage say if `test` fails or leaves a branch of `module` out, else ""."""
    coverage = (sys.executable, "-m", "coverage")
    where = (f"--data-file={data}", f"--include={module}")
    tests = ("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    chosen = ("-m", "not hypothesis and not cost", str(test))
    for command in (
        (*coverage, "run", "--branch", *where, "-m", *tests, *chosen),
        (*coverage, "report", "--show-missing", "--fail-under=100", *where),
    ):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=_bare())
        if done.returncode:
            return done.stdout + done.stderr
    return ""


def _bare() -> dict[str, str]:
    """Nothing that would have the tests run otherwise than by themselves."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@pytest.mark.parametrize(
    ("module", "tests"),
    [
        *((f"firmware_bridge/device/{name}.py", f"tests/device/test_{name}.py") for name in DEVICE),
        *((f"analysis/{name}.py", f"tests/analysis/test_{name}.py") for name in REPS),
    ],
)
def test_each_branch_is_taken_by_its_own_tests(module: str, tests: str, tmp_path: Path) -> None:
    problem = uncovered(ROOT / module, ROOT / tests, tmp_path / "data")
    assert not problem, problem


@pytest.mark.parametrize(
    ("asserted", "problem"),
    [("sign(1) == 1", "67%"), ("sign(1) == 2", "1 failed"), ("True", "some.py")],
)
def test_a_branch_left_out_is_told(asserted: str, problem: str, tmp_path: Path) -> None:
    module, test = tmp_path / "some.py", tmp_path / "test_some.py"
    module.write_text("def sign(x):\n    if x > 0:\n        return 1\n    return 0\n")
    load = f"import sys\nsys.path.append({str(tmp_path)!r})\nfrom some import sign\n"
    test.write_text(f"{load}def test_some():\n    assert {asserted}\n")
    assert problem in uncovered(module, test, tmp_path / "data")
