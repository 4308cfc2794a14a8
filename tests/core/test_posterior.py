"""Walks under a second distribution: the posterior where they are weighted, the known wrong limit where they are not.

Standard errors are taken over independent repetitions.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.analytic import AnalyticNetwork
from core.datasets import FORMULAS
from core.empirical import EmpiricalNetwork
from core.errors import BadInputError
from core.laws import normal
from core.model import DiffusionModel
from core.posterior import equally_weighted, reverse_under, systematic
from core.potentials import (
    BitWish,
    HalfPlane,
    Mask,
    NoisyObservation,
    PaintedField,
    Posterior,
    Potential,
    Product,
    SmoothPotential,
)
from core.processes import BinomialProcess, GaussianProcess
from core.randomness import torch_generator
from core.schedules import constant, constant_erasure, log_linear
from core.trajectories import reverse
from core.values import DataInfo, PosteriorFrame, RunSpec

Y = 1.5
RHO = 0.8
T = 100
ONE = np.array([False, True])
Unit = Callable[..., DataInfo]
Array = NDArray[np.float64]


def last(model: DiffusionModel, posterior: Posterior, count: int, seed: int = 0) -> PosteriorFrame:
    *_, frame = reverse_under(model, RunSpec(count, seed, 1, posterior))
    return frame


def average(frame: PosteriorFrame, values: Array) -> float:
    return float(np.average(values, weights=np.exp(frame.log_weights)))


def mean_and_variance(frame: PosteriorFrame, entry: int = 0) -> tuple[float, float]:
    x = frame.x[:, entry].astype(np.float64)
    mean = average(frame, x)
    return mean, average(frame, np.square(x - mean))


def repeated(
    model: DiffusionModel,
    posterior: Posterior,
    count: int,
    times: int,
    measure: Callable[[PosteriorFrame], Sequence[float]],
) -> Array:
    """Return what ``measure`` finds, and r's total probability after it, in independent walks: ``[times, M + 1]``."""
    frames = [last(model, posterior, count, seed) for seed in range(times)]
    return np.array([[*measure(frame), math.exp(frame.log_probability or 0.0)] for frame in frames])


def agree(found: Array, truth: Sequence[float], slack: float = 0.0) -> bool:
    """Whether the repetitions' means are within three standard errors of the truth, and ``slack``."""
    errors = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    return bool((np.abs(found.mean(axis=0) - np.array(truth)) < 3 * errors + slack).all())


