"""Results of measurements, in bits: frozen values that need numpy alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import one_line

NATS_PER_BIT = math.log(2.0)
HELD_OUT, TRAINING, FRESH, GIVEN = "held-out", "training", "fresh", "given"
MEASURED_ON: Mapping[str, str] = {
    HELD_OUT: "held-out examples",
    TRAINING: "training examples",
    FRESH: "fresh draws",
    GIVEN: "examples of a file",
}
"""What a model can be measured on, in words: examples that took no part in its training, training examples, draws of a
formula, which are held out as well, and examples that the user gave."""
ONE_EXAMPLE: Mapping[str, str] = {
    HELD_OUT: "held-out example",
    TRAINING: "training example",
    FRESH: "fresh draw",
    GIVEN: "example of a file",
}
WITH_NOISE = "with the uniform noise of one grey level"
Result = TypeVar("Result")


def examples_in_words(count: int, measured_on: str, path: str | None = None, shown: str | None = None) -> str:
    """Return what was measured on, as in "15 held-out examples".

    Args:
        count: Number of examples.
        measured_on: What they are, a key of `MEASURED_ON`.
        path: The file of given examples, if it is known.
        shown: The number as it is written; its digits by default.
    """
    words = (ONE_EXAMPLE if count == 1 else MEASURED_ON)[measured_on]
    if measured_on == GIVEN and path is not None:
        words = words.replace("a file", one_line(path))
    return f"{count if shown is None else shown} {words}"


@dataclass(frozen=True, slots=True)
class StepTerms:
    """What K and the entropies owe to one step, in the unit of K.

    Attributes:
        t: The step, 2 … T.
        kl: E_q KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)).
        model_entropy: The entropy of p(x^t-1 | x^t), its mean over x^t.
    """

    t: int
    kl: Estimate
    model_entropy: Estimate


@dataclass(frozen=True, slots=True)
class Progress(Generic[Result]):
    """Progress of a measurement, ``done`` of ``total`` parts.

    The last report has the ``result``. A measurement that grows has results before, too: what was found so far. Where
    the parts are steps, ``step`` holds what was found of this one.
    """

    done: int
    total: int
    result: Result | None = None
    step: StepTerms | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over independent draws.

    Attributes:
        value: The mean.
        standard_error: One standard error of the mean; NaN for a single draw.
    """

    value: float
    standard_error: float


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


def mean_of(values: NDArray[np.float64]) -> Estimate:
    """Return the mean of independent ``values`` [N] and its standard error."""
    std = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), std / math.sqrt(len(values)))


def cautious_mean_of(values: NDArray[np.float64]) -> Estimate:
    """Return the mean of independent ``values`` [N], and a standard error that is wide enough if N is small.

    The error is widened so that three of them hold the mean as often as three of a known standard deviation would, by
    the distribution of Student (1908): 6 times for 3 values, 1.4 times for 10, 1.02 times for 200.
    """
    found = mean_of(values)
    if len(values) < 2:
        return found
    return Estimate(found.value, found.standard_error * _student_factor(len(values) - 1))


@lru_cache
def _student_factor(freedom: int) -> float:
    """Return x / 3 where Student's t is beyond x, on either side, as often as a normal variable is beyond 3.

    With t = tan(angle) sqrt(freedom), the density of the angle is cos(angle)^(freedom - 1), summed up here.
    """
    edges = np.linspace(0.5 * math.pi, 0.0, 100_001)
    weights = np.cos(0.5 * (edges[1:] + edges[:-1])) ** (freedom - 1)
    beyond = np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum()
    angle = float(np.interp(math.erfc(3.0 / math.sqrt(2.0)), beyond, edges))
    return math.tan(angle) * math.sqrt(freedom) / 3.0


def _logistic(bits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + 2^-bits)."""
    found: NDArray[np.float64] = np.exp2(-np.logaddexp2(0.0, -bits))
    return found


@dataclass(frozen=True, slots=True)
class StepEntropies:
    """Upper and lower bounds on the entropy of each reverse step, in closed form (section 2.6, appendix A).

    Entry ``t - 1`` belongs to step t, t = 1 … T; all are float64, bits per dimension, read-only.

    Attributes:
        upper: H_q(X^t | X^t-1).
        lower: H_q(X^t | X^t-1) + H_q(X^t-1 | X^0) - H_q(X^t | X^0); at t = 1 it is minus infinity, for bits 0.
        t_given_0: H_q(X^t | X^0).
    """

    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    t_given_0: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bound:
    """The lower bound K, term by term (section 2.4, appendix B), in bits per sample or per pixel.

    Attributes:
        steps: T.
        kind: "gaussian" or "binomial".
        unit: "sample" or "pixel": the numbers are bits per this unit.
        count: Number of different examples behind the expectations.
        k: The bound K on E_q log2 p(x^0).
        null: Log likelihood of the null model, with which K is compared.
        standard_error: One standard error of ``k``, widened for few examples (`cautious_mean_of`).
        kl: E_q KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) for t = 2 … T, read-only.
        h_end: H_q(X^T | X^0).
        h_edge: H_q(X^1 | X^0).
        h_prior: The cross entropy -E_q log2 pi(x^T).
        entropy_lower, entropy_upper: Bounds on the entropy of steps t = 1 … T, ``[T]``, in the unit of ``k``.
        truth: The true value E_q log2 q(x^1) if the density of the data is known, else None.
        truth_standard_error: One standard error of ``truth``.
        bits_per_dimension: For images, the code length per number of an 8-bit image that K implies; else None.
        measured_on: What the examples are, a key of `MEASURED_ON`. In files of an earlier version they are fresh
            draws of a formula, or else held out.
        noise_added: Whether the uniform noise of one grey level was added to images of whole grey levels.
        kl_standard_error: One standard error of each of ``kl``; None in files of an earlier version.
        model_entropy: The entropy of the model's kernel p(x^t-1 | x^t), its mean over x^t, for t = 1 … T, read-only
            ``[T]``; at t = 1 that of the final kernel. None in files of an earlier version.
        model_entropy_standard_error: One standard error of each of ``model_entropy``.
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
    measured_on: str = HELD_OUT
    noise_added: bool = False
    kl_standard_error: NDArray[np.float64] | None = None
    model_entropy: NDArray[np.float64] | None = None
    model_entropy_standard_error: NDArray[np.float64] | None = None

    @property
    def gain(self) -> float:
        """Gain over the null model, K - L_null, bits per `unit`."""
        return self.k - self.null
