"""The work of forward paths, and Jarzynski's estimate of the model's probability from it (section 2.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.measurement.examples import measured_examples
from core.model import DiffusionModel
from core.processes.base import Process
from core.processes.distributions import StateDistribution
from core.runtime.devices import torch_generator
from core.sampling.blocks import chunk_size
from core.sampling.trajectories import prepare
from core.values.arrays import read_only
from core.values.measurements import NATS_PER_BIT, Progress
from core.values.runs import RunSpec
from core.values.work import Work

MAX_PATHS = 5_000_000
"""Most paths of one measurement, over all points: their work alone takes 40 MB."""
LARGEST_ROUND = 512
"""Most paths from each point that are drawn before the work so far is reported."""


def measure_work(
    model: DiffusionModel, spec: RunSpec, paths: int, data: NDArray[np.generic] | None = None
) -> Iterator[Progress[Work]]:
    """Measure the work of ``paths`` forward paths from each data point, one report a step.

    Paths are drawn in rounds (`ends_of_rounds`). The last report of each round holds the work of all paths so far, the
    last report of all that of ``paths``.

    ln w = ln pi(x^T) + sum over t = 1 … T of [ln p(x^t-1 | x^t) - ln q(x^t | x^t-1)]; the mean of w is p(x^0) whatever
    the model's quality. States are drawn in float32 as everywhere; their densities are float64.

    Args:
        model: The model to measure.
        spec: Number of data points (ignored if ``data`` are given), seed and threads.
        paths: n, paths from each point, two or more.
        data: Data ``[P, *shape]`` in user's units; by default those that K is measured on.

    Raises:
        BadInputError: If ``data`` are not examples of the model's shape, there are too few or too many paths, or a
            weight is not finite.
    """
    prepare(spec)
    if data is None:
        check_paths(paths, spec.count)  # before anything is drawn
    examples = measured_examples(model, spec, data, least=1)
    x0 = examples.states
    check_paths(paths, len(x0))
    ends = ends_of_rounds(paths)
    done, total = 0, sum(_batches(model, len(x0), size) * (model.steps + 1) for size in np.diff([0, *ends]))
    found = np.empty((len(x0), paths))
    for index, (begin, end) in enumerate(pairwise([0, *ends])):
        for part in _weights_of_round(model, x0, end - begin, torch_generator(spec.seed, "work", index)):
            done += 1
            if part is not None:
                found[:, begin:end] = part
                break
            yield Progress(done, total)
        so_far = work_of(x0.numpy(), found[:, :end])
        yield Progress(done, total, replace(so_far, measured_on=examples.measured_on))


def ends_of_rounds(paths: int) -> list[int]:
    """Return how many paths have been drawn after each round, up to ``paths``: 4, 8, 16 … 512, then 512 more each time.

    Rounds do not depend on ``paths`` but for the last one: a measurement that is stopped at the end of a round, after n
    paths, is that of n paths.
    """
    doubling = [4 << power for power in range(LARGEST_ROUND.bit_length() - 3 + 1)]
    ends = [*doubling, *range(doubling[-1] + LARGEST_ROUND, paths + LARGEST_ROUND, LARGEST_ROUND)]
    return [end for end in ends if end < paths] + [paths]


def _batches(model: DiffusionModel, points: int, size: int) -> int:
    """Return the number of batches in which a round of ``size`` paths from each of ``points`` is computed."""
    return math.ceil(points * size / chunk_size(model.data.shape))


def _weights_of_round(
    model: DiffusionModel, x0: Tensor, size: int, rng: torch.Generator
) -> Iterator[NDArray[np.float64] | None]:
    """Yield None for each step of each batch but the last, and then the log weights ``[P, size]``, nats.

    Raises:
        BadInputError: If a weight is not finite.
    """
    whole = torch.empty(len(x0) * size, dtype=torch.float64)
    batches = torch.split(torch.arange(len(whole)), chunk_size(model.data.shape))
    left = len(batches) * (model.steps + 1)
    for batch in batches:
        start = x0[torch.div(batch, size, rounding_mode="floor")]
        for found in log_weights(model, start, 1, rng):  # noqa: B007 - the last one is what is wanted
            left -= 1
            if left:
                yield None
        whole[batch] = found
    check_finite(whole)
    yield whole.reshape(len(x0), size).numpy()


def check_paths(paths: int, points: int) -> None:
    """Raise `BadInputError` unless ``paths`` from each of ``points`` can be measured."""
    if paths < 2:
        raise BadInputError(f"paths: {paths} are too few for a standard error; give two or more")
    if paths * points > MAX_PATHS:
        raise BadInputError(f"paths: {paths} from each of {points} points are more than {MAX_PATHS}; give fewer")


def check_finite(log_weights: Tensor) -> None:
    """Raise `BadInputError` if a path's weight is not finite, which the network causes."""
    if not bool(torch.isfinite(log_weights).all()):
        raise BadInputError("work: it is not finite on every path, since the network's means or variances overflow")


