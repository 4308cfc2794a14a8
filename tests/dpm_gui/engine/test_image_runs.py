"""Runs of images through the engine's door: the preview before a long chain, denoising, and the room on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadCheckpointError
from core.formats import checkpoints
from core.values.runs import RunSpec
from dpm_gui.engine import opening, run_parts, runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE, SideFrame
from tests.support.window_values import FEW, LAST, make_checkpoint, make_images


@pytest.fixture
def model(path: str, trusted: None) -> Opened:
    *_, opened = opening.open_checkpoint(path)
    assert isinstance(opened, Opened)
    return opened


def frames(opened: Opened, spec: RunSpec) -> list[SideFrame]:
    return [value for value in runs.run(opened, spec) if isinstance(value, SideFrame)]


@pytest.mark.parametrize("shape", [(8, 8), (4, 6, 3)])
def test_pictures_are_opened(tmp_path: Path, trusted: None, shape: tuple[int, ...]) -> None:
    checkpoints.save(make_images(shape=shape), tmp_path / "made.h5")
    preview, opened = opening.open_checkpoint(str(tmp_path / "made.h5"))
    assert preview.checkpoint.data.shape == shape
    assert isinstance(opened, Opened)


def test_pictures_of_four_channels_are_refused_with_what_can_be_shown(tmp_path: Path, trusted: None) -> None:
    checkpoints.save(make_checkpoint(shape=(4, 4, 4)), tmp_path / "made.h5")
    with pytest.raises(BadCheckpointError, match=r"shape \(4, 4, 4\).*images, \(H, W\) or \(H, W, 3\)"):
        next(opening.open_checkpoint(str(tmp_path / "made.h5")))


def test_both_sides_have_something_to_show_at_once_and_the_preview_is_there_before_the_chain(
    model: Opened, long: None
) -> None:
    order = [(value.side, value.preview) for value in frames(model, FEW)]
    assert order[0] == (REVERSE, True)
    assert order[1] == (FORWARD, False)
    preview = [place for place, each in enumerate(order) if each == (REVERSE, True)]
    chain = [place for place, each in enumerate(order) if each == (REVERSE, False)]
    assert len(preview) == 5
    assert len(chain) == LAST + 1
    assert max(preview) < min(chain)


def test_what_comes_before_changes_nothing_in_the_chain(model: Opened, long: None) -> None:
    from core.sampling.trajectories import forward, reverse

    found = {(value.side, value.frame.t): value.frame.x for value in frames(model, FEW) if not value.preview}
    for side, walk in ((FORWARD, forward), (REVERSE, reverse)):
        for frame in walk(model.model, FEW):
            assert np.array_equal(found[side, frame.t], frame.x)


def test_the_preview_starts_where_the_chain_does(model: Opened, long: None) -> None:
    run = frames(model, FEW)
    first = next(value.frame for value in run if value.preview)
    chain = next(value.frame for value in run if value.side == REVERSE and not value.preview)
    assert first.t == chain.t == LAST
    assert np.array_equal(first.x, chain.x)


def test_short_chains_and_points_have_no_preview(model: Opened, tmp_path: Path, trusted: None) -> None:
    assert run_parts.preview_steps(model, FEW, range(4)) == 0
    checkpoints.save(make_checkpoint(200), tmp_path / "points.h5")
    *_, points = opening.open_checkpoint(str(tmp_path / "points.h5"))
    assert isinstance(points, Opened)
    assert run_parts.preview_steps(points, FEW, range(4)) == 0


def test_a_denoising_run_is_the_engine_s_and_its_forward_side_is_complete(model: Opened, long: None) -> None:
    from core.sampling.trajectories import forward
    from tests.support.chains import reverse_frames

    spec = replace(FEW, denoise_from=15)
    run = frames(model, spec)
    chain = [value.frame for value in run if value.side == REVERSE and not value.preview]
    for found, frame in zip(chain, reverse_frames(model.model, spec), strict=True):
        assert found.t == frame.t
        assert np.array_equal(found.x, frame.x)
    there = [value.frame for value in run if value.side == FORWARD]
    for found, frame in zip(there, forward(model.model, FEW), strict=True):
        assert np.array_equal(found.x, frame.x)
    preview = [value.frame for value in run if value.preview]
    assert (preview[0].t, preview[-1].t, len(preview)) == (15, 0, 5)


@pytest.mark.parametrize(("cap", "places"), [(10**9, "memory"), (20_000, "disk")])
def test_what_is_kept_in_memory_obeys_the_cap_the_preview_included(
    model: Opened, long: None, monkeypatch: pytest.MonkeyPatch, cap: int, places: str
) -> None:
    monkeypatch.setattr("core.formats.recordings.recording.DEFAULT_CAP", cap)
    space = run_parts.recording_space(model, FEW, run_parts.parts_of(model, FEW))
    assert [(part.side, part.preview is not None) for part in space.parts] == [(FORWARD, False), (REVERSE, True)]
    assert space.memory <= cap
    assert {part.store.storage for part in space.parts} == {places}
    assert [part.preview.steps for part in space.parts if part.preview is not None] == [4]
