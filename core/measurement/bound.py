"""The training bound K, term by term (section 2.4, appendix B), and the true value if it is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.measurement.examples import MeasuredExamples, measured_examples
from core.measurement.limits import known_truth
from core.model import DiffusionModel
from core.runtime.devices import torch_generator
from core.sampling.blocks import chunk_size
from core.sampling.trajectories import prepare
from core.values.arrays import read_only
from core.values.checkpoints import DataInfo, channels_of, pixels_of
from core.values.measurements import NATS_PER_BIT, Bound, Estimate, Progress, StepTerms, cautious_mean_of, mean_of
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
    x0, share = examples.states, _share(model.data)
    totals = torch.zeros(len(x0), dtype=torch.float64)
    steps = []
    for t, divergences, entropies in _terms(model, x0, spec):
        totals += divergences
        in_unit = (mean_of((share / NATS_PER_BIT * terms).numpy()) for terms in (divergences, entropies))
        steps.append(StepTerms(t, *in_unit))
        if t < model.steps:
            yield Progress(t - 1, model.steps, step=steps[-1])
    rng = torch_generator(spec.seed, "edge")
    truth = known_truth(model.source, model.data, model.process, model.process.jump(x0, 1, rng))
    bound = _assemble(model, examples, totals / NATS_PER_BIT, steps, truth)
    yield Progress(model.steps, model.steps, bound, steps[-1] if steps else None)


def _share(info: DataInfo) -> float:
    """Return the share of a sample that the unit of K is: a pixel of an image, or the whole sample."""
    return 1.0 / pixels_of(info.shape) if info.is_image else 1.0


def _terms(model: DiffusionModel, x0: Tensor, spec: RunSpec) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Yield each step t = 2 … T with its KL terms and the kernels' entropies at one draw of x^t for each of ``x0``.

    Both are nats a sample, float64 ``[N]``, and come from one call of the network.
    """
    rng = torch_generator(spec.seed, "bound")
    for t in range(2, model.steps + 1):
        with torch.inference_mode():
            parts = [_terms_at(model, part, t, rng) for part in torch.split(x0, chunk_size(model.data.shape))]
            divergences, entropies = (torch.cat(found) for found in zip(*parts, strict=True))
        yield t, divergences, entropies


def _terms_at(model: DiffusionModel, x0: Tensor, t: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    x = model.process.marginal(x0, t).draw(rng)
    kernel = model.reverse_kernel(x, t)
    return model.process.divergence(kernel, x0, x, t), kernel.entropies()


def _assemble(
    model: DiffusionModel,
    examples: MeasuredExamples,
    divergences: Tensor,
    steps: Sequence[StepTerms],
    truth: Estimate | None,
) -> Bound:
    """Compute K from ``divergences`` [N], summed over the steps and bits, and the terms of ``steps``, t = 2 … T."""
    process, info, x0 = model.process, model.data, examples.states
    share = _share(info)
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
        kl=_table(term.kl.value for term in steps),
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
        kl_standard_error=_table(term.kl.standard_error for term in steps),
        # The final kernel is the first step reversed: its entropy is that of the step, whatever the state.
        model_entropy=_table([dimensions * entropies.upper[0], *(term.model_entropy.value for term in steps)]),
        model_entropy_standard_error=_table([0.0, *(term.model_entropy.standard_error for term in steps)]),
    )


def _table(values: Iterable[float]) -> NDArray[np.float64]:
    return read_only(np.fromiter(values, dtype=np.float64))


def bits_per_dimension(k: float, info: DataInfo) -> float | None:
    """Return the bits to code one value of an 8-bit image if ``k`` is K, bits a pixel; None for other data.

    The noise of one grey level turns a density into a probability: -K/C - log2(width of a level in standard
    deviations), with C values per pixel.
    """
    if not info.is_image or info.grey_level is None:
        return None
    levels = np.log2(np.asarray(info.scale, dtype=np.float64) / info.grey_level)
    return float(-k / channels_of(info.shape) + levels.mean())
