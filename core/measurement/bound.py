"""The training bound K, term by term (section 2.4, appendix B), and the true value if it is known."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.measurement.examples import MeasuredExamples, measured_examples
from core.measurement.limits import known_truth
from core.model import DiffusionModel, step_divergence
from core.runtime.devices import torch_generator
from core.sampling.blocks import chunk_size
from core.sampling.trajectories import prepare
from core.values.arrays import read_only
from core.values.checkpoints import DataInfo, channels_of, pixels_of
from core.values.measurements import NATS_PER_BIT, Bound, Estimate, Progress, cautious_mean_of
from core.values.runs import RunSpec


def measure_bound(
    model: DiffusionModel, spec: RunSpec, data: NDArray[np.generic] | None = None
) -> Iterator[Progress[Bound]]:
    """Measure K, one report a step; the last one holds the bound.

    Every term is in closed form, except the expectation over the data and over x^t given the data, which is sampled;
    the standard error is that over the data.

    Args:
        model: The model to measure.
        spec: Number of examples (ignored if ``data`` are given), seed and threads.
        data: Data ``[N, *shape]`` in user's units; by default those of `core.measurement.examples.measured_examples`.

    Raises:
        BadInputError: If ``data`` are not examples of the model's shape, or fewer than two.
    """
    prepare(spec)
    examples = measured_examples(model, spec, data)
    x0 = examples.states
    totals = torch.zeros(len(x0), dtype=torch.float64)
    kl = np.zeros(max(model.steps - 1, 0))
    for t, divergences in _divergences(model, x0, spec):
        totals += divergences
        kl[t - 2] = float(divergences.mean()) / NATS_PER_BIT
        if t < model.steps:
            yield Progress(t - 1, model.steps)
    rng = torch_generator(spec.seed, "edge")
    truth = known_truth(model.source, model.data, model.process, model.process.jump(x0, 1, rng))
    yield Progress(model.steps, model.steps, _assemble(model, examples, totals / NATS_PER_BIT, kl, truth))


def _divergences(model: DiffusionModel, x0: Tensor, spec: RunSpec) -> Iterator[tuple[int, Tensor]]:
    """Yield each step t = 2 … T with its KL terms at one draw of x^t for each of ``x0``, nats a sample."""
    rng = torch_generator(spec.seed, "bound")
    for t in range(2, model.steps + 1):
        with torch.inference_mode():
            parts = [step_divergence(model, part, t, rng) for part in torch.split(x0, chunk_size(model.data.shape))]
            yield t, torch.cat(parts)


def _assemble(
    model: DiffusionModel,
    examples: MeasuredExamples,
    divergences: Tensor,
    kl: NDArray[np.float64],
    truth: Estimate | None,
) -> Bound:
    """Compute K from ``divergences`` [N], summed over the steps, and ``kl`` [T - 1], their means; bits."""
    process, info, x0 = model.process, model.data, examples.states
    share = 1.0 / pixels_of(info.shape) if info.is_image else 1.0
    dimensions = share * math.prod(info.shape)
    entropies = process.entropies()
    ends = dimensions * process.marginal_entropies()[[-1, 0]] / NATS_PER_BIT
    prior = share * process.prior_cross_entropy(x0) / NATS_PER_BIT
    samples = (ends[0] - ends[1] - prior - share * divergences).numpy()
    estimate = cautious_mean_of(samples)
    return Bound(
        steps=process.steps,
        kind=process.kind,
        unit="pixel" if info.is_image else "sample",
        count=len(x0),
        k=estimate.value,
        null=dimensions * process.null_log_likelihood(x0) / NATS_PER_BIT,
        standard_error=estimate.standard_error,
        kl=read_only(share * kl),
        h_end=float(ends[0]),
        h_edge=float(ends[1]),
        h_prior=float(prior.mean()),
        entropy_lower=read_only(dimensions * entropies.lower),
        entropy_upper=read_only(dimensions * entropies.upper),
        truth=share * truth.value if truth else None,
        truth_standard_error=share * truth.standard_error if truth else None,
        bits_per_dimension=bits_per_dimension(estimate.value, info),
        measured_on=examples.measured_on,
        noise_added=examples.noise_added,
    )


def bits_per_dimension(k: float, info: DataInfo) -> float | None:
    """Return the bits to code one value of an 8-bit image if ``k`` is K, bits a pixel; None for other data.

    The noise of one grey level turns a density into a probability: -K/C - log2(width of a level in standard
    deviations), with C values per pixel.
    """
    if not info.is_image or info.grey_level is None:
        return None
    levels = np.log2(np.asarray(info.scale, dtype=np.float64) / info.grey_level)
    return float(-k / channels_of(info.shape) + levels.mean())
