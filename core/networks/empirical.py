"""The exact reverse of a finite data set, without training: the best network of its family.

x^0 is one of the data, with weights q(x^t | x_i); E[x^0 | x^t] and its variances are weighted means over all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.networks.base import Network, checked_size, checked_sizes
from core.processes.base import Process, Steps
from core.processes.distributions import StateDistribution
from core.values.arrays import check_finite

DATA_AT_ONCE = 4096
SCORES_AT_ONCE = 2_097_152
"""Most entries of the table of states by data held at one time: 16 MB."""


class EmpiricalNetwork(Network):
    """The kernels whose moments are those of q(x^t-1 | x^t) when q(x^0) is a finite data set.

    Among kernels with independent entries they are the closest, so K with them is the limit of that family.

    Args:
        count: M, number of examples.
        shape: Shape of one example.
    """

    kind = "empirical"
    limits = {"count": (1, 10_000_000)}
    exact = True
    data: Tensor

    def __init__(self, count: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.config = {"count": count, "shape": list(shape)}
        self.shape = tuple(shape)
        self.register_buffer("data", torch.zeros(count, *shape))

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> EmpiricalNetwork:
        shape = config.get("shape")
        if not isinstance(shape, list) or not 1 <= len(shape) <= 4:
            raise BadInputError(f"network config shape is {shape!r}, not a list of 1 to 4 whole numbers")
        sides = tuple(checked_size(side, "shape", 1, 2**24) for side in shape)
        sizes = checked_sizes({name: value for name, value in config.items() if name != "shape"}, cls.limits)
        return cls(sizes["count"], sides)

    @classmethod
    def of(cls, data: NDArray[np.floating]) -> EmpiricalNetwork:
        """Return the network of ``data`` [M, *shape], model units, all equally likely.

        Raises:
            BadInputError: If there are none, or they are not finite numbers.
        """
        data = np.asarray(data)
        if data.ndim < 2 or not data.size:
            raise BadInputError(f"data: shape {data.shape} is not that of one or more examples")
        check_finite(data, "data")
        with torch.device("meta"):  # no second copy of the data, which may be large
            network = cls(len(data), data.shape[1:])
        network.load_state_dict({"data": torch.tensor(data, dtype=torch.float32)}, assign=True)
        return network

    def check_contents(self, process: Process) -> None:
        """Raise `BadInputError` unless the data are states of ``process``."""
        process.check_states(self.data.numpy(), "the network's data")

    def reverse_kernel(self, x: Tensor, t: Steps, process: Process) -> StateDistribution:
        """Return p(x^t-1 | x^t = ``x``) (see `core.networks.base.ReverseNetwork`), for any process."""
        mean, variance = self.x0_moments(x, t, process)
        return process.kernel_of_x0_moments(mean, variance, x, t)

    def x0_moments(self, x: Tensor, t: Steps, process: Process) -> tuple[Tensor, Tensor]:
        """Return E[x^0 | x^t = ``x``] and each entry's variance, float64 ``[N, *shape]`` each, t = 1 … T."""
        steps = torch.full((len(x),), t) if isinstance(t, int) else t
        at_once = max(1, SCORES_AT_ONCE // min(len(self.data), DATA_AT_ONCE))
        slices = [slice(begin, begin + at_once) for begin in range(0, len(x), at_once)]
        parts = [self._moments(x[part], steps[part], process) for part in slices]
        means, variances = zip(*parts, strict=True)
        return torch.cat(means), torch.cat(variances)

    def _moments(self, x: Tensor, t: Tensor, process: Process) -> tuple[Tensor, Tensor]:
        """Return weighted mean and variance of the data for states ``x`` at ``t`` [N], a part of the data at a time.

        Sums are kept relative to the largest weight so far, as in a streaming softmax.
        """
        states = x.double().flatten(1)
        peak = torch.full((len(x), 1), -math.inf, dtype=torch.float64)
        total, first, second = torch.zeros_like(peak), torch.zeros_like(states), torch.zeros_like(states)
        for begin in range(0, len(self.data), DATA_AT_ONCE):
            data = self.data[begin : begin + DATA_AT_ONCE].double().flatten(1)
            scores = process.log_likelihoods(states, data, t)
            top = torch.maximum(peak, scores.max(dim=1, keepdim=True).values)
            weights, shrink = torch.exp(scores - top), torch.exp(peak - top)
            total = total * shrink + weights.sum(dim=1, keepdim=True)
            first = first * shrink + weights @ data
            second = second * shrink + weights @ data.square()
            peak = top
        mean = first / total
        variance = (second / total - mean.square()).clamp_min(0.0)
        return mean.reshape(x.shape), variance.reshape(x.shape)
