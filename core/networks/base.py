"""The learned functions f_mu, f_Sigma and f_b of the reverse kernels (section 2.2, appendix D.2)."""

from __future__ import annotations

import math
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.distributions import Normal

from core.processes.distributions import StateDistribution, normal, pick
from core.processes.gaussian import GaussianProcess


class ReverseNetwork(Protocol):
    """What a network must do to be the reverse of a process; any torch module with this one method will do.

    A Gaussian process is reversed by Normal kernels (or MultivariateNormal ones for states ``[N, D]``), a binomial one
    by Bernoulli kernels: `core.processes.distributions` makes them. `core.processes.base.Process` holds the tables that
    a network may use; ``process.posterior_mean`` and ``process.kernel_of_x0_estimate`` turn a x0_estimate of x^0
    into a kernel.

    A network may say what it is made for, and is then refused elsewhere: ``process_kind`` ("gaussian" or "binomial"),
    ``steps`` (T) and ``shape`` (of one state).
    """

    def reverse_kernel(self, x: Tensor, t: int | Tensor, process: Any) -> StateDistribution:
        """Return the kernel p(x^t-1 | x^t = ``x``), for t = 2 … T; at t = 1 no network is asked (appendix B).

        Args:
            x: States ``[N, *shape]``, float32, standardised or bits.
            t: One step for all states, or one each: int64 ``[N]``.
            process: The process to be reversed.
        """


class TimeFeatures(nn.Module):
    """Sines and cosines of t / T, which a layer turns into one bias for each hidden unit."""

    waves: Tensor

    def __init__(self, frequencies: int, width: int) -> None:
        super().__init__()
        # From a list: arithmetic on torch's meta device, where layouts are checked, imports half of its compiler.
        waves = torch.tensor([math.pi * (wave + 1) for wave in range(frequencies)])
        self.register_buffer("waves", waves, persistent=False)
        self.layer = nn.Linear(2 * frequencies, width)

    def forward(self, relative_time: Tensor) -> Tensor:
        """Return biases ``[N, width]`` for times ``relative_time`` = t / T, ``[N, 1]``."""
        angles = relative_time * self.waves
        biases: Tensor = self.layer(torch.cat([angles.sin(), angles.cos()], dim=-1))
        return biases


def relative_time_of(t: int | Tensor, x: Tensor, steps: int) -> Tensor:
    """Return t / T as ``[1, 1]`` or ``[N, 1]``, of the type of ``x``."""
    at = torch.full((1, 1), t) if isinstance(t, int) else t.reshape(-1, 1)
    return at.to(x.dtype) / steps


def perturbed_kernel(
    z_mean: Tensor, z_variance: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess
) -> Normal:
    """Return the kernel that a network's two read-outs stand for (appendix D.2); zeros for unit Gaussian data."""
    mean, variance = perturbed_mean(z_mean, x, t, process), perturbed_variance(z_variance, x, t, process)
    return normal(mean, variance.sqrt())


def perturbed_mean(z: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Tensor:
    """Return f_mu, the posterior's mean at the guess sqrt(alpha_bar_t) x + sqrt(1 - alpha_bar_t) z of x^0."""
    x0_estimate = process.marginal_scale(t, x) * x + process.marginal_std(t, x) * z
    return process.posterior_mean(x0_estimate, x, t)


def perturbed_variance(z: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Tensor:
    """Return f_Sigma = sigmoid(z + logit(beta_t)) (appendix D.2)."""
    odds = pick(torch.logit(process.betas), t - 1, x)
    return torch.sigmoid(z + odds)
