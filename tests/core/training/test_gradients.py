"""The gradients that training follows: K of a minibatch, the rates, and all weights in one vector."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.formulas import Heartbeat
from core.model import DiffusionModel
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant, constant_erasure
from core.recipes.paper import heartbeat
from core.training import objective
from core.training.learned_schedule import LearnedSchedule
from core.training.objective import minibatch_bounds
from core.training.state import flattened
from core.values.checkpoints import DataInfo
from tests.support.training import BETAS, INFO


def frozen_bound(rates: LearnedSchedule, network: MultilayerPerceptron, info: DataInfo) -> torch.Tensor:
    """Return the minibatch's K with the noise of a fixed seed, all in float64."""
    x0 = torch.from_numpy(np.random.default_rng(2).standard_normal((64, 2)))
    model = DiffusionModel(GaussianProcess(rates()), network, info)
    return minibatch_bounds(model, x0, torch.Generator().manual_seed(4))[0]


def test_the_gradient_of_k_for_the_rates_is_that_of_finite_differences(
    betas: NDArray[np.float64], unit_data: Callable[..., DataInfo]
) -> None:
    rng, info = torch.Generator().manual_seed(1), unit_data((2,))
    network = MultilayerPerceptron(2, width=8, layers=2).double()
    torch.nn.init.normal_(network.read_out.weight, std=0.5, generator=rng)
    rates = LearnedSchedule(betas)
    (gradient,) = torch.autograd.grad(frozen_bound(rates, network, info), [rates.logits])
    differences = torch.zeros_like(gradient)
    with torch.no_grad():
        for index in range(len(gradient)):
            for sign in (1, -1):
                rates.logits[index] += sign * 1e-5
                differences[index] += sign * frozen_bound(rates, network, info) / 2e-5
                rates.logits[index] -= sign * 1e-5
    assert float(differences.abs().max()) > 1e-3 or len(gradient) == 1  # one logit alone shares with nobody
    assert torch.allclose(gradient, differences, rtol=1e-5, atol=1e-7)
    assert abs(float(gradient.sum())) < 1e-9  # a softmax does not see what all its logits have in common


def test_the_minibatch_s_k_is_unbiased(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel], betas: NDArray[np.float64]
) -> None:
    model = exact_model(betas, 0.5)
    variances = model.process.alpha_bars * 0.25 + 1 - model.process.alpha_bars
    end, edge = float(variances[-1]), float(variances[1])
    wanted = 0.5 * math.log(end / edge) - 0.5 * math.log(2 * math.pi) - end / 2
    rng = np.random.default_rng(8)
    found = [
        float(minibatch_bounds(model, torch.from_numpy(0.5 * rng.standard_normal((256, 1))), generator)[0])
        for generator in (torch.Generator().manual_seed(seed) for seed in range(200))
    ]
    assert abs(np.mean(found) - wanted) < 3 * np.std(found, ddof=1) / math.sqrt(len(found))


def test_the_gradient_of_k_for_bits_is_that_of_finite_differences() -> None:
    network = BitPerceptron(20, width=6, layers=2, frequencies=2).double()
    torch.nn.init.normal_(network.read_out.weight, std=0.5, generator=torch.Generator().manual_seed(1))
    model = DiffusionModel(BinomialProcess(constant_erasure(9, first=1e-3)), network, heartbeat().info)
    x0 = torch.from_numpy(Heartbeat().sample(64, np.random.default_rng(2))).double()

    def bound() -> torch.Tensor:
        return minibatch_bounds(model, x0, torch.Generator().manual_seed(4))[0]

    weight = network.read_out.weight
    (gradient,) = torch.autograd.grad(bound(), [weight])
    assert float(gradient.abs().max()) > 1e-2
    with torch.no_grad():
        for place in ((0, 0), (7, 3), (19, 5)):
            weight[place] += 1e-5
            above = bound()
            weight[place] -= 2e-5
            assert float((above - bound()) / 2e-5) == pytest.approx(float(gradient[place]), rel=1e-4, abs=1e-6)
            weight[place] += 1e-5


def test_a_minibatch_visits_every_step_from_2_on_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.Tensor] = []

    def watched(model: DiffusionModel, x0: torch.Tensor, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        seen.append(t)
        return torch.zeros(len(x0), dtype=torch.float64)

    monkeypatch.setattr(objective, "divergence_at", watched)
    model = DiffusionModel(GaussianProcess(constant(11)), MultilayerPerceptron(2, width=4), INFO)
    minibatch_bounds(model, torch.zeros(50, 2), torch.Generator().manual_seed(0))[0]
    steps, counts = torch.unique(seen[0], return_counts=True)
    assert steps.tolist() == list(range(2, 12))
    assert set(counts.tolist()) <= {4, 5, 6}


def test_tables_that_are_learned_hold_the_same_as_those_that_are_not() -> None:
    rates = LearnedSchedule(BETAS)
    learned, fixed = GaussianProcess(rates()), GaussianProcess(rates().detach())
    rng = np.random.default_rng(0)
    for steps, kind in (([2, 5, 6], np.float32), ([2, 5, 6], np.float64), ([6, 3, 3], np.float64)):
        x0, x = torch.from_numpy(rng.standard_normal((2, 3, 2)).astype(kind))
        t = torch.tensor(steps)
        for one, other in (
            (learned.posterior(x0, x, t), fixed.posterior(x0, x, t)),
            (learned.marginal(x0, t), fixed.marginal(x0, t)),
            (learned.marginal(x0.double(), t), fixed.marginal(x0.double(), t)),
        ):
            assert one.mean.dtype == other.mean.dtype
            assert torch.equal(one.mean, other.mean)
            assert torch.equal(one.stddev, other.stddev)


def test_one_vector_holds_all_weights_and_all_gradients() -> None:
    network = MultilayerPerceptron(2, width=4, layers=2)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(0))
    shapes = [tuple(weight.shape) for weight in network.parameters()]
    before = [weight.detach().clone() for weight in network.parameters()]
    vector = flattened(network)
    assert [tuple(weight.shape) for weight in network.parameters()] == shapes
    assert all(torch.equal(*pair) for pair in zip(network.parameters(), before, strict=True))
    network(torch.ones(3, 2), torch.ones(3, 1)).sum().backward()
    gradients = [weight.grad for weight in network.parameters()]
    assert vector.grad is not None
    assert torch.equal(vector.grad, torch.cat([gradient.reshape(-1) for gradient in gradients if gradient is not None]))
    assert float(vector.grad.abs().sum()) > 0
    with torch.no_grad():
        vector.zero_()
    assert all(not weight.any() for weight in network.parameters())
