"""Runs of many futures: those of the engine itself, how far they lie apart, their preview, and their room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.values.runs import Branch, Frame, RunSpec
from dpm_gui.engine import opening, run_parts, runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE, SideFrame
from tests.support.window_values import FEW, LAST


def frames(opened: Opened, *arguments: object) -> list[SideFrame]:
    return [value for value in runs.run(opened, *arguments) if isinstance(value, SideFrame)]  # type: ignore[arg-type]


@pytest.mark.parametrize("known", [True, False])
def test_a_run_of_futures_is_the_engine_s_with_or_without_their_state(path: str, trusted: None, known: bool) -> None:
    from core.sampling.starts import start_of
    from core.sampling.trajectories import forward
    from tests.support.chains import reverse_frames

    *_, opened = opening.open_checkpoint(path)
    assert isinstance(opened, Opened)
    spec = replace(FEW, branches=(Branch(9, 3),))
    *_, parent = start_of(opened.model, spec)
    run = frames(opened, spec, parent.x[0]) if known else frames(opened, spec)
    back = [value.frame for value in run if value.side == REVERSE]
    for found, frame in zip(back, reverse_frames(opened.model, spec), strict=True):
        assert found.t == frame.t
        assert np.array_equal(found.x, frame.x)
    there = [value.frame for value in run if value.side == FORWARD]
    for found, frame in zip(there, forward(opened.model, FEW), strict=True):
        assert np.array_equal(found.x, frame.x)


def test_every_frame_of_the_futures_says_how_far_they_lie_apart_and_no_other(
    path: str, trusted: None, long: None
) -> None:
    from core.sampling.predictions import state_spread

    *_, opened = opening.open_checkpoint(path)
    assert isinstance(opened, Opened)
    run = frames(opened, replace(FEW, branches=(Branch(15, 3),)))
    back = [value for value in run if value.side == REVERSE and not value.preview]
    assert [value.spread for value in back] == [
        state_spread(opened.checkpoint.data, "gaussian", value.frame.x) for value in back
    ]
    assert back[0].spread == 0.0
    assert all(value.spread is None for value in run if value.side == FORWARD or value.preview)
    assert all(value.spread is None for value in frames(opened, FEW))


def test_many_futures_of_a_late_state_have_a_preview_that_begins_at_it(path: str, trusted: None, long: None) -> None:
    *_, opened = opening.open_checkpoint(path)
    assert isinstance(opened, Opened)
    run = frames(opened, replace(FEW, branches=(Branch(15, 3),)))
    preview = [value.frame for value in run if value.preview]
    chain = next(value.frame for value in run if value.side == REVERSE and not value.preview)
    assert (preview[0].t, preview[-1].t, len(preview)) == (15, 0, 5)
    assert np.array_equal(preview[0].x, chain.x)


def test_there_is_room_for_the_futures_and_for_the_run(path: str, trusted: None) -> None:
    *_, opened = opening.open_checkpoint(path)
    assert isinstance(opened, Opened)
    spec = replace(FEW, branches=(Branch(15, 3),))
    space = run_parts.recording_space(opened, spec, run_parts.parts_of(opened, spec))
    sides = {part.side: part.store for part in space.parts}
    assert [sides[side].steps for side in (FORWARD, REVERSE)] == [LAST, 15]
    sides[REVERSE].add(Frame(15, np.zeros((64, 8, 8), np.float32)))
    sides[FORWARD].add(Frame(0, np.zeros((4, 8, 8), np.float32)))


def test_the_spec_of_a_run_says_how_many_there_are() -> None:
    assert RunSpec(7).reverse_count == 7
    assert RunSpec(7, branches=(Branch(3, 1, 9),)).reverse_count == 9
