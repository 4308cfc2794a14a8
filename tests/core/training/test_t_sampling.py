"""Training that draws more of its steps where signal and noise are of a size: what it reports is K all the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.networks.perceptrons import MultilayerPerceptron
from core.processes.schedules import log_linear
from core.recipes.paper import swiss_roll
from core.training.learned_schedule import FixedSchedule
from core.training.objective import T_SAMPLING_MEAN, _drawn_steps, minibatch_bounds
from core.training.trainer import Trainer, TrainingSpec
from tests.support.image_models import process, states

SHARE = 0.5


def test_steps_are_drawn_as_often_as_their_weights_say() -> None:
    places = (torch.arange(200_000) + 0.5) / 200_000
    t, weights = _drawn_steps(process(), places, SHARE)
    assert weights is not None
    counts = torch.bincount(t, minlength=process().steps + 1)[2:].double() / len(t)
    assert (counts > 0).all()
    first = [int((t == step).nonzero()[0, 0]) for step in range(2, process().steps + 1)]
    torch.testing.assert_close(counts * weights[first], torch.full_like(counts, 1 / len(counts)), rtol=1e-3, atol=0)
    middle = int(((torch.logit(process().alpha_bars[2:]) - T_SAMPLING_MEAN).abs()).argmin())
    assert counts[middle] > 1.5 / len(counts)


def test_without_an_emphasis_steps_are_drawn_evenly_and_both_bounds_are_one() -> None:
    t, weights = _drawn_steps(process(), (torch.arange(190) + 0.5) / 190, 0.0)
    assert weights is None
    assert set(torch.bincount(t)[2:].tolist()) == {10}


def test_what_is_reported_is_an_unbiased_estimate_of_k_whatever_the_emphasis() -> None:
    recipe = swiss_roll()
    network = MultilayerPerceptron(2, width=8, layers=1)
    trainer = Trainer(network, FixedSchedule(log_linear(40, 1e-3, 1e-3)), recipe.source, recipe.info, TrainingSpec(1))
    model = trainer._model_of_fixed_schedule()
    even, emphasised, objective = [], [], []
    with torch.inference_mode():
        for seed in range(100):
            x0 = 0.1 * states(64, 2, seed=seed)  # for which the network, fresh, is wrong at some t
            rng = torch.Generator().manual_seed(seed)
            even.append(float(minibatch_bounds(model, x0, rng, 0.0)[0]))
            k, other = minibatch_bounds(model, x0, torch.Generator().manual_seed(1000 + seed), SHARE)
            emphasised.append(float(k))
            objective.append(float(other))
    error = math.hypot(np.std(even), np.std(emphasised)) / 10
    assert abs(np.mean(even) - np.mean(emphasised)) < 4 * error
    assert abs(np.mean(even) - np.mean(objective)) > 4 * error  # it is another bound that is ascended


@pytest.mark.parametrize("share", [-0.1, 1.0, math.nan])
def test_an_emphasis_is_a_share(share: float) -> None:
    recipe = swiss_roll()
    network = MultilayerPerceptron(2, width=8, layers=1)
    with pytest.raises(BadInputError, match="t_sampling_weight"):
        Trainer(
            network, FixedSchedule(recipe.betas), recipe.source, recipe.info, TrainingSpec(1, t_sampling_weight=share)
        )
