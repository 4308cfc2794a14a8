"""Distributions as the engine uses them: draws from a generator, log-probabilities and divergences of whole states."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Distribution, MultivariateNormal, Normal

from core.processes.distributions import (
    Bits,
    CorrelatedGaussian,
    Gaussian,
    MixedBits,
    StateDistribution,
    as_state_distribution,
    pick,
)

DRAWS = 60_000
COVARIANCE = torch.tensor([[1.3, 0.6], [0.6, 0.5]])


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def many_gaussians(count: int = 5) -> Gaussian:
    mean, log_spread = torch.randn(2, count, 3, 2, dtype=torch.float64, generator=seeded())
    return Gaussian(mean, log_spread.exp())


def many_bits(count: int = 5, seed: int = 0, kind: torch.dtype = torch.float64) -> Bits:
    return Bits(3 * torch.randn(count, 3, 2, dtype=kind, generator=seeded(seed)))


def plane(count: int, covariance: torch.Tensor = COVARIANCE) -> CorrelatedGaussian:
    mean = torch.tensor([0.4, -0.8], dtype=covariance.dtype)
    return CorrelatedGaussian(mean.expand(count, 2), torch.linalg.cholesky(covariance).expand(count, 2, 2))


# -------------------------------------------------------------------------------------------------------------- drawing
def test_draws_of_a_gaussian_have_its_moments_within_three_standard_errors() -> None:
    x = Gaussian(torch.full((DRAWS, 1), 0.7), 0.3).draw(seeded()).double().numpy()
    assert abs(x.mean() - 0.7) < 3 * 0.3 / math.sqrt(DRAWS)
    assert abs(x.var() - 0.09) < 3 * 0.09 * math.sqrt(2 / DRAWS)


def test_draws_of_bits_are_zeros_and_ones_as_often_as_they_are_likely() -> None:
    x = Bits(torch.tensor([[-2.0, 0.0, 3.0]]).expand(DRAWS, 3)).draw(seeded(1))
    assert x.dtype == torch.float32
    assert set(x.unique().tolist()) == {0.0, 1.0}
    chances = torch.sigmoid(torch.tensor([-2.0, 0.0, 3.0]))
    assert ((x.mean(0) - chances).abs() < 3 * (chances * (1 - chances) / DRAWS).sqrt()).all()


def test_draws_of_a_correlated_gaussian_have_its_covariance_within_three_standard_errors() -> None:
    x = plane(DRAWS).draw(seeded()).double() - torch.tensor([0.4, -0.8])
    products = torch.stack([x[:, 0] ** 2, x[:, 0] * x[:, 1], x[:, 1] ** 2], dim=1)
    wanted = COVARIANCE.double()[[0, 0, 1], [0, 1, 1]]
    assert ((products.mean(0) - wanted).abs() < 3 * products.std(0) / math.sqrt(DRAWS)).all()


@pytest.mark.parametrize("distribution", [many_gaussians(), many_bits(), plane(5)], ids=["normal", "bits", "plane"])
def test_equal_generators_give_equal_draws_and_nobody_else_s_numbers_are_taken(
    distribution: StateDistribution,
) -> None:
    torch.manual_seed(1)
    wanted = torch.rand(3)
    torch.manual_seed(1)
    first, again, other = (distribution.draw(seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == distribution.mean.shape
    assert torch.equal(torch.rand(3), wanted)


# ------------------------------------------------------------------------------------------------------ log-probability
def test_the_log_probability_of_a_state_is_the_sum_over_its_entries() -> None:
    distribution, x = many_gaussians(), torch.randn(5, 3, 2, generator=seeded(4))
    z = (x.double() - distribution.mean) / distribution.stddev
    wanted = (-0.5 * z**2 - distribution.stddev.log() - 0.5 * math.log(2 * math.pi)).flatten(1).sum(1)
    found = distribution.log_probability(x)
    assert found.dtype == torch.float64
    assert torch.allclose(found, wanted, rtol=1e-12)


def test_the_log_probabilities_of_bits_add_up_to_one() -> None:
    distribution = Bits(torch.tensor([[-4.0, 0.3, 2.0]], dtype=torch.float64))
    states = torch.tensor([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=torch.float64)
    assert float(distribution.log_probability(states).exp().sum()) == pytest.approx(1.0, abs=1e-14)


def test_unlikely_bits_keep_their_digits_in_float32() -> None:
    distribution, zero = Bits(torch.tensor([[40.0]])), torch.zeros(1, 1)
    assert float(distribution.log_probability(zero)) == pytest.approx(-40.0, rel=1e-12)


def test_the_log_probability_of_a_correlated_gaussian_is_its_formula() -> None:
    distribution, x = plane(4), torch.randn(4, 2, generator=seeded(5)).double()
    away = (x - torch.tensor([0.4, -0.8])).numpy()
    inverse, determinant = np.linalg.inv(COVARIANCE.numpy()), np.linalg.det(2 * math.pi * COVARIANCE.numpy())
    wanted = -0.5 * np.einsum("ni,ij,nj->n", away, inverse, away) - 0.5 * math.log(determinant)
    assert distribution.log_probability(x).tolist() == pytest.approx(wanted.tolist(), rel=1e-5)


# ----------------------------------------------------------------------------------------------------------- divergence
def test_the_divergence_of_gaussians_is_its_integral() -> None:
    one, other = Gaussian(torch.tensor([[0.3]]), 0.8), Gaussian(torch.tensor([[-0.4]]), 1.3)
    x = torch.linspace(-12, 12, 48_001, dtype=torch.float64).reshape(-1, 1)
    log_one, log_other = one.log_probability(x), other.log_probability(x)
    wanted = float((log_one.exp() * (log_one - log_other)).sum()) * 24 / 48_000
    assert float(one.divergence(other)) == pytest.approx(wanted, rel=1e-6)


def test_the_divergence_of_bits_is_its_sum() -> None:
    one, other = many_bits(seed=1), many_bits(seed=2)
    p, q = one.probs, other.probs
    wanted = (p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()).flatten(1).sum(1)
    assert torch.allclose(one.divergence(other), wanted, rtol=1e-11)


@pytest.mark.parametrize("odds", [(-3.0, -2.9), (14.0, 14.001), (-14.0, -12.0), (9.0, -9.0), (30.0, 20.0)])
def test_the_divergence_of_bits_keeps_its_digits_in_float32(odds: tuple[float, float]) -> None:
    one, other = (Bits(torch.tensor([[value]])) for value in odds)
    found, exact = one.divergence(other), one.in_float64().divergence(other.in_float64())
    error = 4 * torch.finfo(torch.float32).eps * torch.sigmoid(-torch.tensor(odds[0]).abs()) * abs(odds[0] - odds[1])
    assert found.dtype == torch.float64
    assert abs(float(found - exact)) <= float(error) + 1e-6 * float(exact)


def test_bits_that_could_not_be_more_wrong_have_a_finite_divergence() -> None:
    one, other = Bits(torch.tensor([[50.0]])), Bits(torch.tensor([[-60.0]]))
    assert float(one.divergence(other)) == pytest.approx(60.0, rel=1e-6)


def test_the_divergence_of_correlated_gaussians_is_its_formula() -> None:
    one, wider = plane(1), plane(1, torch.tensor([[2.0, -0.3], [-0.3, 1.0]]))
    a, b = one.covariance_matrix[0].double().numpy(), wider.covariance_matrix[0].double().numpy()
    wanted = 0.5 * (np.trace(np.linalg.solve(b, a)) - 2 + math.log(np.linalg.det(b) / np.linalg.det(a)))
    assert float(one.divergence(wider)) == pytest.approx(wanted, rel=1e-5)


def test_independent_entries_diverge_alike_whether_their_covariance_is_written_out_or_not() -> None:
    mean, spread = torch.randn(2, 4, 3, dtype=torch.float64, generator=seeded(1))
    one, other = Gaussian(mean, spread.exp()), Gaussian(spread, mean.exp())
    assert torch.allclose(one.divergence(other.correlated()), one.divergence(other), rtol=1e-10)
    assert torch.allclose(one.correlated().divergence(other.correlated()), one.divergence(other), rtol=1e-10)


@pytest.mark.parametrize("make", [many_gaussians, many_bits, plane], ids=["normal", "bits", "plane"])
def test_a_law_does_not_diverge_from_itself(make: Callable[[int], StateDistribution]) -> None:
    found = make(5).divergence(make(5))
    assert found.shape == (5,)
    assert torch.allclose(found, torch.zeros(5, dtype=torch.float64), atol=1e-6)


def test_no_divergence_of_bits_is_negative() -> None:
    one = many_bits(2000, seed=3, kind=torch.float32)
    near = Bits(one.logits + 1e-3 * torch.randn(one.logits.shape, generator=seeded(4)))
    assert (one.divergence(near) > -1e-6).all()
    assert float(one.divergence(near).mean()) > 0


# ----------------------------------------------------------------------------------------------------------- odds, ends
def test_mixed_bits_find_their_probabilities_for_draws_and_their_log_odds_for_the_rest() -> None:
    asked: list[str] = []

    def told(name: str, value: float) -> Callable[[], torch.Tensor]:
        return lambda: (asked.append(name), torch.tensor([[value]]))[1]

    distribution = MixedBits(torch.zeros(1, 1), told("chance", 0.75), told("odds", math.log(3.0)))
    assert not asked
    distribution.draw(seeded())
    assert asked == ["chance"]
    assert float(distribution.log_probability(torch.ones(1, 1))) == pytest.approx(math.log(0.75), rel=1e-6)
    assert float(distribution.divergence(Bits(torch.tensor([[math.log(3.0)]])))) == pytest.approx(0.0, abs=1e-7)
    assert asked == ["chance", "odds"]


def test_in_float64_a_law_is_the_same_law() -> None:
    for distribution in (Gaussian(torch.tensor([[0.25]]), 0.5), Bits(torch.tensor([[0.25]])), plane(1)):
        wide = distribution.in_float64()
        assert wide.mean.dtype == torch.float64
        assert torch.allclose(wide.mean, distribution.mean.double(), rtol=1e-7)
        assert torch.allclose(wide.variance, distribution.variance.double(), rtol=1e-6)


def test_a_table_is_read_at_one_step_or_at_one_each() -> None:
    table, states = torch.arange(5, dtype=torch.float64), torch.zeros(3, 2, 2)
    assert pick(table, 4, states) == 4.0
    each = pick(table, torch.tensor([4, 0, 2]), states)
    assert isinstance(each, torch.Tensor)
    assert (each.dtype, each.shape) == (torch.float32, (3, 1, 1))
    assert each.flatten().tolist() == [4.0, 0.0, 2.0]


@pytest.mark.parametrize(
    ("torchs", "wanted"),
    [
        (Normal(torch.zeros(2, 3), 0.5), Gaussian),
        (MultivariateNormal(torch.zeros(2, 3), torch.eye(3)), CorrelatedGaussian),
        (Bernoulli(logits=torch.zeros(2, 3)), Bits),
    ],
)
def test_torch_s_own_distributions_are_taken_for_the_engine_s(torchs: Distribution, wanted: type) -> None:
    found = as_state_distribution(torchs)
    assert isinstance(found, wanted)
    assert found.shape == (2, 3)
    assert torch.equal(found.mean, torchs.mean)
    assert torch.equal(found.variance, torchs.variance)
    assert as_state_distribution(found) is found
    assert as_state_distribution(torch.zeros(2, 3)) is None
