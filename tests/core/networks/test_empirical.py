"""The exact reverse of a finite data set: against sums over all data by brute force, and within small memory."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.model import DiffusionModel, divergence_at
from core.networks import empirical
from core.networks.empirical import EmpiricalNetwork
from core.processes.base import Process
from core.processes.binomial import BinomialProcess
from core.processes.distributions import Bits, Gaussian, StateDistribution
from core.processes.gaussian import GaussianProcess
from core.processes.registry import process_of
from core.processes.schedules import constant_erasure, linear
from core.values.checkpoints import DataInfo

ROOT = Path(__file__).resolve().parents[3]
KINDS = ("gaussian", "binomial")
SHAPE = (3, 2)


def data_of(kind: str, count: int = 41, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    if kind == "binomial":
        return rng.integers(2, size=(count, *SHAPE)).astype(np.float32)
    return rng.normal(size=(count, *SHAPE)).astype(np.float32)


def states_of(kind: str, count: int = 9) -> torch.Tensor:
    return torch.from_numpy(data_of(kind, count, seed=1)).double()


def processes(kind: str) -> list[Process]:
    return [process_of(kind, rates) for rates in (linear(6, 1e-3, 0.4), constant_erasure(5))]


def weights(process: Process, x: torch.Tensor, t: int, data: NDArray[np.float32]) -> torch.Tensor:
    """Return P(x^0 = x_i | x^t = x), ``[N, M]``, from the density of each jump."""
    scores = torch.stack(
        [
            process.marginal(datum.expand_as(x), t).log_prob(x).flatten(1).sum(1)
            for datum in torch.from_numpy(data).double()
        ],
        dim=1,
    )
    return torch.softmax(scores, dim=1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_guess_is_the_weighted_mean_over_all_data(kind: str) -> None:
    data, x = data_of(kind), states_of(kind)
    network = EmpiricalNetwork.of(data)
    for process in processes(kind):
        for t in range(1, process.steps + 1):
            share = weights(process, x, t, data)
            wanted = torch.einsum("nm,mij->nij", share, torch.from_numpy(data).double())
            second = torch.einsum("nm,mij->nij", share, torch.from_numpy(data).double().square())
            mean, variance = network.x0_moments(x, t, process)
            assert torch.allclose(mean, wanted, rtol=1e-9, atol=1e-11)
            assert torch.allclose(variance, second - wanted.square(), rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_the_kernel_has_the_moments_of_all_posteriors_together(kind: str) -> None:
    data, x = data_of(kind), states_of(kind)
    network = EmpiricalNetwork.of(data)
    for process in processes(kind):
        for t in range(2, process.steps + 1):
            share = weights(process, x, t, data)
            each = [process.posterior(datum.expand_as(x), x, t) for datum in torch.from_numpy(data).double()]
            means = torch.stack([distribution.mean for distribution in each], dim=1)
            mean = torch.einsum("nm,nmij->nij", share, means)
            distribution = network.reverse_kernel(x, t, process)
            assert torch.allclose(distribution.mean, mean, rtol=1e-9, atol=1e-11)
            if kind == "gaussian":
                spread = torch.einsum("nm,nmij->nij", share, (means - mean[:, None]).square())
                assert torch.allclose(distribution.variance, each[0].variance + spread, rtol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sizes_of_the_parts_do_not_matter(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    process, network, x = processes(kind)[0], EmpiricalNetwork.of(data_of(kind)), states_of(kind)
    t = torch.arange(1, 7).repeat(2)[:9]
    wanted = network.x0_moments(x, t, process)
    for data_at_once, scores_at_once in [(1, 1), (7, 14), (40, 1), (41, 10**6)]:
        monkeypatch.setattr(empirical, "DATA_AT_ONCE", data_at_once)
        monkeypatch.setattr(empirical, "SCORES_AT_ONCE", scores_at_once)
        for found, moment in zip(network.x0_moments(x, t, process), wanted, strict=True):
            assert torch.allclose(found, moment, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_one_step_for_all_equals_one_step_each(kind: str) -> None:
    network, x = EmpiricalNetwork.of(data_of(kind)), states_of(kind).float()
    for process in processes(kind):
        for t in range(2, process.steps + 1):
            one, other = (
                network.reverse_kernel(x, t, process),
                network.reverse_kernel(x, torch.full((len(x),), t), process),
            )
            assert one.mean.dtype == other.mean.dtype == torch.float32
            assert torch.allclose(one.mean, other.mean, rtol=1e-5, atol=1e-6)
            assert torch.allclose(one.variance, other.variance, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_with_one_datum_the_kernel_is_the_posterior(kind: str) -> None:
    data, x = data_of(kind, count=1), states_of(kind)
    network = EmpiricalNetwork.of(data)
    x0 = torch.from_numpy(data).double().expand_as(x)
    for process in processes(kind):
        for t in range(2, process.steps + 1):
            exact, distribution = process.posterior(x0, x, t), network.reverse_kernel(x, t, process)
            assert exact.divergence(distribution).abs().max() < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_a_datum_twice_counts_twice(kind: str) -> None:
    data, x = data_of(kind, count=4), states_of(kind)
    process, once, twice = processes(kind)[0], EmpiricalNetwork.of(data), EmpiricalNetwork.of(np.repeat(data, 2, 0))
    for one, other in zip(once.x0_moments(x, 3, process), twice.x0_moments(x, 3, process), strict=True):
        assert torch.allclose(one, other, rtol=1e-12)
    heavier = EmpiricalNetwork.of(np.concatenate([data, data[:1], data[:1]]))
    share = weights(process, x, 3, np.concatenate([data, data[:1], data[:1]]))
    wanted = torch.einsum("nm,mij->nij", share[:, [0, 4, 5]].sum(1, keepdim=True), torch.from_numpy(data[:1]).double())
    rest = torch.einsum("nm,mij->nij", share[:, 1:4], torch.from_numpy(data[1:]).double())
    assert torch.allclose(heavier.x0_moments(x, 3, process)[0], wanted + rest, rtol=1e-9)


def test_far_from_all_data_the_nearest_one_is_the_guess() -> None:
    process, network = GaussianProcess(np.array([1e-6, 0.5])), EmpiricalNetwork.of(np.array([[-1.0], [1.0]]))
    x = torch.tensor([[1e4], [-1e4], [0.3]])
    mean, variance = network.x0_moments(x, 1, process)
    assert mean.flatten().tolist() == [1.0, -1.0, 1.0]
    assert variance.flatten().tolist() == [0.0, 0.0, 0.0]
    distribution = network.reverse_kernel(1e10 * x, 2, process)
    assert torch.isfinite(distribution.mean).all()
    assert (distribution.variance > 0).all()


def test_where_nothing_is_left_of_the_data_the_guess_is_their_mean() -> None:
    for kind in KINDS:
        data, process = data_of(kind), process_of(kind, constant_erasure(4))
        mean, variance = EmpiricalNetwork.of(data).x0_moments(states_of(kind), 4, process)
        assert np.allclose(mean.numpy(), data.astype(float).mean(0), atol=1e-12)
        assert np.allclose(variance.numpy(), data.astype(float).var(0), atol=1e-12)


def test_for_single_bits_k_is_the_truth_since_the_kernels_are_exact() -> None:
    data = np.array([[0.0], [0.0], [1.0]], dtype=np.float32)
    info = DataInfo("bits", (1,), (0.0, 1.0), np.zeros(1), np.ones(1), data)
    process = BinomialProcess(constant_erasure(8))
    model = DiffusionModel(process, EmpiricalNetwork.of(data), info)
    x0, ends = torch.from_numpy(data).double(), process.marginal_entropies()
    k = float(ends[-1] - ends[0] - process.prior_cross_entropy(x0).mean())
    for t in range(2, 9):
        for x in (0.0, 1.0):
            chance = process.marginal(torch.abs(1.0 - x - x0), t).probs[:, 0]  # of x itself
            k -= float((chance * divergence_at(model, x0, torch.full_like(x0, x), t)).mean())
    rate = float(process.marginal(x0, 1).probs.mean())
    assert k == pytest.approx(rate * math.log(rate) + (1 - rate) * math.log(1 - rate), abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_no_other_independent_kernel_comes_nearer_to_the_posteriors(kind: str) -> None:
    data, process = data_of(kind, count=12), processes(kind)[0]
    network, x = EmpiricalNetwork.of(data), states_of(kind)
    share, t = weights(process, x, 4, data), 4
    each = [process.posterior(datum.expand_as(x), x, t) for datum in torch.from_numpy(data).double()]
    distribution = network.reverse_kernel(x, t, process)
    best = (share * torch.stack([posterior.divergence(distribution) for posterior in each], dim=1)).sum(1)
    for nudge in (-0.02, 0.02):
        mean, std = distribution.mean, distribution.stddev
        others: list[StateDistribution] = [Gaussian(mean + nudge, std), Gaussian(mean, std * (1 + nudge))]
        if isinstance(distribution, Bits):
            others = [Bits(distribution.logits + nudge)]
        for other in others:
            worse = (share * torch.stack([posterior.divergence(other) for posterior in each], dim=1)).sum(1)
            assert (worse > best).all()


LARGE = """
import resource
import numpy as np, torch
from core.networks.empirical import EmpiricalNetwork
from core.processes.registry import BinomialProcess, GaussianProcess

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

