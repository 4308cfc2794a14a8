"""Where reverse chains start: one value for noise, noised examples, a state that branches and a noised image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.model import DiffusionModel
from core.runtime.devices import torch_generator
from core.sampling.starts import from_image, from_state, start_of
from core.sampling.trajectories import forward, reverse
from core.values.runs import Branch, Frame, RunSpec, Start, preview_moves

SPEC = RunSpec(40, 5, threads=1)


def found(model: DiffusionModel, spec: RunSpec) -> tuple[list[int], Start]:
    """Return the steps on the way to the start of ``spec``, and the start."""
    on_the_way, steps = start_of(model, spec), []
    while True:
        try:
            steps.append(next(on_the_way).t)
        except StopIteration as end:
            return steps, end.value


def test_noise_is_no_state_and_there_is_no_way_to_it(model: DiffusionModel) -> None:
    steps, start = found(model, SPEC)
    assert steps == []
    assert (start.t, start.count, start.x, start.image) == (5, 40, None, None)


def test_noised_examples_are_the_forward_states(model: DiffusionModel) -> None:
    steps, start = found(model, replace(SPEC, denoise_from=3))
    assert steps == [0, 1, 2, 3]
    states = next(frame.x for frame in forward(model, SPEC) if frame.t == 3)
    assert start.x is not None
    assert np.array_equal(start.x, states)


def test_the_way_to_a_branch_of_a_branch_shows_every_step_so_that_it_can_be_left(model: DiffusionModel) -> None:
    spec = replace(SPEC, denoise_from=4, branches=(Branch(3, 7, 9), Branch(1, 8, 6)))
    steps, start = found(model, spec)
    assert steps == [0, 1, 2, 3, 4, 4, 3, 3, 2, 1]
    assert (start.t, start.count) == (1, 6)


def test_of_forward_frames_that_are_given_no_more_are_taken_than_needed(model: DiffusionModel) -> None:
    noising = forward(model, SPEC)
    for _ in start_of(model, replace(SPEC, denoise_from=3), noising):
        pass
    assert next(noising).t == 4


def test_forward_frames_that_end_too_early_are_a_bug_that_is_told(model: DiffusionModel) -> None:
    frames = [Frame(0, np.zeros((40, 2), np.float32))]
    with pytest.raises(ValueError, match="no frame of step 3"):
        list(start_of(model, replace(SPEC, denoise_from=3), iter(frames)))


def test_chains_from_an_image_start_at_draws_of_its_noised_states(model: DiffusionModel) -> None:
    image = np.array([0.5, -1.0], np.float32)
    first, *rest = reverse(model, SPEC, from_image(model, image, 3, 40))
    assert [frame.t for frame in (first, *rest)] == [3, 2, 1, 0]
    repeated = torch.tensor(image).repeat(100, 1)  # a whole block
    drawn = model.process.jump(repeated, 3, torch_generator(5, "reverse from 3")).numpy()
    assert np.array_equal(first.x, drawn[:40])


@pytest.mark.parametrize("t", [0, 6])
def test_an_image_is_noised_to_a_step_of_the_model_alone(model: DiffusionModel, t: int) -> None:
    with pytest.raises(BadInputError, match=f"^start: {t} is not a step between 1 and 5"):
        from_image(model, np.zeros(2, np.float32), t, 4)


def test_an_image_of_another_shape_is_refused(model: DiffusionModel) -> None:
    with pytest.raises(BadInputError, match=r"^image: shape \(3,\) is not \(2,\)"):
        from_image(model, np.zeros(3, np.float32), 2, 4)


def test_no_future_at_all_is_refused(model: DiffusionModel) -> None:
    with pytest.raises(BadInputError, match=r"^count: 0 is not between 1 and"):
        next(reverse(model, SPEC, from_state(model, np.zeros(2), 2, 0)))


@pytest.mark.parametrize(("steps", "moves"), [(1, 0), (100, 0), (101, 50), (1000, 50)])
def test_a_chain_of_more_than_a_hundred_steps_has_a_preview_in_fifty_moves(steps: int, moves: int) -> None:
    assert preview_moves(steps) == moves
