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


def mean_of(values: NDArray[np.float64]) -> Estimate:
    """Return the mean of independent ``values`` [N] and its standard error, NaN if a value is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
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
