"""Forward trajectories of stored examples: each example begins as many of them as any other, or one more."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.images import StoredImages
from core.data.sources import Examples
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.processes.gaussian import GaussianProcess
from core.sampling.trajectories import forward
from core.values.checkpoints import DataInfo
from core.values.runs import RunSpec

BETAS = np.array([0.1, 0.3, 0.5])


def model_of(rows: int) -> DiffusionModel:
    """Return a model whose data are the points (0, 0), (1, 1) … (rows - 1, rows - 1)."""
    examples = np.repeat(np.arange(float(rows))[:, None], 2, axis=1)
    info = DataInfo("rows", (2,), (0.0, float(rows)), np.zeros(2), np.ones(2), examples)
    return DiffusionModel(GaussianProcess(BETAS), EmpiricalNetwork.of(info.to_model(examples)), info)


def drawn(model: DiffusionModel, count: int, seed: int = 17, chains: range | None = None) -> NDArray[np.int64]:
    """Return the number of the example that each trajectory begins at."""
    return next(forward(model, RunSpec(count, seed, threads=1), chains)).x[:, 0].astype(np.int64)


@pytest.mark.parametrize("rows", [1, 7, 54, 512])
@pytest.mark.parametrize("count", [1, 54, 600, 2100])
def test_no_example_is_drawn_more_than_once_more_than_another(rows: int, count: int) -> None:
    counts = np.bincount(drawn(model_of(rows), count), minlength=rows)
    assert counts.max() - counts.min() <= 1


def test_a_trajectory_does_not_depend_on_the_count_and_the_order_depends_on_the_seed() -> None:
    model = model_of(700)
    many = drawn(model, 2100)
    for count in (1, 99, 700, 1000):
        assert np.array_equal(drawn(model, count), many[:count])
    assert np.array_equal(drawn(model, 2100, chains=range(650, 1200)), many[650:1200])
    assert not np.array_equal(drawn(model, 700, seed=18), many[:700])


def test_images_drawn_again_have_noise_of_their_own() -> None:
    levels = np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
    for source in (StoredImages("three", levels), Examples("three", levels.astype(np.float32), 1.0)):
        rows = source.rows(np.array([2, 0, 2]), np.random.default_rng(0))
        assert np.array_equal(np.floor(rows), levels[[2, 0, 2]])
        assert not np.array_equal(rows[0], rows[2])
