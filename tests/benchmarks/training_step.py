"""Times training steps beside the network's own part of them, in turn.

``python -m tests.benchmarks.training_step RECIPE`` prints JSON.
The network's part is its forward and its backward pass on a batch of the same size, with a gradient for its input where
training asks for one; of images, a step of Adam too.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from core.networks.base import Network
from core.networks.perceptrons import BitPerceptron
from core.recipes.recipe import Recipe
from core.recipes.run import recipe_named
from core.training.trainer import Trainer, TrainingSpec

ROUNDS = {True: 4, False: 20}
"""By whether the data are images."""
STEPS = 8


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def bare_call(recipe: Recipe, network: Network) -> tuple[Callable[[torch.Tensor], torch.Tensor], torch.Tensor]:
    """Return the network's own part of a step, and a batch for it."""
    shares = torch.rand(recipe.batch, 1)
    if recipe.info.is_image:
        widths = torch.rand(recipe.batch, 1, 1, 1) + 0.1
        return (lambda x: network(x, shares, widths)), torch.randn(recipe.batch, 1, *recipe.info.shape)
    width = network.first.in_features if isinstance(network, BitPerceptron) else 2
    return (lambda x: network(x, shares)), torch.randn(recipe.batch, width)


def main() -> None:
    recipe = recipe_named(sys.argv[1])
    network = recipe.network(len(recipe.betas))
    spec = TrainingSpec(recipe.steps, batch=recipe.batch, learning_rate=recipe.learning_rate, threads=1)
    trainer = Trainer(network, recipe.rates(), recipe.source, recipe.info, spec)
    torch.set_num_threads(1)
    answer, inputs = bare_call(recipe, network)
    above = torch.ones_like(answer(inputs))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.0, fused=True) if recipe.info.is_image else None
    done = 0

    def bare() -> None:
        for step in range(STEPS):
            x = inputs.clone().requires_grad_(recipe.learns_schedule and step % spec.schedule_update_every == 0)
            torch.autograd.backward(answer(x), above)
            if optimizer is not None:
                optimizer.step()

    def train() -> None:
        nonlocal done
        for _ in range(STEPS):
            trainer._gradient_step(done)
            done += 1

    for work in (bare, train):
        work()
    pairs = [(timed(train), timed(bare)) for _ in range(ROUNDS[recipe.info.is_image])]
    ratios = [whole / alone for whole, alone in pairs]
    print(
        json.dumps(
            {
                "step ms": 1e3 * float(np.median([whole for whole, _ in pairs])) / STEPS,
                "network ms": 1e3 * float(np.median([alone for _, alone in pairs])) / STEPS,
                "ratio": float(np.median(ratios)),
            }
        )
    )


if __name__ == "__main__":
    main()
