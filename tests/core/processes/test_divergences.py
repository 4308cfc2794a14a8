"""The quick forms of divergences and densities against the plain ones: the same numbers, to rounding."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.formulas import Heartbeat
from core.model import DiffusionModel, divergence_at
from core.networks.empirical import EmpiricalNetwork
from core.processes.binomial import BinomialProcess
from core.processes.distributions import Bits
from core.processes.schedules import constant_erasure, linear
from core.values.checkpoints import DataInfo

RATES = {
    "constant erasure": constant_erasure(30, first=2e-5),
    "linear": linear(6, 0.05, 0.7),
    "two steps": np.array([0.5, 1.0]),
    "tiny rates": np.full(5, 1e-9),
}
ODDS = torch.tensor([-40.0, -6.0, -0.3, 0.0, 0.2, 5.0, 40.0], dtype=torch.float64)


def plain(exact: Tensor, learned: Tensor) -> Tensor:
    """Return the divergence of bits by its definition, in float64: the sum over both values of p ln(p/q)."""
    exact, learned = exact.double(), learned.double()
    of_one, of_zero = (torch.sigmoid(sign * exact) * (ln(sign * exact) - ln(sign * learned)) for sign in (1, -1))
    return (of_one + of_zero).sum(1)


def ln(odds: Tensor) -> Tensor:
    return torch.nn.functional.logsigmoid(odds)


def pairs(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return all pairs of the odds, those of the exact law and those of the learned one, ``[49, 1]`` each."""
    both = torch.tensor(list(product(ODDS.tolist(), repeat=2)), dtype=dtype)
    return both[:, :1], both[:, 1:]


def test_the_divergence_of_bits_is_its_definition() -> None:
    exact, learned = pairs(torch.float64)
    wanted = plain(exact, learned)
    assert torch.allclose(Bits(exact).divergence(Bits(learned)), wanted, rtol=1e-9, atol=1e-14)
    assert wanted.max() > 30


def test_in_float32_small_divergences_keep_their_digits() -> None:
    exact = torch.linspace(-12, 12, 50).reshape(-1, 1)
    learned = exact + 0.01
    found, wanted = Bits(exact).divergence(Bits(learned)), plain(exact, learned)
    assert found.dtype == torch.float64
    assert wanted.min() < 1e-9
    assert torch.allclose(found, wanted, rtol=1e-3)


def test_a_hopeless_kernel_has_a_large_divergence_and_not_an_infinite_one() -> None:
    exact, learned = torch.tensor([[-3.0], [2.0], [-20.0]]), torch.tensor([[200.0], [-1e4], [95.0]])
    found = Bits(exact).divergence(Bits(learned))
    assert torch.isfinite(found).all()
    assert torch.allclose(found, plain(exact, learned), rtol=1e-5)


def test_its_gradient_is_that_of_its_definition_also_where_the_exact_odds_are_even() -> None:
    exact, learned = (odds.requires_grad_() for odds in pairs(torch.float64))
    found = torch.autograd.grad(Bits(exact).divergence(Bits(learned)).sum(), (exact, learned))
    wanted = torch.autograd.grad(plain(exact, learned).sum(), (exact, learned))
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("betas", RATES.values(), ids=RATES.keys())
def test_the_divergence_of_a_guess_is_that_of_its_kernel(betas: NDArray[np.float64]) -> None:
    process = BinomialProcess(betas)
    x0, x, odds = torch.tensor(list(product([0.0, 1.0], [0.0, 1.0], ODDS.tolist())), dtype=torch.float64).T.unsqueeze(2)
    for t in range(2, process.steps + 1):
        kernel = Bits(process.kernel_of_x0_estimate(odds, x, t).logits)
        wanted = process.posterior(x0, x, t).divergence(kernel)
        found = process.divergence_of_x0_estimate(odds, x0, x, t)
        assert torch.allclose(found, wanted, rtol=1e-7, atol=1e-14)
        single = process.divergence_of_x0_estimate(odds.float(), x0.float(), x.float(), t)
        assert torch.allclose(single, wanted, rtol=1e-4, atol=1e-9)


def test_k_s_terms_are_those_of_the_kernels_themselves() -> None:
    source = Heartbeat()
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    model = DiffusionModel(BinomialProcess(RATES["constant erasure"]), EmpiricalNetwork.of(source.support()), info)
    x0 = torch.from_numpy(source.sample(200, np.random.default_rng(0)))
    for t in (2, 3, 15, 30):
        x = model.process.jump(x0, t, torch.Generator().manual_seed(t))
        kernel = model.reverse_kernel(x, t)
        assert isinstance(kernel, Bits)
        wanted = model.process.posterior(x0, x, t).divergence(Bits(kernel.logits))
        assert torch.allclose(divergence_at(model, x0, x, t), wanted, rtol=1e-3, atol=1e-7)
        steps = torch.full((200,), t)
        assert torch.allclose(divergence_at(model, x0, x, steps), wanted, rtol=1e-3, atol=1e-7)