def gaussian_density(x: float, variance: float) -> float:
    return math.exp(-(x**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


@pytest.fixture
def unit(unit_data: Unit) -> Callable[[int], DiffusionModel]:
    """Makes the exact model of data N(0, 1), from T."""
    network = AnalyticNetwork.of(np.zeros(1), np.eye(1))
    return lambda steps: DiffusionModel(GaussianProcess(constant(steps, 1e-3)), network, unit_data((1,)))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Small tensors are not worth more."""
    torch.set_num_threads(1)


@pytest.fixture
def correlated(unit_data: Unit) -> DiffusionModel:
    """The exact model of Gaussian data in the plane, but for the edge kernel, which is as narrow as can be."""
    network = AnalyticNetwork.of(np.zeros(2), np.array([[1.0, RHO], [RHO, 1.0]]))
    return DiffusionModel(GaussianProcess(log_linear(60, first=1e-4, alpha_bar_end=1e-3)), network, unit_data((2,)))


@pytest.fixture(scope="module")
def heartbeat() -> DiffusionModel:
    source = FORMULAS["heartbeat"]()
    support = source.support()
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), support)
    return DiffusionModel(BinomialProcess(constant_erasure(50, first=2e-5)), EmpiricalNetwork.of(support), info)


@pytest.fixture(scope="module")
def roll() -> DiffusionModel:
    source = FORMULAS["swiss_roll"]()
    shift, scale = source.standardisation()  # type: ignore[attr-defined]
    points = source.support()[::16]
    info = DataInfo("swiss_roll", (2,), (-15.0, 15.0), shift, scale, points)
    rates = log_linear(200, first=1e-3, alpha_bar_end=1e-3)
    return DiffusionModel(GaussianProcess(rates), EmpiricalNetwork.of(info.to_model(points)), info)


# A noisy observation of N(0, 1): all is known


def observed(spread: float) -> NoisyObservation:
    return NoisyObservation(np.array([Y]), spread)


@pytest.mark.parametrize("spread", [0.3, 1.0, 3.0])
def test_twisted_all_weights_are_equal_and_the_posterior_is_exact(
    unit: Callable[[int], DiffusionModel], spread: float
) -> None:
    variance = 1 + spread**2
    count = 4000
    for frame in reverse_under(unit(T), RunSpec(count, 1, 1, Posterior(observed(spread), "twisted", weighted=True))):
        assert np.ptp(frame.log_weights) < 1e-9
        assert not frame.resampled
        assert frame.effective_size == pytest.approx(count)
        assert frame.log_probability == pytest.approx(math.log(gaussian_density(Y, variance)), abs=1e-9)
    mean, found = mean_and_variance(frame)  # of independent particles
    exact = spread**2 / variance
    assert abs(mean - Y / variance) < 3 * math.sqrt(exact / count)
    assert abs(found / exact - 1) < 3 * math.sqrt(2 / count)


@pytest.mark.parametrize(("spread", "timing"), [(3.0, "constant"), (3.0, "fading"), (2.0, "constant")])
def test_weighted_particles_have_the_posterior_s_moments_and_r_s_probability(
    unit: Callable[[int], DiffusionModel], spread: float, timing: str
) -> None:
    """For r that is no sharper: constant in t, a sharp r gives weights whose variance is infinite for any T."""
    variance = 1 + spread**2
    truth = [Y / variance, spread**2 / variance, gaussian_density(Y, variance)]
    found = repeated(unit(T), Posterior(observed(spread), timing, weighted=True), 1000, 30, mean_and_variance)
    assert agree(found, truth)


@pytest.mark.parametrize("spread", [0.3, 1.0, 3.0])
def test_the_paper_s_kernels_alone_tend_to_a_limit_that_counts_r_twice(
    unit: Callable[[int], DiffusionModel], spread: float
) -> None:
    """Mean y (2/s^2)/(1 + 2/s^2) and variance 1/(1 + 2/s^2), which the walk comes near as 1/T."""
    twice, count = 2 / spread**2, 20_000
    limit = np.array([Y * twice / (1 + twice), 1 / (1 + twice)])
    exact = kernels_alone(constant(T, 1e-3), spread)
    found = np.array(mean_and_variance(last(unit(T), Posterior(observed(spread)), count)))
    errors = np.array([math.sqrt(exact[1] / count), exact[1] * math.sqrt(2 / count)])
    assert (np.abs(found - exact) < 3 * errors).all()
    assert (np.abs(found - limit) < 3 * errors + np.abs(exact - limit)).all()
    gaps = [np.abs(kernels_alone(constant(steps, 1e-8), spread) - limit) for steps in (500, 1000, 2000)]
    assert np.allclose(gaps[0] / gaps[1], 2, rtol=0.2)
    assert np.allclose(gaps[1] / gaps[2], 2, rtol=0.1)


def kernels_alone(betas: Array, spread: float) -> Array:
    """Return the moments of x^0 after products with N(y; x, s^2) at every step, carried through exactly."""
    mean, variance = Y / (1 + spread**2), spread**2 / (1 + spread**2)
    for beta in betas[::-1]:
        share = spread**2 / (beta + spread**2)
        mean = share * math.sqrt(1 - beta) * mean + (1 - share) * Y
        variance = share**2 * (1 - beta) * variance + share * beta
    return np.array([mean, variance])


def test_the_weights_tell_the_posterior_from_the_limit_of_the_kernels(unit: Callable[[int], DiffusionModel]) -> None:
    means = [mean_and_variance(last(unit(T), Posterior(observed(1.0), "fading", w), 4000))[0] for w in (True, False)]
    assert abs(means[0] - 0.75) < 0.1 < means[1] - 0.75


def test_a_smooth_r_is_the_observation_it_equals(unit: Callable[[int], DiffusionModel]) -> None:
    def log_r(x: torch.Tensor) -> torch.Tensor:
        return torch.distributions.Normal(x[:, 0], 1.5).log_prob(torch.tensor(Y))

    truth = [Y / 3.25, 2.25 / 3.25, gaussian_density(Y, 3.25)]
    for timing in ("fading", "twisted"):
        found = repeated(unit(60), Posterior(SmoothPotential(log_r), timing, weighted=True), 500, 12, mean_and_variance)
        assert agree(found, truth), timing


# Masks: one coordinate of two is known


def second(frame: PosteriorFrame) -> tuple[float, float]:
    return mean_and_variance(frame, 1)


def test_a_known_coordinate_on_its_own_path_leaves_the_conditional(correlated: DiffusionModel) -> None:
    r = Mask(ONE, np.array([Y, 0.0]))
    found = repeated(correlated, Posterior(r, weighted=True), 500, 16, second)
    assert agree(found, [RHO * Y, 1 - RHO**2, gaussian_density(Y, 1)])


def test_a_known_coordinate_twisted_leaves_the_conditional_with_equal_weights(correlated: DiffusionModel) -> None:
    r, count = Mask(ONE, np.array([Y, 0.0]), "x0"), 2000
    for frame in reverse_under(correlated, RunSpec(count, 2, 1, Posterior(r, "twisted", weighted=True))):
        assert np.ptp(frame.log_weights) < 1e-9
    # beside the data themselves the chain begins at pi, which is a little rounder
    assert frame.log_probability == pytest.approx(math.log(gaussian_density(Y, 1)), abs=1e-5)
    mean, variance = second(frame)
    assert abs(mean - RHO * Y) < 3 * math.sqrt((1 - RHO**2) / count) + 1e-3
    assert abs(variance / (1 - RHO**2) - 1) < 3 * math.sqrt(2 / count) + 1e-3


def test_a_mask_and_an_observation_multiply(correlated: DiffusionModel) -> None:
    r = Product((NoisyObservation(np.array([0.0, -0.5]), 0.5, ONE), Mask(ONE, np.array([Y, 0.0]))))
    prior, noise = 1 - RHO**2, 0.25
    mean = (RHO * Y * noise - 0.5 * prior) / (prior + noise)
    total = gaussian_density(Y, 1) * gaussian_density(RHO * Y + 0.5, prior + noise)
    found = repeated(correlated, Posterior(r, "twisted", weighted=True), 300, 10, second)
    assert agree(found, [mean, prior * noise / (prior + noise), total], slack=1e-3)


@pytest.mark.parametrize(("held", "timing"), [("path", "constant"), ("x0", "twisted")])
def test_many_entries_are_filled_in_as_few_are(unit_data: Unit, held: str, timing: str) -> None:
    """In more dimensions than guesses are looked at all around in: 3 of 12 known, all correlated by 1/2."""
    covariance = np.full((12, 12), 0.5) + 0.5 * np.eye(12)
    rates = log_linear(40, first=1e-3, alpha_bar_end=1e-3)
    model = DiffusionModel(GaussianProcess(rates), AnalyticNetwork.of(np.zeros(12), covariance), unit_data((12,)))
    mask = np.arange(12) >= 3
    known = np.where(mask, 0.0, np.array([1.0, 0.2, 0.6, *np.zeros(9)]))
    gain = np.linalg.solve(covariance[:3, :3], covariance[:3, 3])
    found = repeated(
        model,
        Posterior(Mask(mask, known, held), timing, weighted=True),
        300,
        8,
        lambda frame: [average(frame, frame.x[:, 3:].mean(1))],
    )
    assert agree(found[:, :1], [gain @ known[:3]], slack=5e-3)


@pytest.mark.parametrize("held", ["path", "x0"])
@pytest.mark.parametrize("timing", ["constant", "fading", "twisted"])
def test_known_entries_end_as_they_are_known_bit_for_bit(
    model: DiffusionModel, heartbeat: DiffusionModel, held: str, timing: str
) -> None:
    values = np.array([0.1, 1 / 3], dtype=np.float32)
    bits = Mask(np.arange(20) >= 4, np.arange(20) % 2, held)
    for weighted in (False, True):
        if weighted and held == "x0" and timing != "twisted":
            continue
        frame = last(model, Posterior(Mask(ONE, values, held), timing, weighted), 40)
        assert (frame.x[:, 0] == values[0]).all()
        assert (frame.x[:, 1] != values[1]).any()
        frame = last(heartbeat, Posterior(bits, timing, weighted), 40)
        assert (frame.x[:, :4] == [0, 1, 0, 1]).all()


def test_a_coordinate_held_at_x0_is_there_at_every_step(correlated: DiffusionModel) -> None:
    for frame in reverse_under(correlated, RunSpec(20, 1, 1, Posterior(Mask(ONE, np.array([Y, 0.0]), "x0")))):
        assert (frame.x[:, 0] == np.float32(Y)).all()


@pytest.mark.parametrize("held", ["path", "x0"])
def test_steps_taken_back_and_forth_mix_better(correlated: DiffusionModel, held: str) -> None:
    """The paper's kernels miss the conditional mean; repeated, each step comes nearer to it."""
    gaps = []
    for repeats in (0, 4):
        r = Mask(ONE, np.array([Y, 0.0]), held, repeats)
        frame = last(correlated, Posterior(r), 1000)
        assert (frame.x[:, 0] == np.float32(Y)).all()
        gaps.append(abs(mean_and_variance(frame, 1)[0] - RHO * Y))
    assert gaps[1] < gaps[0] / 2


# The roll under a half plane that cuts it


def energy(one: Array, other: Array) -> float:
    """Return the energy distance of two samples, without bias: 0 on average where their laws are equal."""
    one, other = torch.tensor(one), torch.tensor(other)
    within = sum(float(torch.cdist(x, x).sum()) / (len(x) * (len(x) - 1)) for x in (one, other))
    return 2 * float(torch.cdist(one, other).mean()) - within


def test_the_roll_behind_a_half_plane_is_the_roll_s_own_part_of_it(roll: DiffusionModel) -> None:
    half, size, many = HalfPlane(np.array([0.8, 0.6]), 0.3), 90, 5000
    *_, free = reverse(roll, RunSpec(many, 1, 1))
    inside = free.x.astype(np.float64)
    inside = inside[inside @ half.normal >= half.offset]
    share = len(inside) / many
    draws = np.split(inside[: 20 * size], 20)
    apart = [energy(one, other) for one, other in itertools.combinations(draws, 2)]
    frame = last(roll, Posterior(half, "twisted", weighted=True), 800)
    assert (frame.x.astype(np.float64) @ half.normal >= half.offset).all()
    found = equally_weighted(frame, size, torch_generator(1, "equal"))
    found = found.astype(np.float64)
    assert np.mean([energy(found, draw) for draw in draws]) < max(np.mean(apart) + 3 * np.std(apart), 0)
    assert max(energy(found, draw) for draw in draws) < max(apart)
    # its own error, as for independent particles of that effective size
    errors = math.sqrt((1 - share) / (share * many) + (1 / frame.effective_size - 1 / 800))
    assert frame.log_probability is not None
    assert abs(frame.log_probability - math.log(share)) < 3 * errors


def test_the_paper_s_kernels_stay_inside_a_half_plane_at_every_step(roll: DiffusionModel) -> None:
    half = HalfPlane(np.array([-1.0, 0.4]), 0.5)
    for timing, later in (("constant", 200), ("fading", 199)):
        for frame in reverse_under(roll, RunSpec(20, 1, 1, Posterior(half, timing))):
            inside = frame.x.astype(np.float64) @ half.normal >= half.offset
            assert frame.t > later or inside.all()


# Bits


def phases(frame: PosteriorFrame) -> list[float]:
    support = FORMULAS["heartbeat"]().support()
    return [average(frame, (frame.x == sequence).all(axis=1).astype(np.float64)) for sequence in support]


@pytest.mark.parametrize(("held", "timing"), [("path", "constant"), ("x0", "twisted")])
def test_fixed_bits_leave_the_phases_that_agree_with_them(heartbeat: DiffusionModel, held: str, timing: str) -> None:
    mask = np.ones(20, dtype=np.bool_)
    mask[[0, 7]] = False  # both zero: phases 1, 3 and 4 are left, of five
    r = Mask(mask, np.zeros(20), held)
    found = repeated(heartbeat, Posterior(r, timing, weighted=True), 500, 16, phases)
    assert agree(found, [0, 1 / 3, 0, 1 / 3, 1 / 3, 3 / 5], slack=2e-3)  # 0.05 % are no heartbeats


@pytest.mark.parametrize("timing", ["constant", "fading", "twisted"])
def test_a_wish_for_bits_leaves_phases_by_their_wishes(heartbeat: DiffusionModel, timing: str) -> None:
    odds = np.zeros(20)
    odds[[0, 6]] = 0.8, -0.5
    r = np.array([math.exp(0.8), math.exp(-0.5), 1, 1, 1])
    total = float(np.mean(r / math.exp(0.8)))
    found = repeated(heartbeat, Posterior(BitWish(odds), timing, weighted=True), 500, 16, phases)
    assert agree(found, [*(r / r.sum()), total], slack=2e-3)


FEW = np.array([[0, 0, 1, 1], [1, 0, 0, 1], [1, 1, 1, 0], [0, 0, 0, 1]])
STATES = np.array(list(itertools.product((0.0, 1.0), repeat=4)))
FEW_MASK = np.array([True, False, True, True])
FEW_KNOWN = Mask(FEW_MASK, np.zeros(4)), Mask(FEW_MASK, np.zeros(4), "x0")
FEW_WISH = BitWish(np.array([1.0, 0.0, -0.5, 0.3]))


@pytest.mark.parametrize(
    ("r", "timing"),
    [
        (FEW_WISH, "constant"),
        (FEW_WISH, "twisted"),
        (Product((FEW_WISH, BitWish(np.array([0.5, -0.5, 0.0, 0.0])))), "fading"),
        (FEW_KNOWN[0], "constant"),
        (FEW_KNOWN[1], "twisted"),
        (Product((FEW_WISH, FEW_KNOWN[0])), "fading"),
        (Product((FEW_KNOWN[1], FEW_WISH)), "twisted"),
    ],
)
def test_posteriors_of_a_short_chain_of_bits_are_those_found_by_counting_all_its_states(
    unit_data: Unit, r: Potential, timing: str
) -> None:
    process = BinomialProcess(constant_erasure(3, first=0.1))
    model = DiffusionModel(process, EmpiricalNetwork.of(FEW), unit_data((4,)))
    chances = np.full(16, 1 / 16)
    states = torch.tensor(STATES, dtype=torch.float32)
    for t in (3, 2, 1):
        ones = torch.sigmoid(model.reverse_law(states, t).logits.double()).numpy()
        steps = np.where(STATES[None] == 1, ones[:, None], 1 - ones[:, None]).prod(-1)
        chances = chances @ steps
    weights = chances * np.prod([r_of(factor) for factor in (r.factors if isinstance(r, Product) else (r,))], axis=0)
    truth = [*(weights / weights.sum()), weights.sum()]

    def states_of(frame: PosteriorFrame) -> list[float]:
        return [average(frame, (frame.x == state).all(axis=1).astype(np.float64)) for state in STATES]

    found = repeated(model, Posterior(r, timing, weighted=True), 4000, 10, states_of)
    errors = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    # 17 numbers at once: a Bonferroni bound, on Student's t of 9 degrees of freedom, that is missed once in a hundred
    assert (np.abs(found.mean(axis=0) - truth) < 5 * errors + 1e-12).all()


def r_of(factor: Potential) -> Array:
    """Return r of all 16 states."""
    if isinstance(factor, Mask):
        return ((factor.known == STATES) | factor.mask).all(axis=1).astype(np.float64)
    assert isinstance(factor, BitWish)
    odds = factor.log_odds.astype(np.float64)
    return np.exp(np.where(STATES == 1, np.minimum(odds, 0), np.minimum(-odds, 0)).sum(axis=1))


# Walks as such


def many_r(model: DiffusionModel) -> list[Posterior]:
    field = PaintedField(np.array([[0.0, 1.0], [-1.0, 0.5]]), (-1.0, 1.0, -1.0, 1.0))
    return [
        Posterior(Mask(ONE, np.zeros(2)), weighted=True),
        Posterior(Mask(ONE, np.zeros(2), "x0", back_and_forth=1)),
        Posterior(HalfPlane(np.ones(2), 0.0), "twisted", weighted=True),
        Posterior(NoisyObservation(np.zeros(2), 0.3), weighted=True),
        Posterior(Product((field, HalfPlane(np.ones(2), 0.0))), "twisted", weighted=True),
    ]


def test_walks_go_from_the_end_to_0_in_frames_that_are_frozen(model: DiffusionModel) -> None:
    for posterior in many_r(model):
        walk = reverse_under(model, RunSpec(30, 3, 1, posterior))
        first = next(walk)
        kept = first.x.copy(), first.log_weights.copy()
        frames = [first, *walk]
        assert np.array_equal(first.x, kept[0])
        assert np.array_equal(first.log_weights, kept[1])
        assert [frame.t for frame in frames] == [5, 4, 3, 2, 1, 0]
        for frame in frames:
            assert frame.x.shape == (30, 2)
            assert frame.x.dtype == np.float32
            assert np.exp(frame.log_weights).sum() == pytest.approx(1)
            assert 1 - 1e-9 <= frame.effective_size <= 30 + 1e-9
            assert (frame.log_probability is None) == (not posterior.weighted)
            for array in (frame.x, frame.log_weights):
                with pytest.raises(ValueError, match="read-only"):
                    array[0] = 0
        with pytest.raises(dataclasses.FrozenInstanceError):
            first.t = 3  # type: ignore[misc]


def test_equal_specs_give_equal_arrays_bit_for_bit_and_other_seeds_others(model: DiffusionModel) -> None:
    for posterior in many_r(model):
        spec = RunSpec(40, 9, 1, posterior)
        torch.manual_seed(1)
        frames = list(reverse_under(model, spec))
        torch.manual_seed(2)  # what others draw is of no account
        again = list(reverse_under(model, dataclasses.replace(spec)))
        other = list(reverse_under(model, dataclasses.replace(spec, seed=10)))
        for one, two, three in zip(frames, again, other, strict=True):
            assert np.array_equal(one.x, two.x)
            assert np.array_equal(one.log_weights, two.log_weights)
            assert one.log_probability == two.log_probability
            assert not np.array_equal(one.x, three.x)


def test_more_particles_than_are_moved_at_once_are_walked_as_well(
    model: DiffusionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.posterior.STATES_AT_ONCE", 7)
    for posterior in many_r(model):
        frames = list(reverse_under(model, RunSpec(20, 3, 1, posterior)))
        assert all(frame.x.shape == (20, 2) and np.isfinite(frame.x).all() for frame in frames)


def test_what_is_resampled_continues_its_ancestors_with_equal_weights(unit: Callable[[int], DiffusionModel]) -> None:
    frames = list(reverse_under(unit(T), RunSpec(300, 3, 1, Posterior(observed(0.3), weighted=True))))
    resampled = [frame for frame in frames if frame.resampled]
    assert resampled
    assert not frames[-1].resampled
    for frame in resampled:
        assert frame.effective_size < 150
        assert np.allclose(frame.log_weights, -math.log(300))
        assert frame.ancestors is not None
        assert (np.diff(frame.ancestors) >= 0).all()
        doubles = np.flatnonzero(np.diff(frame.ancestors) == 0)
        assert np.array_equal(frame.x[doubles], frame.x[doubles + 1])
    assert all(frame.effective_size >= 150 for frame in frames[:-1] if not frame.resampled)


def test_systematic_resampling_takes_each_by_its_share_rounded_up_or_down() -> None:
    rng = torch_generator(3, "systematic")
    weights = torch.rand(50, generator=rng, dtype=torch.float64)
    shares = 200 * weights / weights.sum()
    taken = torch.stack([systematic(weights.log(), 200, rng).bincount(minlength=50) for _ in range(400)]).double()
    assert (taken.sum(1) == 200).all()
    assert ((taken >= shares.floor()) & (taken <= shares.ceil())).all()
    assert ((taken.mean(0) - shares).abs() < 4 * 0.5 / math.sqrt(400)).all()
    only = systematic(torch.tensor([-math.inf, 0.0, -math.inf]).double(), 7, rng)
    assert (only == 1).all()


def test_equally_weighted_states_are_the_particles_by_their_weights(unit: Callable[[int], DiffusionModel]) -> None:
    frame = last(unit(20), Posterior(observed(3.0), "fading", weighted=True), 2000)
    x = equally_weighted(frame, 6000, torch_generator(0, "equal"))
    assert x.shape == (6000, 1)
    assert set(x[:, 0]) <= set(frame.x[:, 0])
    assert abs(x.mean() - mean_and_variance(frame)[0]) < 0.01


def test_no_posterior_and_what_no_run_can_do_are_refused(model: DiffusionModel) -> None:
    mask = Mask(ONE, np.zeros(2))
    for spec, name in (
        (RunSpec(5), "posterior"),
        (RunSpec(0, posterior=Posterior(mask)), "count: 0"),
        (RunSpec(5, seed=-1, posterior=Posterior(mask)), "seed: -1"),
        (RunSpec(5, posterior=Posterior(Mask(np.array([True, False, True]), np.zeros(3)))), "mask: shape"),
        (RunSpec(5, posterior=Posterior(HalfPlane(np.ones(2), 0.0), weighted=True)), "timing"),
    ):
        with pytest.raises(BadInputError, match=name):
            next(reverse_under(model, spec))


@pytest.mark.parametrize("rates", [[0.3], [0.1, 1.0], [0.1, 0.2, 1.0, 0.3]])
def test_one_step_and_steps_that_erase_all_are_walked_as_well(unit_data: Unit, rates: list[float]) -> None:
    network = AnalyticNetwork.of(np.zeros(1), np.eye(1))
    model = DiffusionModel(GaussianProcess(np.array(rates)), network, unit_data((1,)))
    frame = last(model, Posterior(observed(1.0), "twisted", weighted=True), 100)
    assert np.ptp(frame.log_weights) < 1e-9
    assert frame.log_probability == pytest.approx(math.log(gaussian_density(Y, 2)))
    model = DiffusionModel(BinomialProcess(np.array(rates)), EmpiricalNetwork.of(FEW), unit_data((4,)))
    frame = last(model, Posterior(FEW_WISH, "twisted", weighted=True), 100)
    assert np.isfinite(frame.log_weights).all()


class Overflowing:
    """A network whose kernels are not finite."""

    def reverse_law(
        self, x: torch.Tensor, t: int | torch.Tensor, process: GaussianProcess
    ) -> torch.distributions.Normal:
        return normal(x * math.inf, 1.0)


@pytest.mark.parametrize("r", [NoisyObservation(np.array([Y]), 1.0), HalfPlane(np.ones(1), 0.0)])
def test_kernels_that_overflow_are_said(unit_data: Unit, r: Potential) -> None:
    model = DiffusionModel(GaussianProcess(constant(5)), Overflowing(), unit_data((1,)))
    with pytest.raises(BadInputError, match="not finite"):
        last(model, Posterior(r, "twisted", weighted=True), 10)


@pytest.mark.parametrize(
    ("log_r", "reason"),
    [
        (lambda x: x.sum(1) * 0 - math.inf, "no particle is left"),
        (lambda x: x.sum(1) * math.nan, "not finite"),
        (lambda x: x, "log_r: it gives"),
        (lambda x: 0.0, "log_r: it gives"),
        (lambda x: x.detach().sum(1), "log_r: it is not differentiable"),
    ],
)
def test_an_r_that_leaves_nothing_or_gives_nonsense_is_said(
    model: DiffusionModel, log_r: Callable[[torch.Tensor], object], reason: str
) -> None:
    posterior = Posterior(SmoothPotential(log_r), weighted=True)
    with pytest.raises(BadInputError, match=reason):
        last(model, posterior, 10)
