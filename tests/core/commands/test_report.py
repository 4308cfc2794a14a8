"""`dpm report`: one file, the numbers of `dpm bound`, and refusals that leave nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from core.cli import main
from core.formats import checkpoints
from tests.support.window_values import make_checkpoint

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.h5"
    checkpoints.save(make_checkpoint(5), path)
    return path


def test_it_has_the_numbers_of_the_bound(small: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "r.html"
    options = ["--count", "40", "--work", "8"]
    assert main(["report", str(small), "--out", str(out), *options]) == 0
    assert "K" in capsys.readouterr().out
    assert main(["bound", str(small), *options, "--json"]) == 0
    wanted = json.loads(capsys.readouterr().out)
    text = re.search(r'id="facts">(.*?)</script>', out.read_text(encoding="utf-8"), re.DOTALL)
    assert text is not None
    assert json.loads(text.group(1)) == wanted


@pytest.mark.parametrize("out", ["r.pdf", "nowhere/r.html"])
def test_a_report_that_cannot_be_written_is_refused_at_once(
    small: Path, tmp_path: Path, out: str, capsys: Capture
) -> None:
    assert main(["report", str(small), "--out", str(tmp_path / out)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.h5"]
