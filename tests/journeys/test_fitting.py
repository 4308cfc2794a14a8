"""The window fits on small screens with large text: nothing is beyond its edge, out of reach or cut off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.runtime.assets import asset
from tests.support.painting import save_rings

SIZES = ("960x540", "1024x570", "1280x770", "1920x1050")


@pytest.mark.parametrize("dpi", [96, 144, 192])
@pytest.mark.parametrize("what", ["points", "images"])
def test_every_control_is_within_reach_at_every_size_of_window_and_text(dpi: int, what: str, tmp_path: Path) -> None:
    path = asset("checkpoints/swiss_roll.h5")
    if what == "images":
        path = tmp_path / "rings.h5"
        save_rings(path)
    command = [sys.executable, "-m", "tests.support.fitting", str(path), *SIZES]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_FONT_DPI": str(dpi)}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "fits"), ended.stderr
