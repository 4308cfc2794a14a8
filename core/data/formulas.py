"""Data whose density is known at every step: Gaussians, finite data sets, the swiss roll and the heartbeat."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.data.sources import Source
from core.errors import BadInputError
from core.values.checkpoints import DataInfo

SCORES_AT_ONCE = 2_097_152
"""Largest part, in entries, of the table of states by data that is held at once: 16 MB."""


class GaussianData:
    """N(mean, covariance), user's units, diffused by the Gaussian process.

    Args:
        mean: ``[D]``.
        covariance: ``[D, D]``, symmetric and positive definite.

    Raises:
        BadInputError: If the covariance is not positive definite or does not fit the mean.
    """

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

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``[count, D]``, float32."""
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

    def entropy(self, alpha_bar: float, info: DataInfo) -> float:
        """Return H_q(X^t) where ``alpha_bar`` of the signal is left, model units, nats."""
        units = np.broadcast_to(info.scale, self.shape)
        covariance = alpha_bar * self.covariance / np.outer(units, units) + (1.0 - alpha_bar) * np.eye(len(units))
        volume = float(np.linalg.slogdet(covariance).logabsdet)
        return 0.5 * (len(units) * math.log(2.0 * math.pi * math.e) + volume)


class FiniteData:
    """The uniform distribution over a finite data set.

    Args:
        data: ``[M, *shape]``, user's units.
        kind: "gaussian" or "binomial", the process that diffuses the data.
    """

    def __init__(self, data: NDArray[np.floating], kind: str) -> None:
        self.data = np.asarray(data, dtype=np.float32)
        self._scores = SCORES[kind]
        self.shape: tuple[int, ...] = self.data.shape[1:]

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``[count, *shape]`` with replacement."""
        return self.data[rng.integers(len(self.data), size=count)]

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t), a mixture over the data, at ``x`` [N, *shape], model units; nats, ``[N]``."""
        states = np.asarray(x, dtype=np.float64).reshape(len(x), -1)
        data = info.to_model(self.data).astype(np.float64).reshape(len(self.data), -1)
        at_once = max(1, SCORES_AT_ONCE // len(data))
        slices = [states[begin : begin + at_once] for begin in range(0, len(x), at_once)]
        parts = [np.logaddexp.reduce(self._scores(part, data, alpha_bar), axis=1) for part in slices]
        return np.concatenate(parts) - math.log(len(data))


def _gaussian_scores(x: NDArray[np.float64], data: NDArray[np.float64], alpha_bar: float) -> NDArray[np.float64]:
    """Return ln q(x^t = ``x`` [N, D] | x^0) of the Gaussian process for all ``data`` [M, D], nats, ``[N, M]``."""
    centres, variance = math.sqrt(alpha_bar) * data, 1.0 - alpha_bar
    squares = np.square(x).sum(axis=1, keepdims=True) - 2.0 * x @ centres.T + np.square(centres).sum(axis=1)
    scores: NDArray[np.float64] = -0.5 * (squares / variance + x.shape[1] * math.log(2.0 * math.pi * variance))
    return scores


def _bit_scores(x: NDArray[np.float64], data: NDArray[np.float64], alpha_bar: float) -> NDArray[np.float64]:
    """Return the same of the binomial process."""
    agree, differ = math.log1p(alpha_bar) - math.log(2.0), math.log1p(-alpha_bar) - math.log(2.0)
    same = 0.5 * (x.shape[1] + (2.0 * x - 1.0) @ (2.0 * data - 1.0).T)
    scores: NDArray[np.float64] = same * agree + (x.shape[1] - same) * differ
    return scores


SCORES = {"gaussian": _gaussian_scores, "binomial": _bit_scores}
QUADRATURE_NODES = 4096
SUPPORT_NODES = 2048


class SwissRoll:
    """Two columns of a swiss roll: (a cos a, a sin a), a = 3 pi/2 (1 + 2u), u uniform on [0, 1] (section 3.1.1)."""

    name: str = "swiss_roll"
    shape: tuple[int, ...] = (2,)

    @property
    def held_out(self) -> Source:
        """The formula itself, since its draws are independent."""
        return self

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw points ``[count, 2]`` in the formula's own units."""
        return self.curve(rng.random(count)).astype(np.float32)

    def curve(self, along: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points ``[N, 2]`` of the roll at places ``along`` [N] in [0, 1], in the formula's units."""
        angle = 1.5 * math.pi * (1.0 + 2.0 * np.asarray(along, dtype=np.float64))
        return np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=-1)

    def support(self) -> NDArray[np.float32]:
        """Return evenly spaced points ``[M, 2]`` of the roll: the nodes of the midpoint rule."""
        return self.curve(_midpoints(SUPPORT_NODES)).astype(np.float32)

    def standardisation(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of each axis, ``[2]`` each, by quadrature along the roll."""
        points = self.curve(_midpoints(QUADRATURE_NODES))
        return points.mean(axis=0), points.std(axis=0)

    def along(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the place on the roll, in [0, 1], nearest to each of ``points`` [N, 2], in the formula's units.

        The points of the curve in one direction have angles 2 pi apart, so the radius leaves only three candidates.
        """
        radius, direction = np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])
        turn = np.round((radius - direction) / (2.0 * math.pi))
        candidates = direction[:, None] + 2.0 * math.pi * (turn[:, None] + np.array([-1.0, 0.0, 1.0]))
        places = np.clip((candidates / (1.5 * math.pi) - 1.0) / 2.0, 0.0, 1.0)
        distances = np.square(self.curve(places) - points[:, None, :]).sum(axis=-1)
        return np.take_along_axis(places, distances.argmin(axis=1)[:, None], axis=1)[:, 0].astype(np.float32)

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) at points ``x`` [N, 2] in model units, where ``alpha_bar`` < 1 of the signal is left.

        q(x^t) is an integral of Gaussians along the roll, computed by the midpoint rule; nats, float64 ``[N]``.
        """
        centres = math.sqrt(alpha_bar) * (self.curve(_midpoints(QUADRATURE_NODES)) - info.shift) / info.scale
        return log_mean_of_normals(x, centres, 1.0 - alpha_bar)


class Heartbeat:
    """Sequences of 20 bits with a one every fifth place, the phase uniform over five (section 3.1.2)."""

    name: str = "heartbeat"
    shape: tuple[int, ...] = (20,)
    period: int = 5

    @property
    def held_out(self) -> Source:
        """The formula itself, since its draws are independent."""
        return self

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw sequences ``[count, 20]`` of zeros and ones."""
        return self.support()[rng.integers(self.period, size=count)]

    def support(self) -> NDArray[np.float32]:
        """Return the five possible sequences, ``[5, 20]``, by phase."""
        places = np.arange(self.shape[0]) % self.period
        sequences: NDArray[np.float32] = (places == np.arange(self.period)[:, None]).astype(np.float32)
        return sequences

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) of sequences ``x`` [N, 20], where ``alpha_bar`` < 1 of the signal is left; nats, ``[N]``."""
        return FiniteData(self.support(), "binomial").log_density(x, alpha_bar, info)

    def entropy(self, alpha_bar: float, info: DataInfo) -> float:  # noqa: ARG002 - other sources need it
        """Return H_q(X^t), nats, where ``alpha_bar`` of the signal is left, by enumeration.

        The probability of a sequence depends only on how many ones it has at the places of each phase: 0 … 4 ones in
        five phases make 3125 classes, which stand for all 2^20 sequences.
        """
        places = self.shape[0] // self.period
        if alpha_bar == 1.0:
            return math.log(self.period)
        ones = np.stack(np.meshgrid(*[np.arange(places + 1)] * self.period, indexing="ij"), axis=-1)
        ones = ones.reshape(-1, self.period)
        sequences = np.array([math.comb(places, count) for count in range(places + 1)])[ones].prod(axis=1)
        # Bits that equal those of the sequence of each phase: its own ones, and zeros at all other places.
        equal = ones + (places * (self.period - 1) - (ones.sum(axis=1, keepdims=True) - ones))
        kept, flipped = math.log1p(alpha_bar) - math.log(2.0), math.log1p(-alpha_bar) - math.log(2.0)
        scores = np.logaddexp.reduce(equal * kept + (self.shape[0] - equal) * flipped, axis=1) - math.log(self.period)
        return -float((sequences * np.exp(scores) * scores).sum())


def _midpoints(count: int) -> NDArray[np.float64]:
    return (np.arange(count) + 0.5) / count


CENTRES_TOGETHER = 64
POINTS_AT_ONCE = 512
NEGLIGIBLE = 36.0
"""Centres whose terms are e^-36 of the nearest one's or less are left out; thousands change the 12th digit."""


