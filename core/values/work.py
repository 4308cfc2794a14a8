"""Results of measurements over paths: their work, and Crooks' relation; frozen values that need numpy alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.values.measurements import FRESH, HELD_OUT, NATS_PER_BIT, Bound, Estimate, mean_of


@dataclass(frozen=True, slots=True)
class Work:
    """The work of forward paths from given data, and estimates of their log2 p(x^0) from it (section 2.3).

    P data points, n paths of each; arrays are read-only, float64 unless stated otherwise; bits per sample.

    Attributes:
        points: The data x^0 ``[P, *shape]``, float32, model units.
        work: W = -log2 w of every path, ``[P, n]``; w is the ratio of reverse to forward path probabilities.
        likelihood: Jarzynski's estimate of log2 p(x^0), log2 of the mean weight, ``[P]``.
        standard_error: One standard error of ``likelihood``, by the jackknife, ``[P]``. It is too small if
            ``effective_size`` is small, since paths of large weight may then be missing.
        effective_size: Effective number of paths, (sum of w)^2 / sum of w^2, 1 … n, ``[P]``.
        group_sizes: k = 1, 2, 4 … n, ``[G]``.
        tightening: log2 of the mean weight of k paths, averaged over groups, ``[P, G]``: in expectation a lower bound
            on log2 p(x^0) that rises with k, from the mean of log2 w to ``likelihood``.
        measured_on: What the points are, see `Bound`.
    """

    points: NDArray[np.float32]
    work: NDArray[np.float64]
    likelihood: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    effective_size: NDArray[np.float64]
    group_sizes: NDArray[np.int64]
    tightening: NDArray[np.float64]
    measured_on: str = HELD_OUT

    @property
    def mean_bound(self) -> Estimate:
        """The mean of log2 w over points and paths, a lower bound on E log2 p(x^0)."""
        return mean_of(-self.work.mean(axis=1))

    @property
    def mean_likelihood(self) -> Estimate:
        """Jarzynski's estimate, averaged over the points."""
        return mean_of(self.likelihood)

    @property
    def mean_tightening(self) -> list[Estimate]:
        """The bound for each of ``group_sizes``, averaged over the points."""
        return [mean_of(column) for column in self.tightening.T]


@dataclass(frozen=True, slots=True)
class Crooks:
    """Omega = log2 q(x^1 … x^T) - log2 p(x^1 … x^T) on forward paths and on the model's own reverse paths.

    The densities obey P_F(Omega) = 2^Omega P_R(Omega) and cross at 0; for a perfect model Omega is 0 on every path.
    Arrays are read-only; N paths of each kind, B bins.

    Attributes:
        forward: Omega of the forward paths, ``[N]``.
        reverse: Omega of the reverse paths, ``[N]``.
        edges: Edges of the common bins, ``[B + 1]``; the bins hold all but the most extreme paths.
        forward_counts, reverse_counts: Paths in each bin, ``[B]``.
        predicted: Share of forward paths in each bin as predicted from the reverse ones: the mean of 2^Omega over all
            reverse paths, with zero for those in other bins, ``[B]``.
        predicted_error: One standard error of ``predicted``, ``[B]``.
        measured_on: What the forward paths start from, see `Bound`.
    """

    forward: NDArray[np.float64]
    reverse: NDArray[np.float64]
    edges: NDArray[np.float64]
    forward_counts: NDArray[np.int64]
    reverse_counts: NDArray[np.int64]
    predicted: NDArray[np.float64]
    predicted_error: NDArray[np.float64]
    measured_on: str = FRESH

    @property
    def forward_mean(self) -> Estimate:
        """The mean of Omega over forward paths: their divergence from the reverse ones, >= 0 up to sampling noise."""
        return mean_of(self.forward)

    @property
    def reverse_mean(self) -> Estimate:
        """The mean of Omega over reverse paths, <= 0 up to sampling noise."""
        return mean_of(self.reverse)

    @property
    def crossing(self) -> Estimate:
        """The Omega at which both densities cross: 0 by Crooks' relation. Bennett's acceptance ratio (1976).

        It is the c at which the mean of 1/(1 + 2^(Omega - c)) over forward paths equals that of 1/(1 + 2^(c - Omega))
        over reverse ones. The standard error is infinite if the two sets of Omega do not overlap.
        """
        low, high = (edge(np.concatenate([self.forward, self.reverse])) for edge in (np.min, np.max))
        for _ in range(60):
            c = 0.5 * (low + high)
            accepted = _logistic(c - self.forward), _logistic(self.reverse - c)
            low, high = (low, c) if accepted[0].mean() > accepted[1].mean() else (c, high)
        slope = NATS_PER_BIT * sum(float((share * (1.0 - share)).mean()) for share in accepted)
        error = math.hypot(*(mean_of(share).standard_error for share in accepted))
        return Estimate(c, error / slope if slope else math.inf)


def _logistic(bits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + 2^-bits)."""
    found: NDArray[np.float64] = np.exp2(-np.logaddexp2(0.0, -bits))
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """What has been measured of one model, for one seed.

    Attributes:
        bound: K and its terms.
        limit: K of the family's best kernels on the same examples, if the distribution of the data is known.
        true_entropies: H_q(X^t-1 | X^t) for t = 1 … T, bits per sample, read-only ``[T]``, where it is known.
        work: The work of forward paths.
        crooks: Both kinds of paths of Crooks' relation.
    """

    bound: Bound
    limit: Bound | None = None
    true_entropies: NDArray[np.float64] | None = None
    work: Work | None = None
    crooks: Crooks | None = None
