"""The training bound K, term by term (section 2.4, appendix B), and the truth where it is known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import kl_divergence

from core.datasets import Source, SwissRoll
from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes import NATS_PER_BIT, GaussianProcess, normal
from core.randomness import numpy_generator, torch_generator
from core.trajectories import prepare
from core.values import Bound, BoundProgress, DataInfo, RunSpec

STATES_AT_ONCE = 16_384
FARTHEST = 1e30


def measure_bound(
    model: DiffusionModel, spec: RunSpec, data: NDArray[np.floating] | None = None
) -> Iterator[BoundProgress]:
    """Measure K on held-out data, one report a step; the last one carries the bound.

    Every term is in closed form but the expectation over the data and over x^t given them, which is sampled: the
    standard error is taken over the data.

    Args:
        model: The model to be measured.
        spec: Number of data points (ignored where ``data`` are given), seed and threads.
        data: Data ``[N, *shape]`` in user's units; by default fresh draws from the model's source.

    Raises:
        BadInputError: If ``data`` are not examples of the model's shape, or fewer than two.
    """
    prepare(spec)
    if data is None:
        data = model.source.sample(spec.count, numpy_generator(spec.seed, "held out"))
    x0 = torch.from_numpy(model.data.to_model(_checked_data(data, model.data)))
    rng = torch_generator(spec.seed, "bound")
    divergences = torch.zeros(model.steps + 1, len(x0), dtype=torch.float64)
    for t in range(2, model.steps + 1):
        for begin in range(0, len(x0), STATES_AT_ONCE):
            part = slice(begin, begin + STATES_AT_ONCE)
            with torch.inference_mode():
                divergences[t, part] = step_divergence(model, x0[part], t, rng)
        if t < model.steps:
            yield BoundProgress(t - 1, model.steps)
    edge = torch_generator(spec.seed, "edge")
    truth = known_truth(model.source, model.data, model.process, model.process.jump(x0, 1, edge))
    bound = _assemble(model, x0, divergences[2:], truth)
    yield BoundProgress(model.steps, model.steps, bound)


def step_divergence(model: DiffusionModel, x0: Tensor, t: int | Tensor, rng: torch.Generator) -> Tensor:
    """Return KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) at one draw of x^t for each of ``x0`` [N, *shape].

    Steps t = 2 … T; float64 ``[N]``, nats a sample.
    """
    x = model.process.jump_law(x0, t)
    noise = torch.randn(x0.shape, generator=rng)
    return divergence_at(model, x0, x.mean + x.stddev * noise, t)


def divergence_at(model: DiffusionModel, x0: Tensor, x: Tensor, t: int | Tensor) -> Tensor:
    """Return KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) at given states ``x`` = x^t, nats a sample, float64 ``[N]``."""
    posterior, reverse = model.process.posterior_law(x0, x, t), model.reverse_law(x, t)
    exact = normal(posterior.mean.double(), posterior.stddev.double())
    learned = normal(reverse.mean.double(), reverse.stddev.double())
    return kl_divergence(exact, learned).flatten(1).sum(1)


@dataclass(frozen=True, slots=True)
class Truth:
    """E_q log2 q(x^1), bits a sample, and its standard error."""

    value: float
    standard_error: float


def known_truth(source: Source, info: DataInfo, process: GaussianProcess, x1: Tensor) -> Truth | None:
    """Return the true E_q log2 q(x^1) over draws ``x1`` [N, *shape], where the data's density is known, else None.

    It is what K would be if every reverse kernel were exact, since the edge kernel turns q(x^1) into p(x^0).
    """
    if not isinstance(source, SwissRoll):
        return None
    bits = source.log_density(x1.numpy(), float(process.alpha_bars[1]), info) / NATS_PER_BIT
    return Truth(float(bits.mean()), standard_error(bits))


def standard_error(values: NDArray[np.float64]) -> float:
    """Return one standard error of the mean of independent ``values`` [N], N >= 2."""
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def _assemble(model: DiffusionModel, x0: Tensor, divergences: Tensor, truth: Truth | None) -> Bound:
    process, dimensions = model.process, math.prod(model.data.shape)
    entropies = process.entropies()
    ends = dimensions * process.jump_entropies()[[-1, 0]] / NATS_PER_BIT
    prior = process.prior_cross_entropy(x0) / NATS_PER_BIT
    divergences = divergences / NATS_PER_BIT
    samples = (ends[0] - ends[1] - prior - divergences.sum(0)).numpy()
    return Bound(
        steps=process.steps,
        kind=process.kind,
        unit="sample",
        count=len(x0),
        k=float(samples.mean()),
        null=dimensions * process.null_log_likelihood() / NATS_PER_BIT,
        standard_error=standard_error(samples),
        kl=_frozen(divergences.mean(1).numpy()),
        h_end=float(ends[0]),
        h_edge=float(ends[1]),
        h_prior=float(prior.mean()),
        entropy_lower=_frozen(dimensions * entropies.lower),
        entropy_upper=_frozen(dimensions * entropies.upper),
        truth=truth.value if truth else None,
        truth_standard_error=truth.standard_error if truth else None,
    )


def _checked_data(data: NDArray[np.floating], info: DataInfo) -> NDArray[np.floating]:
    if data.ndim != 1 + len(info.shape) or data.shape[1:] != info.shape:
        raise BadInputError(f"data: shape {data.shape} is not (N, {', '.join(map(str, info.shape))}), the model's")
    if data.dtype.kind not in "fiu" or not np.isfinite(data).all():
        raise BadInputError(f"data: {data.dtype} with entries that are not finite real numbers")
    if (np.abs(data.astype(np.float64) - info.shift) > FARTHEST * info.scale).any():
        raise BadInputError(f"data: entries over {FARTHEST:g} of the model's standard deviations away; check the units")
    if len(data) < 2:
        raise BadInputError(f"data: {len(data)} examples are too few for a standard error; give two or more")
    return data


def _frozen(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values.setflags(write=False)
    return values
