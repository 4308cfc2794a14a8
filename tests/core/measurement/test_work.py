"""Work: its weights against exact probabilities, its estimates against closed forms, and the bounds it gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.distributions import Normal

from core.data.formulas import Heartbeat
from core.errors import BadInputError
from core.measurement import work
from core.measurement.bound import measure_bound
from core.measurement.work import log_ratio, log_weights, measure_work, work_of
from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.networks.base import ReverseNetwork
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import BitPerceptron
from core.processes.binomial import BinomialProcess
from core.processes.distributions import Gaussian
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant, constant_erasure, linear
from core.sampling import blocks
from core.values.checkpoints import DataInfo
from core.values.measurements import Bound
from core.values.runs import RunSpec
from core.values.work import Work

MakeModel = Callable[[NDArray[np.float64], float], DiffusionModel]
NATS = math.log(2)
PATHS = 10_000
SPEC = RunSpec(seed=1, threads=1)


def work_from(model: DiffusionModel, data: NDArray[np.floating], paths: int, seed: int = 1) -> Work:
    found = list(measure_work(model, RunSpec(seed=seed, threads=1), paths, data))[-1].result
    assert found is not None
    return found


def bound_on(model: DiffusionModel, data: NDArray[np.floating]) -> Bound:
    found = list(measure_bound(model, SPEC, data))[-1].result
    assert found is not None
    return found


@dataclass(frozen=True)
class Kernels:
    """A linear Gaussian network: the exact reverse of N(0, spread^2), its mean and width scaled and shifted."""

    spread: float
    scale: float = 1.0
    shift: float = 0.0
    widen: float = 1.0

    def reverse_kernel(self, x: torch.Tensor, t: int | torch.Tensor, process: GaussianProcess) -> Normal:
        exact = AnalyticNetwork.of(np.zeros(1), np.array([[self.spread**2]])).reverse_kernel(x, t, process)
        return Gaussian(self.scale * exact.mean + self.shift, self.widen * exact.stddev)

    def log_density(self, x0: NDArray[np.float64], betas: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ln p(x^0) of the chain from pi by these kernels and the edge kernel, in closed form."""
        kept = np.concatenate([[1.0], np.cumprod(1 - betas)])
        variances = kept * self.spread**2 + 1 - kept
        mean, variance = 0.0, 1.0
        for t in range(len(betas), 1, -1):
            decay = self.scale * math.sqrt(1 - betas[t - 1]) * variances[t - 1] / variances[t]
            own = self.widen**2 * betas[t - 1] * variances[t - 1] / variances[t]
            mean, variance = decay * mean + self.shift, decay**2 * variance + own
        mean, variance = math.sqrt(1 - betas[0]) * mean, (1 - betas[0]) * variance + betas[0]
        found: NDArray[np.float64] = -0.5 * (np.square(x0 - mean) / variance + math.log(2 * math.pi * variance))
        return found


