"""The exact reverse of Gaussian data: against section 7, brute-force conditionals, and K in closed form."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInputError
from core.model import DiffusionModel, divergence_at
from core.networks.analytic import AnalyticNetwork
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure
from core.values.checkpoints import DataInfo

MEAN = np.array([0.4, -1.1])
COVARIANCE = np.array([[1.2, 0.7], [0.7, 0.9]])


def plane(mean: NDArray[np.float64] = MEAN, covariance: NDArray[np.float64] = COVARIANCE) -> AnalyticNetwork:
    return AnalyticNetwork.of(mean, covariance)


def model_of(network: AnalyticNetwork, rates: NDArray[np.float64]) -> DiffusionModel:
    shape = network.shape
    info = DataInfo("gaussian", shape, (-9.0, 9.0), np.zeros(shape), np.ones(shape), np.zeros((1, *shape), np.float32))
    return DiffusionModel(GaussianProcess(rates), network, info)


def noised(covariance: NDArray[np.float64], kept: float) -> NDArray[np.float64]:
    """Return V_t, the covariance of x^t."""
    return kept * covariance + (1 - kept) * np.eye(len(covariance))


def expected_bound(model: DiffusionModel, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    """Return K on N(mean, covariance) without sampling, nats.

    Kernels are linear, so each KL is quadratic in x^0 and the noise: nodes at -1 and 1 give its expectation exactly.
    """
    process, dimensions = model.process, len(mean)
    nodes = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=2 * dimensions)), dtype=torch.float64)
    root = torch.from_numpy(np.linalg.cholesky(covariance))
    x0, noise = nodes[:, :dimensions] @ root.T + torch.from_numpy(mean), nodes[:, dimensions:]
    divergences = 0.0
    for t in range(2, process.steps + 1):
        distribution = process.marginal(x0, t)
        divergences += float(divergence_at(model, x0, distribution.mean + distribution.stddev * noise, t).mean())
    ends = dimensions * process.marginal_entropies()
    return float(ends[-1] - ends[0] - process.prior_cross_entropy(x0).mean()) - divergences


def closed_form(process: GaussianProcess, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    """Return 1/2 ln(det V_T / det V_1) - H_p, nats: K of the exact reverse."""
    kept = process.alpha_bars.tolist()
    end, edge = noised(covariance, kept[-1]), noised(covariance, kept[1])
    prior = 0.5 * (len(mean) * math.log(2 * math.pi) + np.trace(end) + kept[-1] * (mean**2).sum())
    return 0.5 * (np.linalg.slogdet(end)[1] - np.linalg.slogdet(edge)[1]) - prior


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.5])
def test_in_one_dimension_the_kernel_is_that_of_section_7(betas: NDArray[np.float64], spread: float) -> None:
    process, network = GaussianProcess(betas), AnalyticNetwork.of([0.0], [[spread**2]])
    variances = process.alpha_bars.numpy() * spread**2 + 1 - process.alpha_bars.numpy()
    x = torch.tensor([[1.7]], dtype=torch.float64)
    for t in range(2, process.steps + 1):
        distribution, share = network.reverse_kernel(x, t, process), variances[t - 1] / variances[t]
        assert float(distribution.mean) == pytest.approx(math.sqrt(1 - betas[t - 1]) * share * 1.7, rel=1e-11)
        assert float(distribution.variance) == pytest.approx(betas[t - 1] * share, rel=1e-11)


def test_a_correlated_kernel_is_the_conditional_of_the_joint(betas: NDArray[np.float64]) -> None:
    process, network = GaussianProcess(betas), plane()
    x = torch.tensor([[1.3, 0.2]], dtype=torch.float64)
    for t in range(2, process.steps + 1):
        before, kept, decay = *process.alpha_bars[[t - 1, t]].tolist(), math.sqrt(1 - betas[t - 1])
        v_before, v_now = noised(COVARIANCE, before), noised(COVARIANCE, kept)
        gain = decay * v_before @ np.linalg.inv(v_now)  # Cov(x^t-1, x^t) V_t^-1
        mean = math.sqrt(before) * MEAN + gain @ (x[0].numpy() - math.sqrt(kept) * MEAN)
        distribution = network.reverse_kernel(x, t, process).correlated()
        assert np.allclose(distribution.mean[0].numpy(), mean, rtol=1e-9, atol=1e-12)
        found = distribution.covariance_matrix[0].numpy()
        assert np.allclose(found, v_before - gain @ (decay * v_before), rtol=1e-7, atol=1e-12)


def test_the_kernels_one_after_the_other_turn_every_marginal_into_the_one_before(betas: NDArray[np.float64]) -> None:
    process, network = GaussianProcess(betas), plane()
    unit = torch.eye(2, dtype=torch.float64)
    for t in range(2, process.steps + 1):
        before, kept = process.alpha_bars[[t - 1, t]].tolist()
        distribution = network.reverse_kernel(torch.cat([unit, torch.zeros(1, 2)]), t, process).correlated()
        slope, offset = (distribution.mean[:2] - distribution.mean[2]).T.numpy(), distribution.mean[2].numpy()
        assert np.allclose(slope @ (math.sqrt(kept) * MEAN) + offset, math.sqrt(before) * MEAN, atol=1e-11)
        covariance = slope @ noised(COVARIANCE, kept) @ slope.T + distribution.covariance_matrix[-1].numpy()
        assert np.allclose(covariance, noised(COVARIANCE, before), rtol=1e-10)


def test_independent_entries_need_no_whole_covariance_and_get_the_same_kernel(betas: NDArray[np.float64]) -> None:
    process, variances = GaussianProcess(betas), np.array([0.3, 2.0])
    apart, hardly = plane(MEAN, np.diag(variances)), plane(MEAN, np.diag(variances) + 1e-13 * (1 - np.eye(2)))
    x = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for t in range(2, process.steps + 1):
        one, other = apart.reverse_kernel(x, t, process), hardly.reverse_kernel(x, t, process)
        assert type(one) is not type(other)
        assert torch.allclose(one.mean, other.mean, rtol=1e-9, atol=1e-11)
        assert torch.allclose(one.variance, other.variance, rtol=1e-9)


@pytest.mark.parametrize("covariance", [np.diag([0.5, 2.0]), COVARIANCE], ids=["apart", "correlated"])
def test_one_step_for_all_equals_one_step_each(betas: NDArray[np.float64], covariance: NDArray[np.float64]) -> None:
    process, network = GaussianProcess(betas), plane(MEAN, covariance)
    x = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    for t in range(2, process.steps + 1):
        one, other = network.reverse_kernel(x, t, process), network.reverse_kernel(x, torch.full((5,), t), process)
        assert one.mean.dtype == other.mean.dtype == torch.float32
        assert torch.allclose(one.mean, other.mean, rtol=1e-5, atol=1e-6)
        assert torch.allclose(one.variance, other.variance, rtol=1e-5)


@pytest.mark.parametrize("covariance", [np.diag([0.2, 1.5]), COVARIANCE], ids=["apart", "correlated"])
def test_k_in_the_plane_is_its_closed_form(betas: NDArray[np.float64], covariance: NDArray[np.float64]) -> None:
    model = model_of(plane(MEAN, covariance), betas)
    wanted = closed_form(GaussianProcess(betas), MEAN, covariance)
    assert expected_bound(model, MEAN, covariance) == pytest.approx(wanted, abs=1e-9)


def test_for_unit_data_nothing_is_gained_over_the_null_model(betas: NDArray[np.float64]) -> None:
    model = model_of(plane(np.zeros(2), np.eye(2)), betas)
    null = 2 * model.process.null_log_likelihood(torch.zeros(1, 2))
    assert expected_bound(model, np.zeros(2), np.eye(2)) - null == pytest.approx(0.0, abs=1e-11)


def test_kernels_with_independent_entries_fall_short_of_the_correlated_ones(betas: NDArray[np.float64]) -> None:
    whole, apart = model_of(plane(), betas), model_of(plane(MEAN, np.diag(COVARIANCE.diagonal())), betas)
    assert expected_bound(apart, MEAN, COVARIANCE) < expected_bound(whole, MEAN, COVARIANCE) - 1e-3


def test_nearly_degenerate_data_and_the_smallest_rates_have_kernels_too() -> None:
    covariance = 1e4 * np.array([[1.0, 1 - 1e-9], [1 - 1e-9, 1.0]])
    process = GaussianProcess(np.array([1e-12, 1e-9, 1e-3, 1.0]))
    for t in (2, 3, 4):
        distribution = plane(MEAN, covariance).reverse_kernel(torch.ones(1, 2, dtype=torch.float64), t, process)
        assert torch.isfinite(distribution.mean).all()
        assert (distribution.variance > 0).all()


def test_a_last_rate_of_1_asks_the_state_for_nothing() -> None:
    process, x = GaussianProcess(constant_erasure(4)), torch.tensor([[5.0, -3.0]], dtype=torch.float64)
    distribution = plane().reverse_kernel(x, 4, process)
    assert np.allclose(distribution.mean[0].numpy(), math.sqrt(0.25) * MEAN)
    assert np.allclose(distribution.covariance_matrix[0].numpy(), noised(COVARIANCE, 0.25))


@pytest.mark.parametrize(
    ("mean", "covariance", "reason"),
    [
        ([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], "positive definite"),
        ([0.0, 0.0], [[1.0, 0.5], [0.0, 1.0]], "symmetric"),
        ([0.0], [[0.0]], "positive definite"),
        ([0.0, 0.0], [[1.0]], r"covariance: shape \(1, 1\)"),
        ([0.0, 0.0], [1.0, 1.0], r"covariance: shape \(2,\)"),
        ([[0.0]], [[1.0]], r"mean of shape \(1, 1\)"),
        ([math.nan], [[1.0]], "mean: entry"),
        ([0.0], [[math.inf]], "covariance: entry"),
        ([0.0], [["a"]], "covariance: it holds"),
    ],
)
def test_what_is_no_gaussian_is_refused_by_name(mean: ArrayLike, covariance: ArrayLike, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        AnalyticNetwork.of(mean, covariance)