torch.set_num_threads(1)
rates, x = np.full(3, 0.2), torch.zeros(4, 784)
EmpiricalNetwork.of(np.ones((2, 784))).reverse_kernel(x, 2, GaussianProcess(rates))
before = peak()
data = np.random.default_rng(0).integers(2, size=(60_000, 784), dtype=np.uint8).astype(np.float32)
network = EmpiricalNetwork.of(data)
for process in (GaussianProcess(rates), BinomialProcess(rates)):
    assert torch.isfinite(network.reverse_kernel(x, 3, process).mean).all()
print(peak() - before - data.nbytes)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no peak of memory there")
def test_sixty_thousand_images_are_asked_within_400_megabytes_above_them() -> None:
    done = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stderr == ""
    assert int(done.stdout) < 400e6


# ------------------------------------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (np.zeros((0, 2)), r"data: shape \(0, 2\)"),
        (np.zeros((3, 0)), r"data: shape \(3, 0\)"),
        (np.zeros(3), r"data: shape \(3,\)"),
        (np.array([[1.0], [math.nan]]), r"data: entry \(1, 0\) is nan"),
        (np.array([["a"]]), "data: it holds <U1"),
        (np.array([[1j]]), "data: it holds complex"),
    ],
)
def test_what_are_no_data_are_refused_by_name(data: NDArray[Any], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        EmpiricalNetwork.of(data)


def test_data_of_the_wrong_kind_for_the_process_are_refused() -> None:
    network = EmpiricalNetwork.of(np.array([[0.0, 1.0], [0.5, 0.0]]))
    info = DataInfo("halves", (2,), (0.0, 1.0), np.zeros(2), np.ones(2), np.zeros((1, 2), np.float32))
    with pytest.raises(BadInputError, match=r"network's data: entry \(1, 0\) is 0\.5; a binomial model takes bits"):
        DiffusionModel(BinomialProcess(np.array([0.1])), network, info)
    DiffusionModel(GaussianProcess(np.array([0.1])), network, info)
