"""Walks under a second distribution for the tests of the posterior: what is measured in them, and when it agrees."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.model import DiffusionModel
from core.posterior.samplers import reverse_under
from core.values.checkpoints import DataInfo
from core.values.potentials import BitPotential, NoisyObservation, Posterior
from core.values.runs import PosteriorFrame, RunSpec

Y = 1.5
T = 100
ONE = np.array([False, True])
FEW = np.array([[0, 0, 1, 1], [1, 0, 0, 1], [1, 1, 1, 0], [0, 0, 0, 1]])
FEW_WISH = BitPotential(np.array([1.0, 0.0, -0.5, 0.3]))
Unit = Callable[..., DataInfo]
Array = NDArray[np.float64]


def last(model: DiffusionModel, posterior: Posterior, count: int, seed: int = 0) -> PosteriorFrame:
    *_, frame = reverse_under(model, RunSpec(count, seed, 1, posterior))
    return frame


def average(frame: PosteriorFrame, values: Array) -> float:
    return float(np.average(values, weights=np.exp(frame.log_weights)))


def mean_and_variance(frame: PosteriorFrame, entry: int = 0) -> tuple[float, float]:
    x = frame.x[:, entry].astype(np.float64)
    mean = average(frame, x)
    return mean, average(frame, np.square(x - mean))


def repeated(
    model: DiffusionModel,
    posterior: Posterior,
    count: int,
    times: int,
    measure: Callable[[PosteriorFrame], Sequence[float]],
) -> Array:
    """Return what ``measure`` finds, and r's total probability after it, in independent walks: ``[times, M + 1]``."""
    frames = [last(model, posterior, count, seed) for seed in range(times)]
    return np.array([[*measure(frame), math.exp(frame.log_probability or 0.0)] for frame in frames])


def agree(found: Array, truth: Sequence[float], slack: float = 0.0) -> bool:
    """Whether the repetitions' means are within three standard errors of the truth, and ``slack``."""
    errors = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    return bool((np.abs(found.mean(axis=0) - np.array(truth)) < 3 * errors + slack).all())


def gaussian_density(x: float, variance: float) -> float:
    return math.exp(-(x**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


def observed(spread: float) -> NoisyObservation:
    return NoisyObservation(np.array([Y]), spread)
