"""The search for rates: what it climbs, against K by enumeration, and what it finds."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data import formulas
from core.data.formulas import Heartbeat
from core.data.sources import Examples
from core.errors import BadInputError
from core.measurement import schedule_search
from core.measurement.bound import measure_bound
from core.measurement.limits import exact_model
from core.measurement.schedule_search import limit_of_schedule, nelder_mead, search_schedule
from core.model import divergence_at
from core.processes.schedules import constant_erasure, log_linear, warped_erasure
from core.recipes.paper import heartbeat, swiss_roll
from core.recipes.run import recipe_named
from core.values.checkpoints import DataInfo
from core.values.runs import RunSpec

BITS = heartbeat().info
ROLL = swiss_roll()
SPEC = RunSpec(seed=0, threads=1)


class ThreeWords:
    """Three words of five bits, a source small enough that all its states can be listed."""

    name = "three words"
    shape = (5,)

    def support(self) -> NDArray[np.float32]:
        return np.array([[1, 0, 0, 1, 0], [0, 1, 0, 1, 1], [0, 0, 1, 0, 1]], dtype=np.float32)

    @property
    def held_out(self) -> ThreeWords:
        return self

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        return self.support()[rng.integers(3, size=count)]

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        raise NotImplementedError


WORDS = ThreeWords()
WORD_INFO = DataInfo("three words", (5,), (0.0, 1.0), np.zeros(5), np.ones(5), WORDS.support())


def enumerated(betas: NDArray[np.float64]) -> float:
    """Return the limit of K for the three words in bits, the expectation taken over all states there are."""
    model = exact_model(WORDS, WORD_INFO, "binomial", betas)
    states = torch.tensor(list(itertools.product([0.0, 1.0], repeat=5)))
    total = 0.0
    for t in range(2, len(betas) + 1):
        flipped = (1.0 - float(model.process.alpha_bars[t])) / 2.0
        for x0 in torch.from_numpy(WORDS.support()):
            flips = (states - x0).abs().sum(dim=1).double()
            chances = flipped**flips * (1.0 - flipped) ** (5 - flips)
            total += float(chances @ divergence_at(model, x0.expand_as(states), states, t)) / 3
    entropies = 5 * model.process.marginal_entropies()
    return float(entropies[-1] - entropies[0] - 5 * math.log(2) - total) / math.log(2)


def heartbeat_limit(betas: NDArray[np.float64]) -> float:
    """Return the limit of K for the heartbeat in bits, by its formula over the numbers of ones in each fifth place.

    By symmetry the data may be the first sequence, of whose class 4 - m_0 bits are flipped, and the other classes'
    numbers count in any order.
    """
    rows, ways = [], []
    for first in range(5):
        for rest in itertools.combinations_with_replacement(range(5), 4):
            repeats = math.prod(math.factorial(many) for many in Counter(rest).values())
            rows.append((first, *rest))
            ways.append(math.factorial(4) // repeats * math.prod(math.comb(4, ones) for ones in (first, *rest)))
    ones, counts = np.array(rows, dtype=np.float64), np.array(ways, dtype=np.float64)
    flips = 4 - ones[:, 0] + ones[:, 1:].sum(axis=1)
    kept = np.cumprod(1 - betas)
    total = 0.0
    for t in range(2, len(betas) + 1):
        flipped, jump = (1 - kept[t - 1]) / 2, np.log1p(kept[t - 2]) - np.log1p(-kept[t - 2])
        chances = counts * flipped**flips * (1 - flipped) ** (20 - flips)
        scores = (np.log1p(kept[t - 1]) - np.log1p(-kept[t - 1])) * (2 * ones - 4)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        for sign, many in ((1, ones), (-1, 4 - ones)):
            stay = 1 - betas[t - 1] / 2
            seen = (stay, 1 - stay) if sign > 0 else (1 - stay, stay)  # given that x^t-1 is one, or zero
            # q(x^t-1 = 1 | x^t, x^0) for both values of x^0, and the mean of both
            priors = 1 / (1 + np.exp(-np.array([jump, -jump])))
            if_one, if_zero = seen[0] * priors / (seen[0] * priors + seen[1] * (1 - priors))
            learned = shares * if_one + (1 - shares) * if_zero
            exact = np.array([if_one, if_zero, if_zero, if_zero, if_zero])
            gap = exact * np.log(exact / learned) + (1 - exact) * np.log((1 - exact) / (1 - learned))
            total += float(chances @ (many * gap).sum(axis=1))

    def entropy(rate: float) -> float:
        return 0.0 if rate in (0, 1) else -rate * math.log(rate) - (1 - rate) * math.log1p(-rate)

    ends = 20 * (entropy((1 - kept[-1]) / 2) - entropy((1 - kept[0]) / 2))
    return (ends - 20 * math.log(2) - total) / math.log(2)


# ----------------------------------------------------------------------------------------------------- what is climbed
def test_the_limit_of_rates_is_k_by_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_search, "STATES_OF_A_MEASUREMENT", 1600)
    betas = constant_erasure(8, first=1e-3)
    found = [limit_of_schedule(WORDS, WORD_INFO, "binomial", 8, seed)(betas) for seed in range(12)]
    assert abs(np.mean(found) - enumerated(betas)) < 3 * np.std(found, ddof=1) / math.sqrt(len(found))


def test_the_heartbeat_s_formula_is_what_is_measured() -> None:
    betas = constant_erasure(30, first=1e-4)
    for progress in measure_bound(exact_model(Heartbeat(), BITS, "binomial", betas), RunSpec(6000, 4, threads=1)):
        bound = progress.result
    assert bound is not None
    assert abs(bound.k - heartbeat_limit(betas)) < 3 * bound.standard_error


@pytest.mark.parametrize("name", ["swiss_roll", "heartbeat"])
def test_the_limit_is_a_smooth_function_of_the_rates(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_search, "STATES_OF_A_MEASUREMENT", 400)
    recipe = recipe_named(name)
    limit = limit_of_schedule(recipe.source, recipe.info, recipe.kind, 8)

    def at(late: float) -> float:
        if recipe.kind == "binomial":
            return limit(warped_erasure(8, 1e-3, 0.8, late))
        return limit(log_linear(8, 1e-2, 1e-2, 0.8, late))

    slopes = [(at(0.7 + step) - at(0.7 - step)) / (2 * step) for step in (1e-3, 5e-3, 2e-2)]
    assert abs(slopes[0]) > 1e-3
    assert slopes[1] == pytest.approx(slopes[0], rel=0.02)
    assert slopes[2] == pytest.approx(slopes[0], rel=0.1)


def test_the_limit_of_gaussian_rates_is_that_of_the_exact_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_search, "STATES_OF_A_MEASUREMENT", 2000)
    monkeypatch.setattr(formulas, "SUPPORT_NODES", 256)
    betas = log_linear(8, 1e-2, 1e-2)
    found = [limit_of_schedule(ROLL.source, ROLL.info, "gaussian", 8, seed)(betas) for seed in range(12)]
    for progress in measure_bound(exact_model(ROLL.source, ROLL.info, "gaussian", betas), RunSpec(4000, 1, threads=1)):
        bound = progress.result
    assert bound is not None
    error = math.hypot(bound.standard_error, np.std(found, ddof=1) / math.sqrt(len(found)))
    assert abs(np.mean(found) - bound.k) < 3 * error


# ------------------------------------------------------------------------------------------------------- how it climbs
@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_a_simplex_finds_the_summit_of_a_hill_that_lies_askew(dimensions: int) -> None:
    rng = np.random.default_rng(dimensions)
    root, summit = rng.standard_normal((dimensions, dimensions)), rng.standard_normal(dimensions)
    hill = root @ root.T + np.eye(dimensions)

    def height(point: NDArray[np.float64]) -> float:
        return 7.0 - float((point - summit) @ hill @ (point - summit))

    tried = list(itertools.islice(nelder_mead(height, np.zeros(dimensions), np.full(dimensions, 0.5)), 200))
    assert len(tried) < 200  # it ends by itself
    assert all(value == height(point) for point, value in tried)
    best, value = max(tried, key=lambda pair: pair[1])
    assert value == pytest.approx(7.0, abs=1e-4)
    assert np.allclose(best, summit, atol=1e-2)


def test_a_simplex_turns_round_a_ridge() -> None:
    def ridge(point: NDArray[np.float64]) -> float:
        return -float((1 - point[0]) ** 2 + 20 * (point[1] - point[0] ** 2) ** 2)

    tried = list(itertools.islice(nelder_mead(ridge, np.array([-1.0, 1.0]), np.full(2, 0.4)), 400))
    best, _ = max(tried, key=lambda pair: pair[1])
    assert np.allclose(best, 1.0, atol=0.05)


# ------------------------------------------------------------------------------------------------------- what it finds
def test_rates_are_found_that_are_better_by_the_heartbeat_s_own_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_search, "STATES_OF_A_MEASUREMENT", 1500)
    reports = list(search_schedule(Heartbeat(), BITS, "binomial", 25, SPEC))
    assert [report.done for report in reports] == list(range(1, len(reports) + 1))
    assert len(reports) <= reports[0].total
    best = [report.best_k for report in reports]
    assert best == sorted(best)
    assert best == list(itertools.accumulate((report.k for report in reports), max))
    found, start = reports[-1].betas, reports[0].betas
    assert np.allclose(start, constant_erasure(25, first=1e-6), rtol=1e-9)
    assert np.array_equal(found, warped_erasure(25, **dict(reports[-1].best)))
    assert not found.flags.writeable
    gain = heartbeat_limit(found) - heartbeat_limit(start)
    assert gain > 0.02
    assert best[-1] - best[0] == pytest.approx(gain, rel=0.5)


def test_optimised_rates_add_a_hundredth_of_a_bit_at_t_200_and_two_at_50() -> None:
    for steps, gain in ((200, 0.008), (50, 0.02)):
        optimised = heartbeat_limit(warped_erasure(steps, first=1e-6, early=0.5, late=0.5))
        assert optimised - heartbeat_limit(constant_erasure(steps, first=2e-5)) > gain


def test_the_fast_heartbeat_s_rates_can_hardly_be_bettered(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = heartbeat_limit(recipe_named("heartbeat_fast").betas)
    assert reached > -2.3425
    for early, late in itertools.product((0.42, 0.5, 0.6), (0.42, 0.5, 0.6)):
        assert heartbeat_limit(warped_erasure(200, 1e-6, early, late)) < reached + 2e-4


def test_gaussian_rates_keep_their_first_and_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_search, "STATES_OF_A_MEASUREMENT", 300)
    monkeypatch.setattr(schedule_search, "EVALUATIONS", 12)
    monkeypatch.setattr(formulas, "SUPPORT_NODES", 256)
    reports = list(search_schedule(ROLL.source, ROLL.info, "gaussian", 10, SPEC))
    assert np.array_equal(reports[0].betas, log_linear(10, 1e-3, 1e-3))
    assert reports[-1].best_k > reports[0].best_k + 0.05
    assert reports[-1].betas[0] == pytest.approx(1e-3)
    assert np.prod(1 - reports[-1].betas) == pytest.approx(1e-3)
    assert set(reports[-1].best) == {"early", "late"}


def test_data_whose_distribution_is_not_known_are_refused() -> None:
    source = Examples("mine", np.zeros((4, 20), dtype=np.float32))
    with pytest.raises(BadInputError, match="mine"):
        next(search_schedule(source, BITS, "binomial", 10, SPEC))


def test_two_steps_leave_nothing_to_search() -> None:
    with pytest.raises(BadInputError, match="2 leaves nothing"):
        next(search_schedule(Heartbeat(), BITS, "binomial", 2, SPEC))
