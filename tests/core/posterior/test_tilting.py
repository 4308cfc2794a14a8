"""One step of the chain under r: what is drawn, with its weight, is the kernel times r, whatever r and its timing."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.posterior.factors import DrawContext, NoisedMaskFactor
from core.posterior.gaussian_factors import HalfPlaneFactor, ObservationFactor, SmoothFactor
from core.posterior.kernels import GaussianKernel
from core.posterior.tilting import Particles, TiltedChain
from core.posterior.x0_moments import ReverseChain
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, log_linear
from core.runtime.devices import torch_generator
from core.values.checkpoints import DataInfo
from core.values.potentials import BitPotential, Mask, Posterior, Potential, Product
from tests.support.potentials import ALL, CASES, FIELD, KNOWN, NOISY, ONE, PARTLY, RIGHT, UP, WAVE, bilinear, log_of

pytestmark = pytest.mark.usefixtures("one_thread")
STEPS = 6
COUNT = 12_000
Unit = Callable[..., DataInfo]


@pytest.fixture
def bent(unit_data: Unit) -> DiffusionModel:
    """Five points in the plane, and steps so long that guesses are anything but linear over one of them."""
    points = np.array([[-1.5, 0.2], [-0.4, 1.3], [0.3, -1.2], [1.1, 0.6], [0.5, 0.1]])
    rates = log_linear(STEPS, first=0.05, alpha_bar_end=0.02)
    return DiffusionModel(GaussianProcess(rates), EmpiricalNetwork.of(points), unit_data((2,)))


@pytest.fixture
def few_bits(unit_data: Unit) -> DiffusionModel:
    """Four sequences of four bits, each half as far from fair coins as the step before."""
    data = np.array([[0, 0, 1, 1], [1, 0, 0, 1], [1, 1, 1, 0], [0, 0, 0, 1]])
    rates = constant_erasure(STEPS, first=0.05)
    return DiffusionModel(BinomialProcess(rates), EmpiricalNetwork.of(data), unit_data((4,)))


@pytest.fixture
def correlated(unit_data: Unit) -> DiffusionModel:
    """Gaussian data in the plane whose coordinates are correlated by 0.8, with the exact reverse."""
    network = AnalyticNetwork.of(np.zeros(2), np.array([[1.0, 0.8], [0.8, 1.0]]))
    return DiffusionModel(GaussianProcess(log_linear(STEPS, 0.05, 0.02)), network, unit_data((2,)))


def repeated(x: list[float], log_r: float = 0.0) -> Particles:
    """Many particles in one state."""
    states = torch.tensor([x], dtype=torch.float32).double().expand(COUNT, -1)
    return Particles(states, None, torch.full((COUNT,), log_r, dtype=torch.float64), torch.zeros(COUNT).double())


def features(x: Tensor) -> Tensor:
    """Functions of a state whose averages tell laws apart, ``[N, 4]``: one, both coordinates, and a wave of them."""
    return torch.stack([torch.ones(len(x)).double(), x[:, 0], x[:, 1], torch.sin(3 * x[:, 0] - 2 * x[:, 1])], dim=1)


def agree(one: Tensor, other: Tensor) -> bool:
    """Whether averages of two sets of independent rows agree within 3.5 standard errors."""
    errors = (one.var(0) / len(one) + other.var(0) / len(other)).sqrt()
    return bool(((one.mean(0) - other.mean(0)).abs() < 3.5 * errors + 1e-12).all())


@pytest.mark.parametrize("t", [STEPS, 3, 2])
@pytest.mark.parametrize(("r", "timing"), CASES)
def test_weighted_draws_average_as_plain_draws_weighted_by_r_do(
    bent: DiffusionModel, r: Potential, timing: str, t: int
) -> None:
    chain, start = ReverseChain(bent), repeated([0.35, 0.4], log_r=-0.3)
    moved = TiltedChain(chain, Posterior(r, timing, weighted=True)).step(start, t, torch_generator(1, "tilted"))
    plain = chain.kernel(start.x, t).draw(torch_generator(2, "plain")).float().double()
    log_r = log_r_at(chain, r, timing, plain, t - 1)
    assert torch.equal(moved.log_r, log_r_at(chain, r, timing, moved.x, t - 1))
    weighted = torch.exp(moved.log_weight + start.log_r).unsqueeze(1) * features(moved.x)
    assert agree(weighted, torch.exp(log_r).unsqueeze(1) * features(plain))


def log_r_at(chain: ReverseChain, r: Potential, timing: str, x: Tensor, t: int) -> Tensor:
    """Return ln r_t as the weights have it."""
    tilting = TiltedChain(chain, Posterior(r, timing, weighted=True))
    context = DrawContext(chain, timing, t, None, t + 1, torch_generator(0, "none"))
    with torch.no_grad():
        moments = chain.moments(x, t) if context.twisted else None
        factors = [*tilting._direct_factors, *tilting._mean_shifts, *tilting._cuts]
        return sum((factor.log_r(x, moments, context) for factor in factors), torch.zeros(len(x)).double())


@pytest.mark.parametrize(("r", "timing"), CASES)
def test_the_last_step_gives_the_edge_kernel_times_r_itself(bent: DiffusionModel, r: Potential, timing: str) -> None:
    chain, start = ReverseChain(bent), repeated([0.5, 0.3])
    moved = TiltedChain(chain, Posterior(r, timing, weighted=True)).step(start, 1, torch_generator(1, "tilted"))
    plain = chain.kernel(start.x, 1)
    drawn = plain.draw(torch_generator(2, "plain"))
    log_r = torch.zeros(COUNT).double()
    for factor in r.factors if isinstance(r, Product) else (r,):
        if isinstance(factor, Mask):
            drawn = torch.where(torch.tensor([True, False]), torch.tensor(KNOWN).double(), drawn)
            density = torch.distributions.Normal(plain.mean[:, 0], plain.covariance[:, 0].sqrt())
            log_r = log_r + density.log_prob(drawn[:, 0])
        else:
            log_r = log_r + log_of(factor, drawn)
    weighted = torch.exp(moved.log_weight).unsqueeze(1) * features(moved.x)
    assert agree(weighted, torch.exp(log_r).unsqueeze(1) * features(drawn))


def test_a_painted_field_is_bilinear_and_goes_on_as_at_its_border() -> None:
    x = 2.0 * torch.randn(500, 2, generator=torch_generator(0, "x"), dtype=torch.float64)
    found = SmoothFactor.of_field(FIELD)._log_r(x)
    assert np.allclose(found.numpy(), bilinear(FIELD, x.numpy()), atol=1e-5)


def test_half_planes_cut_every_draw_of_the_paper_s_kernels(bent: DiffusionModel) -> None:
    tilting = TiltedChain(ReverseChain(bent), Posterior(RIGHT))
    for t in range(STEPS, 0, -1):
        x = tilting.step(repeated([-1.0, -1.0]), t, torch_generator(t, "cut")).x
        assert (x @ torch.tensor(RIGHT.normal) >= RIGHT.offset).all()


def test_a_second_half_plane_pulls_the_paper_s_kernels_inwards(bent: DiffusionModel) -> None:
    drawn = [
        TiltedChain(ReverseChain(bent), Posterior(r)).step(repeated([0.0, 0.0]), 4, torch_generator(0, "two")).x
        for r in (RIGHT, Product((UP, RIGHT)))
    ]
    inside = [float((x @ torch.tensor(UP.normal) >= UP.offset).double().mean()) for x in drawn]
    assert inside[1] > inside[0] + 0.1


def test_smooth_r_moves_the_mean_by_sigma_grad_ln_r_and_leaves_the_covariance() -> None:
    """The paper's kernel for r that is smooth beside it (section 2.5)."""
    kernel = GaussianKernel(torch.tensor([[0.3, -0.2]]).double(), torch.tensor([[0.1, 0.2]]).double())
    context = DrawContext(None, "constant", 3, None, 4, torch_generator(0, "none"))
    left, _, _ = SmoothFactor(WAVE.log_r, (2,)).condition(kernel, context)
    gradient = torch.tensor([[-2.0 * math.cos(0.3), 0.6 * 0.2]]).double()
    assert torch.allclose(left.mean, kernel.mean + kernel.covariance * gradient, atol=1e-6)
    assert torch.equal(left.covariance, kernel.covariance)


