"""The one door to the engine: what comes through it, in which order, and when torch is imported."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadCheckpointError
from dpm_gui.engine import opening as opening_module
from dpm_gui.engine import runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE, CheckpointPreview, SideColours, SideFrame
from tests.support.window_values import SPEC, STEPS

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


def test_data_that_do_not_lie_in_the_plane_are_refused_by_their_shape(files: dict[str, str], trusted: None) -> None:
    with pytest.raises(BadCheckpointError, match=r"solid\.h5: its data have shape \(3,\)"):
        list(opening_module.open_checkpoint(files["solid"]))


def test_a_run_walks_forward_then_back_and_colours_each_side_with_its_data(opened: Opened) -> None:
    values = list(runs.run(opened, SPEC))
    ts = [(value.side, value.frame.t) for value in values if isinstance(value, SideFrame)]
    assert ts == [(FORWARD, t) for t in range(STEPS + 1)] + [(REVERSE, t) for t in range(STEPS, -1, -1)]
    for before, value in pairwise(values):
        if isinstance(value, SideColours):
            assert isinstance(before, SideFrame)
            assert (before.side, before.frame.t) == (value.side, 0)
            assert value.along.shape == (SPEC.count,)
            assert ((value.along >= 0.0) & (value.along <= 1.0)).all()
    assert [value.side for value in values if isinstance(value, SideColours)] == [FORWARD, REVERSE]


def test_what_comes_through_cannot_be_written_to(opened: Opened) -> None:
    frames = [value.frame for value in runs.run(opened, SPEC) if isinstance(value, SideFrame)]
    arrows = list(runs.drift(opened, SPEC.threads))
    arrays = [*(frame.x for frame in frames), *(arrow.x for arrow in arrows), *(arrow.drift for arrow in arrows)]
    assert not any(array.flags.writeable for array in arrays)


def test_the_bound_comes_last_and_alone(opened: Opened) -> None:
    *reports, last = runs.measure_bound(opened, SPEC)
    assert all(report.bound is None for report in reports)
    assert last.bound is not None
    assert last.bound.count == SPEC.count
