"""True entropies of the reverse steps: against closed forms and counting, and within the bounds for what is shipped."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.formulas import FiniteData, GaussianData, Heartbeat
from core.errors import BadInputError
from core.formats.checkpoints import read
from core.measurement.true_entropies import entropy_on_the_plane, measure_true_entropies, true_marginal_entropy
from core.model import DiffusionModel, model_from
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT

CHECKPOINTS = Path(__file__).resolve().parents[3] / "assets" / "checkpoints"
SPREAD = np.array([[1.0, 0.6], [0.6, 0.8]])


def plane_model(network: AnalyticNetwork | EmpiricalNetwork, betas: NDArray[np.float64]) -> DiffusionModel:
    examples = np.random.default_rng(0).standard_normal((8, 2)).astype(np.float32)
    info = DataInfo("made up", (2,), (-5.0, 5.0), np.zeros(2), np.ones(2), examples)
    return DiffusionModel(GaussianProcess(betas), network, info)


def entropies_of(model: DiffusionModel) -> NDArray[np.float64]:
    found = list(measure_true_entropies(model))[-1].result
    assert found is not None
    return found


def test_those_of_gaussian_data_are_those_of_the_exact_kernels() -> None:
    model = plane_model(AnalyticNetwork.of(np.zeros(2), SPREAD), constant_erasure(4, first=0.05))
    found = entropies_of(model)
    for t in range(2, 5):
        kernel = model.reverse_kernel(torch.zeros(1, 2, dtype=torch.float64), t)
        assert found[t - 1] == pytest.approx(float(kernel.entropies()) / NATS_PER_BIT, abs=1e-10)


def test_quadrature_gives_the_entropy_of_a_gaussian_on_the_plane(unit_data: Callable[..., DataInfo]) -> None:
    # One point diffused to half of its signal is a Gaussian of variance 1/2.
    found = entropy_on_the_plane(FiniteData(np.array([[0.3, -0.2]]), "gaussian"), 0.5, unit_data((2,)))
    assert found == pytest.approx(math.log(2 * math.pi * math.e * 0.5), abs=1e-8)


def test_two_points_far_apart_add_one_bit(unit_data: Callable[..., DataInfo]) -> None:
    found = entropy_on_the_plane(FiniteData(np.array([[4.0, 0.0], [-4.0, 0.0]]), "gaussian"), 0.9, unit_data((2,)))
    assert found == pytest.approx(math.log(2 * math.pi * math.e * 0.1) + math.log(2.0), abs=1e-8)


@pytest.mark.parametrize("alpha_bar", [0.9, 0.3])
def test_the_heartbeat_s_entropy_is_that_of_its_sampled_log_probability(alpha_bar: float) -> None:
    source, rng = Heartbeat(), np.random.default_rng(3)
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    x0 = source.sample(40_000, rng)
    x = np.where(rng.random(x0.shape) < (1 - alpha_bar) / 2, 1 - x0, x0)
    surprise = -source.log_density(x, alpha_bar, info)
    error = surprise.std() / math.sqrt(len(x))
    assert abs(source.entropy(alpha_bar, info) - surprise.mean()) < 4 * error


def test_the_heartbeat_begins_with_its_phase_and_ends_as_fair_coins() -> None:
    source = Heartbeat()
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    assert source.entropy(1.0, info) == pytest.approx(math.log(5))
    assert source.entropy(0.0, info) == pytest.approx(20 * math.log(2))


@pytest.mark.parametrize("name", ["swiss_roll", "swiss_roll_rbf", "heartbeat", "heartbeat_fast"])
def test_they_lie_within_the_bounds_for_every_shipped_schedule(name: str) -> None:
    path = CHECKPOINTS / f"{name}.h5"
    model = model_from(read(path), path)
    bounds, dimensions = model.process.entropies(), math.prod(model.data.shape)
    steps = model.steps
    upper_entropies = model.process.transition_entropies().numpy() * dimensions
    for t in (2, steps // 2, steps):
        before, after = true_marginal_entropy(model, t - 1), true_marginal_entropy(model, t)
        found = (upper_entropies[t - 1] + before - after) / NATS_PER_BIT
        assert dimensions * bounds.lower[t - 1] - 1e-9 <= found <= dimensions * bounds.upper[t - 1] + 1e-7


def test_at_the_first_step_a_curve_has_none_and_sequences_have() -> None:
    path = CHECKPOINTS / "heartbeat_fast.h5"
    assert entropies_of(model_from(read(path), path))[0] == pytest.approx(0.0, abs=1e-9)
    roll = CHECKPOINTS / "swiss_roll.h5"
    assert true_marginal_entropy(model_from(read(roll), roll), 0) == -math.inf


def test_data_whose_distribution_is_unknown_are_refused(
    null_model: Callable[[NDArray[np.float64]], DiffusionModel],
) -> None:
    with pytest.raises(BadInputError, match="unknown"):
        next(measure_true_entropies(null_model(constant_erasure(6, first=0.05))))


def test_noise_that_is_too_small_for_the_grid_is_refused(unit_data: Callable[..., DataInfo]) -> None:
    data = FiniteData(np.random.default_rng(0).standard_normal((500, 2)), "gaussian")
    with pytest.raises(BadInputError, match="too small"):
        entropy_on_the_plane(data, 1 - 1e-12, unit_data((2,)))


def test_gaussian_data_have_an_entropy_in_user_s_units_too() -> None:
    source = GaussianData(np.array([5.0, 7.0]), 100.0 * SPREAD)
    info = DataInfo("made up", (2,), (-50.0, 50.0), np.array([5.0, 7.0]), np.array([10.0, 10.0]), np.zeros((4, 2)))
    wanted = 0.5 * math.log((2 * math.pi * math.e) ** 2 * np.linalg.det(SPREAD))
    assert source.entropy(1.0, info) == pytest.approx(wanted)
