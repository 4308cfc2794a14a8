"""Products of potentials of all kinds, as Paint makes them: exact, or as plain samples weighted by r tell."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.posterior.gaussian_factors import ObservationFactor
from core.posterior.samplers import reverse_under
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import log_linear
from core.sampling.trajectories import reverse
from core.values.potentials import HalfPlane, NoisyObservation, PaintedField, Posterior, Product
from core.values.runs import RunSpec
from tests.support.posteriors import T, Unit, agree, average, last, mean_and_variance, repeated

pytestmark = pytest.mark.usefixtures("one_thread")
NEAR, FAR = (
    NoisyObservation(np.array([0.4, -0.1], np.float32), 0.9),
    NoisyObservation(np.array([-0.5, 0.3], np.float32), 1.2),
)
FIELD = PaintedField(np.array([[-1.0, 0.0], [0.0, -2.0]]), (-2.0, 2.0, -2.0, 2.0))
SOFT, STEEP = HalfPlane(np.array([2.0, 1.0]), -0.4, 0.3), HalfPlane(np.array([0.0, 1.0]), -0.5, 0.6)


@pytest.fixture
def five_points(unit_data: Unit) -> DiffusionModel:
    points = np.array([[-1.5, 0.2], [-0.4, 1.3], [0.3, -1.2], [1.1, 0.6], [0.5, 0.1]])
    rates = log_linear(8, first=0.05, alpha_bar_end=0.02)
    return DiffusionModel(GaussianProcess(rates), EmpiricalNetwork.of(points), unit_data((2,)))


def normal_density(x: np.ndarray, y: np.ndarray, std: float) -> np.ndarray:
    return np.exp(-0.5 * np.square(x - y).sum(-1) / std**2) / (2.0 * math.pi * std**2) ** (0.5 * x.shape[-1])


def share_inside(x: np.ndarray, half: HalfPlane) -> np.ndarray:
    margin = (x @ half.normal - half.offset) / (half.softness * np.hypot(*half.normal))
    return np.array([0.5 * math.erfc(-each / math.sqrt(2.0)) for each in margin])


def test_two_observations_of_the_same_entry_are_one_and_exact(unit: Callable[[int], DiffusionModel]) -> None:
    """For data N(0, 1): y1 and y2 have the joint density N(0, [[1 + s1^2, 1], [1, 1 + s2^2]])."""
    y, stds = np.array([1.5, 0.375]), np.array([0.5, 0.8])
    r = Product(tuple(NoisyObservation(np.array([each]), std) for each, std in zip(y, stds, strict=True)))
    covariance = np.ones((2, 2)) + np.diag(stds**2)
    truth = -0.5 * y @ np.linalg.solve(covariance, y) - 0.5 * math.log(np.linalg.det(2 * math.pi * covariance))
    for frame in reverse_under(unit(T), RunSpec(2000, 1, 1, Posterior(r, "twisted", weighted=True))):
        assert np.ptp(frame.log_weights) < 1e-9
        assert frame.log_probability == pytest.approx(truth, abs=1e-9)
        assert frame.standard_error == pytest.approx(0.0, abs=1e-6)
    precision = 1.0 + (1.0 / stds**2).sum()
    mean, variance = mean_and_variance(frame)
    assert abs(mean - (y / stds**2).sum() / precision) < 3 / math.sqrt(2000 * precision)
    assert variance * precision == pytest.approx(1.0, abs=0.1)


def test_a_product_of_observations_has_the_value_of_its_factors() -> None:
    x = np.random.default_rng(2).normal(size=(20, 2))
    factor = ObservationFactor.of_observations((NEAR, FAR, NEAR))
    context = type("Last", (), {"power": 1.0})()
    truth = np.log(normal_density(x, NEAR.y, 0.9) ** 2 * normal_density(x, FAR.y, 1.2))
    assert np.allclose(factor.log_r(torch.tensor(x), None, context), truth)


@pytest.mark.parametrize("timing", ["fading", "twisted"])
def test_all_kinds_together_give_what_plain_samples_weighted_by_r_give(
    five_points: DiffusionModel, timing: str
) -> None:
    *_, plain = reverse(five_points, RunSpec(40_000, 7, 1))
    x = plain.x.astype(np.float64)
    field = (x.clip(-2.0, 2.0) + 2.0) / 4.0  # bilinear over the one square of the grid
    log_field = -(1 - field[:, 0]) * (1 - field[:, 1]) - 2.0 * field[:, 0] * field[:, 1]
    r = np.exp(log_field) * share_inside(x, SOFT) * share_inside(x, STEEP)
    r *= normal_density(x, NEAR.y, 0.9) * normal_density(x, FAR.y, 1.2)
    truth = [float(np.average(x[:, 0], weights=r)), float(np.average(x[:, 1], weights=r)), float(r.mean())]
    errors = [float((x[:, entry] * r / r.mean() - truth[entry]).std()) for entry in (0, 1)]
    slack = 3 * max(*errors, float((r / r.mean()).std())) / math.sqrt(len(x))
    posterior = Posterior(Product((FIELD, SOFT, NEAR, STEEP, FAR)), timing, weighted=True)
    found = repeated(
        five_points,
        posterior,
        1000,
        8,
        lambda frame: [average(frame, column) for column in frame.x.T.astype(np.float64)],
    )
    found[:, 2] /= truth[2]
    assert agree(found, [truth[0], truth[1], 1.0], slack)


def test_the_standard_error_is_the_scatter_of_independent_runs(five_points: DiffusionModel) -> None:
    for r, timing in ((Product((FIELD, SOFT, STEEP)), "constant"), (NEAR, "fading")):
        frames = [last(five_points, Posterior(r, timing, weighted=True), 150, seed) for seed in range(30)]
        scatter = float(np.std([frame.log_probability for frame in frames], ddof=1))
        told = math.sqrt(np.mean([frame.standard_error**2 for frame in frames if frame.standard_error is not None]))
        assert 0.6 < told / scatter < 2.5, (r, told, scatter)


def test_the_paper_s_kernels_heed_every_half_plane_of_several(five_points: DiffusionModel) -> None:
    one, other = HalfPlane(np.array([1.0, 0.0]), -0.2), HalfPlane(np.array([-0.2, 1.0]), 0.3)
    for frame in reverse_under(five_points, RunSpec(500, 4, 1, Posterior(Product((one, other))))):
        inside = (frame.x.astype(np.float64) @ np.stack([one.normal, other.normal], axis=1)) >= [-0.2, 0.3]
        assert inside.mean() > 0.999
    assert inside.all()


def test_a_soft_border_may_have_weights_at_every_timing_and_a_softness_below_0_is_refused(
    five_points: DiffusionModel,
) -> None:
    assert last(five_points, Posterior(SOFT, "constant", weighted=True), 50).log_probability is not None
    with pytest.raises(BadInputError, match="timing"):
        last(five_points, Posterior(HalfPlane(np.ones(2), 0.0), "constant", weighted=True), 50)
    for softness in (-0.1, math.nan, math.inf):
        with pytest.raises(BadInputError, match="softness"):
            HalfPlane(np.ones(2), 0.0, softness)
