"""The posterior where all is known of it: a noisy observation of N(0, 1), and the roll behind a half plane.

Standard errors are taken over independent repetitions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.data.registry import FORMULAS
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.posterior.samplers import equally_weighted, reverse_under
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant, log_linear
from core.sampling.trajectories import reverse
from core.values.checkpoints import DataInfo
from core.values.potentials import HalfPlane, Posterior, SmoothPotential
from core.values.runs import RunSpec
from tests.support.posteriors import Array, T, Y, agree, gaussian_density, last, mean_and_variance, observed, repeated

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def roll() -> DiffusionModel:
    source = FORMULAS["swiss_roll"]()
    shift, scale = source.standardisation()  # type: ignore[attr-defined]
    points = source.support()[::16]
    info = DataInfo("swiss_roll", (2,), (-15.0, 15.0), shift, scale, points)
    rates = log_linear(200, first=1e-3, alpha_bar_end=1e-3)
    return DiffusionModel(GaussianProcess(rates), EmpiricalNetwork.of(info.to_model(points)), info)


# A noisy observation of N(0, 1)
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
    found = repeated(unit(T), Posterior(observed(spread), timing, weighted=True), 1000, 16, mean_and_variance)
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
        found = repeated(unit(60), Posterior(SmoothPotential(log_r), timing, weighted=True), 500, 8, mean_and_variance)
        assert agree(found, truth), timing


# The roll under a half plane that cuts it
def energy(first: Array, second: Array) -> float:
    """Return the energy distance of two samples, without bias: 0 on average where their laws are equal."""
    one, other = torch.tensor(first), torch.tensor(second)
    within = sum(float(torch.cdist(x, x).sum()) / (len(x) * (len(x) - 1)) for x in (one, other))
    return 2 * float(torch.cdist(one, other).mean()) - within


def test_the_roll_behind_a_half_plane_is_the_roll_s_own_part_of_it(roll: DiffusionModel) -> None:
    half, size, many = HalfPlane(np.array([0.8, 0.6]), 0.3), 60, 3600
    *_, free = reverse(roll, RunSpec(many, 1, 1))
    inside = free.x.astype(np.float64)
    inside = inside[inside @ half.normal >= half.offset]
    share = len(inside) / many
    draws = np.split(inside[: 20 * size], 20)
    apart = [energy(one, other) for one, other in itertools.combinations(draws, 2)]
    frame = last(roll, Posterior(half, "twisted", weighted=True), 800)
    assert (frame.x.astype(np.float64) @ half.normal >= half.offset).all()
    found = equally_weighted(frame, size, 1).astype(np.float64)
    assert np.mean([energy(found, draw) for draw in draws]) < max(float(np.mean(apart) + 3 * np.std(apart)), 0.0)
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