NETWORKS = {
    "exact, narrow": Kernels(0.5),
    "exact, wide": Kernels(1.4),
    "its mean scaled": Kernels(0.9, scale=0.88),
    "its mean shifted and its width wrong": Kernels(1.1, shift=0.06, widen=0.93),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
def test_the_mean_weight_is_the_probability_whatever_the_network(
    betas: NDArray[np.float64], network: Kernels, unit_data: Callable[[], DataInfo]
) -> None:
    model = DiffusionModel(GaussianProcess(betas), network, unit_data())
    x0 = np.array([[-1.2], [-0.4], [0.0], [0.3], [0.8]])
    found = work_from(model, x0, PATHS)
    assert found.effective_size.min() > 1000
    errors = (found.likelihood - network.log_density(x0[:, 0], betas) / NATS) / found.standard_error
    assert (np.abs(errors) < 3).sum() >= 4  # of five within three standard errors one may miss, once in 10 000 tests
    assert np.abs(errors).max() < 5


def test_the_standard_error_is_honest(unit_data: Callable[[], DataInfo]) -> None:
    betas, network = constant(12, alpha_bar_end=0.02), NETWORKS["its mean scaled"]
    model = DiffusionModel(GaussianProcess(betas), network, unit_data())
    x0 = np.full((400, 1), 0.8)  # 400 independent repetitions
    found = work_from(model, x0, 200)
    z = (found.likelihood - network.log_density(x0[:, 0], betas) / NATS) / found.standard_error
    # Four standard errors of the variance of 400 normal numbers, and a little for the logarithm's skewness.
    assert 0.7 < z.var() < 1.4
    assert abs(z.mean()) < 0.3


def test_every_path_of_unit_gaussian_data_has_the_same_weight(
    null_model: Callable[[NDArray[np.float64]], DiffusionModel], betas: NDArray[np.float64]
) -> None:
    model, x0 = null_model(betas), torch.linspace(-3, 3, 50, dtype=torch.float64).reshape(-1, 1)
    *_, found = log_weights(model, x0, 1, torch.Generator().manual_seed(1))
    wanted = -0.5 * (x0[:, 0] ** 2 + math.log(2 * math.pi))
    assert torch.allclose(found, wanted, rtol=0, atol=1e-10)


def test_in_float32_it_has_the_same_weight_to_rounding(exact_model: MakeModel, betas: NDArray[np.float64]) -> None:
    x0 = np.array([[-2.0], [0.1], [1.5]])
    found = work_from(exact_model(betas, 1.0), x0, 20)
    wanted = 0.5 * (np.square(x0) + math.log(2 * math.pi)) / NATS
    assert np.allclose(found.work, wanted, atol=1e-4)
    assert np.allclose(found.effective_size, 20, atol=1e-4)
    assert found.standard_error.max() < 1e-4


def test_every_path_of_fair_coins_has_the_same_weight() -> None:
    model = bits_model(BitPerceptron(4, width=8).requires_grad_(False), constant_erasure(6, first=0.01), width=4)
    found = work_from(model, np.array([[0, 1, 1, 0], [1, 1, 1, 1]]), 30)
    assert np.allclose(found.work, 4.0, atol=1e-4)


def bits_model(network: ReverseNetwork, betas: NDArray[np.float64], width: int) -> DiffusionModel:
    data = np.random.default_rng(0).integers(2, size=(32, width)).astype(np.float32)
    info = DataInfo("made up", (width,), (0.0, 1.0), np.zeros(width), np.ones(width), data)
    return DiffusionModel(BinomialProcess(betas), network, info)


MADE_UP = np.array([[0, 0, 1, 1], [1, 0, 1, 0], [1, 1, 1, 0]], dtype=np.float32)


def all_states() -> torch.Tensor:
    return torch.tensor(list(product([0.0, 1.0], repeat=4)))


def kernel_matrix(model: DiffusionModel, t: int) -> torch.Tensor:
    """Return p(x^t-1 | x^t) of all states of four bits, ``[16, 16]``: a row for each x^t."""
    states = all_states()
    rows = [model.reverse_kernel(state.expand(16, 4), t).log_probability(states) for state in states]
    return torch.stack(rows).exp()


def exact_probabilities(model: DiffusionModel) -> torch.Tensor:
    """Return p(x^0) of all states of four bits, ``[16]``, by following the chain from pi."""
    found = torch.full((16,), 1 / 16, dtype=torch.float64)
    for t in range(model.steps, 0, -1):
        found = found @ kernel_matrix(model, t)
    return found


def test_all_paths_together_give_the_exact_probability_of_every_state() -> None:
    model = bits_model(EmpiricalNetwork.of(MADE_UP), np.array([0.1, 0.3, 0.6]), width=4)
    process, states = model.process, all_states()
    x1, x2, x3 = (states[index.flatten()] for index in torch.meshgrid(*[torch.arange(16)] * 3, indexing="ij"))
    totals = []
    for state in states:
        path = [state.expand_as(x1), x1, x2, x3]
        chance = process.prior_distribution(x3).log_probability(x3)
        for t in (1, 2, 3):
            before, after = path[t - 1], path[t]
            forward = process.transition(before, t).log_probability(after)
            chance += log_ratio(process, model.reverse_kernel(after, t), before, after, t) + forward
        totals.append(chance.exp().sum())
    assert torch.allclose(torch.stack(totals), exact_probabilities(model), rtol=1e-6)
    assert float(torch.stack(totals).sum()) == pytest.approx(1, rel=1e-6)


def test_sampled_paths_give_it_within_three_standard_errors() -> None:
    model = bits_model(EmpiricalNetwork.of(MADE_UP), np.array([0.1, 0.3, 0.6]), width=4)
    found = work_from(model, all_states().numpy(), 4000)
    errors = (found.likelihood - exact_probabilities(model).log2().numpy()) / found.standard_error
    assert (np.abs(errors) < 3).sum() >= 15
    assert np.abs(errors).max() < 5


def heartbeat_model() -> DiffusionModel:
    source = Heartbeat()
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    betas = constant_erasure(20, first=0.01)
    return DiffusionModel(BinomialProcess(betas), EmpiricalNetwork.of(source.support()), info)


def check_mean_log_weight(model: DiffusionModel, data: NDArray[np.floating], edge: float) -> None:
    """Check that the mean of log2 w is K and, in bits, what the ``edge`` adds."""
    measured, k = work_from(model, data, 8).mean_bound, bound_on(model, data)
    assert abs(measured.value - k.k - edge) < 3 * math.hypot(measured.standard_error, k.standard_error)
    assert measured.standard_error < 0.1


@pytest.mark.parametrize("spread", [1.0, 1.5])
def test_the_mean_log_weight_is_k_but_for_the_edge(spread: float, unit_data: Callable[[], DataInfo]) -> None:
    # At t = 1 the edge kernel turns q round: ln p(x^0 | x^1) - ln q(x^1 | x^0) = ln pi(x^0) - ln pi(x^1), whose mean
    # K leaves out; it is nothing for data of unit variance.
    betas = linear(12, 0.2, 0.4)
    model = DiffusionModel(GaussianProcess(betas), Kernels(1.2, widen=1.1), unit_data())
    data = spread * np.random.default_rng(2).standard_normal((4000, 1))
    edge = -0.5 * betas[0] * (np.square(data).mean() - 1) / NATS
    assert spread == 1.0 or abs(edge) > 0.1
    check_mean_log_weight(model, data, edge)


def test_the_mean_log_weight_of_bits_is_k() -> None:
    network = BitPerceptron(20, width=16, layers=2).requires_grad_(False)
    torch.nn.init.normal_(network.read_out.weight, std=0.2, generator=torch.Generator().manual_seed(2))
    model = bits_model(network, constant_erasure(10, first=0.05), width=20)
    check_mean_log_weight(model, Heartbeat().sample(3000, np.random.default_rng(3)), edge=0.0)


def test_the_mean_log_weight_of_the_heartbeat_is_k() -> None:
    model = heartbeat_model()
    check_mean_log_weight(model, Heartbeat().sample(2000, np.random.default_rng(4)), edge=0.0)


def test_the_bound_tightens_with_every_doubling_and_ends_at_the_estimate() -> None:
    found = work_from(heartbeat_model(), Heartbeat().support(), 128)
    assert found.group_sizes.tolist() == [1, 2, 4, 8, 16, 32, 64, 128]
    assert (np.diff(found.tightening, axis=1) >= 0).all()  # groups of 2k are two groups of k: Jensen, path by path
    assert np.array_equal(found.tightening[:, -1], found.likelihood)
    assert np.allclose(found.tightening[:, 0], -found.work.mean(axis=1))
    assert found.mean_tightening[0].value == pytest.approx(found.mean_bound.value)
    assert found.mean_tightening[-1] == found.mean_likelihood


@pytest.mark.parametrize("paths", [2, 3, 100])
def test_any_number_of_paths_is_grouped(paths: int) -> None:
    rng = np.random.default_rng(5)
    found = work_of(np.zeros((3, 1), np.float32), rng.standard_normal((3, paths)))
    assert found.group_sizes[0] == 1
    assert found.group_sizes[-1] == paths
    assert (np.diff(found.group_sizes) > 0).all()
    assert found.tightening.shape == (3, len(found.group_sizes))


def test_weights_of_a_known_law_are_measured_right() -> None:
    # ln w normal with variance v: ln of its mean is v/2, its expected group bounds lie between 0 and that.
    logarithms = 0.7 * np.random.default_rng(6).standard_normal((500, 256))
    found = work_of(np.zeros((500, 1), np.float32), logarithms)
    estimates = [(estimate.value * NATS, estimate.standard_error * NATS) for estimate in found.mean_tightening]
    assert abs(estimates[0][0]) < 3 * estimates[0][1]
    assert abs(estimates[-1][0] - 0.245) < 3 * estimates[-1][1] + 0.49 / 256
    assert np.median(found.effective_size) == pytest.approx(256 * math.exp(-0.49), rel=0.05)
    spread = float(found.likelihood.std(ddof=1))
    assert found.standard_error.mean() == pytest.approx(spread, rel=0.15)


def test_enormous_and_lopsided_weights_overflow_nothing() -> None:
    logarithms = np.array([[-8000.0, -8001.0], [9000.0, 9000.0], [0.0, -800.0]])
    found = work_of(np.zeros((3, 1), np.float32), logarithms)
    wanted = [-8000 + math.log((1 + math.exp(-1)) / 2), 9000, -math.log(2)]
    assert np.allclose(found.likelihood * NATS, wanted, rtol=1e-14)
    assert np.allclose(found.effective_size, [(1 + math.exp(-1)) ** 2 / (1 + math.exp(-2)), 2, 1])
    assert found.standard_error[1] == 0
    assert found.standard_error[2] > 10  # nobody knows: one path holds it all


def test_one_point_is_enough_but_tells_no_spread(exact_model: MakeModel) -> None:
    found = work_from(exact_model(linear(5, 0.1, 0.5), 0.8), np.array([[0.5]]), 50)
    assert found.work.shape == (1, 50)
    assert math.isnan(found.mean_likelihood.standard_error)
    assert found.standard_error[0] > 0


def test_work_part_by_part_is_that_of_all(exact_model: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    model, x0 = exact_model(linear(8, 0.05, 0.5), 0.6), np.array([[-0.5], [0.2], [0.9]])
    whole = work_from(model, x0, 700)
    monkeypatch.setattr(blocks, "STATES_AT_ONCE", 500)  # a batch goes over the border between two points
    parts = work_from(model, x0, 700)
    error = np.hypot(whole.standard_error, parts.standard_error)
    assert (np.abs(whole.likelihood - parts.likelihood) < 4 * error).all()


def test_equal_seeds_give_equal_work_and_others_do_not(exact_model: MakeModel) -> None:
    model, x0 = exact_model(linear(8, 0.05, 0.5), 0.6), np.array([[0.2], [0.3]])
    one, again, other = (work_from(model, x0, 20, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.work, again.work)
    assert not np.array_equal(one.work, other.work)


def test_every_report_says_how_far_it_is_and_the_last_one_carries_the_work(exact_model: MakeModel) -> None:
    reports = list(measure_work(exact_model(linear(8, 0.05, 0.5), 0.6), RunSpec(40, threads=1), 300))
    total = reports[0].total
    assert [report.done for report in reports] == list(range(1, total + 1))
    assert {report.total for report in reports} == {total}
    counts = [report.result.work.shape[1] for report in reports if report.result is not None]
    assert counts == [4, 8, 16, 32, 64, 128, 256, 300]
    found = reports[-1].result
    assert found is not None
    assert found.work.shape == (40, 300)
    assert not any(array.flags.writeable for array in (found.points, found.work, found.likelihood, found.tightening))


@pytest.mark.parametrize("paths", [4, 64, 512, 1024])
def test_what_was_found_so_far_is_the_work_of_fewer_paths(exact_model: MakeModel, paths: int) -> None:
    model, x0 = exact_model(linear(8, 0.05, 0.5), 0.6), np.array([[0.2], [0.3]])
    reports = measure_work(model, SPEC, 1500, x0)
    so_far = [found.result for found in reports if found.result is not None]
    found = next(found for found in so_far if found.work.shape[1] == paths)
    alone = work_from(model, x0, paths)
    assert np.array_equal(found.work, alone.work)
    assert np.array_equal(found.likelihood, alone.likelihood)


def test_points_are_in_model_units(model: DiffusionModel) -> None:
    data = model.source.sample(3, np.random.default_rng(0))
    found = work_from(model, data, 4)
    assert np.array_equal(found.points, model.data.to_model(data))


def test_a_process_of_one_step_weighs_the_edge_alone(unit_data: Callable[[], DataInfo]) -> None:
    model = DiffusionModel(GaussianProcess(np.array([0.3])), Kernels(1.0), unit_data())
    found = work_from(model, np.array([[1.0], [0.0]]), 10)
    wanted = 0.5 * (np.array([[1.0], [0.0]]) + math.log(2 * math.pi)) / NATS
    assert np.allclose(found.work, wanted, atol=1e-5)


@pytest.mark.parametrize(("paths", "count"), [(1, 10), (0, 10), (-3, 10), (work.MAX_PATHS, 2), (10_000, 1_000_000)])
def test_too_few_and_too_many_paths_are_refused(exact_model: MakeModel, paths: int, count: int) -> None:
    with pytest.raises(BadInputError, match=str(paths)):
        next(measure_work(exact_model(linear(5, 0.1, 0.5), 1.0), RunSpec(count, threads=1), paths))


@pytest.mark.parametrize("data", [np.zeros((2, 3)), np.zeros((0, 1)), np.full((2, 1), np.nan)])
def test_data_that_are_not_the_model_s_are_refused(exact_model: MakeModel, data: NDArray[np.float64]) -> None:
    with pytest.raises(BadInputError, match="data"):
        next(measure_work(exact_model(linear(5, 0.1, 0.5), 1.0), SPEC, 10, data))


def test_half_a_bit_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"0\.5"):
        next(measure_work(heartbeat_model(), SPEC, 10, np.full((2, 20), 0.5)))


def test_a_network_that_overflows_is_told(unit_data: Callable[[], DataInfo]) -> None:
    model = DiffusionModel(GaussianProcess(linear(5, 0.1, 0.5)), Kernels(1.0, shift=math.inf), unit_data())
    with pytest.raises(BadInputError, match="overflow"):
        list(measure_work(model, SPEC, 10, np.zeros((2, 1))))
