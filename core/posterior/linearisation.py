"""Linearisation of the x^0 estimate around a kernel p(x^t | x^t+1), as its surrogate in closed forms.

In few dimensions it uses central differences over the kernel's standard deviations (the central difference filter of
Nørgaard, Poulsen and Ravn 2000): a line through these points, with the rest counted as noise. A tangent alone would
underestimate the variance of long steps. In many dimensions it is the tangent, by automatic differentiation. Both are
exact if the x^0 estimate is linear.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from core.posterior.kernels import GaussianKernel
from core.posterior.x0_moments import Moments, ReverseChain

FINITE_DIFFERENCES_UP_TO = 8
"""Most entries of a state for which the x^0 estimate is computed at 2 D + 1 points around every kernel."""
NEGLIGIBLE_STD = 1e-7
"""Share of a kernel's greatest standard deviation below which a direction counts as known."""

LogFactor = Callable[[Moments], Tensor]
"""ln r of each state, ``[N]``, as a function of the moments of its x^0."""


class Linearisation(Protocol):
    """The moments of x^0 around the means of kernels.

    Attributes:
        x: The means, ``[N, D]``.
        moments: Moments of x^0 at the means; their covariance includes the error of the linearisation.
    """

    x: Tensor
    moments: Moments

    def jacobian(self, rows: Tensor) -> Tensor:
        """Return d x^0 estimate / d x of the entries ``rows`` (bool ``[D]``, K of them), ``[N, K, D]``."""

    def slope(self, direction: Tensor) -> Tensor:
        """Return d (``direction`` [D] . x^0 estimate) / d x, ``[N, D]``."""

    def gradient(self, function: LogFactor) -> Tensor:
        """Return d ``function`` (moments) / d x, ``[N, D]``."""


def linearise(chain: ReverseChain, kernel: GaussianKernel, t: int) -> Linearisation:
    """Return the linearisation of x^0 around x^t ~ ``kernel``, t = 1 … T."""
    if kernel.mean.shape[1] > FINITE_DIFFERENCES_UP_TO:
        return AutogradLinearisation(chain, kernel, t)
    return FiniteDifferenceLinearisation(chain, kernel, t)


class AutogradLinearisation:
    """A `Linearisation` by automatic differentiation at the means."""

    def __init__(self, chain: ReverseChain, kernel: GaussianKernel, t: int) -> None:
        self.x = kernel.mean
        with torch.enable_grad():
            self._x = kernel.mean.detach().requires_grad_()
            self._moments = chain.moments(self._x, t)
        self.moments = Moments(self._moments.mean.detach(), self._moments.covariance.detach())

    def jacobian(self, rows: Tensor) -> Tensor:
        """See `Linearisation`."""
        with torch.enable_grad():
            x0_estimates = [self._moments.mean[:, row] for row in rows.nonzero().squeeze(1).tolist()]
        return torch.stack([self._gradient_of(x0_estimate) for x0_estimate in x0_estimates], dim=1)

    def slope(self, direction: Tensor) -> Tensor:
        """See `Linearisation`."""
        with torch.enable_grad():
            along = self._moments.mean @ direction
        return self._gradient_of(along)

    def gradient(self, function: LogFactor) -> Tensor:
        """See `Linearisation`."""
        with torch.enable_grad():
            value = function(self._moments)
        return self._gradient_of(value)

    def _gradient_of(self, values: Tensor) -> Tensor:
        (found,) = torch.autograd.grad(values, self._x, torch.ones_like(values), retain_graph=True)
        return found


class FiniteDifferenceLinearisation:
    """A `Linearisation` by central differences over the kernels' standard deviations.

    The points lie sqrt(max(3, D)) standard deviations from the mean along each principal direction: 3 is best for a
    function that is nearly a parabola, and D keeps all weights of averages positive.
    """

    def __init__(self, chain: ReverseChain, kernel: GaussianKernel, t: int) -> None:
        self.x = kernel.mean
        count, dimensions = kernel.mean.shape
        self._squared_step = max(3.0, float(dimensions))
        roots = kernel.roots()
        offsets = math.sqrt(self._squared_step) * roots.permute(2, 0, 1)
        points = torch.cat([self.x[None], self.x + offsets, self.x - offsets])
        found = chain.moments(points.flatten(0, 1), t)
        self._moments = found
        self._shape = (2 * dimensions + 1, count)
        # d/dx = (derivative along each root) / (its length), in its direction
        lengths = roots.square().sum(1, keepdim=True)
        shortest = NEGLIGIBLE_STD**2 * lengths.amax(2, keepdim=True)
        self._directions = torch.where(lengths > shortest, roots / lengths.clamp_min(1e-300), 0.0)
        x0_estimates = found.mean.reshape(*self._shape, dimensions)
        self._slopes = self._first(x0_estimates)
        second_differences = self._second(x0_estimates)
        covariance = self._averaged(found.covariance.reshape(*self._shape, *found.covariance.shape[1:]))
        covariance = covariance if covariance.dim() == 3 else torch.diag_embed(covariance)
        linearisation_error = (
            0.25 * (self._squared_step - 1.0) * torch.einsum("jna,jnb->nab", second_differences, second_differences)
        )
        self.moments = Moments(self._averaged(x0_estimates), covariance + linearisation_error)

    def jacobian(self, rows: Tensor) -> Tensor:
        """See `Linearisation`."""
        return self._slopes[:, rows]

    def slope(self, direction: Tensor) -> Tensor:
        """See `Linearisation`."""
        return torch.einsum("nad,a->nd", self._slopes, direction)

    def gradient(self, function: LogFactor) -> Tensor:
        """See `Linearisation`."""
        return self._first(function(self._moments).reshape(*self._shape, 1)).squeeze(1)

    def _first(self, values: Tensor) -> Tensor:
        """Return derivatives ``[N, A, D]`` of ``values`` [2 D + 1, N, A]."""
        ahead, behind = values[1:].chunk(2)
        return torch.einsum("jna,ndj->nad", (ahead - behind) / (2.0 * math.sqrt(self._squared_step)), self._directions)

    def _second(self, values: Tensor) -> Tensor:
        """Return second derivatives along each root, in units of its length, ``[D, N, A]``."""
        ahead, behind = values[1:].chunk(2)
        return (ahead + behind - 2.0 * values[0]) / self._squared_step

    def _averaged(self, values: Tensor) -> Tensor:
        """Return the average of ``values`` [2 D + 1, …] over the kernel."""
        return values[0] + 0.5 * self._second(values).sum(0)
