"""The guess behind a kernel of bits: what it was made of, by brute force, and log odds to 50 digits."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.processes.binomial import BinomialProcess, _mixed, _shift
from core.processes.distributions import Bits
from tests.support.bits import SCHEDULES, bit, chances


@pytest.fixture(params=list(SCHEDULES))
def betas(request: pytest.FixtureRequest) -> NDArray[np.float64]:
    return SCHEDULES[request.param]


@pytest.fixture
def process(betas: NDArray[np.float64]) -> BinomialProcess:
    return BinomialProcess(betas)


def test_the_kernel_of_a_guess_mixes_the_posteriors_of_both_values(process: BinomialProcess) -> None:
    for t in range(2, process.steps + 1):
        for p in (1e-9, 0.1, 0.5, 0.999):
            for x in (0.0, 1.0):
                distribution = process.kernel_of_x0_estimate(torch.logit(bit(p)), bit(x), t)
                ends = [float(process.posterior(bit(x0), bit(x), t).probs) for x0 in (0, 1)]
                wanted = (1 - p) * ends[0] + p * ends[1]
                assert float(distribution.probs) == pytest.approx(wanted, rel=1e-10)
                assert float(distribution.logits) == pytest.approx(math.log(wanted / (1 - wanted)), rel=1e-8, abs=1e-10)


def test_the_guess_is_what_the_kernel_was_made_of(process: BinomialProcess) -> None:
    x = torch.tensor([[0.0], [1.0]]).double().expand(2, 9)
    p = torch.linspace(0.01, 0.99, 9).double().expand(2, 9)
    for t in range(2, process.steps + 1):
        distribution = process.kernel_of_x0_estimate(torch.logit(p), x, t)
        assert torch.allclose(process.x0_estimate(distribution, x, t), p, rtol=1e-12)
        if process.alpha_bars[t - 1] > 0:
            assert torch.allclose(process.x0_estimate(Bits(distribution.logits), x, t), p, rtol=1e-6)  # solved for


def test_where_nothing_is_left_of_the_data_the_guess_is_a_coin() -> None:
    process, x = BinomialProcess(np.array([0.1, 1.0, 0.2])), torch.ones(1, 1)
    assert float(process.x0_estimate(Bits(process.transition(x, 3).logits), x, 3)) == 0.5


def test_at_the_first_step_the_guess_is_the_edge_kernel_s_own(process: BinomialProcess) -> None:
    x = torch.tensor([[0.0, 1.0]])
    distribution = process.final_kernel(x)
    assert torch.equal(process.x0_estimate(distribution, x, 1), distribution.mean)


def test_a_bit_s_own_evidence_is_its_chance_under_fair_coins(process: BinomialProcess) -> None:
    for t in range(1, process.steps + 1):
        for x in (0, 1):
            wanted = chances(process, 0, t)[1, x]  # times 1/2, over the sum of both, which is 1/2 as well
            assert float(torch.sigmoid(process.entrywise_x0_odds(bit(x), t))) == pytest.approx(wanted, rel=1e-11)


def exactly_mixed(odds: float, if_one: float, if_zero: float) -> float:
    """Return the log odds of the mixture to 50 digits."""
    with localcontext() as context:
        context.prec = 50
        share, one, zero = (1 / (1 + (-Decimal(value)).exp()) for value in (odds, if_one, if_zero))
        chance = share * one + (1 - share) * zero
        return float((chance / (1 - chance)).ln())


@pytest.mark.parametrize("kind", [torch.float64, torch.float32])
@pytest.mark.parametrize("odds", [-30.0, -4.0, 0.0, 2.0, 30.0])
@pytest.mark.parametrize(
    ("step", "jump"), [(0.0, 1.0), (9.0, 7.0), (-9.0, 7.0), (12.0, 0.01), (-20.0, 25.0), (3.0, 0.0)]
)
def test_mixed_log_odds_keep_their_digits_near_0_and_1(
    kind: torch.dtype, odds: float, step: float, jump: float
) -> None:
    hidden, if_one, if_zero = (torch.tensor([value], dtype=kind) for value in (odds, step + jump, step - jump))
    found = _mixed(torch.sigmoid(hidden + _shift(if_one, if_zero)), if_one, if_zero)
    wanted = exactly_mixed(odds, *(float(torch.tensor(value, dtype=kind)) for value in (step + jump, step - jump)))
    scale = max(abs(step) + abs(jump), 1.0)
    assert float(found) == pytest.approx(wanted, abs=8 * scale * torch.finfo(kind).eps)


def test_gradients_go_through_a_bridge_even_from_a_certain_guess(process: BinomialProcess) -> None:
    x0 = torch.tensor([[0.0, 0.3, 1.0]], requires_grad=True)
    process.multi_step_posterior(x0, torch.ones(1, 3), 1, process.steps).probs.sum().backward()
    assert x0.grad is not None
    assert torch.isfinite(x0.grad).all()
