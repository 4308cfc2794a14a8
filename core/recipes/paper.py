"""The paper's experiments on points and bits (section 3.1): data, process, rates, network and training."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.data.formulas import Heartbeat, SwissRoll
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.networks.radial_basis import RadialBasisNetwork
from core.processes.schedules import constant_erasure, log_linear, warped_erasure
from core.recipes.recipe import Recipe
from core.runtime.devices import numpy_generator
from core.values.checkpoints import MAX_EXAMPLES, DataInfo


def swiss_roll() -> Recipe:
    """Return the paper's first experiment (section 3.1.1), with an MLP in place of radial basis functions."""
    source = SwissRoll()
    return Recipe(
        name="swiss_roll",
        title="Swiss roll",
        summary="two columns of a swiss roll, Gaussian, T = 40, MLP, learned rates; about two minutes",
        kind="gaussian",
        source=source,
        info=_rolled(source),
        betas=log_linear(40, first=1e-3, alpha_bar_end=1e-3),
        learns_schedule=True,
        network=lambda _: MultilayerPerceptron(2, width=128, layers=3, fourier_features=4),
    )


def swiss_roll_rbf() -> Recipe:
    """Return the paper's first experiment with its own network, 16 radial basis functions (appendix D.1.1)."""
    return replace(
        swiss_roll(),
        name="swiss_roll_rbf",
        title="Swiss roll, radial basis functions",
        summary="the same with the paper's own network, 16 radial basis functions; about three minutes",
        network=lambda steps: RadialBasisNetwork(2, steps, units=16),
        learning_rate=0.1,  # each step has its own read-out, which a fortieth of the batch trains
    )


def heartbeat() -> Recipe:
    """Return the paper's second experiment (section 3.1.2): sequences of bits, erased by a constant share a step.

    Only the first rate is smaller than the paper's 1/T, with which the final kernel spoils one sequence in a hundred
    even if all other steps are reversed perfectly.
    """
    source = Heartbeat()
    examples = source.sample(MAX_EXAMPLES, numpy_generator(0, "examples"))
    return Recipe(
        name="heartbeat",
        title="Heartbeat",
        summary="20 bits with a one every fifth place, binomial, T = 2000, MLP, a small beta_1; about three minutes",
        kind="binomial",
        source=source,
        info=DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(source.shape), np.ones(source.shape), examples),
        betas=constant_erasure(2000, first=2e-5),
        network=lambda _: BitPerceptron(20, width=128, layers=3),
    )


def heartbeat_fast() -> Recipe:
    """Return the heartbeat in a tenth of the steps and nearer to the true value, with optimised rates.

    The rates are those that `dpm rates heartbeat --steps 200` finds, rounded; their family has a closed form.
    """
    return replace(
        heartbeat(),
        name="heartbeat_fast",
        title="Heartbeat in 200 steps",
        summary="the same with T = 200 and optimised rates, yet nearer to the true value; about two minutes",
        betas=warped_erasure(200, first=1e-6, early=0.5, late=0.5),
    )


def _rolled(source: SwissRoll) -> DataInfo:
    shift, scale = source.standardisation()
    extent = 4.5 * math.pi
    examples = source.sample(MAX_EXAMPLES, numpy_generator(0, "examples"))
    return DataInfo(source.name, source.shape, (-extent, extent), shift, scale, examples)
