"""The Gaussian process over many steps at once, and the guess behind its kernels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.processes.distributions import Gaussian
from core.processes.gaussian import GaussianProcess


def one(value: float) -> torch.Tensor:
    return torch.tensor([[value]], dtype=torch.float64)


@pytest.fixture
def process(betas: NDArray[np.float64]) -> GaussianProcess:
    return GaussianProcess(betas)


def moments_of_the_chain(
    process: GaussianProcess, x0: float, s: int, t: int
) -> tuple[float, float, float, float, float]:
    """Return means and variances of x^s and x^t given x^0, and their covariance, step by step."""
    mean, variance, covariance, at_s = x0, 0.0, 0.0, (x0, 0.0)
    for step, beta in enumerate(process.betas[:t].tolist(), start=1):
        mean, variance = math.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        covariance *= math.sqrt(1 - beta)
        if step == s:
            at_s, covariance = (mean, variance), variance
    return *at_s, mean, variance, covariance


def test_the_bridge_over_many_steps_is_the_conditional_of_the_chain(process: GaussianProcess) -> None:
    for t in range(2, process.steps + 1):
        for s in range(1, t):
            mean_s, var_s, mean_t, var_t, covariance = moments_of_the_chain(process, 0.7, s, t)
            distribution = process.multi_step_posterior(one(0.7), one(-1.2), s, t)
            wanted = mean_s + covariance / var_t * (-1.2 - mean_t)
            assert float(distribution.mean) == pytest.approx(wanted, rel=1e-9, abs=1e-12)
            assert float(distribution.variance) == pytest.approx(var_s - covariance**2 / var_t, rel=1e-9)


def test_a_stretch_is_its_steps_one_after_the_other(process: GaussianProcess) -> None:
    for t in range(1, process.steps + 1):
        for s in range(t):
            mean, variance = 0.7, 0.0
            for beta in process.betas[s:t].tolist():
                mean, variance = math.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
            distribution = process.multi_step_transition(one(0.7), s, t)
            assert float(distribution.mean) == pytest.approx(mean, rel=1e-11, abs=1e-15)
            assert float(distribution.variance) == pytest.approx(variance, rel=1e-11)


def test_the_bridge_over_one_step_is_the_posterior(process: GaussianProcess) -> None:
    for t in range(2, process.steps + 1):
        bridge, posterior = (
            process.multi_step_posterior(one(0.7), one(-1.2), t - 1, t),
            process.posterior(one(0.7), one(-1.2), t),
        )
        assert float(bridge.mean) == pytest.approx(float(posterior.mean), rel=1e-12)
        assert float(bridge.stddev) == pytest.approx(float(posterior.stddev), rel=1e-12)
        assert process.multi_step_x0_weight(t - 1, t) == pytest.approx(
            process.posterior_x0_weight(t, one(0.0)), rel=1e-12
        )


def test_where_nothing_is_left_on_the_way_bridge_and_guess_are_those_of_the_prior() -> None:
    process = GaussianProcess(np.array([0.1, 1.0, 0.2, 0.3]))
    distribution = process.multi_step_posterior(one(5.0), one(1.0), 2, 4)
    assert float(distribution.mean) == pytest.approx(math.sqrt(0.8 * 0.7))
    assert float(distribution.variance) == pytest.approx(1 - 0.8 * 0.7)
    kernel = process.transition(one(1.0), 4)
    assert float(process.x0_estimate(kernel, one(1.0), 4)) == 0.0
    assert float(process.x0_variance(kernel, 4)) == 1.0


def test_the_guess_and_its_variance_are_those_that_the_kernel_was_made_of(process: GaussianProcess) -> None:
    x0, x = torch.randn(2, 6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    for t in range(2, process.steps + 1):
        variance = process.posterior_variance(t, x) + process.posterior_x0_weight(t, x) ** 2 * 0.09
        distribution = Gaussian(process.posterior_mean(x0, x, t), math.sqrt(variance))
        assert torch.allclose(process.x0_estimate(distribution, x, t), x0, rtol=1e-7, atol=1e-9)
        found = process.x0_variance(distribution, t)
        assert torch.allclose(found, torch.full_like(found, 0.09), rtol=1e-7)


def test_a_kernel_narrower_than_the_posterior_has_no_variance_of_the_guess(process: GaussianProcess) -> None:
    for t in range(2, process.steps + 1):
        distribution = Gaussian(one(0.0), 0.5 * math.sqrt(process.posterior_variance(t, one(0.0))))
        assert float(process.x0_variance(distribution, t)) == 0.0


def test_at_the_first_step_guess_and_variance_are_the_edge_kernel_s_own(process: GaussianProcess) -> None:
    distribution = process.final_kernel(one(0.4))
    assert float(process.x0_estimate(distribution, one(0.4), 1)) == float(distribution.mean)
    assert float(process.x0_variance(distribution, 1)) == float(distribution.variance)
