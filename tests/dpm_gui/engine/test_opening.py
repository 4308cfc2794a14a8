"""Opening a checkpoint: a preview before torch is there, then what can be run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadCheckpointError
from core.formats.checkpoints import save
from dpm_gui.engine import opening as opening_module
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import CheckpointPreview
from tests.support.window_values import make_checkpoint

ROOT = Path(__file__).parents[3]


@pytest.fixture
def opened(files: dict[str, str], trusted: None) -> Opened:
    *_, last = opening_module.open_checkpoint(files["small"])
    assert isinstance(last, Opened)
    return last


def in_a_fresh_interpreter(code: str) -> str:
    """Return what ``code`` prints, run by an interpreter that has imported nothing yet."""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_a_checkpoint_comes_as_a_preview_and_then_as_what_can_be_run(files: dict[str, str], trusted: None) -> None:
    preview, opened = opening_module.open_checkpoint(files["other"])
    assert isinstance(preview, CheckpointPreview)
    assert isinstance(opened, Opened)
    assert preview.checkpoint is opened.checkpoint
    assert opened.model.steps == opened.checkpoint.steps == 3
    assert preview.along is not None
    assert len(preview.along) == len(preview.checkpoint.data.examples)
    assert len(opened.entropies.upper) == 3


def test_the_signal_left_falls_from_one_to_the_product_of_all_that_stays(opened: Opened) -> None:
    expected = np.cumprod(np.concatenate(([1.0], 1.0 - opened.checkpoint.betas)))
    np.testing.assert_allclose(opened.alpha_bars, expected, rtol=1e-12)


def test_the_preview_needs_no_torch(files: dict[str, str]) -> None:
    code = f"""
import sys
from dpm_gui.engine import opening as opening_module
opening = opening_module.open_checkpoint({files["small"]!r})
next(opening)
print("torch" in sys.modules)
next(opening)
print("torch" in sys.modules)
"""
    assert in_a_fresh_interpreter(code).split() == ["False", "True"]


def test_points_of_more_columns_than_can_be_shown_are_refused_by_their_shape(
    files: dict[str, str], trusted: None
) -> None:
    with pytest.raises(BadCheckpointError, match=r"wide\.h5: its data have shape \(65,\); only points of up to 64"):
        list(opening_module.open_checkpoint(files["wide"]))


@pytest.mark.parametrize("dimensions", [1, 3, 64])
def test_points_of_any_fewer_columns_can_be_run(dimensions: int, tmp_path: Path, trusted: None) -> None:
    path = tmp_path / "points.h5"
    save(make_checkpoint(shape=(dimensions,)), path)
    preview, opened = opening_module.open_checkpoint(str(path))
    assert isinstance(preview, CheckpointPreview)
    assert preview.along is not None
    assert ((preview.along >= 0.0) & (preview.along <= 1.0)).all()
    assert isinstance(opened, opening_module.Opened)
