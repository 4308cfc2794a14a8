"""Denoising starts from what the forward process made of the examples, and nothing else differs from the reverse."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.formulas import SwissRoll
from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.processes.registry import process_of
from core.processes.schedules import log_linear
from core.sampling.predictions import next_means
from core.sampling.starts import start_step
from core.sampling.strided import chosen_steps
from core.sampling.trajectories import forward, reverse
from core.values.checkpoints import DataInfo
from core.values.runs import Frame, RunSpec
from tests.support.chains import reverse_frames, reverse_from, strided_from

STEPS = 20
SPEC = RunSpec(count=7, seed=5, threads=1)
FROM_8 = RunSpec(count=7, seed=5, threads=1, denoise_from=8)


@pytest.fixture(scope="module")
def model() -> DiffusionModel:
    """The exact model of four grey pictures."""
    examples = np.random.default_rng(0).choice([10.0, 240.0], size=(4, 5, 5)).astype(np.float32)
    info = DataInfo("four", (5, 5), (0.0, 255.0), np.array(125.0), np.array(115.0), examples)
    network = EmpiricalNetwork.of(info.to_model(examples))
    process = process_of("gaussian", log_linear(STEPS, first=1e-4, alpha_bar_end=1e-2))
    return DiffusionModel(process, network, info)


def test_it_begins_with_the_forward_states_at_that_step_and_walks_on_as_the_reverse_does(model: DiffusionModel) -> None:
    noised = next(frame for frame in forward(model, SPEC) if frame.t == 8)
    expected = list(reverse_from(model, noised.x, 8, SPEC))
    walked = list(reverse_frames(model, FROM_8))
    assert [frame.t for frame in walked] == list(range(8, -1, -1))
    assert np.array_equal(walked[0].x, noised.x)
    for found, frame in zip(walked, expected, strict=True):
        assert np.array_equal(found.x, frame.x)


def test_lightly_noised_examples_come_back(model: DiffusionModel) -> None:
    *_, last = reverse_frames(model, FROM_8)
    first = next(forward(model, SPEC))
    assert np.abs(last.x - first.x).max() < 0.2


def test_the_reverse_and_the_forward_walk_do_not_look_at_where_it_starts(model: DiffusionModel) -> None:
    for walk in (forward, reverse):
        for one, other in zip(walk(model, SPEC), walk(model, FROM_8), strict=True):
            assert np.array_equal(one.x, other.x)


def test_it_starts_at_the_last_step_unless_told(model: DiffusionModel) -> None:
    assert start_step(model, SPEC) == STEPS
    assert start_step(model, FROM_8) == 8


@pytest.mark.parametrize("start", [0, -1, STEPS + 1])
def test_what_is_no_step_is_refused_by_name(model: DiffusionModel, start: int) -> None:
    with pytest.raises(BadInputError, match=rf"denoise_from: {start} is not a step between 1 and {STEPS}"):
        start_step(model, RunSpec(denoise_from=start))


def test_a_strided_walk_from_a_step_takes_all_of_its_moves_to_the_data(model: DiffusionModel) -> None:
    noised = next(frame for frame in forward(model, SPEC) if frame.t == 15)
    walked = list(strided_from(model, noised.x, 15, SPEC, 4))
    assert [frame.t for frame in walked] == chosen_steps(model.process, 4, first=15)
    assert len(walked) == 5
    assert (walked[0].t, walked[-1].t) == (15, 0)
    assert np.array_equal(walked[0].x, noised.x)


def test_with_every_step_the_strided_walk_is_the_walk_itself(model: DiffusionModel) -> None:
    noised = next(frame for frame in forward(model, SPEC) if frame.t == 6)
    for one, other in zip(
        strided_from(model, noised.x, 6, SPEC, 6), reverse_from(model, noised.x, 6, SPEC), strict=True
    ):
        assert one.t == other.t
        assert np.array_equal(one.x, other.x)


@pytest.mark.parametrize("first", [0, STEPS + 1])
def test_a_walk_cannot_be_chosen_from_what_is_no_step(model: DiffusionModel, first: int) -> None:
    with pytest.raises(BadInputError, match=f"first: {first} is not a step"):
        chosen_steps(model.process, 3, first=first)


@pytest.mark.parametrize("spacing", ["steps", "signal"])
def test_chosen_steps_from_the_middle_descend_to_one_and_the_data(model: DiffusionModel, spacing: str) -> None:
    times = chosen_steps(model.process, 5, spacing, first=12)
    assert times == sorted(set(times), reverse=True)
    assert (times[0], times[-2], times[-1]) == (12, 1, 0)


def test_the_next_mean_is_what_the_next_step_is_drawn_around(model: DiffusionModel) -> None:
    import torch

    frame = next(frame for frame in forward(model, SPEC) if frame.t == 9)
    (found,) = next_means(model, [frame])
    assert found.t == 9
    expected = model.reverse_kernel(torch.tensor(frame.x), 9).mean.numpy()
    assert np.array_equal(found.x, expected)


def test_no_step_comes_after_the_data(model: DiffusionModel) -> None:
    frame = Frame(0, np.zeros((1, 5, 5), np.float32))
    assert next(next_means(model, [frame])) is frame


def test_points_are_denoised_like_pictures() -> None:
    source = SwissRoll()
    shift, scale = source.standardisation()
    info = DataInfo(source.name, (2,), (-15.0, 15.0), shift, scale, source.support()[::16])
    process = process_of("gaussian", log_linear(STEPS, first=1e-3, alpha_bar_end=1e-2))
    roll = DiffusionModel(process, EmpiricalNetwork.of(info.to_model(source.support())), info)
    walked = list(reverse_frames(roll, FROM_8))
    assert walked[0].x.shape == (7, 2)
    assert [frame.t for frame in walked] == list(range(8, -1, -1))
