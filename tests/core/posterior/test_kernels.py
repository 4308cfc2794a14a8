"""Kernels of which something is known: products that hold at every point, and draws that have the laws they claim."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from core.posterior.kernels import (
    BitKernel,
    GaussianKernel,
    TruncatedGaussianKernel,
    concatenated,
    kernel_of,
    truncated_normal,
)
from core.processes.distributions import Bits, Gaussian

pytestmark = pytest.mark.usefixtures("one_thread")
ROWS, D = 7, 3


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=seeded(seed), dtype=torch.float64)


def gaussian(kind: str, rows: int = ROWS) -> GaussianKernel:
    """A kernel of independent or of correlated entries, another one in each row."""
    mean, root = numbers(rows, D, seed=1), numbers(rows, D, D, seed=2)
    untruncated = root @ root.mT + 0.1 * torch.eye(D)
    return GaussianKernel(mean, untruncated if kind == "correlated" else untruncated.diagonal(dim1=1, dim2=2))


def log_density(kernel: GaussianKernel, x: Tensor) -> Tensor:
    untruncated = kernel.covariance if kernel.covariance.dim() == 3 else torch.diag_embed(kernel.covariance)
    return MultivariateNormal(kernel.mean, untruncated).log_prob(x)


KINDS = pytest.mark.parametrize("kind", ["independent", "correlated"])
KNOWN = torch.tensor([True, False, True])


@KINDS
def test_a_noisy_observation_times_the_kernel_is_z_times_what_is_left(kind: str) -> None:
    kernel, y, x = gaussian(kind), numbers(D, seed=3), numbers(ROWS, D, seed=4)
    left, log_z = kernel.given_noisy_entries(KNOWN, y, 0.3)
    log_r = torch.distributions.Normal(x, math.sqrt(0.3)).log_prob(y)[:, KNOWN].sum(1)
    assert torch.allclose(log_density(kernel, x) + log_r, log_z + log_density(left, x), atol=1e-9)


@KINDS
def test_a_linear_observation_times_the_kernel_is_z_times_what_is_left(kind: str) -> None:
    kernel, y, x = gaussian(kind), numbers(ROWS, 2, seed=3), numbers(ROWS, D, seed=4)
    design, root = numbers(ROWS, 2, D, seed=5), numbers(ROWS, 2, 2, seed=6)
    noise = root @ root.mT + 0.2 * torch.eye(2)
    left, log_z = kernel.given_linear(design, y, noise)
    log_r = MultivariateNormal((design @ x.unsqueeze(-1)).squeeze(-1), noise).log_prob(y)
    assert torch.allclose(log_density(kernel, x) + log_r, log_z + log_density(left, x), atol=1e-9)


@KINDS
def test_a_pull_times_the_kernel_is_z_times_what_is_left(kind: str) -> None:
    kernel, gradient, centre, x = (gaussian(kind), *(numbers(ROWS, D, seed=seed) for seed in (3, 4, 5)))
    left, log_z = kernel.exponentially_tilted(gradient, centre)
    assert torch.equal(left.covariance, kernel.covariance)
    assert torch.allclose(left.mean - kernel.mean, kernel.along(gradient))
    log_r = (gradient * (x - centre)).sum(1)
    assert torch.allclose(log_density(kernel, x) + log_r, log_z + log_density(left, x), atol=1e-9)


@KINDS
def test_the_density_of_known_entries_times_that_of_the_others_is_that_of_all(kind: str) -> None:
    kernel, x = gaussian(kind), numbers(ROWS, D, seed=4)
    left, log_z = kernel.given_entries(KNOWN, x)
    assert torch.equal(left.mean[:, KNOWN], x[:, KNOWN])
    assert (left.variance[:, KNOWN] == 0).all()
    rest = torch.distributions.Normal(left.mean, left.variance.sqrt().clamp_min(1e-300)).log_prob(x)[:, 1]
    assert torch.allclose(log_density(kernel, x), log_z + rest, atol=1e-9)
    assert torch.equal(left.draw(seeded())[:, KNOWN], x[:, KNOWN])


@KINDS
def test_draws_have_the_kernel_s_mean_and_covariance_within_four_standard_errors(kind: str) -> None:
    count = 20_000
    kernel = gaussian(kind, 1).take(torch.zeros(count, dtype=torch.int64))
    drawn = kernel.draw(seeded())
    untruncated = kernel.covariance[0] if kind == "correlated" else torch.diag(kernel.covariance[0])
    white = torch.linalg.solve_triangular(torch.linalg.cholesky(untruncated), (drawn - kernel.mean).T, upper=False)
    assert (white.mean(1).abs() < 4 / math.sqrt(count)).all()
    assert ((white @ white.T / count - torch.eye(D)).abs() < 4 * math.sqrt(2 / count)).all()


@pytest.mark.parametrize("least", [-40.0, -3.0, 0.0, 2.0, 4.99, 5.01, 8.0, 40.0, 1e3, 1e5, 1e7])
def test_a_normal_beyond_any_point_has_the_law_of_the_tail(least: float) -> None:
    """The chance to be larger still, given the tail, is uniform: its mean is 1/2, its mean square 1/3."""
    count = 20_000
    drawn = truncated_normal(torch.full((count,), least, dtype=torch.float64), seeded(5))
    assert (drawn >= least).all()
    assert torch.isfinite(drawn).all()
    if least < 100:
        tails = (torch.special.log_ndtr(-value) for value in (drawn, torch.tensor(least, dtype=torch.float64)))
        larger = torch.exp(next(tails) - next(tails))
    else:  # ln of the tail falls by x^2/2, but for terms of order x^-2
        larger = torch.exp(-(drawn - least) * (drawn + least) / 2)
    assert abs(float(larger.mean()) - 1 / 2) < 3 / math.sqrt(12 * count)
    assert abs(float(larger.square().mean()) - 1 / 3) < 3 * math.sqrt(4 / 45 / count)


@KINDS
@pytest.mark.parametrize("noise_std", [0.0, 0.8])
def test_a_cut_kernel_is_the_kernel_weighted_by_what_is_kept(kind: str, noise_std: float) -> None:
    """Moments of exact draws against those of plain draws with weights, within 3.5 standard errors."""
    count = 100_000
    kernel = gaussian(kind, 1).take(torch.zeros(count, dtype=torch.int64))
    direction = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64).expand(count, -1)
    threshold = (kernel.mean * direction).sum(1) + 1.0
    cut = TruncatedGaussianKernel(kernel, direction, threshold, torch.full((count,), noise_std, dtype=torch.float64))
    drawn, plain = cut.draw(seeded(1)), kernel.draw(seeded(2))
    beyond = (plain * direction).sum(1) - threshold
    kept = (beyond >= 0).double() if noise_std == 0 else torch.exp(cut.log_acceptance(plain))
    share = float(torch.exp(cut.log_z()[0]))
    assert abs(float(kept.mean()) - share) < 3.5 * float(kept.std()) / math.sqrt(count)
    if noise_std == 0:
        assert ((drawn * direction).sum(1) >= threshold).all()
    for power in (1, 2):
        exact, weighted = (drawn - kernel.mean) ** power, (plain - kernel.mean) ** power
        average = (kept.unsqueeze(1) * weighted).mean(0) / kept.mean()
        errors = exact.var(0) + (kept.unsqueeze(1) * (weighted - average)).var(0) / kept.mean() ** 2
        assert ((exact.mean(0) - average).abs() < 3.5 * (errors / count).sqrt()).all()


def test_what_is_across_a_cut_s_direction_stays_as_it_was_drawn() -> None:
    kernel = GaussianKernel(numbers(ROWS, D), torch.ones(ROWS, D, dtype=torch.float64))
    direction = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64).expand(ROWS, -1)
    cut = TruncatedGaussianKernel(kernel, direction, torch.full((ROWS,), 3.0), torch.ones(ROWS, dtype=torch.float64))
    assert torch.equal(cut.draw(seeded(3))[:, 1:], kernel.draw(seeded(3))[:, 1:])


def test_draws_behind_a_far_hard_cut_are_inside_also_as_float32() -> None:
    count = 5000
    kernel = GaussianKernel(numbers(count, D), torch.full((count, D), 1e-6, dtype=torch.float64))
    direction = torch.tensor([0.3, -0.7, 1e-3], dtype=torch.float64).expand(count, -1)
    cut = TruncatedGaussianKernel(
        kernel, direction, torch.full((count,), 2.5, dtype=torch.float64), torch.zeros(count).double()
    )
    single = cut.draw(seeded()).float().double()
    assert ((single * direction).sum(1) >= 2.5).all()
    far = (kernel.mean * direction).sum(1) < 2.4
    assert float(((single * direction).sum(1) - 2.5)[far].max()) < 1e-3  # the tail ends soon
    assert torch.isfinite(cut.log_z()).all()


def test_a_cut_across_known_entries_alone_is_certain() -> None:
    kernel = GaussianKernel(torch.tensor([[1.0], [-1.0]]).double(), torch.zeros(2, 1, dtype=torch.float64))
    cut = TruncatedGaussianKernel(kernel, torch.ones(2, 1).double(), torch.zeros(2).double(), torch.zeros(2).double())
    assert cut.log_z().tolist() == [0.0, -math.inf]
    assert torch.equal(cut.draw(seeded()), kernel.mean)


def test_ln_z_of_a_cut_moves_inwards() -> None:
    kernel = gaussian("correlated")
    direction, rest = numbers(ROWS, D, seed=8), (numbers(ROWS, seed=9), torch.full((ROWS,), 0.5).double())
    found = TruncatedGaussianKernel(kernel, direction, *rest).log_z_gradient()
    mean = kernel.mean.clone().requires_grad_()
    log_z = TruncatedGaussianKernel(GaussianKernel(mean, kernel.covariance), direction, *rest).log_z()
    (wanted,) = torch.autograd.grad(log_z.sum(), mean)
    assert torch.allclose(found, wanted)


def test_factors_of_bits_times_the_kernel_are_z_times_what_is_left() -> None:
    kernel = BitKernel(numbers(1, D))
    log_one, log_zero = numbers(D, seed=1), torch.tensor([0.0, -math.inf, 0.3], dtype=torch.float64)
    left, log_z = kernel.given_factors(log_one, log_zero)
    total = 0.0
    for bits in itertools.product((0.0, 1.0), repeat=D):
        x = torch.tensor([bits], dtype=torch.float64)
        before, after = (
            torch.exp(torch.nn.functional.logsigmoid((2 * x - 1) * distribution.logits).sum())
            for distribution in (kernel, left)
        )
        weight = float(before * torch.exp(torch.where(x > 0.5, log_one, log_zero).sum()))
        assert weight == pytest.approx(float(torch.exp(log_z) * after), abs=1e-12)
        total += weight
    assert total == pytest.approx(float(torch.exp(log_z)))


def test_known_bits_are_drawn_as_they_are_known() -> None:
    kernel = BitKernel(numbers(ROWS, D))
    values = (numbers(ROWS, D, seed=1) > 0).double()
    left, log_z = kernel.given_entries(KNOWN, values)
    chance = torch.sigmoid((2 * values - 1) * kernel.logits)[:, KNOWN].prod(1)
    assert torch.allclose(torch.exp(log_z), chance)
    assert torch.equal(left.draw(seeded())[:, KNOWN], values[:, KNOWN])


def test_bits_are_drawn_as_often_as_their_odds_say_within_three_standard_errors() -> None:
    count = 20_000
    drawn = BitKernel(torch.tensor([[-2.0, 0.0, 1.0]], dtype=torch.float64).expand(count, -1)).draw(seeded())
    chance = torch.sigmoid(torch.tensor([-2.0, 0.0, 1.0], dtype=torch.float64))
    assert ((drawn.mean(0) - chance).abs() < 3 * (chance * (1 - chance) / count).sqrt()).all()


def test_laws_of_images_become_kernels_of_flattened_states() -> None:
    x = numbers(4, 2, 3).float()
    kernel = kernel_of(Gaussian(x, torch.full_like(x, 0.5)))
    assert isinstance(kernel, GaussianKernel)
    assert torch.equal(kernel.mean, x.double().flatten(1))
    assert torch.equal(kernel.covariance, torch.full((4, 6), 0.25, dtype=torch.float64))
    bits = kernel_of(Bits(x))
    assert isinstance(bits, BitKernel)
    assert torch.equal(bits.logits, x.double().flatten(1))


def test_kernels_that_are_taken_apart_and_joined_are_the_same() -> None:
    for kernel in (gaussian("independent"), gaussian("correlated"), BitKernel(numbers(ROWS, D))):
        again = concatenated([kernel.take(slice(0, 3)), kernel.take(torch.arange(3, ROWS))])
        assert type(again) is type(kernel)
        assert len(again) == ROWS
        for name in kernel.__dataclass_fields__:
            assert np.array_equal(getattr(again, name).numpy(), getattr(kernel, name).numpy())
