"""Data whose density is known at every step though no recipe names them: Gaussians, and finite data sets."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values import DataInfo

SCORES_AT_ONCE = 2_097_152
"""Entries of the table of states by data that is held at once: 16 MB."""


class SourceWithDensity(Protocol):
    """A data set one can draw from and whose density is known at every step; draws are in user's units."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``count`` independent examples: ``[count, *shape]``, user's units."""

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) at ``x`` [N, *shape], model units, where ``alpha_bar`` < 1 of the signal is left; nats."""


class GaussianData:
    """N(mean, covariance), user's units, diffused by the Gaussian process.

    Args:
        mean: ``[D]``.
        covariance: ``[D, D]``, symmetric and positive definite.
    """

    name: str = "gaussian"

    def __init__(self, mean: NDArray[np.floating], covariance: NDArray[np.floating]) -> None:
        self.mean = np.asarray(mean, dtype=np.float64)
        self.covariance = np.asarray(covariance, dtype=np.float64)
        self.shape: tuple[int, ...] = self.mean.shape
        try:
            self._root = np.linalg.cholesky(self.covariance)
        except np.linalg.LinAlgError as error:
            raise BadInputError("covariance: it is not a positive definite matrix") from error
        if self._root.shape != 2 * self.shape:
            raise BadInputError(f"covariance: shape {self._root.shape} does not fit a mean of shape {self.shape}")

    @property
    def held_out(self) -> GaussianData:
        """The formula itself, whose draws are independent."""
        return self

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``[count, D]``."""
        return (self.mean + rng.standard_normal((count, *self.shape)) @ self._root.T).astype(np.float32)

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) at ``x`` [N, D], model units, where ``alpha_bar`` < 1 of the signal is left; nats."""
        mean = math.sqrt(alpha_bar) * (self.mean - info.shift) / info.scale
        units = np.broadcast_to(info.scale, self.shape)
        covariance = alpha_bar * self.covariance / np.outer(units, units) + (1.0 - alpha_bar) * np.eye(len(mean))
        root = np.linalg.cholesky(covariance)
        whitened = np.linalg.solve(root, (np.asarray(x, dtype=np.float64) - mean).T)
        volume = 2.0 * float(np.log(root.diagonal()).sum()) + len(mean) * math.log(2.0 * math.pi)
        found: NDArray[np.float64] = -0.5 * (np.square(whitened).sum(axis=0) + volume)
        return found


class FiniteData:
    """A finite data set as a distribution, each of its members as likely as the others.

    Args:
        data: ``[M, *shape]``, user's units.
        kind: "gaussian" or "binomial", the process that diffuses them.
    """

    name: str = "finite"

    def __init__(self, data: NDArray[np.floating], kind: str) -> None:
        self.data = np.asarray(data, dtype=np.float32)
        self.kind = kind
        self.shape: tuple[int, ...] = self.data.shape[1:]

    @property
    def held_out(self) -> FiniteData:
        """The formula itself, whose draws are independent."""
        return self

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``[count, *shape]`` with replacement."""
        return self.data[rng.integers(len(self.data), size=count)]

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t), a mixture over the data, at ``x`` [N, *shape], model units; nats, ``[N]``."""
        states = np.asarray(x, dtype=np.float64).reshape(len(x), -1)
        data = info.to_model(self.data).astype(np.float64).reshape(len(self.data), -1)
        at_once = max(1, SCORES_AT_ONCE // len(data))
        parts = [self._scores(states[i : i + at_once], data, alpha_bar) for i in range(0, len(x), at_once)]
        return np.concatenate(parts)

    def _scores(self, x: NDArray[np.float64], data: NDArray[np.float64], alpha_bar: float) -> NDArray[np.float64]:
        dimensions = x.shape[1]
        if self.kind == "binomial":
            agree, differ = math.log1p(alpha_bar) - math.log(2.0), math.log1p(-alpha_bar) - math.log(2.0)
            same = 0.5 * (dimensions + (2.0 * x - 1.0) @ (2.0 * data - 1.0).T)
            scores = same * agree + (dimensions - same) * differ
        else:
            centres, variance = math.sqrt(alpha_bar) * data, 1.0 - alpha_bar
            squares = np.square(x).sum(axis=1, keepdims=True) - 2.0 * x @ centres.T + np.square(centres).sum(axis=1)
            scores = -0.5 * (squares / variance + dimensions * math.log(2.0 * math.pi * variance))
        found: NDArray[np.float64] = np.logaddexp.reduce(scores, axis=1) - math.log(len(data))
        return found
