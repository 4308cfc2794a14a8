"""The network of the paper's first experiment (appendix D.1.1): radial basis functions, one read-out for each step."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from core.networks.base import Network, perturbed_kernel
from core.processes.base import Steps
from core.processes.distributions import Gaussian
from core.processes.gaussian import GaussianProcess

START_WIDTH = 0.5
"""First width of a bump, in standard deviations of the data: each covers a part of them, together all."""


class RadialBasisNetwork(Network):
    """f_mu and f_Sigma from K bumps in the plane, which all steps share, and one linear read-out for each step.

    Args:
        dimensions: D, entries of a state.
        steps: T.
        units: K, hidden units.
    """

    kind = "rbf"
    limits = {"dimensions": (1, 4096), "steps": (1, 100_000), "units": (1, 8192)}
    reverses = GaussianProcess

    def __init__(self, dimensions: int, steps: int, units: int = 16) -> None:
        super().__init__()
        self.config = {"dimensions": dimensions, "steps": steps, "units": units}
        self.shape = (dimensions,)
        self.steps = steps
        self.centres = nn.Parameter(torch.randn(units, dimensions))
        self.log_widths = nn.Parameter(torch.full((units,), math.log(START_WIDTH)))
        self.read_out = nn.Parameter(torch.zeros(steps, 2 * dimensions, units))
        self.bias = nn.Parameter(torch.zeros(steps, 2 * dimensions))

    def forward(self, x: Tensor, t: Steps) -> Tensor:
        """Return the read-outs z_mu and z_Sigma side by side, ``[N, 2 D]``, for ``x`` [N, D] at steps ``t``."""
        squares = (x.unsqueeze(1) - self.centres).square().sum(dim=-1)
        basis = torch.exp(-0.5 * squares * torch.exp(-2.0 * self.log_widths))
        if isinstance(t, int):
            return basis @ self.read_out[t - 1].T + self.bias[t - 1]
        return torch.einsum("nk,nok->no", basis, self.read_out[t - 1]) + self.bias[t - 1]

    def reverse_kernel(self, x: Tensor, t: Steps, process: GaussianProcess) -> Gaussian:
        """Return p(x^t-1 | x^t = ``x``) (see `core.networks.base.ReverseNetwork`)."""
        z_mean, z_variance = self(x, t).chunk(2, dim=-1)
        return perturbed_kernel(z_mean, z_variance, x, t, process)
