"""The binomial process in closed form: against chains of two states by brute force, Bayes, and 50 digits."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.formulas import Heartbeat
from core.errors import BadInputError
from core.processes.binomial import BinomialProcess
from core.processes.schedules import alpha_bars, constant_erasure, linear
from core.values.measurements import NATS_PER_BIT
from tests.support.bits import SCHEDULES, bit, chances

DRAWS = 40_000


@pytest.fixture(params=list(SCHEDULES))
def betas(request: pytest.FixtureRequest) -> NDArray[np.float64]:
    return SCHEDULES[request.param]


@pytest.fixture
def process(betas: NDArray[np.float64]) -> BinomialProcess:
    return BinomialProcess(betas)


def between(process: BinomialProcess, x0: int, x: int, s: int, t: int) -> float:
    """Return P(x^s = 1 | x^t = x, x^0) by Bayes over the two values of x^s."""
    weights = chances(process, 0, s)[x0] * chances(process, s, t)[:, x]
    return float(weights[1] / weights.sum())


def h(p: float) -> float:
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q > 0)


# ------------------------------------------------------------------------------------------------------------- kernels
def test_the_signal_left_is_the_product_of_what_each_step_keeps(
    process: BinomialProcess, betas: NDArray[np.float64]
) -> None:
    assert np.allclose(process.alpha_bars.numpy(), alpha_bars(betas), rtol=1e-12)


def test_a_step_keeps_the_bit_or_tosses_a_coin(process: BinomialProcess, betas: NDArray[np.float64]) -> None:
    for t, beta in enumerate(betas, start=1):
        for x in (0.0, 1.0):
            assert float(process.transition(bit(x), t).probs) == pytest.approx((1 - beta) * x + beta / 2, abs=1e-14)


def test_a_jump_is_its_steps_one_after_the_other(process: BinomialProcess) -> None:
    for t in range(1, process.steps + 1):
        for x0 in (0, 1):
            assert float(process.marginal(bit(x0), t).probs) == pytest.approx(chances(process, 0, t)[x0, 1], rel=1e-11)


def test_a_stretch_is_its_steps_one_after_the_other(process: BinomialProcess) -> None:
    for t in range(1, process.steps + 1):
        for s in range(t):
            for x in (0, 1):
                found = float(process.multi_step_transition(bit(x), s, t).probs)
                assert found == pytest.approx(chances(process, s, t)[x, 1], rel=1e-11)


def test_the_posterior_is_that_of_bayes_by_brute_force(process: BinomialProcess) -> None:
    for t in range(2, process.steps + 1):
        for x0 in (0, 1):
            for x in (0, 1):
                found = float(process.posterior(bit(x0), bit(x), t).probs)
                assert found == pytest.approx(between(process, x0, x, t - 1, t), rel=1e-11)


def test_the_bridge_over_many_steps_is_that_of_bayes_by_brute_force(process: BinomialProcess) -> None:
    for t in range(2, process.steps + 1):
        for s in range(1, t):
            for x in (0, 1):
                ends = [between(process, x0, x, s, t) for x0 in (0, 1)]
                for x0 in (0.0, 0.25, 1.0):
                    found = float(process.multi_step_posterior(bit(x0), bit(x), s, t).probs)
                    assert found == pytest.approx((1 - x0) * ends[0] + x0 * ends[1], rel=1e-11)


def test_the_bridge_over_one_step_is_the_posterior(process: BinomialProcess) -> None:
    for t in range(2, process.steps + 1):
        x0, x = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).double(), torch.tensor([[0.0, 1.0, 0.0, 1.0]]).double()
        bridge, posterior = process.multi_step_posterior(x0, x, t - 1, t), process.posterior(x0, x, t)
        assert torch.allclose(bridge.logits, posterior.logits, rtol=1e-10, atol=1e-12)


def test_the_edge_kernel_is_the_first_step_turned_round_by_the_prior(process: BinomialProcess) -> None:
    for x1 in (0.0, 1.0):
        edge = process.final_kernel(bit(x1))
        for x0 in (0.0, 1.0):
            wanted = process.transition(bit(x0), 1).log_prob(bit(x1))  # pi(x^0) / pi(x^1) = 1
            assert float(edge.log_prob(bit(x0))) == pytest.approx(float(wanted), rel=1e-12)


def test_the_prior_is_fair_coins(process: BinomialProcess) -> None:
    x = process.prior(DRAWS, (3,), torch.Generator().manual_seed(1))
    assert (x.dtype, x.shape) == (torch.float32, (DRAWS, 3))
    assert ((x.mean(0) - 0.5).abs() < 3 * 0.5 / math.sqrt(DRAWS)).all()
    found = process.prior_distribution(x[:5]).log_probability(x[:5])
    assert found.tolist() == pytest.approx([-3 * math.log(2)] * 5)


@pytest.mark.parametrize("how", ["steps", "jump"])
def test_draws_are_those_of_the_jump_within_three_standard_errors(how: str) -> None:
    process, rng = BinomialProcess(linear(8, 0.01, 0.3)), torch.Generator().manual_seed(5)
    x0 = torch.tensor([[0.0, 1.0]]).expand(DRAWS, 2)
    x = process.jump(x0, 8, rng) if how == "jump" else x0
    for t in range(1, 9) if how == "steps" else ():
        x = process.step(x, t, rng)
    wanted = process.marginal(x0[:1], 8).probs[0]
    assert ((x.mean(0) - wanted).abs() < 3 * (wanted * (1 - wanted) / DRAWS).sqrt()).all()


def test_a_jump_to_0_is_the_data_themselves(process: BinomialProcess) -> None:
    x = torch.ones(3, 2)
    assert process.jump(x, 0, torch.Generator()) is x


def test_one_step_for_all_equals_one_step_each(process: BinomialProcess) -> None:
    x0, x = torch.randint(2, (2, 6, 3, 2), generator=torch.Generator().manual_seed(0)).float()
    odds = torch.randn(6, 3, 2, generator=torch.Generator().manual_seed(1))
    for t in range(2, process.steps + 1):
        each = torch.full((6,), t)
        for distribution in (
            process.transition,
            process.marginal,
            lambda x, t: process.posterior(x0, x, t),
            lambda x, t: process.kernel_of_x0_estimate(odds, x, t),
        ):
            assert torch.allclose(distribution(x, t).logits, distribution(x, each).logits, rtol=1e-5, atol=1e-6)
            assert torch.allclose(distribution(x, t).probs, distribution(x, each).probs, rtol=1e-5, atol=1e-6)


def test_a_last_rate_of_1_leaves_fair_coins() -> None:
    process = BinomialProcess(constant_erasure(6))
    assert float(process.betas[-1]) == 1.0
    for x0 in (0.0, 1.0):
        assert float(process.marginal(bit(x0), 6).probs) == 0.5
        for x in (0.0, 1.0):  # x^T says nothing of x^T-1
            found = process.posterior(bit(x0), bit(x), 6).probs
            assert float(found) == pytest.approx(float(process.marginal(bit(x0), 5).probs), rel=1e-12)
    assert process.entropies().upper[-1] == process.entropies().t_given_0[-1] == 1.0
    assert math.isfinite(process.entropies().lower[-1])


# ------------------------------------------------------------------------------------------------------------ entropies
def test_entropies_are_those_of_the_laws(process: BinomialProcess) -> None:
    found = process.entropies()
    for t in range(1, process.steps + 1):
        assert found.upper[t - 1] == pytest.approx(h(float(process.transition(bit(1), t).probs)), abs=1e-12)
        jump = process.marginal(bit(1), t)
        assert found.t_given_0[t - 1] == pytest.approx(h(float(jump.probs)), abs=1e-12)
        if t > 1:
            given = [h(float(process.posterior(bit(1), bit(x), t).probs)) for x in (0, 1)]
            mean = float((1 - jump.probs) * given[0] + jump.probs * given[1])
            assert found.lower[t - 1] == pytest.approx(mean, abs=1e-10)


def test_the_first_lower_entropy_is_0_bits_and_none_exceeds_the_upper(process: BinomialProcess) -> None:
    found = process.entropies()
    assert found.lower[0] == pytest.approx(0.0, abs=1e-15)
    assert (found.lower <= found.upper + 1e-15).all()
    assert (found.lower >= -1e-15).all()


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5])
def test_the_entropy_of_the_exact_reverse_of_one_bit_lies_between_its_bounds(
    process: BinomialProcess, rate: float
) -> None:
    found = process.entropies()
    marginals = [h(rate * left + (1 - left) / 2) for left in process.alpha_bars.tolist()]
    for t in range(1, process.steps + 1):
        exact = found.upper[t - 1] + marginals[t - 1] - marginals[t]
        assert found.lower[t - 1] - 1e-12 <= exact <= found.upper[t - 1] + 1e-12


def test_the_gaps_between_the_entropies_sum_to_the_difference_of_the_ends(process: BinomialProcess) -> None:
    found = process.entropies()
    assert (found.upper - found.lower)[1:].sum() == pytest.approx(found.t_given_0[-1] - found.t_given_0[0], abs=1e-10)


def test_entropies_cannot_be_written_to(process: BinomialProcess) -> None:
    with pytest.raises(ValueError, match="read-only"):
        process.entropies().upper[0] = 1.0


def test_the_cross_entropy_with_the_prior_is_one_bit_an_entry(process: BinomialProcess) -> None:
    found = process.prior_cross_entropy(torch.ones(4, 5, 2))
    assert found.dtype == torch.float64
    assert (found / NATS_PER_BIT).tolist() == pytest.approx([10.0] * 4)


def test_the_null_model_of_the_heartbeat_is_minus_20_times_the_entropy_of_a_fifth(process: BinomialProcess) -> None:
    beats = torch.from_numpy(Heartbeat().support())
    assert 20 * process.null_log_likelihood(beats) / NATS_PER_BIT == pytest.approx(-14.4386, abs=1e-4)
    assert process.null_log_likelihood(torch.ones(3, 4)) == 0.0


# ------------------------------------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize("bad", [0.5, -1.0, 2.0, math.nan, math.inf])
def test_what_is_no_bit_is_refused_by_its_place(bad: float) -> None:
    x = np.zeros((3, 4), dtype=np.float32)
    x[2, 1] = bad
    with pytest.raises(BadInputError, match=r"data: entry \(2, 1\) is"):
        BinomialProcess(constant_erasure(3)).check_states(x, "data")
    BinomialProcess(constant_erasure(3)).check_states(np.eye(3), "data")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda p, x: p.transition(x, 0), "t: 0 "),
        (lambda p, x: p.marginal(x, 4), "t: 4 "),
        (lambda p, x: p.marginal(x, 2.0), "t: 2.0 "),
        (lambda p, x: p.marginal(x, True), "t: True "),
        (lambda p, x: p.jump(x, -1, torch.Generator()), "t: -1 "),
        (lambda p, x: p.posterior(x, x, 1), "t: 1 "),
        (lambda p, x: p.posterior(x, x, torch.tensor([1, 2])), "t: 1 "),
        (lambda p, x: p.posterior(x, x, torch.tensor([2, 9])), "t: 9 "),
        (lambda p, x: p.posterior(x, x, torch.tensor([2.0, 3.0])), "t: torch.float32"),
        (lambda p, x: p.posterior(x, x, torch.tensor([[2], [3]])), r"t: torch.int64 of shape \(2, 1\)"),
        (lambda p, x: p.posterior(x[:1], x, 2), "x0 and x: shapes"),
        (lambda p, x: p.multi_step_transition(x, 2, 2), "s: 2 "),
        (lambda p, x: p.multi_step_transition(x, 0, 4), "t: 4 "),
        (lambda p, x: p.multi_step_posterior(x, x, 0, 2), "s: 0 "),
        (lambda p, x: p.multi_step_posterior(x, x, 2, 2), "s: 2 "),
        (lambda p, x: p.multi_step_posterior(x, x, 1, 4), "t: 4 "),
        (lambda p, x: p.kernel_of_x0_estimate(x, x, 1), "t: 1 "),
        (lambda p, x: p.transition(x.long(), 1), "x: torch.int64"),
        (lambda p, x: p.marginal(x.bool(), 1), "x0: torch.bool"),
        (lambda p, x: p.marginal(x.numpy(), 1), "x0: ndarray"),
    ],
)
def test_steps_and_states_that_are_none_are_refused_by_name(
    call: Callable[[BinomialProcess, torch.Tensor], object], reason: str
) -> None:
    with pytest.raises(BadInputError, match=reason):
        call(BinomialProcess(constant_erasure(3)), torch.ones(2, 1))


@pytest.mark.parametrize("rates", [[0.0, 0.1], [0.1, 1.5], [], [math.nan], ["a"], [[0.1]], [1e-20, 0.1]])
def test_a_process_with_impossible_rates_is_refused(rates: list[object]) -> None:
    with pytest.raises(BadInputError, match="betas"):
        BinomialProcess(np.array(rates))
