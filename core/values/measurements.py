"""What the engine measures: frozen values of numpy alone, in bits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NATS_PER_BIT = math.log(2.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over independent draws.

    Attributes:
        value: The mean.
        standard_error: One standard error of it; not a number where there is one draw alone.
    """

    value: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Work:
    """The work of forward paths from given data, and what it says of their probability under the model.

    P data points, n paths of each; arrays are read-only, float64 unless said otherwise.

    Attributes:
        points: The data x^0 ``[P, *shape]``, float32, model units.
        work: W = -log2 w of every path, ``[P, n]``: pi and reverse kernels against the forward steps.
        likelihood: Jarzynski's estimate of log2 p(x^0), log2 of the mean weight, ``[P]``.
        standard_error: One standard error of ``likelihood``, by the jackknife, ``[P]``. It is too small where
            ``effective_size`` is a handful: heavy weights may then not have been seen.
        effective_size: (sum of w)^2 / sum of w^2, how many paths count, 1 … n, ``[P]``.
        group_sizes: k = 1, 2, 4 … n, ``[G]``.
        tightening: Mean of log2 of the mean weight over groups of k paths, ``[P, G]``: in expectation a bound on
            log2 p(x^0) that rises with k, from the mean of log2 w to ``likelihood``.
    """

    points: NDArray[np.float32]
    work: NDArray[np.float64]
    likelihood: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    effective_size: NDArray[np.float64]
    group_sizes: NDArray[np.int64]
    tightening: NDArray[np.float64]

    @property
    def mean_bound(self) -> Estimate:
        """The mean of log2 w over points and paths, a bound on E log2 p(x^0)."""
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
class WorkProgress:
    """How far a measurement of work is, in steps of a batch of paths; ``work`` is there at the end alone."""

    done: int
    total: int
    work: Work | None = None


@dataclass(frozen=True, slots=True)
class Crooks:
    """Omega = log2 q(x^1 … x^T) - log2 p(x^1 … x^T) on forward paths and on the model's own reverse paths.

    Their densities obey P_F(Omega) = 2^Omega P_R(Omega) and cross at 0; for a perfect model Omega is 0 on every path.
    Arrays are read-only; N paths each way, B bins.

    Attributes:
        forward: Omega of the forward paths, ``[N]``.
        reverse: Omega of the reverse paths, ``[N]``.
        edges: The common bins, ``[B + 1]``; they hold all but the farthest paths.
        forward_counts, reverse_counts: Paths in each bin, ``[B]``.
        predicted: Share of forward paths in each bin, as the reverse ones foretell it: the mean of 2^Omega over
            reverse paths, with zero for those in other bins, ``[B]``.
        predicted_error: One standard error of ``predicted``, ``[B]``.
    """

    forward: NDArray[np.float64]
    reverse: NDArray[np.float64]
    edges: NDArray[np.float64]
    forward_counts: NDArray[np.int64]
    reverse_counts: NDArray[np.int64]
    predicted: NDArray[np.float64]
    predicted_error: NDArray[np.float64]

    @property
    def forward_mean(self) -> Estimate:
        """The mean of Omega over forward paths: their divergence from the reverse ones, not negative but by chance."""
        return mean_of(self.forward)

    @property
    def reverse_mean(self) -> Estimate:
        """The mean of Omega over reverse paths, not positive but by chance."""
        return mean_of(self.reverse)

    @property
    def crossing(self) -> Estimate:
        """Where both densities cross, which is at 0 by Crooks' relation (Bennett 1976: the acceptance ratio).

        It is the c at which the mean of 1/(1 + 2^(Omega - c)) over forward paths is that of 1/(1 + 2^(c - Omega)) over
        reverse ones. The standard error is not finite where hardly any path of one kind is like those of the other.
        """
        low, high = (edge(np.concatenate([self.forward, self.reverse])) for edge in (np.min, np.max))
        for _ in range(60):
            c = 0.5 * (low + high)
            accepted = _logistic(c - self.forward), _logistic(self.reverse - c)
            low, high = (low, c) if accepted[0].mean() > accepted[1].mean() else (c, high)
        slope = NATS_PER_BIT * sum(float((share * (1.0 - share)).mean()) for share in accepted)
        error = math.hypot(*(mean_of(share).standard_error for share in accepted))
        return Estimate(c, error / slope if slope else math.inf)


@dataclass(frozen=True, slots=True)
class CrooksProgress:
    """How far a measurement of Omega is, in steps of a batch of paths; ``crooks`` is there at the end alone."""

    done: int
    total: int
    crooks: Crooks | None = None


def mean_of(values: NDArray[np.float64]) -> Estimate:
    """Return the mean of independent ``values`` [N] and its standard error."""
    std = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), std / math.sqrt(len(values)))


def _logistic(bits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + 2^-bits)."""
    found: NDArray[np.float64] = np.exp2(-np.logaddexp2(0.0, -bits))
    return found


def standard_error(values: NDArray[np.float64]) -> float:
    """Return one standard error of the mean of independent ``values`` [N], N >= 2."""
    return float(values.std(ddof=1) / math.sqrt(len(values)))


@dataclass(frozen=True, slots=True)
class StepEntropies:
    """Both bounds of the reverse process' entropy, step by step, in closed form (section 2.6, appendix A).

    Entry ``t - 1`` belongs to step t, t = 1 … T; all are float64, bits per dimension, read-only.

    Attributes:
        upper: H_q(X^t | X^t-1).
        lower: H_q(X^t | X^t-1) + H_q(X^t-1 | X^0) - H_q(X^t | X^0); at t = 1 minus infinity, of bits 0.
        t_given_0: H_q(X^t | X^0).
    """

    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    t_given_0: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bound:
    """The training bound K, term by term (section 2.4, appendix B), in bits per sample or per pixel.

    Attributes:
        steps: T.
        kind: "gaussian" or "binomial".
        unit: "sample" or "pixel": what all the numbers are per.
        count: Number of held-out data points behind the expectations.
        k: The bound K on E_q log2 p(x^0).
        null: The null model's log-likelihood, with which K is compared.
        standard_error: One standard error of ``k``.
        kl: E_q KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) for t = 2 … T, read-only.
        h_end: H_q(X^T | X^0).
        h_edge: H_q(X^1 | X^0).
        h_prior: The cross entropy -E_q log2 pi(x^T).
        entropy_lower, entropy_upper: The bounds of every step t = 1 … T, in the same unit as ``k``.
        truth: E_q log2 q(x^1), where the data's density is known, else None.
        truth_standard_error: One standard error of ``truth``.
        bits_per_dimension: Bits that K says a number of an 8-bit image takes to code; None for other data.
    """

    steps: int
    kind: str
    unit: str
    count: int
    k: float
    null: float
    standard_error: float
    kl: NDArray[np.float64]
    h_end: float
    h_edge: float
    h_prior: float
    entropy_lower: NDArray[np.float64]
    entropy_upper: NDArray[np.float64]
    truth: float | None = None
    truth_standard_error: float | None = None
    bits_per_dimension: float | None = None

    @property
    def gain(self) -> float:
        """K less the null model, bits."""
        return self.k - self.null


@dataclass(frozen=True, slots=True)
class BoundProgress:
    """How far the measurement of K is; ``bound`` is there at the end alone."""

    done: int
    total: int
    bound: Bound | None = None
