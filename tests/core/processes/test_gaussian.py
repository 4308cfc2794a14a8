"""The Gaussian process in closed form: against brute force, against each other, against torch.distributions."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.processes.distributions import LOG_TWO_PI_E
from core.processes.gaussian import GaussianProcess
from core.processes.registry import process_of
from core.processes.schedules import alpha_bars, constant_erasure
from core.values.measurements import NATS_PER_BIT

DRAWS = 40_000


def one(value: float) -> torch.Tensor:
    return torch.tensor([[value]], dtype=torch.float64)


@pytest.fixture
def process(betas: NDArray[np.float64]) -> GaussianProcess:
    return GaussianProcess(betas)


def test_the_signal_left_is_the_product_of_what_each_step_keeps(
    process: GaussianProcess, betas: NDArray[np.float64]
) -> None:
    assert np.allclose(process.alpha_bars.numpy(), alpha_bars(betas), rtol=1e-12)


def test_a_jump_has_the_moments_of_its_composed_steps(process: GaussianProcess) -> None:
    mean, variance = one(1.7), torch.zeros((1, 1), dtype=torch.float64)
    for t in range(1, process.steps + 1):
        distribution = process.transition(mean, t)
        mean, variance = distribution.mean, (1 - process.betas[t - 1]) * variance + distribution.variance
        jump = process.marginal(one(1.7), t)
        assert torch.allclose(jump.mean, mean, rtol=1e-12)
        assert torch.allclose(jump.variance, variance, rtol=1e-12)


def test_a_step_keeps_unit_variance(process: GaussianProcess) -> None:
    for t in range(1, process.steps + 1):
        distribution = process.transition(one(1.0), t)
        assert float(distribution.mean**2 + distribution.variance) == pytest.approx(1.0, rel=1e-12)


def test_the_posterior_is_that_of_bayes_by_brute_force(process: GaussianProcess) -> None:
    grid = torch.linspace(-12, 12, 12_001, dtype=torch.float64).reshape(-1, 1)
    for t in {2, (process.steps + 2) // 2, process.steps}:
        for x0, x in [(0.3, -1.1), (-1.5, 0.4)]:
            weight = process.marginal(one(x0), t - 1).log_prob(grid) + process.transition(grid, t).log_prob(one(x))
            weight = torch.softmax(weight, dim=0)
            mean = float((weight * grid).sum())
            variance = float((weight * (grid - mean).square()).sum())
            distribution = process.posterior(one(x0), one(x), t)
            assert float(distribution.mean) == pytest.approx(mean, abs=1e-9)
            assert float(distribution.variance) == pytest.approx(variance, rel=1e-7)


def test_at_the_first_step_the_posterior_is_the_datum_itself(process: GaussianProcess) -> None:
    assert float(process.posterior_mean(one(0.7), one(-2.0), 1)) == pytest.approx(0.7, abs=1e-12)
    assert process.posterior_variance(1, one(0.0)) == 0


def test_the_edge_kernel_is_the_step_turned_round_by_the_prior(process: GaussianProcess) -> None:
    x0, x1 = torch.linspace(-3, 3, 13, dtype=torch.float64), torch.linspace(-2, 2, 13, dtype=torch.float64)
    log_pi = torch.distributions.Normal(0.0, 1.0).log_prob
    wanted = process.transition(x0, 1).log_prob(x1) + log_pi(x0) - log_pi(x1)
    assert torch.allclose(process.final_kernel(x1).log_prob(x0), wanted, rtol=1e-10)


def test_entropies_are_those_of_the_laws(process: GaussianProcess) -> None:
    found = process.entropies()
    for t in range(1, process.steps + 1):
        step = float(process.transition(one(0.2), t).entropy()) / NATS_PER_BIT
        assert found.upper[t - 1] == pytest.approx(step, abs=1e-10)
        jump = float(process.marginal(one(0.2), t).entropy()) / NATS_PER_BIT
        assert found.t_given_0[t - 1] == pytest.approx(jump, abs=1e-10)
        if t > 1:
            posterior = float(process.posterior(one(0.2), one(0.1), t).entropy()) / NATS_PER_BIT
            assert found.lower[t - 1] == pytest.approx(posterior, abs=1e-10)


def test_the_lower_entropy_of_the_first_step_is_minus_infinity_and_no_other_is(process: GaussianProcess) -> None:
    lower = process.entropies().lower
    assert lower[0] == -math.inf
    assert np.isfinite(lower[1:]).all()
    assert (lower <= process.entropies().upper).all()


def test_the_gaps_between_the_entropies_sum_to_the_difference_of_the_ends(process: GaussianProcess) -> None:
    found = process.entropies()
    assert (found.upper - found.lower)[1:].sum() == pytest.approx(found.t_given_0[-1] - found.t_given_0[0], abs=1e-10)


def test_entropies_cannot_be_written_to(process: GaussianProcess) -> None:
    with pytest.raises(ValueError, match="read-only"):
        process.entropies().upper[0] = 1.0


@pytest.mark.parametrize("spread", [1.0, 0.5, 2.0])
def test_the_cross_entropy_with_the_prior_is_that_of_the_data(process: GaussianProcess, spread: float) -> None:
    x0 = torch.tensor([[spread, -spread], [-spread, spread]])  # the second moment is spread^2 exactly
    end = float(process.alpha_bars[-1] * spread**2 + 1 - process.alpha_bars[-1])
    found = process.prior_cross_entropy(x0)
    assert found.dtype == torch.float64
    assert found.mean() == pytest.approx(math.log(2 * math.pi) + end, rel=1e-7)


def test_the_cross_entropy_of_one_datum_is_the_expectation_over_the_jump(process: GaussianProcess) -> None:
    distribution = process.marginal(one(1.3), process.steps)
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    x = distribution.mean + distribution.stddev * torch.from_numpy(nodes)
    wanted = -(torch.distributions.Normal(0.0, 1.0).log_prob(x) * torch.from_numpy(weights)).sum() / weights.sum()
    assert float(process.prior_cross_entropy(one(1.3))) == pytest.approx(float(wanted), rel=1e-10)


def test_for_unit_data_the_cross_entropy_is_minus_the_null_model() -> None:
    process = GaussianProcess(np.array([0.2, 0.3]))
    assert float(process.prior_cross_entropy(one(1.0))) == pytest.approx(
        -process.null_log_likelihood(torch.zeros(1, 1))
    )
    assert process.null_log_likelihood(torch.zeros(1, 1)) / NATS_PER_BIT == pytest.approx(-2.047, abs=5e-4)


@pytest.mark.parametrize("how", ["steps", "jump"])
def test_draws_have_the_moments_of_the_jump_within_three_standard_errors(process: GaussianProcess, how: str) -> None:
    rng = torch.Generator().manual_seed(11)
    x = x0 = torch.full((DRAWS, 1), 1.4)
    for t in range(1, process.steps + 1):
        x = process.step(x, t, rng) if how == "steps" else x
    if how == "jump":
        x = process.jump(x0, process.steps, rng)
    distribution = process.marginal(one(1.4), process.steps)
    z = ((x.double() - distribution.mean) / distribution.stddev).numpy()
    assert abs(z.mean()) < 3 / math.sqrt(DRAWS)
    assert abs(np.square(z).mean() - 1) < 3 * math.sqrt(2 / DRAWS)


def test_equal_generators_give_equal_draws_and_others_do_not() -> None:
    process, x = GaussianProcess(np.array([0.2, 0.3])), torch.ones(5, 3)
    first, again, other = (process.jump(x, 2, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_jump_to_0_is_the_data_themselves() -> None:
    x = torch.ones(3, 2)
    assert GaussianProcess(np.array([0.2])).jump(x, 0, torch.Generator()) is x


def test_one_step_for_all_equals_one_step_each(process: GaussianProcess) -> None:
    x0, x = torch.randn(2, 6, 3, 2, generator=torch.Generator().manual_seed(0))
    for t in range(2, process.steps + 1):
        each = torch.full((6,), t)
        for distribution in (process.transition, process.marginal, lambda x, t: process.posterior(x0, x, t)):
            for quantity in ("mean", "stddev"):
                together, apart = getattr(distribution(x, t), quantity), getattr(distribution(x, each), quantity)
                assert together.shape == apart.shape == x.shape
                assert torch.allclose(together, apart, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("t", [-1, 3])
def test_a_step_outside_the_process_is_refused(t: int) -> None:
    process, x, rng = GaussianProcess(np.array([0.2, 0.3])), torch.ones(2, 1), torch.Generator()
    calls: list[Callable[[], object]] = [
        lambda: process.jump(x, t, rng),
        lambda: process.step(x, t, rng),
        lambda: process.posterior(x, x, t),
    ]
    for call in calls:
        with pytest.raises(BadInputError, match=f"t: {t} "):
            call()


def test_neither_a_step_to_0_nor_a_posterior_at_1_has_a_density() -> None:
    process, x = GaussianProcess(np.array([0.2, 0.3])), torch.ones(2, 1)
    with pytest.raises(BadInputError, match="t: 0"):
        process.transition(x, 0)
    with pytest.raises(BadInputError, match="t: 1"):
        process.posterior(x, x, 1)


@pytest.mark.parametrize("rates", [[0.0, 0.1], [0.1, 1.5], []])
def test_a_process_with_impossible_rates_is_refused(rates: list[float]) -> None:
    with pytest.raises(BadInputError, match="betas"):
        GaussianProcess(np.array(rates))


def test_a_last_rate_of_1_leaves_no_signal() -> None:
    process = GaussianProcess(constant_erasure(6))
    distribution = process.marginal(one(5.0), 6)
    assert (float(distribution.mean), float(distribution.stddev)) == (0.0, 1.0)
    assert process.entropies().upper[-1] == pytest.approx(0.5 * LOG_TWO_PI_E / NATS_PER_BIT)


def test_the_prior_is_a_unit_gaussian_of_the_shape_asked_for() -> None:
    process = GaussianProcess(np.array([0.2]))
    assert process.prior(4, (3, 2), torch.Generator()).shape == (4, 3, 2)
    distribution = process.prior_distribution(torch.ones(4, 3, 2))
    found = distribution.log_probability(torch.zeros(4, 3, 2))
    assert found.tolist() == pytest.approx([-3 * math.log(2 * math.pi)] * 4)


# ------------------------------------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda p, x: p.marginal(x, 2.0), "t: 2.0 "),
        (lambda p, x: p.marginal(x, False), "t: False "),
        (lambda p, x: p.marginal(x, torch.tensor([0, 1])), "t: 0 "),
        (lambda p, x: p.posterior(x, x, torch.tensor([2, 4])), "t: 4 "),
        (lambda p, x: p.posterior(x, x, torch.tensor([2.0, 3.0])), "t: torch.float32"),
        (lambda p, x: p.posterior(x, x[:, 0], 2), "x0 and x: shapes"),
        (lambda p, x: p.multi_step_posterior(x, x, 0, 2), "s: 0 "),
        (lambda p, x: p.multi_step_posterior(x, x, 3, 2), "s: 3 "),
        (lambda p, x: p.transition(x.long(), 1), "x: torch.int64"),
        (lambda p, x: p.marginal(x.numpy(), 1), "x0: ndarray"),
        (lambda p, x: p.check_states(np.array([[1.0, np.inf]]), "start"), r"start: entry \(0, 1\) is inf"),
        (lambda p, x: p.check_states(np.array([[1j]]), "start"), "start: it holds complex"),
        (lambda p, x: p.check_states(np.array(["a"]), "start"), "start: it holds <U1"),
    ],
)
def test_steps_and_states_that_are_none_are_refused_by_name(
    call: Callable[[GaussianProcess, torch.Tensor], object], reason: str
) -> None:
    with pytest.raises(BadInputError, match=reason):
        call(GaussianProcess(np.array([0.2, 0.3, 0.4])), torch.ones(2, 1))


@pytest.mark.parametrize("kind", ["gaussian", "binomial"])
def test_a_process_is_made_by_its_kind_and_keeps_the_gradient_of_its_rates(kind: str) -> None:
    rates = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64, requires_grad=True)
    process = process_of(kind, rates)
    assert process.kind == kind
    process.marginal_entropies().sum().backward()
    assert rates.grad is not None
    assert (rates.grad > 0).all()  # faster rates, more entropy


def test_a_process_of_no_known_kind_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(BadInputError, match=r"'poisson'.*gaussian and binomial"):
        process_of("poisson", np.array([0.1]))