def test_twisted_r_of_gaussian_data_is_the_exact_expectation_of_r(correlated: DiffusionModel) -> None:
    """Z of a step is r_t where it comes from, since both are E[r(x^0) | x^t]: so no weight ever changes."""
    chain = ReverseChain(correlated)
    x = torch.randn(50, 2, generator=torch_generator(0, "x")).double()
    for r in (NOISY, PARTLY, Mask(ONE, KNOWN, "clean"), Product((NOISY, PARTLY)), RIGHT):
        tilting = TiltedChain(chain, Posterior(r, "twisted", weighted=True))
        for t in range(STEPS, 0, -1):
            log_r = log_r_at(chain, r, "twisted", x, t)
            zero_log_weights = torch.zeros(len(x)).double()
            moved = tilting.step(Particles(x, None, log_r, zero_log_weights), t, torch_generator(t, "step"))
            if r is not NOISY and not isinstance(r, Product):  # whose entries are taken as independent
                assert torch.allclose(moved.log_weight, zero_log_weights, atol=1e-9)


def test_the_moments_of_gaussian_data_are_those_of_the_chain(correlated: DiffusionModel) -> None:
    """By carrying mean and covariance through the kernels, each of which is linear."""
    chain, x = ReverseChain(correlated), torch.tensor([[0.7, -0.4]]).double()
    for t in range(1, STEPS + 1):
        mean, covariance = x, torch.zeros(2, 2).double()
        for s in range(t, 0, -1):
            kernel = chain.kernel(mean, s)
            assert isinstance(kernel, GaussianKernel)
            slopes = chain.kernel(torch.eye(2).double(), s).mean - chain.kernel(torch.zeros(2, 2).double(), s).mean
            whole = kernel.covariance[0] if kernel.covariance.dim() == 3 else torch.diag(kernel.covariance[0])
            mean, covariance = kernel.mean, slopes.T @ covariance @ slopes + whole
        found = chain.moments(x, t)
        spread = found.covariance[0] if found.covariance.dim() == 3 else torch.diag(found.covariance[0])
        assert torch.allclose(found.mean, mean, atol=1e-10)
        assert torch.allclose(spread, covariance, atol=1e-10)


