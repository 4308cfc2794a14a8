"""Limits of K: exactly, by counting, for the heartbeat; what the roll is worth; and what is true of the data."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.formulas import Heartbeat, SwissRoll
from core.errors import BadInputError
from core.formats.checkpoints import read
from core.measurement.bound import measure_bound
from core.measurement.limits import known_truth, limit_of
from core.model import DiffusionModel
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant, constant_erasure
from core.recipes.paper import swiss_roll
from core.values.checkpoints import DataInfo
from core.values.measurements import Bound, Progress
from core.values.runs import RunSpec

SHIPPED_ROLL = Path(__file__).resolve().parents[3] / "assets" / "checkpoints" / "swiss_roll.h5"
PLACES = 4
"""Of each phase: a sequence has twenty bits and five phases."""


@pytest.fixture(scope="module")
def info() -> DataInfo:
    return DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), Heartbeat().support())


def last(values: Iterable[Progress[Bound]]) -> Bound:
    found = list(values)[-1].result
    assert found is not None
    return found


def sampled_limit(rates: NDArray[np.float64], count: int, info: DataInfo) -> Bound:
    model = DiffusionModel(BinomialProcess(rates), BitPerceptron(20, width=2, layers=1), info)
    limit = limit_of(model)
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
    found = last(measure_bound(limit, RunSpec(400, 1, threads=1)))
    wanted = -0.86 if rates == "learned" else -1.78
    assert abs(found.k - wanted) < 3 * found.standard_error
    assert found.standard_error < 0.2


def test_data_that_nobody_knows_have_no_limit(info: DataInfo) -> None:
    other = DataInfo("mine", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), info.examples)
    model = DiffusionModel(BinomialProcess(np.array([0.1])), BitPerceptron(20, width=2, layers=1), other)
    with pytest.raises(BadInputError, match="not known"):
        limit_of(model)


def test_the_truth_is_known_for_the_roll_and_for_no_other_data(
    model: DiffusionModel, unit_data: Callable[..., DataInfo]
) -> None:
    assert last(measure_bound(model, RunSpec(100, threads=1))).truth is not None
    other = dataclasses.replace(model.data, name="not a roll")
    unknown = DiffusionModel(model.process, model.network, other)
    found = last(measure_bound(unknown, RunSpec(100, threads=1)))
    assert found.truth is None
    assert found.truth_standard_error is None


def test_where_nothing_of_the_roll_is_left_the_truth_is_that_of_the_prior(model: DiffusionModel) -> None:
    process = GaussianProcess(constant(1, alpha_bar_end=1e-9))
    x1 = torch.randn(4000, 2, generator=torch.Generator().manual_seed(1))
    found = known_truth(SwissRoll(), model.data, process, x1)
    assert found is not None
    assert abs(found.value + math.log2(2 * math.pi * math.e)) < 3 * found.standard_error
