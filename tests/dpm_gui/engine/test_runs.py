"""Runs through the one door to the engine: what comes, in which order, and that nothing can be written to."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from dpm_gui.engine import measuring, runs
from dpm_gui.engine import opening as opening_module
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE, SideColours, SideFrame
from tests.support.window_values import SPEC, STEPS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def opened(files: dict[str, str], trusted: None) -> Opened:
    *_, last = opening_module.open_checkpoint(files["small"])
    assert isinstance(last, Opened)
    return last


def test_a_run_walks_forward_then_back_and_colours_each_side_with_its_data(opened: Opened) -> None:
    values = list(runs.run(opened, SPEC))
    ts = [(value.side, value.frame.t) for value in values if isinstance(value, SideFrame)]
    assert ts == [(FORWARD, t) for t in range(STEPS + 1)] + [(REVERSE, t) for t in range(STEPS, -1, -1)]
    for before, value in pairwise(values):
        if isinstance(value, SideColours):
            assert isinstance(before, SideFrame)
            assert (before.side, before.frame.t) == (value.side, 0)
            assert value.along.shape == (500,)  # a whole block
            assert ((value.along >= 0.0) & (value.along <= 1.0)).all()
    assert [value.side for value in values if isinstance(value, SideColours)] == [FORWARD, REVERSE]


def test_what_comes_through_cannot_be_written_to(opened: Opened) -> None:
    frames = [value.frame for value in runs.run(opened, SPEC) if isinstance(value, SideFrame)]
    arrows = list(runs.drift(opened, SPEC.threads, (0, 1)))
    arrays = [*(frame.x for frame in frames), *(arrow.x for arrow in arrows), *(arrow.drift for arrow in arrows)]
    assert not any(array.flags.writeable for array in arrays)


def test_the_bound_comes_last_and_alone(opened: Opened) -> None:
    *reports, last = measuring.measure_bound(opened, SPEC)
    assert all(report.result is None for report in reports)
    assert last.result is not None
    assert last.result.measured_on == "training"  # this checkpoint holds no held-out examples
    assert last.result.count == len(opened.checkpoint.data.examples)
