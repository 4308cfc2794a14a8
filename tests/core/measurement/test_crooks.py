"""Crooks' relation on forward and reverse paths, and the densities of x^1 that it stands on."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.formulas import FiniteData, GaussianData, Heartbeat
from core.data.sources import SourceWithDensity
from core.errors import BadInputError
from core.formats.checkpoints import read
from core.measurement.crooks import crooks_of, known_source, measure_crooks
from core.measurement.limits import limit_of
from core.model import DiffusionModel, model_from
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import MultilayerPerceptron
from core.processes.base import Process
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.registry import process_of
from core.processes.schedules import constant_erasure, linear, log_linear
from core.sampling import blocks
from core.values.checkpoints import DataInfo
from core.values.runs import RunSpec
from core.values.work import Crooks

ROLL = Path(__file__).resolve().parents[3] / "assets" / "checkpoints" / "swiss_roll.h5"
COUNT = 8000
ENOUGH = 25
RARE = 1e-4
HEAVY = 3.0
"""Bits: weights above 8."""

MakeModel = Callable[[NDArray[np.float64], float], DiffusionModel]


def crooks(model: DiffusionModel, count: int = COUNT, source: SourceWithDensity | None = None, seed: int = 1) -> Crooks:
    found = list(measure_crooks(model, RunSpec(count, seed, threads=1), source))[-1].result
    assert found is not None
    return found


class Hesitant(EmpiricalNetwork):
    """The exact network, but never quite sure of a bit."""

    def x0_moments(self, x: torch.Tensor, t: int | torch.Tensor, process: Process) -> tuple[torch.Tensor, torch.Tensor]:
        mean, variance = super().x0_moments(x, t, process)
        return 0.003 + 0.994 * mean, variance


def heartbeat(network: type[EmpiricalNetwork] = EmpiricalNetwork) -> DiffusionModel:
    source = Heartbeat()
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    return DiffusionModel(BinomialProcess(constant_erasure(50, first=0.01)), network.of(source.support()), info)


def roll() -> DiffusionModel:
    return model_from(read(ROLL), ROLL)


def chance_of_more(squares: float, degrees: int) -> float:
    """Return the probability that chi-square with ``degrees`` exceeds ``squares``."""
    half = torch.tensor([degrees / 2, squares / 2], dtype=torch.float64)
    return float(torch.special.gammaincc(half[0], half[1]))


def mean_and_error(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


@pytest.fixture(scope="module", params=["roll", "heartbeat", "heartbeat, wrong network"])
def measured(request: pytest.FixtureRequest) -> Crooks:
    makers = {"roll": roll, "heartbeat": heartbeat, "heartbeat, wrong network": lambda: heartbeat(Hesitant)}
    return crooks(makers[request.param]())


def test_forward_paths_are_as_frequent_in_every_bin_as_reverse_ones_foretell(measured: Crooks) -> None:
    share = measured.forward_counts / len(measured.forward)
    enough = (measured.forward_counts >= ENOUGH) & (measured.reverse_counts >= ENOUGH)
    assert enough.sum() >= 10
    error = np.sqrt(share * (1 - share) / len(measured.forward) + measured.predicted_error**2)
    z = ((share - measured.predicted) / error)[enough]
    assert chance_of_more(float(np.square(z).sum()), int(enough.sum())) > RARE
    assert (np.abs(z) > 3).sum() <= 1  # of some thirty bins one may be off by chance, in one run of twelve


def test_the_histograms_cross_at_zero(measured: Crooks) -> None:
    # P_F > P_R wherever Omega > 0, and the other way round: away from 0 the sign is beyond doubt.
    middle = 0.5 * (measured.edges[1:] + measured.edges[:-1])
    forward, reverse = measured.forward_counts, measured.reverse_counts
    clear = (np.abs(middle) > 0.5) & (np.abs(forward - reverse) > 4 * np.sqrt(forward + reverse))
    assert clear.sum() >= 4
    assert np.array_equal(forward[clear] > reverse[clear], middle[clear] > 0)


def test_the_mean_of_both_exponentials_is_one(measured: Crooks) -> None:
    # E_F e^-Omega = E_R e^Omega = 1. Paths that one direction hardly ever takes have enormous weights in it, so their
    # share is counted in the other direction, where they are common.
    for seen, other in ((-measured.forward, -measured.reverse), (measured.reverse, measured.forward)):
        mean, error = mean_and_error(np.where(seen < HEAVY, np.exp2(np.minimum(seen, HEAVY)), 0.0))
        beyond, error_beyond = mean_and_error((other >= HEAVY).astype(float))
        assert abs(mean + beyond - 1) < 3 * math.hypot(error, error_beyond)
        assert beyond < 0.2


def test_the_mean_work_is_not_negative_forward_and_not_positive_in_reverse(measured: Crooks) -> None:
    # Both are divergences of whole paths, one with its sign turned.
    assert measured.forward.mean() > 0
    assert measured.reverse.mean() < 0


@pytest.mark.parametrize("spread", [0.6, 1.5])
def test_omega_of_exact_kernels_is_what_the_end_differs_from_the_prior(exact_model: MakeModel, spread: float) -> None:
    # Exact kernels cancel step by step: Omega = ln q(x^T) - ln pi(x^T), both Gaussian.
    model = exact_model(linear(6, 0.05, 0.3), spread)
    end = float(model.process.alpha_bars[-1])
    variance = end * spread**2 + 1 - end
    found = crooks(model, source=GaussianData(np.zeros(1), np.array([[spread**2]])))
    for sample, wanted in (
        (found.forward, 0.5 * (variance - 1 - math.log(variance))),
        (found.reverse, -0.5 * (1 / variance - 1 + math.log(variance))),
    ):
        mean, error = mean_and_error(sample * math.log(2))
        assert abs(mean - wanted) < 3 * error


def test_a_perfect_model_has_no_omega_at_all(exact_model: MakeModel) -> None:
    found = crooks(exact_model(linear(6, 0.05, 0.3), 1.0), 200, GaussianData(np.zeros(1), np.eye(1)))
    assert np.abs(np.concatenate([found.forward, found.reverse])).max() < 1e-3
    assert found.forward_counts.sum() > 0


def test_correlated_gaussians_obey_the_relation_with_correlated_kernels(unit_data: Callable[..., DataInfo]) -> None:
    covariance = np.array([[1.5, 0.9], [0.9, 1.0]])
    network = AnalyticNetwork.of(np.array([0.3, 0.0]), covariance)
    model = DiffusionModel(GaussianProcess(log_linear(8, 0.02, 0.05)), network, unit_data((2,)))
    found = crooks(model, source=GaussianData(np.array([0.3, 0.0]), covariance))
    for weights in (np.exp2(-found.forward), np.exp2(found.reverse)):
        mean, error = mean_and_error(weights)
        assert abs(mean - 1) < 3 * error


@pytest.mark.parametrize("kind", ["gaussian", "binomial"])
def test_a_finite_data_set_with_its_own_network_needs_no_source(kind: str) -> None:
    rng = np.random.default_rng(3)
    bits = kind == "binomial"
    data = (rng.integers(2, size=(5, 4)) if bits else 3 + 2 * rng.standard_normal((5, 4))).astype(np.float32)
    shift, scale = (np.zeros(4), np.ones(4)) if bits else (data.mean(axis=0), data.std(axis=0))
    info = DataInfo("made up", (4,), (-9.0, 9.0), shift.astype(float), scale.astype(float), data)
    network = EmpiricalNetwork.of(info.to_model(data))
    model = DiffusionModel(process_of(kind, log_linear(20, 0.05, 0.01)), network, info)
    found = crooks(model, 4000)
    for weights in (np.exp2(-found.forward), np.exp2(found.reverse)):
        mean, error = mean_and_error(weights)
        assert abs(mean - 1) < 3 * error


def test_where_the_density_is_unknown_that_is_said(unit_data: Callable[..., DataInfo]) -> None:
    network = MultilayerPerceptron(1, width=2, layers=1)
    model = DiffusionModel(GaussianProcess(linear(5, 0.1, 0.5)), network, unit_data())
    with pytest.raises(BadInputError, match=r"density of x\^1 is unknown.*'made up'"):
        next(measure_crooks(model, RunSpec(10, threads=1)))


def test_a_source_of_another_shape_is_refused(exact_model: MakeModel) -> None:
    with pytest.raises(BadInputError, match=r"source.*\(2,\).*\(1,\)"):
        next(measure_crooks(exact_model(linear(5, 0.1, 0.5), 1.0), RunSpec(10, threads=1), GaussianData(*pair())))


def pair() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([1.0, -2.0]), np.array([[2.0, 0.5], [0.5, 1.0]])


def test_the_limit_s_source_is_the_formula() -> None:
    model = limit_of(heartbeat())
    assert isinstance(known_source(model), Heartbeat)


def test_reports_say_how_far_it_is_and_batches_change_no_law(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "STATES_AT_ONCE", 300)
    reports = list(measure_crooks(heartbeat(), RunSpec(1000, threads=1)))
    total = reports[0].total
    assert total == 2 * 4 * 50
    assert [report.done for report in reports] == list(range(1, total + 1))
    assert [report.result is not None for report in reports] == [False] * (total - 1) + [True]
    found = reports[-1].result
    assert found is not None
    assert (len(found.forward), len(found.reverse)) == (1000, 1000)
    mean, error = mean_and_error(np.exp2(found.reverse))
    assert abs(mean - 1) < 3 * error


def test_equal_seeds_give_equal_omegas_and_others_do_not() -> None:
    one, again, other = (crooks(heartbeat(), 20, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.forward, again.forward)
    assert np.array_equal(one.reverse, again.reverse)
    assert not np.array_equal(one.forward, other.forward)


def test_the_data_behind_an_exact_network_of_a_gaussian_are_known_in_the_user_s_units() -> None:
    info = DataInfo(
        "mine", (2,), (-9.0, 9.0), np.array([1.0, -2.0]), np.array([0.5, 3.0]), np.zeros((1, 2), np.float32)
    )
    network = AnalyticNetwork.of(*pair())
    source = known_source(DiffusionModel(GaussianProcess(linear(5, 0.1, 0.5)), network, info))
    x, wanted = np.random.default_rng(0).standard_normal((7, 2)), GaussianData(*pair())
    plain = dataclasses.replace(info, shift=np.zeros(2), scale=np.ones(2))
    assert np.allclose(source.log_density(x, 0.3, info), wanted.log_density(x, 0.3, plain), rtol=1e-12)


def test_a_process_of_one_step_needs_no_kernels() -> None:
    source = Heartbeat()
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    model = DiffusionModel(BinomialProcess(np.array([0.9])), EmpiricalNetwork.of(source.support()), info)
    mean, error = mean_and_error(np.exp2(crooks(model, 4000).reverse))
    assert abs(mean - 1) < 3 * error


def test_histograms_count_what_lies_in_the_bins_and_foretell_with_its_weight() -> None:
    rng = np.random.default_rng(0)
    forward, reverse = rng.normal(0.5, 1.0, 50_000), rng.normal(-0.5, 1.0, 50_000)  # P_F = e^Omega P_R by construction
    found = crooks_of(forward.copy(), reverse.copy())
    edges = found.edges * math.log(2)
    assert np.array_equal(found.forward_counts, np.histogram(forward, edges)[0])
    assert 0.98 < (found.forward_counts + found.reverse_counts).sum() / 100_000 < 1
    inside = (reverse >= edges[7]) & (reverse < edges[8])
    mean, error = mean_and_error(np.where(inside, np.exp(reverse), 0.0))
    assert found.predicted[7] == pytest.approx(mean)
    assert found.predicted_error[7] == pytest.approx(error, rel=1e-3)
    z = (found.forward_counts / 50_000 - found.predicted) / np.sqrt(
        found.forward_counts / 50_000**2 + found.predicted_error**2
    )
    assert chance_of_more(float(np.square(z).sum()), len(z)) > RARE


def test_the_density_of_finite_bits_sums_to_one_and_is_the_mixture() -> None:
    data = np.array([[0, 1, 1], [1, 1, 0]], dtype=np.float32)
    info = DataInfo("made up", (3,), (0.0, 1.0), np.zeros(3), np.ones(3), data)
    process, states = BinomialProcess(np.array([0.3, 0.4])), np.array(list(product([0.0, 1.0], repeat=3)))
    for t in (1, 2):
        found = FiniteData(data, "binomial").log_density(states, float(process.alpha_bars[t]), info)
        assert np.exp(found).sum() == pytest.approx(1)
        check_mixture(found, process, data, states, t)


def test_the_density_of_finite_points_is_the_mixture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.formulas.SCORES_AT_ONCE", 12)
    rng = np.random.default_rng(1)
    data = rng.standard_normal((5, 2)).astype(np.float32)
    info = DataInfo("made up", (2,), (-5.0, 5.0), np.array([1.0, 0.0]), np.array([2.0, 0.5]), data)
    process, states = GaussianProcess(np.array([0.01, 0.4])), rng.standard_normal((9, 2))
    for t in (1, 2):
        found = FiniteData(data, "gaussian").log_density(states, float(process.alpha_bars[t]), info)
        check_mixture(found, process, info.to_model(data), states, t)


def check_mixture(
    found: NDArray[np.float64],
    process: Process,
    data: NDArray[np.floating],
    states: NDArray[np.float64],
    t: int,
) -> None:
    x = torch.from_numpy(states)
    parts = [process.marginal(torch.tensor(x0).double().expand_as(x), t).log_probability(x) for x0 in data]
    wanted = torch.logsumexp(torch.stack(parts), dim=0) - math.log(len(data))
    assert np.allclose(found, wanted.numpy(), rtol=1e-9)


def test_gaussian_data_have_the_density_they_are_drawn_from() -> None:
    mean, covariance = pair()
    source = GaussianData(mean, covariance)
    info = DataInfo("made up", (2,), (-9.0, 9.0), np.array([1.0, 0.0]), np.array([2.0, 0.5]), np.zeros((1, 2), "f4"))
    drawn = source.sample(20_000, np.random.default_rng(2))
    assert np.allclose(drawn.mean(axis=0), mean, atol=4 * math.sqrt(2 / 20_000))
    assert np.allclose(np.cov(drawn.T), covariance, atol=0.1)
    kept = 0.7
    units = np.diag(1 / info.scale)
    distribution = torch.distributions.MultivariateNormal(
        torch.from_numpy(math.sqrt(kept) * (mean - info.shift) / info.scale),
        torch.from_numpy(kept * units @ covariance @ units + 0.3 * np.eye(2)),
    )
    x = np.random.default_rng(3).standard_normal((7, 2))
    assert np.allclose(
        source.log_density(x, kept, info), distribution.log_prob(torch.from_numpy(x)).numpy(), rtol=1e-10
    )


@pytest.mark.parametrize("covariance", [-np.eye(2), np.zeros((2, 2)), np.eye(3), np.ones((2, 3))])
def test_a_covariance_that_is_none_is_refused(covariance: NDArray[np.float64]) -> None:
    with pytest.raises(BadInputError, match="covariance"):
        GaussianData(np.zeros(2), covariance)
