"""How the model's guess of x^0 moves with x^t around a kernel p(x^t | x^t+1): what stands in for it in closed forms.

In few dimensions the guess is followed as far as the kernel reaches, by central differences at points one kernel's
spread away (the central difference filter of Nørgaard, Poulsen and Ravn 2000): a line through them, and what is left
over counts as noise. A tangent alone would be too sure of itself where steps are long. In many dimensions it is the
tangent, by automatic differentiation. Both are exact where guesses are linear.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from core.posterior.kernels import GaussianKernel
from core.posterior.x0_moments import Chain, Moments

DIFFERENCES_UP_TO = 8
"""Entries of a state up to which the guess is asked for at 2 D + 1 points around every kernel."""
SMALLEST = 1e-7
"""Share of a kernel's greatest spread below which a direction counts as known."""

LogFactor = Callable[[Moments], Tensor]
"""ln r of each state, ``[N]``, by what is believed of its x^0."""


class Lookahead(Protocol):
    """What x^0 is believed to be around the means of kernels.

    Attributes:
        x: The means, ``[N, D]``.
        moments: x^0 at the means; a covariance covers what a line through the guesses leaves over.
    """

    x: Tensor
    moments: Moments

    def jacobian(self, rows: Tensor) -> Tensor:
        """Return d guess / d x of the entries ``rows`` (bool ``[D]``, K of them), ``[N, K, D]``."""

    def slope(self, direction: Tensor) -> Tensor:
        """Return d (``direction`` [D] . guess) / d x, ``[N, D]``."""

    def gradient(self, function: LogFactor) -> Tensor:
        """Return d ``function`` (moments) / d x, ``[N, D]``."""


def lookahead(chain: Chain, kernel: GaussianKernel, t: int) -> Lookahead:
    """Return what is believed of x^0 around x^t ~ ``kernel``, t = 1 … T."""
    if kernel.mean.shape[1] > DIFFERENCES_UP_TO:
        return Tangent(chain, kernel, t)
    return Differences(chain, kernel, t)


class Tangent:
    """A `Lookahead` by automatic differentiation at the means."""

    def __init__(self, chain: Chain, kernel: GaussianKernel, t: int) -> None:
        self.x = kernel.mean
        with torch.enable_grad():
            self._x = kernel.mean.detach().requires_grad_()
            self._moments = chain.moments(self._x, t)
        self.moments = Moments(self._moments.mean.detach(), self._moments.covariance.detach())

    def jacobian(self, rows: Tensor) -> Tensor:
        """See `Lookahead`."""
        with torch.enable_grad():
            guesses = [self._moments.mean[:, row] for row in rows.nonzero().squeeze(1).tolist()]
        return torch.stack([self._back(guess) for guess in guesses], dim=1)

    def slope(self, direction: Tensor) -> Tensor:
        """See `Lookahead`."""
        with torch.enable_grad():
            along = self._moments.mean @ direction
        return self._back(along)

    def gradient(self, function: LogFactor) -> Tensor:
        """See `Lookahead`."""
        with torch.enable_grad():
            value = function(self._moments)
        return self._back(value)

    def _back(self, values: Tensor) -> Tensor:
        (found,) = torch.autograd.grad(values, self._x, torch.ones_like(values), retain_graph=True)
        return found


class Differences:
    """A `Lookahead` by central differences over the kernels' own spread.

    The points lie sqrt(max(3, D)) standard deviations from the mean along each principal direction: 3 is best for
    what is nearly a parabola, and D keeps all weights of averages positive.
    """

    def __init__(self, chain: Chain, kernel: GaussianKernel, t: int) -> None:
        self.x = kernel.mean
        count, dimensions = kernel.mean.shape
        self._square = max(3.0, float(dimensions))
        roots = kernel.roots()
        reach = math.sqrt(self._square) * roots.permute(2, 0, 1)
        points = torch.cat([self.x[None], self.x + reach, self.x - reach])
        found = chain.moments(points.flatten(0, 1), t)
        self._moments = found
        self._shape = (2 * dimensions + 1, count)
        # d/dx = (d along each root) / (its length) in its direction
        lengths = roots.square().sum(1, keepdim=True)
        shortest = SMALLEST**2 * lengths.amax(2, keepdim=True)
        self._directions = torch.where(lengths > shortest, roots / lengths.clamp_min(1e-300), 0.0)
        guesses = found.mean.reshape(*self._shape, dimensions)
        self._slopes = self._first(guesses)
        bends = self._second(guesses)
        spread = self._averaged(found.covariance.reshape(*self._shape, *found.covariance.shape[1:]))
        spread = spread if spread.dim() == 3 else torch.diag_embed(spread)
        left_over = 0.25 * (self._square - 1.0) * torch.einsum("jna,jnb->nab", bends, bends)
        self.moments = Moments(self._averaged(guesses), spread + left_over)

    def jacobian(self, rows: Tensor) -> Tensor:
        """See `Lookahead`."""
        return self._slopes[:, rows]

    def slope(self, direction: Tensor) -> Tensor:
        """See `Lookahead`."""
        return torch.einsum("nad,a->nd", self._slopes, direction)

    def gradient(self, function: LogFactor) -> Tensor:
        """See `Lookahead`."""
        return self._first(function(self._moments).reshape(*self._shape, 1)).squeeze(1)

    def _first(self, values: Tensor) -> Tensor:
        """Return derivatives ``[N, A, D]`` of ``values`` [2 D + 1, N, A]."""
        ahead, behind = values[1:].chunk(2)
        return torch.einsum("jna,ndj->nad", (ahead - behind) / (2.0 * math.sqrt(self._square)), self._directions)

    def _second(self, values: Tensor) -> Tensor:
        """Return second derivatives along each root, by its own length, ``[D, N, A]``."""
        ahead, behind = values[1:].chunk(2)
        return (ahead + behind - 2.0 * values[0]) / self._square

    def _averaged(self, values: Tensor) -> Tensor:
        """Return the average of ``values`` [2 D + 1, …] over the kernel."""
        return values[0] + 0.5 * self._second(values).sum(0)