def log_mean_of_normals(x: NDArray[np.floating], centres: NDArray[np.float64], variance: float) -> NDArray[np.float64]:
    """Return ln of the mean over ``centres`` [M, D] of N(x; centre, variance I) at points ``x`` [N, D], nats, ``[N]``.

    Neighbouring centres form runs, each inside a ball. For each point, only the runs whose balls are near enough are
    evaluated, so that a small variance costs little time.
    """
    dimensions = centres.shape[1]
    # Axis by axis, [D, run, centre]: numpy is slow at sums over a short last axis.
    runs = np.ascontiguousarray(centres.T).reshape(dimensions, -1, math.gcd(len(centres), CENTRES_TOGETHER))
    run_centres = runs.mean(axis=2)
    run_radii = np.sqrt(_sum_of_squares(runs - run_centres[:, :, None])).max(axis=1)
    found: NDArray[np.float64] = np.empty(len(x))
    for begin in range(0, len(x), POINTS_AT_ONCE):
        points = np.asarray(x[begin : begin + POINTS_AT_ONCE], dtype=np.float64).T
        distances = np.sqrt(_sum_of_squares(points[:, :, None] - run_centres[:, None]))
        least, most = np.maximum(distances - run_radii, 0.0), (distances + run_radii).min(axis=1, keepdims=True)
        # The negated comparison keeps NaN, so that the result is NaN too.
        rows, near_runs = np.nonzero(~(np.square(least) > np.square(most) + 2.0 * variance * NEGLIGIBLE))
        exponents = _sum_of_squares(runs[axis][near_runs] - points[axis][rows, None] for axis in range(dimensions))
        exponents /= -2.0 * variance
        starts = np.searchsorted(rows, np.arange(points.shape[1]))
        peaks = np.maximum.reduceat(exponents.max(axis=1), starts)
        totals = np.add.reduceat(np.exp(exponents - peaks[rows, None]).sum(axis=1), starts)
        found[begin : begin + POINTS_AT_ONCE] = peaks + np.log(totals / len(centres))
    found -= 0.5 * dimensions * math.log(2.0 * math.pi * variance)
    return found


def _sum_of_squares(gaps: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the sum of the squares of ``gaps``, one array for each axis."""
    total, *others = (np.square(gap) for gap in gaps)
    for other in others:
        total += other
    found: NDArray[np.float64] = total
    return found