def test_the_moments_of_bits_are_probabilities_of_the_chain_s_own_last_step(few_bits: DiffusionModel) -> None:
    chain = ReverseChain(few_bits)
    x = torch.randint(0, 2, (20, 4), generator=torch_generator(0, "x")).double()
    edge = float(few_bits.process.betas[0]) / 2
    for t in range(1, STEPS + 1):
        found = chain.moments(x, t)
        assert ((found.mean >= edge - 1e-9) & (found.mean <= 1 - edge + 1e-9)).all()
        assert torch.allclose(found.covariance, found.mean * (1 - found.mean))
    # two steps away x^1 can be summed out: its bits are independent given x^2
    chance = torch.sigmoid(chain.kernel(x, 2).logits)
    assert torch.allclose(chain.moments(x, 2).mean, chance * (1 - edge) + (1 - chance) * edge, atol=1e-9)


BIT_MASK = np.array([True, False, True, True])
BIT_KNOWN = np.array([0, 1, 0, 0])
WISH = BitPotential(np.array([1.5, 0.0, -0.7, 0.2]))


@pytest.mark.parametrize("t", [STEPS, 3, 1])
@pytest.mark.parametrize(
    ("r", "timing"),
    [(WISH, timing) for timing in ALL]
    + [
        (Mask(BIT_MASK, BIT_KNOWN, "clean"), "twisted"),
        (Product((Mask(BIT_MASK, BIT_KNOWN, "clean"), WISH)), "twisted"),
    ],
)
def test_weighted_bits_average_as_plain_bits_weighted_by_r_do(
    few_bits: DiffusionModel, r: Potential, timing: str, t: int
) -> None:
    chain, start = ReverseChain(few_bits), repeated([0.0, 1.0, 1.0, 0.0], log_r=0.2)
    moved = TiltedChain(chain, Posterior(r, timing, weighted=True)).step(start, t, torch_generator(1, "tilted"))
    plain = chain.kernel(start.x, t).draw(torch_generator(2, "plain"))
    log_r = log_r_at(chain, r, timing, plain, t - 1)
    weighted = torch.exp(moved.log_weight + start.log_r).unsqueeze(1) * features(moved.x)
    assert agree(weighted, torch.exp(log_r).unsqueeze(1) * features(plain))


