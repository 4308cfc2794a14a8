"""The heartbeat and its known answers: five sequences, and the limit of K exactly, by counting."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.formulas import Heartbeat
from core.data.registry import source_of
from core.formats.checkpoints import read
from core.measurement.bound import measure_bound
from core.measurement.limits import limit_of
from core.model import DiffusionModel
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure
from core.recipes.paper import swiss_roll
from core.values.checkpoints import DataInfo
from core.values.measurements import Bound, BoundProgress
from core.values.runs import RunSpec

SHIPPED_ROLL = Path(__file__).resolve().parents[3] / "assets" / "checkpoints" / "swiss_roll.h5"
PLACES = 4
"""Of each phase: a sequence has twenty bits and five phases."""


@pytest.fixture(scope="module")
def info() -> DataInfo:
    return DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), Heartbeat().support())


def last(values: Iterable[BoundProgress]) -> Bound:
    found = list(values)[-1].bound
    assert found is not None
    return found


def sampled_limit(rates: NDArray[np.float64], count: int, info: DataInfo) -> Bound:
    model = DiffusionModel(BinomialProcess(rates), BitPerceptron(20, width=2, layers=1), info)
    limit = limit_of(model)
    assert limit is not None
    return last(measure_bound(limit, RunSpec(count, 3, threads=1)))


def h(p: float) -> float:
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q > 0)


def exact_limit(rates: NDArray[np.float64]) -> float:
    """Return the limit of K in bits a sequence, without sampling.

    What x^t says of the phase is in five numbers, how many of the four places of each phase are ones: 5^5 states.
    """
    kept = np.concatenate([[1.0], np.cumprod(1.0 - rates)])
    ones = np.array(list(itertools.product(range(PLACES + 1), repeat=5)))
    ways = np.prod(np.array([math.comb(PLACES, count) for count in range(PLACES + 1)])[ones], axis=1)
    k = 20 * (h((1 - kept[-1]) / 2) - h((1 - kept[1]) / 2) - 1)
    for t in range(2, len(rates) + 1):
        right, wrong = math.log((1 + kept[t]) / 2), math.log((1 - kept[t]) / 2)
        off, on = ones * wrong + (PLACES - ones) * right, ones * right + (PLACES - ones) * wrong
        joint = np.exp(off.sum(axis=1, keepdims=True) - off + on) / 5 * ways[:, None]
        total = joint.sum(axis=1, keepdims=True)
        chance = joint / total
        for x, places in ((1, ones), (0, PLACES - ones)):
            if_one, if_zero = (posterior(x0, x, kept[t - 1], rates[t - 1]) for x0 in (1, 0))
            kernel = chance * if_one + (1 - chance) * if_zero
            terms = chance * divergence(if_one, kernel) + (1 - chance) * divergence(if_zero, kernel)
            k -= float((total * places * terms).sum())
    return k


def posterior(x0: int, x: int, kept: float, rate: float) -> float:
    chance, step = kept * x0 + (1 - kept) / 2, 1 - rate / 2 if x else rate / 2
    return step * chance / (step * chance + (1 - step) * (1 - chance))


def divergence(p: float, q: NDArray[np.float64]) -> NDArray[np.float64]:
    return p * np.log2(p / q) + (1 - p) * np.log2((1 - p) / (1 - q))


# ------------------------------------------------------------------------------------------------------------- the data
def test_there_are_five_sequences_with_a_one_every_fifth_place() -> None:
    found = Heartbeat().support()
    assert found.dtype == np.float32
    assert sorted("".join(str(int(bit)) for bit in row) for row in found) == sorted(
        ("1" + "0" * 4).rjust(5 + phase, "0")[:5] * 4 if phase == 0 else ("0" * phase + "1" + "0" * (4 - phase)) * 4
        for phase in range(5)
    )


def test_samples_are_the_five_sequences_equally_often() -> None:
    samples = Heartbeat().sample(20_000, np.random.default_rng(1))
    assert samples.dtype == np.float32
    known, counts = np.unique(samples, axis=0, return_counts=True)
    assert np.array_equal(known, np.unique(Heartbeat().support(), axis=0))
    assert (np.abs(counts / 20_000 - 0.2) < 3 * math.sqrt(0.2 * 0.8 / 20_000)).all()


def test_equal_generators_give_equal_samples() -> None:
    one, again, other = (Heartbeat().sample(50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("left", [0.999, 0.5, 1e-3, 0.0])
def test_the_density_is_the_mean_over_the_five_jumps(info: DataInfo, left: float) -> None:
    x = torch.randint(2, (64, 20), generator=torch.Generator().manual_seed(0)).double()
    process = BinomialProcess(np.array([1.0 - left]))
    each = [process.marginal(torch.tensor(row).double().expand_as(x), 1).log_prob(x).sum(1) for row in info.examples]
    wanted = torch.logsumexp(torch.stack(each), dim=0) - math.log(5)
    assert np.allclose(Heartbeat().log_density(x.numpy(), left, info), wanted.numpy(), rtol=1e-11)


def test_undisturbed_each_sequence_has_a_fifth_of_the_probability(info: DataInfo) -> None:
    found = Heartbeat().log_density(info.examples, 1 - 1e-12, info) / math.log(2)
    assert found.tolist() == pytest.approx([-2.3219] * 5, abs=1e-4)


def test_the_name_and_the_shape_together_make_the_source(info: DataInfo) -> None:
    assert isinstance(source_of(info), Heartbeat)
    other = DataInfo("heartbeat", (5,), (0.0, 1.0), np.zeros(5), np.ones(5), np.eye(5, dtype=np.float32))
    assert not isinstance(source_of(other), Heartbeat)


# ------------------------------------------------------------------------------------------------------------ the limit
@pytest.mark.parametrize(("steps", "count"), [(50, 6000), (200, 1500)])
@pytest.mark.parametrize("first", [None, 2e-5], ids=["paper's rates", "a small first rate"])
def test_the_sampled_limit_is_the_exact_one_within_three_standard_errors(
    steps: int, count: int, first: float | None, info: DataInfo
) -> None:
    rates = constant_erasure(steps) if first is None else np.concatenate([[first], constant_erasure(steps - 1)])
    found, wanted = sampled_limit(rates, count, info), exact_limit(rates)
    assert found.standard_error < 0.02
    assert abs(found.k - wanted) < 3 * found.standard_error
    assert found.truth is not None
    assert wanted < -math.log2(5)


@pytest.mark.parametrize(
    ("steps", "first", "wanted"),
    [(50, None, -4.038), (200, None, -2.851), (50, 2e-5, -2.428), (200, 2e-5, -2.350), (2000, None, -2.391)],
)
def test_the_exact_limit_of_the_heartbeat(steps: int, first: float | None, wanted: float) -> None:
    rates = constant_erasure(steps) if first is None else np.concatenate([[first], constant_erasure(steps - 1)])
    assert exact_limit(rates) == pytest.approx(wanted, abs=6e-4)


@pytest.mark.parametrize("rates", ["learned", "constant erasure"])
def test_the_roll_s_limit_is_worth_a_whole_bit_of_rates(rates: str) -> None:
    betas = read(SHIPPED_ROLL).betas if rates == "learned" else constant_erasure(40, first=1e-3, offset=2)
    process = GaussianProcess(betas)
    limit = limit_of(DiffusionModel(process, MultilayerPerceptron(2, width=2, layers=1), swiss_roll().info))
    assert limit is not None
    found = last(measure_bound(limit, RunSpec(400, 1, threads=1)))
    wanted = -0.86 if rates == "learned" else -1.78
    assert abs(found.k - wanted) < 3 * found.standard_error
    assert found.standard_error < 0.2


def test_data_that_nobody_knows_have_no_limit(info: DataInfo) -> None:
    other = DataInfo("mine", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), info.examples)
    model = DiffusionModel(BinomialProcess(np.array([0.1])), BitPerceptron(20, width=2, layers=1), other)
    assert limit_of(model) is None
