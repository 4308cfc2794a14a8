"""Moments of a model's own x^0 given x^t: the x^0 estimate and its variance.

The chain ends with the final kernel p(x^0 | x^1) (appendix B), so the x^0 estimate that p(x^t-1 | x^t) implies is
propagated to x^1 and through that kernel. The model's own x^0 is never certain before t = 0, and for Gaussian data
these are the exact moments of the chain.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.model import DiffusionModel
from core.posterior.kernels import BitKernel, GaussianKernel, Kernel, kernel_of
from core.processes.binomial import BinomialProcess
from core.processes.distributions import Bits, Gaussian
from core.processes.gaussian import GaussianProcess
from core.sampling.strided import strided_kernel

LEARNED_VARIANCE_ERROR = 0.03
"""Assumed relative error of the variances of learned kernels; those of exact networks have none."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and (co)variance of x^0 given x^t, flattened, float64.

    Attributes:
        mean: ``[N, D]``; for bits, their probability to be 1.
        covariance: Variances ``[N, D]``, or covariances ``[N, D, D]`` if the kernels are correlated.
    """

    mean: Tensor
    covariance: Tensor

    def along(self, direction: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of ``direction`` [D] . x^0, ``[N]`` each."""
        covariance = GaussianKernel(self.mean, self.covariance).along(direction)
        return self.mean @ direction, (covariance * direction).sum(1)