def log_weights(model: DiffusionModel, x: Tensor, first: int, rng: torch.Generator) -> Iterator[Tensor]:
    """Draw forward paths from ``x`` = x^first-1 to x^T, and yield their log weights; the last ones are complete.

    They are ln pi(x^T) + sum over t = first … T of [ln p(x^t-1 | x^t) - ln q(x^t | x^t-1)], nats, float64 ``[N]``. The
    partial sum is yielded before every step.
    """
    found = torch.zeros(len(x), dtype=torch.float64)
    for t in range(first, model.steps + 1):
        yield found
        with torch.inference_mode():
            after = model.process.step(x, t, rng)
            found = found + log_ratio(model.process, model.reverse_kernel(after, t), x, after, t)
        x = after
    yield found + model.process.prior_distribution(x).log_probability(x)


def log_ratio(process: Process, distribution: StateDistribution, before: Tensor, after: Tensor, t: int) -> Tensor:
    """Return ln p(x^t-1 | x^t) - ln q(x^t | x^t-1) at x^t-1 = ``before`` and x^t = ``after``, nats, float64 ``[N]``.

    t = 1 … T; ``distribution`` is p(x^t-1 | x^t = ``after``), at t = 1 the final kernel of appendix B.
    """
    return distribution.log_probability(before) - process.transition(before.double(), t).log_probability(after)


def work_of(points: NDArray[np.float32], log_weights: NDArray[np.float64]) -> Work:
    """Return the work and the likelihoods of ``points`` [P, *shape] from their ``log_weights`` [P, n], nats."""
    peaks = log_weights.max(axis=1, keepdims=True)
    weights = np.exp(log_weights - peaks)
    sums = weights.sum(axis=1, keepdims=True)
    sizes = group_sizes(log_weights.shape[1])
    tightening = np.stack([_mean_of_groups(log_weights, size) for size in sizes], axis=1)
    return Work(
        points=read_only(points),
        work=read_only(-log_weights / NATS_PER_BIT),
        likelihood=read_only(tightening[:, -1] / NATS_PER_BIT),
        standard_error=read_only(_jackknife_error(weights / sums) / NATS_PER_BIT),
        effective_size=read_only(1.0 / np.square(weights / sums).sum(axis=1)),
        group_sizes=read_only(sizes),
        tightening=read_only(tightening / NATS_PER_BIT),
    )


def group_sizes(paths: int) -> NDArray[np.int64]:
    """Return the powers of two below ``paths``, and ``paths``."""
    powers = 2 ** np.arange(math.ceil(math.log2(paths)), dtype=np.int64)
    return np.append(powers, paths)


def _mean_of_groups(log_weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return the mean over groups of ``size`` weights of ln of their mean, ``[P]``, without the incomplete group."""
    points, paths = log_weights.shape
    groups = log_weights[:, : paths // size * size].reshape(points, -1, size)
    peaks = groups.max(axis=2, keepdims=True)
    means = peaks[..., 0] + np.log(np.exp(groups - peaks).mean(axis=2))
    found: NDArray[np.float64] = means.mean(axis=1)
    return found


def _jackknife_error(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard error of ln of the mean weight, ``[P]``, from each weight's share of the sum, ``[P, n]``.

    It comes from the estimates that leave one path out. If few paths hold most of the weight, it is larger, and more
    accurate, than the relative standard error of the mean.
    """
    paths = shares.shape[1]
    left_out = np.log1p(-np.minimum(shares, 1.0 - 1e-15))
    found: NDArray[np.float64] = np.sqrt((paths - 1) * left_out.var(axis=1))
    return found
