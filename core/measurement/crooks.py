"""Crooks' relation between the work of forward paths and of the model's own reverse paths (section 2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.formulas import FiniteData, GaussianData
from core.data.sources import KnownSource, SourceWithDensity
from core.errors import BadInputError
from core.measurement.work import check_finite, log_ratio, log_weights
from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.runtime.devices import numpy_generator, torch_generator
from core.sampling.blocks import chunk_sizes
from core.sampling.trajectories import prepare
from core.values.arrays import read_only
from core.values.measurements import FRESH, NATS_PER_BIT, TRAINING, Progress
from core.values.runs import RunSpec
from core.values.work import Crooks

BINS = 40
FARTHEST_SHARE = 0.005
"""Share of all paths beyond the first bin, and beyond the last."""


def measure_crooks(
    model: DiffusionModel, spec: RunSpec, source: SourceWithDensity | None = None
) -> Iterator[Progress[Crooks]]:
    """Measure Omega on ``spec.count`` paths each way, one report a step; the last holds both samples.

    Omega = ln q(x^1 … x^T) - ln p(x^1 … x^T) over whole paths from x^1 on. Forward, x^0 is drawn from the data and
    diffused; in reverse, x^T is drawn from pi, and the other states down to x^1 from the model's kernels.

    Args:
        model: The model to measure.
        spec: Number of paths each way, seed and threads.
        source: The data, whose ln q(x^1) must be known; by default the model's own (see `known_source`).

    Raises:
        BadInputError: If the density of x^1 is unknown, ``source`` is not of the model's shape, or a path's Omega is
            not finite.
    """
    prepare(spec)
    source = known_source(model) if source is None else source
    if source.shape != model.data.shape:
        raise BadInputError(f"source: examples of shape {source.shape} are not the model's, {model.data.shape}")
    sizes = chunk_sizes(model.data.shape, spec.count)
    data, rng = numpy_generator(spec.seed, "crooks data"), torch_generator(spec.seed, "crooks")
    done, total = 0, 2 * len(sizes) * model.steps
    samples: list[Tensor] = []
    for omegas_of in (_forward_omegas, _reverse_omegas):
        parts = []
        for part in sizes:
            for found in omegas_of(model, source, part, data, rng):  # noqa: B007 - the last one is what is wanted
                done += 1
                if done < total:
                    yield Progress(done, total)
            parts.append(found)
        samples.append(torch.cat(parts))
        check_finite(samples[-1])
    found_crooks = crooks_of(samples[0].numpy(), samples[1].numpy())
    measured_on = TRAINING if isinstance(source, FiniteData) else FRESH
    yield Progress(total, total, replace(found_crooks, measured_on=measured_on))


def known_source(model: DiffusionModel) -> SourceWithDensity:
    """Return the data behind ``model`` if their density is known at every step.

    It is known for formulas and for the data of an exact network: a finite data set, or a Gaussian.

    Raises:
        BadInputError: If it is not known.
    """
    if isinstance(model.source, KnownSource):
        return model.source
    network, info = model.network, model.data
    if isinstance(network, EmpiricalNetwork):
        return FiniteData(info.to_user(network.data.numpy()), model.process.kind)
    if isinstance(network, AnalyticNetwork):
        units = np.broadcast_to(info.scale, info.shape)
        mean, covariance = network.mean.numpy(), network.covariance.numpy()
        return GaussianData(info.shift + units * mean, covariance * np.outer(units, units))
    raise BadInputError(
        f"source: the density of x^1 is unknown for the data {model.source.name!r}; Crooks' relation needs it, so give "
        "a source whose density is known"
    )


def crooks_of(forward: NDArray[np.float64], reverse: NDArray[np.float64]) -> Crooks:
    """Return both samples of Omega, ``[N]`` each, nats, with their histograms on common bins."""
    both = np.concatenate([forward, reverse])
    low, high = np.quantile(both, [FARTHEST_SHARE, 1.0 - FARTHEST_SHARE])
    if not high > low:
        low, high = low - 1.0, high + 1.0
    edges = np.linspace(low, high, BINS + 1)
    weights = np.exp(np.minimum(reverse, high))  # larger values are in no bin
    first, second = (np.histogram(reverse, edges, weights=weights**power)[0] / len(reverse) for power in (1, 2))
    return Crooks(
        forward=read_only(forward / NATS_PER_BIT),
        reverse=read_only(reverse / NATS_PER_BIT),
        edges=read_only(edges / NATS_PER_BIT),
        forward_counts=read_only(np.histogram(forward, edges)[0]),
        reverse_counts=read_only(np.histogram(reverse, edges)[0]),
        predicted=read_only(first),
        predicted_error=read_only(np.sqrt(np.maximum(second - np.square(first), 0.0) / len(reverse))),
    )


def _forward_omegas(
    model: DiffusionModel, source: SourceWithDensity, count: int, data: np.random.Generator, rng: torch.Generator
) -> Iterator[Tensor]:
    """Yield the Omega of forward paths summed up to each step, nats, float64 ``[count]``; the last is complete."""
    x = model.process.jump(torch.from_numpy(model.data.to_model(source.sample(count, data))), 1, rng)
    log_density_at_x1 = _x1_log_density(model, source, x)
    for found in log_weights(model, x, 2, rng):
        yield log_density_at_x1 - found


def _reverse_omegas(
    model: DiffusionModel, source: SourceWithDensity, count: int, _: np.random.Generator, rng: torch.Generator
) -> Iterator[Tensor]:
    """Yield the Omega of reverse paths summed up to each step, nats, float64 ``[count]``; the last is complete."""
    x = model.process.prior(count, model.data.shape, rng)
    omegas = -model.process.prior_distribution(x).log_probability(x)
    for t in range(model.steps, 1, -1):
        with torch.inference_mode():
            distribution = model.reverse_kernel(x, t)
            before = distribution.draw(rng)
            omegas = omegas - log_ratio(model.process, distribution, before, x, t)
        x = before
        yield omegas
    yield omegas + _x1_log_density(model, source, x)


def _x1_log_density(model: DiffusionModel, source: SourceWithDensity, x1: Tensor) -> Tensor:
    return torch.from_numpy(source.log_density(x1.numpy(), float(model.process.alpha_bars[1]), model.data))
