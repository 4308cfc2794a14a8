"""Times training steps beside the network's own part of them, in turn: ``python training_step.py RECIPE``; prints JSON.

The network's part is its forward and its backward pass on a batch of the same size, with a gradient for its input where
training asks for one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from core.recipes import recipe_named
from core.training import Trainer, TrainingSpec

ROUNDS = 40
STEPS = 8


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    recipe = recipe_named(sys.argv[1])
    network = recipe.network(len(recipe.betas))
    spec = TrainingSpec(recipe.steps, batch=recipe.batch, rate=recipe.rate, threads=1)
    trainer = Trainer(network, recipe.rates(), recipe.source, recipe.info, spec)
    torch.set_num_threads(1)
    width = network.first.in_features if recipe.kind == "binomial" else 2
    inputs, shares = torch.randn(recipe.batch, width), torch.rand(recipe.batch, 1)
    above = torch.ones(recipe.batch, network.read_out.out_features)
    done = 0

    def bare() -> None:
        for step in range(STEPS):
            x = inputs.clone().requires_grad_(recipe.learns_rates and step % spec.rates_every == 0)
            torch.autograd.backward(network(x, shares), above)

    def train() -> None:
        nonlocal done
        for _ in range(STEPS):
            trainer._ascend(done)
            done += 1

    for work in (bare, train):
        work()
    pairs = [(timed(train), timed(bare)) for _ in range(ROUNDS)]
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
