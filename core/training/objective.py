"""The training objective: K of a minibatch, with steps drawn uniformly or by weight."""

from __future__ import annotations

import torch
from torch import Tensor

from core.model import DiffusionModel, divergence_at
from core.processes.base import Process

T_SAMPLING_MEAN, T_SAMPLING_STD = -1.0, 2.0


def minibatch_bounds(
    model: DiffusionModel, x0: Tensor, rng: torch.Generator, t_sampling_weight: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Return an unbiased estimate of K, and the objective: the bound with terms weighed by ``t_sampling_weight``.

    There is one t and one x^t for each of ``x0`` [N, *shape]; nats a sample. The steps t are spread evenly over 2 … T
    with a common random start, which lowers the variance. Gaussian noise is frozen: x^t is a function of the rates
    (section 2.4.1), so that the gradient reaches them. With a weight of 0 both are the same.
    """
    process = model.process
    quantiles = (torch.arange(len(x0)) + torch.rand((), generator=rng)) / len(x0)
    t, weights = _drawn_steps(process, quantiles, t_sampling_weight)
    x = process.marginal(x0, t).draw(rng)
    divergences = divergence_at(model, x0, x, t)
    entropies = process.marginal_entropies()
    ends = (entropies[-1] - entropies[0]) * x0[0].numel()
    constant_terms = ends - process.prior_cross_entropy(x0).mean()
    objective = constant_terms - (process.steps - 1) * divergences.mean()
    if weights is None:
        return objective, objective
    return constant_terms - (process.steps - 1) * (weights * divergences.detach()).mean(), objective


def _drawn_steps(process: Process, quantiles: Tensor, t_sampling_weight: float) -> tuple[Tensor, Tensor | None]:
    """Return the steps t, int64 ``[N]``, at the shares ``quantiles`` [N] of their distribution, and their weights in K.

    A share ``t_sampling_weight`` of the steps is normal in the logarithm of the signal-to-noise ratio, with mean
    `T_SAMPLING_MEAN` and standard deviation `T_SAMPLING_STD`. The weights are None if all are 1.
    """
    number = process.steps - 1
    if not t_sampling_weight:
        return 2 + (quantiles * number).long().clamp_max(number - 1), None
    signal = process.alpha_bars[2:].detach()
    ratio = (torch.logit(signal.clamp(1e-12, 1.0 - 1e-12)) - T_SAMPLING_MEAN) / T_SAMPLING_STD
    chances = (1.0 - t_sampling_weight) / number + t_sampling_weight * torch.softmax(-0.5 * ratio.square(), dim=0)
    chosen = torch.searchsorted(chances.cumsum(0), quantiles.double()).clamp_max(number - 1)
    return 2 + chosen, 1.0 / (number * chances[chosen])
