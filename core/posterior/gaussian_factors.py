"""The factors of r that Gaussian kernels take: observations, half planes and smooth functions (section 2.5).

Twisted, r_t depends on the state through the guess of x^0, and a line stands in for the guess (`core.lookahead`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from core.errors import BadInputError
from core.posterior.factors import Absorbed, Arrival, flat, none, untouched
from core.posterior.kernels import (
    CutKernel,
    GaussianKernel,
    Kernel,
    correlated_normal,
    log_density,
    log_normal_integral,
    normal_log_density,
)
from core.posterior.linearisation import DIFFERENCES_UP_TO
from core.posterior.x0_moments import Moments
from core.values.potentials import HalfPlane, Mask, NoisyObservation, PaintedField

QUADRATURE_UP_TO = 2
"""Entries of a state up to which r is averaged over the guess's spread; beyond, it is taken at the guess itself."""
QUADRATURE_NODES = 3


class Noisy:
    """N(y; x, s^2) over the entries observed; s = 0 where they are known. Exact, also twisted where guesses are linear.

    Args:
        observed: Bool ``[D]``.
        y: ``[D]``.
        spread: s.
    """

    pulls = False

    def __init__(self, observed: Tensor, y: Tensor, spread: float) -> None:
        self._observed = observed
        self._y = y
        self._noise = spread**2

    @classmethod
    def of_observation(cls, potential: NoisyObservation) -> Noisy:
        """Return the factor of a noisy observation."""
        y = flat(potential.y)
        observed = np.ones(len(y), dtype=np.bool_) if potential.observed is None else potential.observed
        return cls(torch.tensor(observed).flatten(), y, potential.spread)

    @classmethod
    def of_mask(cls, mask: Mask) -> Noisy:
        """Return the factor of known entries: an observation without noise."""
        return cls(torch.tensor(~mask.mask).flatten(), flat(mask.known), 0.0)

    def absorb(self, kernel: Kernel, to: Arrival) -> Absorbed:
        """Take the product of Gaussians."""
        kernel = gaussian(kernel)
        if to.twisted:
            return self._absorb_ahead(kernel, to)
        if to.power == 0.0:
            return untouched(kernel)
        if self._noise == 0.0:
            return *kernel.given_entries(self._observed, self._y.expand_as(kernel.mean)), None
        left, log_z = kernel.given_noisy_entries(self._observed, self._y, self._noise / to.power)
        # N(y; x, s^2)^power is N(y; x, s^2/power) times what is the same at every x
        count, log_scale = int(self._observed.sum()), math.log(2.0 * math.pi * self._noise)
        return left, log_z + 0.5 * count * ((1.0 - to.power) * log_scale - math.log(to.power)), None

    def log_r(self, x: Tensor, beliefs: Moments | None, to: Arrival) -> Tensor:
        """Return ln r_t; zero where entries are known and all states obey."""
        if beliefs is not None:
            return self._log_at(beliefs)
        if self._noise == 0.0:
            return none(x)
        noise = torch.tensor(self._noise, dtype=torch.float64)
        return to.power * normal_log_density(x - self._y, noise)[:, self._observed].sum(1)

    def _absorb_ahead(self, kernel: GaussianKernel, to: Arrival) -> Absorbed:
        look = to.look(kernel)
        if look.x.shape[1] > DIFFERENCES_UP_TO:
            return pulled(kernel, look.x, look.gradient(self._log_at))
        design, moments = look.jacobian(self._observed), look.moments
        spread = moments.covariance if moments.covariance.dim() == 3 else torch.diag_embed(moments.covariance)
        noise = spread[:, self._observed][:, :, self._observed]
        noise = noise + self._noise * torch.eye(noise.shape[1], dtype=torch.float64)
        y = (self._y - moments.mean)[:, self._observed] + (design @ look.x.unsqueeze(-1)).squeeze(-1)

        def stand_in(x: Tensor) -> Tensor:
            return log_density(correlated_normal((design @ x.unsqueeze(-1)).squeeze(-1), noise), y)

        return *kernel.given_linear(design, y, noise), stand_in

    def _log_at(self, beliefs: Moments) -> Tensor:
        """Return ln N(y; guess, s^2 + Var), ``[N]``."""
        difference = (self._y - beliefs.mean)[:, self._observed]
        if beliefs.covariance.dim() == 2:
            return normal_log_density(difference, beliefs.covariance[:, self._observed] + self._noise).sum(1)
        spread = beliefs.covariance[:, self._observed][:, :, self._observed]
        spread = spread + self._noise * torch.eye(spread.shape[1], dtype=torch.float64)
        return log_density(correlated_normal(torch.zeros_like(difference), spread), difference)


