"""What several tests of the engine stand on: models with a known answer, and a small checkpoint with every field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data import formulas
from core.data.registry import FORMULAS
from core.formats import checkpoints
from core.model import DiffusionModel, model_from
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import MultilayerPerceptron
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant, constant_erasure, linear, log_linear
from core.recipes import paper
from core.recipes import run as recipe_runs
from core.recipes.recipe import Recipe
from core.training import trainer
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.inpainting import InpaintingRequest
from core.values.measurements import Bound
from core.values.training import TrainingState
from tests.support.image_models import SHAPE, images_checkpoint

SCHEDULES: dict[str, NDArray[np.float64]] = {
    "one step short of nothing": log_linear(10, first=1e-2, alpha_bar_end=1e-3),
    "constant": constant(12, alpha_bar_end=0.02),
    "linear": linear(25, 1e-3, 0.3),
    "constant erasure": constant_erasure(15, first=1e-2, offset=2),
    "two steps": np.array([0.1, 0.7]),
}


def plain(shape: tuple[int, ...] = (1,), name: str = "made up") -> DataInfo:
    """Return data whose units are the model's own, 64 examples from N(0, I)."""
    examples = np.random.default_rng(0).standard_normal((64, *shape)).astype(np.float32)
    return DataInfo(name, shape, (-5.0, 5.0), np.zeros(shape), np.ones(shape), examples)


@pytest.fixture(params=list(SCHEDULES))
def betas(request: pytest.FixtureRequest) -> NDArray[np.float64]:
    """Rates of one schedule after the other."""
    return SCHEDULES[request.param]


@pytest.fixture
def unit_data() -> Callable[..., DataInfo]:
    return plain


@pytest.fixture
def exact_model() -> Callable[[NDArray[np.float64], float], DiffusionModel]:
    """Makes the model of data N(0, s^2) with its exact reverse, from rates and s."""

    def make(rates: NDArray[np.float64], spread: float) -> DiffusionModel:
        network = AnalyticNetwork.of(np.zeros(1), np.array([[spread**2]]))
        return DiffusionModel(GaussianProcess(rates), network, plain())

    return make


@pytest.fixture
def unit(exact_model: Callable[[NDArray[np.float64], float], DiffusionModel]) -> Callable[[int], DiffusionModel]:
    """Makes the exact model of data N(0, 1), from T."""
    return lambda steps: exact_model(constant(steps, 1e-3), 1.0)


@pytest.fixture
def null_model() -> Callable[[NDArray[np.float64]], DiffusionModel]:
    """Makes the model whose network reads out zero, for data in one dimension, from rates; all in float64."""

    def make(rates: NDArray[np.float64]) -> DiffusionModel:
        network = MultilayerPerceptron(1, width=8, layers=2).double().requires_grad_(False)
        return DiffusionModel(GaussianProcess(rates), network, plain())

    return make


@pytest.fixture(scope="module")
def heartbeat() -> DiffusionModel:
    """The model of heartbeats in 50 steps, which knows all five of them."""
    support = FORMULAS["heartbeat"]().support()
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), support)
    return DiffusionModel(BinomialProcess(constant_erasure(50, first=2e-5)), EmpiricalNetwork.of(support), info)


@pytest.fixture
def one_thread() -> None:
    """Small tensors are not worth more."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def small() -> Checkpoint:
    """A checkpoint of the swiss roll, untrained and tiny, with every optional part."""
    torch.manual_seed(0)
    network = MultilayerPerceptron(2, width=6, layers=2, frequencies=2, fourier_features=1)
    torch.nn.init.normal_(network.read_out.weight, std=0.05)
    recipe = paper.swiss_roll()
    rates = log_linear(5, first=1e-2, alpha_bar_end=1e-2)
    lower = np.array([-np.inf, -2.0, -1.0, -0.5, 0.25])
    kl = np.array([0.1, 0.2, 0.3, 0.4])
    bound = Bound(
        *(5, "gaussian", "sample", 99, -2.5, -4.09, 0.01, kl, 1.0, -2.0, 4.0, lower, np.arange(5.0), -0.7, 0.02),
        measured_on="fresh",
    )
    state = {"live.a": np.arange(6, dtype=np.float32).reshape(2, 3), "adam.0.step": np.array(7.0, dtype=np.float32)}
    training = TrainingState("swiss_roll", 3, 7, 9, np.array([[5.0, -3.0], [7.0, -2.5]]), state)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    return Checkpoint(
        title="Kleine Rolle, sehr klein",
        created="2025-01-02T03:04:05+00:00",
        licence="MIT",
        kind="gaussian",
        betas=rates,
        network=NetworkInfo(network.kind, network.config, weights),
        data=dataclasses.replace(recipe.info, examples=recipe.info.examples[:20], held_out=recipe.info.examples[20:27]),
        training=training,
        bound=bound,
    )


@pytest.fixture
def file(small: Checkpoint, tmp_path: Path) -> Path:
    """The small checkpoint in a file."""
    path = tmp_path / "small.h5"
    checkpoints.save(small, path)
    return path


@pytest.fixture
def model(small: Checkpoint) -> DiffusionModel:
    """The model of the small checkpoint."""
    return model_from(small, "small.h5")


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """The recipe of the swiss roll, far smaller, reporting every second step, and known by its name."""
    monkeypatch.setattr(trainer, "REPORT_EVERY", 2)
    recipe = dataclasses.replace(
        paper.swiss_roll(), batch=32, steps=6, network=lambda _: MultilayerPerceptron(2, width=8, layers=2)
    )
    monkeypatch.setitem(recipe_runs.RECIPES, "swiss_roll", lambda: recipe)
    monkeypatch.setattr(formulas, "QUADRATURE_NODES", 128)
    return recipe


@pytest.fixture(scope="module")
def twelve() -> DiffusionModel:
    return model_from(images_checkpoint(), "twelve.h5")


@pytest.fixture
def request_() -> InpaintingRequest:
    """The third of the twelve, its two lower rows to be filled in."""
    image = images_checkpoint().data.examples[2] + np.float32(1 / 3)  # no number that survives another type
    mask = np.zeros(SHAPE, np.bool_)
    mask[4:] = True
    return InpaintingRequest(image, mask, count=3, seed=5, threads=1)
