"""Potentials over one or two columns of points of any dimension, where the posterior is known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import log_linear
from core.values.checkpoints import DataInfo
from core.values.potentials import HalfPlane, NoisyObservation, PaintedField, Posterior, Potential
from core.values.runs import PosteriorFrame
from tests.support.posteriors import Array, agree, average, repeated

pytestmark = pytest.mark.usefixtures("one_thread")
STD = 0.5
SEEN = (0.8, -0.6)
GRID = np.linspace(-3.0, 3.0, 96)
RATES = log_linear(40, first=1e-3, alpha_bar_end=1e-3)


def covariance_of(dimensions: int) -> Array:
    """Return correlations that fall with the distance of the columns."""
    return 0.7 ** np.abs(np.subtract.outer(np.arange(dimensions), np.arange(dimensions)))


def model_of(dimensions: int) -> DiffusionModel:
    shape = (dimensions,)
    examples = np.zeros((1, dimensions), np.float32)
    info = DataInfo("normal", shape, (-9.0, 9.0), np.zeros(shape), np.ones(shape), examples)
    network = AnalyticNetwork.of(np.zeros(dimensions), covariance_of(dimensions))
    return DiffusionModel(GaussianProcess(RATES), network, info)


def observation(columns: tuple[int, ...], dimensions: int) -> Potential:
    y, observed = np.zeros(dimensions, np.float32), np.zeros(dimensions, bool)
    y[list(columns)], observed[list(columns)] = SEEN[: len(columns)], True
    return NoisyObservation(y, STD, observed)


def painted(columns: tuple[int, ...], dimensions: int) -> Potential:
    """The same, up to a constant, on a grid."""
    del dimensions
    nats = [-0.5 * ((GRID - seen) / STD) ** 2 for seen in SEEN]
    log_r = nats[0] if len(columns) == 1 else nats[1][:, None] + nats[0]
    return PaintedField(log_r.astype(np.float32), (-3.0, 3.0) * len(columns), columns)


def truth(columns: tuple[int, ...], dimensions: int) -> tuple[Array, Array, float]:
    """Return the posterior's mean and covariance, and the density of what was observed."""
    covariance, own = covariance_of(dimensions), list(columns)
    seen = np.array(SEEN[: len(own)])
    marginal = covariance[np.ix_(own, own)] + STD**2 * np.eye(len(own))
    gain = np.linalg.solve(marginal, covariance[own]).T
    density = math.exp(-0.5 * seen @ np.linalg.solve(marginal, seen)) / math.sqrt(np.linalg.det(2 * np.pi * marginal))
    return gain @ seen, covariance - gain @ covariance[own], density


def moments(frame: PosteriorFrame) -> list[float]:
    """Return the means of all columns, and the variances around them, under the weights."""
    columns = frame.x.astype(np.float64).T
    means = [average(frame, column) for column in columns]
    return [*means, *(average(frame, (column - mean) ** 2) for column, mean in zip(columns, means, strict=True))]


@pytest.mark.parametrize("make", [observation, painted])
@pytest.mark.parametrize(
    ("dimensions", "columns"),
    [(1, (0,)), (2, (1, 0)), (4, (3, 1)), (3, (2,)), (10, (7, 2))],  # beyond 8 by automatic differentiation
)
def test_an_observation_of_some_columns_has_the_posterior_in_closed_form(
    make: Callable[[tuple[int, ...], int], Potential], dimensions: int, columns: tuple[int, ...]
) -> None:
    r = make(columns, dimensions)
    found = repeated(model_of(dimensions), Posterior(r, "twisted", weighted=True), 300, 6, moments)
    mean, covariance, density = truth(columns, dimensions)
    scale = 1.0 if make is observation else (2.0 * math.pi * STD**2) ** (0.5 * len(columns))
    assert agree(found, [*mean, *np.diag(covariance), density * scale], slack=0.01)


def test_half_a_line_cuts_a_normal_distribution() -> None:
    half = HalfPlane(np.array([1.0]), 0.5)
    found = repeated(model_of(1), Posterior(half, "twisted", weighted=True), 300, 6, moments)
    share = 0.5 * math.erfc(0.5 / math.sqrt(2))
    mean = math.exp(-0.125) / math.sqrt(2 * math.pi) / share
    assert agree(found, [mean, 1 + 0.5 * mean - mean**2, share], slack=0.01)