class Half:
    """1 where normal . x >= offset, else 0; twisted, the normal integral of the guess and its variance along it.

    Args:
        potential: The half plane.
        cuts: Whether this is the one that cuts the kernel exactly. Others are left to the weights, and where there
            are none they pull at the kernel.
        weighted: Whether there are weights.
    """

    pulls = False

    def __init__(self, potential: HalfPlane, *, cuts: bool, weighted: bool) -> None:
        self._normal = flat(potential.normal)
        self._offset = float(potential.offset)
        self._cuts = cuts
        self._weighted = weighted

    def absorb(self, kernel: Kernel, to: Arrival) -> Absorbed:
        """Cut the kernel, or pull at it."""
        kernel = gaussian(kernel)
        if to.power == 0.0:
            return untouched(kernel)
        if not self._cuts and self._weighted:
            return kernel, none(kernel), none
        if not to.twisted:
            offset = torch.full((len(kernel),), self._offset, dtype=torch.float64)
            cut = CutKernel(kernel, self._normal.expand_as(kernel.mean), offset, torch.zeros_like(offset))
            return (cut, cut.log_z(), None) if self._cuts else pulled(kernel, kernel.mean, cut.inwards())
        look = to.look(kernel)
        slope, (mean, variance) = look.slope(self._normal), look.moments.along(self._normal)
        cut = CutKernel(kernel, slope, self._offset - mean + (slope * look.x).sum(1), variance.sqrt())
        return (cut, cut.log_z(), cut.log_share) if self._cuts else pulled(kernel, kernel.mean, cut.inwards())

    def log_r(self, x: Tensor, beliefs: Moments | None, to: Arrival) -> Tensor:
        """Return ln r_t, minus infinity outside where it is not twisted."""
        if beliefs is not None:
            return self._log_at(beliefs)
        if to.power == 0.0:
            return none(x)
        return torch.where(x @ self._normal >= self._offset, 0.0, -math.inf)

    def _log_at(self, beliefs: Moments) -> Tensor:
        mean, variance = beliefs.along(self._normal)
        return log_normal_integral((mean - self._offset) / variance.sqrt())


class Smooth:
    """Any differentiable r: the mean moves by Sigma grad ln r(mu), the covariance stays, and weights do the rest.

    Args:
        log_r: ln r of states ``[N, *shape]``, float32.
        shape: The data's.
    """

    pulls = True

    def __init__(self, log_r: Callable[[Tensor], Any], shape: tuple[int, ...]) -> None:
        self._function = log_r
        self._shape = shape
        nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE_NODES)
        self._nodes = torch.tensor(nodes)
        self._log_weights = torch.tensor(np.log(weights / weights.sum()))

    @classmethod
    def of_field(cls, painted: PaintedField) -> Smooth:
        """Return the factor of a field that is painted over the plane."""
        left, right, bottom, top = painted.extent
        field = torch.tensor(painted.log_r)[None, None]
        middle = torch.tensor([0.5 * (left + right), 0.5 * (bottom + top)])
        reach = torch.tensor([0.5 * (right - left), 0.5 * (top - bottom)])

        def log_r(x: Tensor) -> Tensor:
            places = ((x - middle) / reach)[None, None]
            return grid_sample(field, places, mode="bilinear", padding_mode="border", align_corners=True)[0, 0, 0]

        return cls(log_r, (2,))

    def absorb(self, kernel: Kernel, to: Arrival) -> Absorbed:
        """Pull the kernel along the gradient."""
        kernel = gaussian(kernel)
        if to.twisted:
            look = to.look(kernel)
            return pulled(kernel, look.x, look.gradient(self._log_at))
        if to.power == 0.0:
            return untouched(kernel)
        with torch.enable_grad():
            at = kernel.mean.detach().requires_grad_()
            value = to.power * self._log_r(at)
        if not value.requires_grad:
            raise BadInputError("log_r: it is not differentiable, or does not depend on the state")
        (gradient,) = torch.autograd.grad(value, at, torch.ones_like(value))
        return pulled(kernel, kernel.mean, gradient)

    def log_r(self, x: Tensor, beliefs: Moments | None, to: Arrival) -> Tensor:
        """Return ln r_t."""
        return to.power * self._log_r(x) if beliefs is None else self._log_at(beliefs)

    def _log_r(self, x: Tensor) -> Tensor:
        found = self._function(x.float().reshape(len(x), *self._shape))
        if not isinstance(found, Tensor) or found.shape != (len(x),):
            raise BadInputError(f"log_r: it gives {getattr(found, 'shape', found)}, not one number for each state")
        return found.double()

    def _log_at(self, beliefs: Moments) -> Tensor:
        """Return ln of r's average over N(guess, Var), by quadrature; or ln r at the guess, in many dimensions."""
        count, dimensions = beliefs.mean.shape
        if dimensions > QUADRATURE_UP_TO:
            return self._log_r(beliefs.mean)
        nodes = torch.cartesian_prod(*[self._nodes] * dimensions).reshape(-1, dimensions)
        log_weights = torch.cartesian_prod(*[self._log_weights] * dimensions).reshape(-1, dimensions).sum(1)
        if beliefs.covariance.dim() == 2:
            moved = nodes * beliefs.covariance.sqrt()[:, None]
        else:
            moved = nodes @ torch.linalg.cholesky(beliefs.covariance).mT
        values = self._log_r((beliefs.mean[:, None] + moved).flatten(0, 1)).reshape(count, -1)
        return torch.logsumexp(values + log_weights, dim=1)


def pulled(kernel: GaussianKernel, centre: Tensor, gradient: Tensor) -> Absorbed:
    """Absorb the stand-in exp(``gradient`` . (x - ``centre``)), ``[N, D]`` both: the mean moves, nothing else."""
    left, log_z = kernel.pulled(gradient, centre)
    return left, log_z, lambda x: (gradient * (x - centre)).sum(1)


def gaussian(kernel: Kernel) -> GaussianKernel:
    """Return ``kernel``, which is to be Gaussian."""
    if not isinstance(kernel, GaussianKernel):
        raise TypeError(f"this factor needs a Gaussian kernel, not a {type(kernel).__name__}")
    return kernel