class ReverseChain:
    """The reverse chain of ``model`` over flattened float64 states: its kernels, and the moments of its own x^0."""

    def __init__(self, model: DiffusionModel) -> None:
        self._model = model
        self._dtype = model.network.dtype
        self._error = 0.0 if model.network.exact else LEARNED_VARIANCE_ERROR

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one state."""
        return self._model.data.shape

    @property
    def binomial(self) -> bool:
        """Whether states are bits."""
        return isinstance(self._model.process, BinomialProcess)

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self._model.steps

    def alpha_bar(self, t: int) -> float:
        """Return alpha_bar_t, the signal left at t."""
        return float(self._model.process.alpha_bars[t])

    def kernel(self, x: Tensor, t: int, s: int | None = None) -> Kernel:
        """Return p(x^t-1 | x^t = ``x`` [N, D]), t = 1 … T; `strided_kernel` for ``s`` < t - 1."""
        states = x.reshape(len(x), *self.shape).to(self._dtype)
        distribution = self._model.reverse_kernel(states, t)
        return kernel_of(distribution if s is None else strided_kernel(self._model, states, t, s, distribution))

    def forward(self, x: Tensor, s: int, t: int, rng: torch.Generator) -> Tensor:
        """Draw x^t from q for each x^s = ``x`` [N, D], s < t, rounded to float32."""
        return self._model.process.multi_step_transition(x, s, t).draw(rng).float().double()

    def path(self, y: Tensor, x: Tensor | None, s: int, t: int) -> Kernel:
        """Return q(x^s | x^t = ``x``, x^0 = ``y`` [N, D]), 1 <= s < t <= T; without ``x``, q(x^s | x^0)."""
        process = self._model.process
        if x is None:
            return kernel_of(process.marginal(y, s))
        return kernel_of(process.posterior(y, x, t) if s == t - 1 else process.multi_step_posterior(y, x, s, t))

    def prior(self, count: int) -> Kernel:
        """Return pi, once for each of ``count`` states."""
        return kernel_of(self._model.process.prior_distribution(torch.zeros(count, *self.shape)))

    def entrywise_x0_kernel(self, x: Tensor, t: int) -> Kernel:
        """Return p(x^0 | x^t = ``x`` [N, D]) of each entry alone, t = 1 … T, for data distributed as pi.

        Both processes are then their own reverse, over one step or many.
        """
        return kernel_of(self._model.process.marginal(x, t))

    def moments(self, x: Tensor, t: int, kernel: Kernel | None = None) -> Moments:
        """Return the moments of x^0 given x^t = ``x`` [N, D], t = 1 … T; ``kernel`` if it has been computed already."""
        kernel = self.kernel(x, t) if kernel is None else kernel
        process = self._model.process
        if isinstance(kernel, BitKernel) and isinstance(process, BinomialProcess):
            return _bits_moments(process, kernel, x, t)
        if isinstance(kernel, GaussianKernel) and isinstance(process, GaussianProcess):
            return _gaussian_moments(process, kernel, x, t, self._error)
        raise TypeError(f"a {process.kind} process has no moments of x^0 for a {type(kernel).__name__}")


def _gaussian_moments(process: GaussianProcess, kernel: GaussianKernel, x: Tensor, t: int, error: float) -> Moments:
    if t == 1:
        return Moments(kernel.mean, kernel.covariance)
    # if nothing is left of x^0 at t - 1, the kernel holds no information about it
    x0_estimate = (
        process.x0_estimate(Gaussian(kernel.mean, 1.0), x, t) if process.alpha_bars[t - 1] > 0 else torch.zeros_like(x)
    )
    final = process.final_kernel(process.multi_step_posterior(x0_estimate, x, 1, t).mean)
    covariance = _x0_covariance(process, kernel, x, t, error)
    # x^1 given x^t and x^0: the weight of x^0, and the remaining variance
    alpha_bar, alpha_bar_t = float(process.alpha_bars[1]), float(process.alpha_bars[t])
    residual_variance = (1.0 - alpha_bar) * (1.0 - alpha_bar_t / alpha_bar) / (1.0 - alpha_bar_t)
    propagated = alpha_bar * (
        process.multi_step_x0_weight(1, t) ** 2 * covariance + _each(residual_variance, covariance)
    )
    return Moments(final.mean, propagated + _each(1.0 - alpha_bar, covariance))


def _x0_covariance(process: GaussianProcess, kernel: GaussianKernel, x: Tensor, t: int, error: float) -> Tensor:
    """Return the (co)variance of the data given x^t that the kernel's implies.

    It comes from the excess of the kernel's variance over the posterior's, which is tiny early in the reverse process.
    So the value from a variance with relative ``error`` is averaged with 1 - alpha_bar_t, the variance for unit
    Gaussian data, weighed by the possible errors of both.
    """
    share = float(process.posterior_x0_weight(t, x)) ** 2
    if share == 0.0:
        return _each(1.0, kernel.covariance).expand_as(kernel.covariance)
    excess = kernel.covariance - _each(float(process.posterior_variance(t, x)), kernel.covariance)
    unit_variance = 1.0 - float(process.alpha_bars[t])
    squared_error = (error * kernel.variance / share).square()
    if excess.dim() == 3:
        squared_error = squared_error.mean(1)[:, None, None]
    trust = unit_variance**2 / (unit_variance**2 + squared_error)
    covariance: Tensor = trust * excess / share + (1.0 - trust) * _each(unit_variance, excess)
    return covariance.clamp_min(0.0) if covariance.dim() == 2 else covariance


def _bits_moments(process: BinomialProcess, kernel: BitKernel, x: Tensor, t: int) -> Moments:
    chance = torch.sigmoid(kernel.logits)
    if t > 1:
        noise = process.alpha_bars[t - 1] == 0  # the kernel holds no information about x^0
        x0_estimate = torch.full_like(x, 0.5) if noise else process.x0_estimate(Bits(kernel.logits), x, t)
        alpha_bar = float(process.alpha_bars[1])
        chance = alpha_bar * process.multi_step_posterior(x0_estimate, x, 1, t).probs + 0.5 * (1.0 - alpha_bar)
    return Moments(chance, chance * (1.0 - chance))


def _each(variance: float, like: Tensor) -> Tensor:
    """Return ``variance`` for every entry, to add to variances ``[N, D]`` or covariances ``[N, D, D]``."""
    if like.dim() == 2:
        return torch.full((1, 1), variance, dtype=torch.float64)
    return variance * torch.eye(like.shape[1], dtype=torch.float64)
