"""The exact reverse of a finite data set, without training: the best that any network of its family can be.

x^0 is one of the data, with weights q(x^t | x_i); E[x^0 | x^t] and its variances are weighted means over all of them.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal

from core.errors import BadInputError
from core.processes.base import Process
from core.processes.binomial import BinomialProcess
from core.processes.distributions import StateDistribution, normal
from core.processes.gaussian import GaussianProcess
from core.values.arrays import check_finite

DATA_AT_ONCE = 4096
SCORES_AT_ONCE = 2_097_152
"""Entries of the table of states by data that is held at once: 16 MB."""


class EmpiricalNetwork(nn.Module):
    """The kernels whose moments are those of q(x^t-1 | x^t) when q(x^0) is a finite data set.

    Within a family of kernels with independent entries no others come nearer, so K with them is the family's limit.

    Args:
        count: M, number of data.
        shape: Shape of one.
    """

    kind = "empirical"
    data: Tensor

    def __init__(self, count: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.config = {"count": count, "shape": list(shape)}
        self.shape = tuple(shape)
        self.register_buffer("data", torch.zeros(count, *shape))

    @classmethod
    def of(cls, data: NDArray[np.floating]) -> EmpiricalNetwork:
        """Return the network of ``data`` [M, *shape], model units, every one as likely as the others.

        Raises:
            BadInputError: If there are none, or they are not finite numbers.
        """
        data = np.asarray(data)
        if data.ndim < 2 or not data.size:
            raise BadInputError(f"data: shape {data.shape} is not that of one or more examples")
        check_finite(data, "data")
        with torch.device("meta"):  # the data may be large: one copy of them is enough
            network = cls(len(data), data.shape[1:])
        network.load_state_dict({"data": torch.tensor(data, dtype=torch.float32)}, assign=True)
        return network

    def check(self, process: Process) -> None:
        """Raise `BadInputError` unless the data are states of ``process``."""
        process.check_states(self.data.numpy(), "the network's data")

    def reverse_kernel(self, x: Tensor, t: int | Tensor, process: Process) -> StateDistribution:
        """Return p(x^t-1 | x^t = ``x``) (see `core.networks.base.ReverseNetwork`), for either process."""
        if isinstance(process, BinomialProcess):
            return self._bit_kernel(x, t, process)
        if isinstance(process, GaussianProcess):
            return self._gaussian_kernel(x, t, process)
        raise TypeError(f"no empirical kernel is known for a process of kind {process.kind}")

    def x0_moments(self, x: Tensor, t: int | Tensor, process: Process) -> tuple[Tensor, Tensor]:
        """Return E[x^0 | x^t = ``x``] and each entry's variance, float64 ``[N, *shape]`` each, t = 1 … T."""
        bits = isinstance(process, BinomialProcess)
        alpha_bar = process.alpha_bars[torch.full((len(x),), t) if isinstance(t, int) else t].unsqueeze(1)
        at_once = max(1, SCORES_AT_ONCE // min(len(self.data), DATA_AT_ONCE))
        slices = [slice(begin, begin + at_once) for begin in range(0, len(x), at_once)]
        parts = [self._moments(x[part], alpha_bar[part], bits=bits) for part in slices]
        means, variances = zip(*parts, strict=True)
        return torch.cat(means), torch.cat(variances)

    def _moments(self, x: Tensor, alpha_bar: Tensor, *, bits: bool) -> tuple[Tensor, Tensor]:
        """Return weighted mean and variance of the data for states ``x``, a part of the data at a time.

        ln q(x^t | x_i) is slope * x.x_i + offset * |x_i|^2 up to a constant; for bits x and x_i are signs, whose
        squares are the same for all. Sums are kept relative to the largest weight so far, as a softmax over a stream.
        In float64: near t = 0 the terms are large and nearly cancel.
        """
        states = x.double().flatten(1)
        if bits:
            states = _signs(states)
            slope, offset = 0.5 * (torch.log1p(alpha_bar) - torch.log1p(-alpha_bar)), torch.zeros_like(alpha_bar)
        else:
            slope, offset = alpha_bar.sqrt() / (1.0 - alpha_bar), -0.5 * alpha_bar / (1.0 - alpha_bar)
        peak = torch.full((len(x), 1), -math.inf, dtype=torch.float64)
        total, first, second = torch.zeros_like(peak), torch.zeros_like(states), torch.zeros_like(states)
        for begin in range(0, len(self.data), DATA_AT_ONCE):
            data = self.data[begin : begin + DATA_AT_ONCE].double().flatten(1)
            keys = _signs(data) if bits else data
            scores = slope * (states @ keys.T) + offset * keys.square().sum(dim=1)
            top = torch.maximum(peak, scores.max(dim=1, keepdim=True).values)
            weights, shrink = torch.exp(scores - top), torch.exp(peak - top)
            total = total * shrink + weights.sum(dim=1, keepdim=True)
            first = first * shrink + weights @ data
            second = second * shrink + weights @ data.square()
            peak = top
        mean = first / total
        variance = (second / total - mean.square()).clamp_min(0.0)
        return mean.reshape(x.shape), variance.reshape(x.shape)

    def _gaussian_kernel(self, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Normal:
        mean, variance = (moment.to(x.dtype) for moment in self.x0_moments(x, t, process))
        total = process.posterior_variance(t, x) + process.posterior_x0_weight(t, x) ** 2 * variance
        return normal(process.posterior_mean(mean, x, t), total.sqrt())

    def _bit_kernel(self, x: Tensor, t: int | Tensor, process: BinomialProcess) -> Bernoulli:
        mean, _ = self.x0_moments(x, t, process)
        return process.kernel_of_x0_estimate(torch.logit(mean, eps=1e-15).to(x.dtype), x, t)


def _signs(x: Tensor) -> Tensor:
    return 2.0 * x - 1.0