def test_a_wish_for_bits_is_a_factor_of_one_for_the_liked_value(few_bits: DiffusionModel) -> None:
    chain = ReverseChain(few_bits)
    x = torch.tensor([[1.0, 0, 0, 1], [0, 1, 1, 0]]).double()
    found = log_r_at(chain, WISH, "constant", x, 2)
    assert torch.allclose(found, torch.tensor([0.0, -1.5 - 0.7 - 0.2]).double())
    assert torch.allclose(log_r_at(chain, WISH, "fading", x, 2), found * (STEPS - 2) / STEPS)


@pytest.mark.parametrize("kind", ["gaussian", "binomial"])
def test_known_entries_follow_the_law_of_their_own_noised_path(
    kind: str, bent: DiffusionModel, few_bits: DiffusionModel
) -> None:
    """Wherever the chain is, what is known at t has q(x^t | x^0 = y): mean and spread within 4 standard errors."""
    model = bent if kind == "gaussian" else few_bits
    mask, known = (ONE, KNOWN) if kind == "gaussian" else (BIT_MASK, BIT_KNOWN)
    for weighted in (True, False):
        tilting = TiltedChain(ReverseChain(model), Posterior(Mask(mask, known), weighted=weighted))
        particles = tilting.start(COUNT, torch_generator(3, "path"))
        rng = torch_generator(4, "path")
        for t in range(STEPS, 0, -1):
            y = torch.tensor(known).double().expand(COUNT, -1)
            distribution, seen = model.process.marginal(y, t), particles.x[:, ~mask]
            error = distribution.stddev[:, ~mask] if kind == "gaussian" else distribution.variance[:, ~mask].sqrt()
            standard = (seen - distribution.mean[:, ~mask]) / error
            assert abs(float(standard.mean())) < 4 / math.sqrt(COUNT)
            if kind == "gaussian":
                assert abs(float(standard.square().mean()) - 1) < 4 * math.sqrt(2 / COUNT)
            particles = tilting.step(particles, t, rng)
        assert torch.equal(particles.x[:, ~mask], torch.tensor(known[~mask]).double().expand(COUNT, -1))


def test_a_path_says_as_much_of_y_as_it_does_for_data_that_are_pi(bent: DiffusionModel) -> None:
    chain, x = ReverseChain(bent), torch.tensor([[0.3, 9.0], [1.2, -9.0]]).double()
    context = DrawContext(chain, "constant", 4, None, 5, torch_generator(0, "none"))
    kept = float(bent.process.alpha_bars[4])
    wanted = torch.distributions.Normal(math.sqrt(kept) * x[:, 0], math.sqrt(1 - kept)).log_prob(torch.tensor(0.4))
    assert torch.allclose(NoisedMaskFactor(Mask(ONE, KNOWN)).log_r(x, None, context), wanted.double(), atol=1e-7)


def test_factors_for_gaussian_kernels_take_no_others() -> None:
    from core.posterior.kernels import BitKernel

    context = DrawContext(None, "constant", 3, None, 4, torch_generator(0, "none"))
    for factor in (
        ObservationFactor.of_observation(NOISY),
        HalfPlaneFactor(RIGHT, cuts=True, weighted=False),
        SmoothFactor(WAVE.log_r, (2,)),
    ):
        with pytest.raises(TypeError, match="Gaussian"):
            factor.condition(BitKernel(torch.zeros(1, 2)), context)
