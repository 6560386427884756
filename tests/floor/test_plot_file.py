import os
import sys
from pathlib import Path

import matplotlib
import pytest

from firmware_bridge.errors import OutputError
from firmware_bridge.floor.plot_file import picture, require_matplotlib


def draw(target: Path) -> None:
    with picture(target) as new_figure:
        new_figure(2, 1).text(0.5, 0.5, "a set")


def test_a_picture_replaces_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "out.PNG"
    target.write_text("old")
    draw(target)
    assert target.read_bytes().startswith(b"\x89PNG")
    assert list(tmp_path.iterdir()) == [target]


def test_a_pdf_is_the_same_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, epoch in (("a", "1"), ("b", "1000000000")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        draw(tmp_path / f"{name}.pdf")
    first, second = ((tmp_path / f"{name}.pdf").read_bytes() for name in "ab")
    assert first.startswith(b"%PDF")
    assert first == second


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.svg").symlink_to(tmp_path / "real.svg")
    draw(tmp_path / "link.svg")
    assert "a set" in (tmp_path / "real.svg").read_text()
    assert (tmp_path / "link.svg").is_symlink()


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "loop.svg").symlink_to(tmp_path / "loop.svg")
    (tmp_path / "file").touch()
    for name in ("none/out.svg", "folder.svg", "loop.svg", "file/out.svg", "a" * 300 + ".svg"):
        with pytest.raises(OutputError, match=r"\.svg: ") as caught:
            draw(tmp_path / name)
        assert "\n" not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"folder.svg", "loop.svg", "file"}


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.svg"
    target.write_text("old")

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        draw(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_drawing_that_fails_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), picture(tmp_path / "out.svg") as new_figure:
        new_figure(1 / 0, 1)
    assert list(tmp_path.iterdir()) == []


def test_the_users_own_style_stays_out_and_unchanged(tmp_path: Path) -> None:
    draw(tmp_path / "before.svg")
    with matplotlib.rc_context({"font.size": 30, "savefig.facecolor": "red"}):
        draw(tmp_path / "after.svg")
        assert matplotlib.rcParams["font.size"] == 30
    assert (tmp_path / "before.svg").read_bytes() == (tmp_path / "after.svg").read_bytes()


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    require_matplotlib()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(OutputError, match=r"needs matplotlib: run `make plots`"):
        require_matplotlib()
