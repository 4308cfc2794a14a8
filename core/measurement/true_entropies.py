"""The true entropy of each reverse step, H_q(X^t-1 | X^t), where the data's distribution is known (section 2.6)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from core.data.formulas import FiniteData
from core.data.sources import KnownSource, SourceWithDensity
from core.errors import BadInputError
from core.measurement.crooks import known_source
from core.model import DiffusionModel
from core.values.arrays import read_only
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT, Progress

SPACING = 0.6
"""Spacing of the grid in standard deviations of the noise: the sum then equals the integral to eight digits."""
EXTENT = 7.5
"""How many standard deviations around the data the grid covers."""
MOST_GRID_POINTS = 4_000_000
CENTRES_AT_ONCE = 256


@runtime_checkable
class SourceWithEntropy(Protocol):
    """A source whose entropy is known at every step in closed form, or by enumeration."""

    def entropy(self, alpha_bar: float, info: DataInfo) -> float:
        """Return H_q(X^t) where ``alpha_bar`` of the signal is left, model units, nats; minus infinity if singular."""


def measure_true_entropies(model: DiffusionModel) -> Iterator[Progress[NDArray[np.float64]]]:
    """Compute H_q(X^t-1 | X^t) for t = 1 … T, one report a step; the last holds them.

    They are H_q(X^t | X^t-1) + H_q(X^t-1) - H_q(X^t), by Bayes' rule. The entropies of the marginals are in closed form
    (Gaussian data), by enumeration (heartbeat), or by quadrature over the plane.

    Yields:
        The result is read-only ``[T]``, bits per sample; entry ``t - 1`` belongs to step t. At t = 1 it is minus
        infinity for data on a curve or a set of points, whose X^0 has no density.

    Raises:
        BadInputError: If the distribution of the data is not known, or is known but has no entropy by these means.
    """
    transitions = math.prod(model.data.shape) * model.process.transition_entropies().numpy()
    found = np.empty(model.steps)
    before = true_marginal_entropy(model, 0)
    for t in range(1, model.steps + 1):
        after = true_marginal_entropy(model, t)
        found[t - 1] = transitions[t - 1] + before - after
        before = after
        if t < model.steps:
            yield Progress(t, model.steps)
    yield Progress(model.steps, model.steps, read_only(found / NATS_PER_BIT))


def true_marginal_entropy(model: DiffusionModel, t: int) -> float:
    """Return H_q(X^t), t = 0 … T, nats a sample; minus infinity at t = 0 for data without a density.

    Raises:
        BadInputError: If the distribution of the data is not known, or is known but has no entropy by these means.
    """
    source, alpha_bar = known_source(model), float(model.process.alpha_bars[t])
    if isinstance(source, SourceWithEntropy):
        return source.entropy(alpha_bar, model.data)
    if source.shape != (2,) or model.process.kind != "gaussian":
        raise BadInputError(f"data: the entropy of X^t is not computed for examples of shape {source.shape}")
    return -math.inf if t == 0 else entropy_on_the_plane(source, alpha_bar, model.data)


def entropy_on_the_plane(source: SourceWithDensity, alpha_bar: float, info: DataInfo) -> float:
    """Return H_q(X^t) of 2-D data by the trapezoidal rule, nats.

    The density is a mixture of Gaussians of standard deviation sqrt(1 - ``alpha_bar``), so that the rule on a grid that
    is finer than it is accurate. Only places near the data are evaluated.

    Raises:
        BadInputError: If the noise is so small that the grid would be too large.
    """
    std = math.sqrt(1.0 - alpha_bar)
    spacing = SPACING * std
    cells = _cells_near(math.sqrt(alpha_bar) * info.to_model(_support_of(source)).astype(np.float64), spacing)
    log_density = source.log_density(cells * spacing, alpha_bar, info)
    density = np.exp(log_density)
    return -float((density * np.where(density > 0.0, log_density, 0.0)).sum()) * spacing**2


def _support_of(source: SourceWithDensity) -> NDArray[np.float32]:
    """Return points ``[M, 2]`` near which the data are, user's units."""
    if isinstance(source, KnownSource):
        return source.support()
    if isinstance(source, FiniteData):
        return source.data
    raise BadInputError("data: it is not known where they are")


def _cells_near(centres: NDArray[np.float64], spacing: float) -> NDArray[np.int64]:
    """Return the places ``[N, 2]`` of a grid, in units of its ``spacing``, that are within `EXTENT` of ``centres``."""
    radius = math.ceil(EXTENT / SPACING) + 1
    steps = np.arange(-radius, radius + 1)
    offsets = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    offsets = offsets[np.square(offsets).sum(axis=1) <= radius**2]
    nearest = np.unique(np.rint(centres / spacing).astype(np.int64), axis=0)
    if len(nearest) * (2 * radius + 1) > MOST_GRID_POINTS:
        raise BadInputError("data: the noise at t = 1 is too small beside them for quadrature over the plane")
    low = nearest.min(axis=0) - radius
    extent = nearest.max(axis=0) + radius + 1 - low
    if math.prod(map(int, extent)) > 16 * MOST_GRID_POINTS:
        raise BadInputError("data: the noise at t = 1 is too small beside them for quadrature over the plane")
    near = np.zeros(extent, dtype=bool)
    for begin in range(0, len(nearest), CENTRES_AT_ONCE):
        places = (nearest[begin : begin + CENTRES_AT_ONCE, None, :] + offsets - low).reshape(-1, 2)
        near[places[:, 0], places[:, 1]] = True
    found: NDArray[np.int64] = np.argwhere(near) + low
    return found
