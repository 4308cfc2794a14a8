"""What the engine measures of work: frozen values of numpy alone, in bits per sample (section 2.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = TypeVar("Array", bound=NDArray[Any])


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


@dataclass(frozen=True, slots=True)
class CrooksProgress:
    """How far a measurement of Omega is, in steps of a batch of paths; ``crooks`` is there at the end alone."""

    done: int
    total: int
    crooks: Crooks | None = None


def mean_of(values: NDArray[np.float64]) -> Estimate:
    """Return the mean of independent ``values`` [N] and its standard error."""
    spread = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), spread / math.sqrt(len(values)))


def frozen(values: Array) -> Array:
    """Return ``values``, read-only from now on."""
    values.setflags(write=False)
    return values
