"""The factors of r for Gaussian kernels: observations, half planes and smooth functions (section 2.5).

Twisted, r_t depends on the state through the x^0 estimate, which is linearised (`core.posterior.linearisation`).
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
from core.posterior.factors import Conditioned, DrawContext, flat_tensor, unchanged, zero_log_weights
from core.posterior.kernels import (
    GaussianKernel,
    Kernel,
    TruncatedGaussianKernel,
    log_density,
    log_normal_cdf,
    multivariate_normal,
    normal_log_density,
)
from core.posterior.linearisation import FINITE_DIFFERENCES_UP_TO
from core.posterior.x0_moments import Moments
from core.values.potentials import HalfPlane, Mask, NoisyObservation, PaintedField

QUADRATURE_UP_TO = 2
"""Most entries of a state for which r is averaged over x^0 given x^t; beyond, it is taken at the x^0 estimate."""
QUADRATURE_NODES = 3


class ObservationFactor:
    """N(y; x, s^2) over the observed entries; s = 0 if they are known. Exact; twisted, if x^0 estimates are linear.

    Args:
        observed: Bool ``[D]``.
        y: ``[D]``.
        noise_std: s.
    """

    shifts_mean_only = False

    def __init__(self, observed: Tensor, y: Tensor, noise_std: float) -> None:
        self._observed = observed
        self._y = y
        self._noise = noise_std**2

    @classmethod
    def of_observation(cls, potential: NoisyObservation) -> ObservationFactor:
        """Return the factor of a noisy observation."""
        y = flat_tensor(potential.y)
        observed = np.ones(len(y), dtype=np.bool_) if potential.observed is None else potential.observed
        return cls(torch.tensor(observed).flatten(), y, potential.std)

    @classmethod
    def of_mask(cls, mask: Mask) -> ObservationFactor:
        """Return the factor of known entries: an observation without noise."""
        return cls(torch.tensor(~mask.mask).flatten(), flat_tensor(mask.known), 0.0)

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Take the product of Gaussians."""
        kernel = gaussian(kernel)
        if context.twisted:
            return self._condition_twisted(kernel, context)
        if context.power == 0.0:
            return unchanged(kernel)
        if self._noise == 0.0:
            return *kernel.given_entries(self._observed, self._y.expand_as(kernel.mean)), None
        left, log_z = kernel.given_noisy_entries(self._observed, self._y, self._noise / context.power)
        # N(y; x, s^2)^power is N(y; x, s^2/power) times a constant
        count, log_scale = int(self._observed.sum()), math.log(2.0 * math.pi * self._noise)
        return left, log_z + 0.5 * count * ((1.0 - context.power) * log_scale - math.log(context.power)), None

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:
        """Return ln r_t; zero for known entries, which all states have."""
        if moments is not None:
            return self._log_at(moments)
        if self._noise == 0.0:
            return zero_log_weights(x)
        noise = torch.tensor(self._noise, dtype=torch.float64)
        return context.power * normal_log_density(x - self._y, noise)[:, self._observed].sum(1)

    def _condition_twisted(self, kernel: GaussianKernel, context: DrawContext) -> Conditioned:
        linearisation = context.linearisation(kernel)
        if linearisation.x.shape[1] > FINITE_DIFFERENCES_UP_TO:
            return exponentially_tilted(kernel, linearisation.x, linearisation.gradient(self._log_at))
        design, moments = linearisation.jacobian(self._observed), linearisation.moments
        covariance = moments.covariance if moments.covariance.dim() == 3 else torch.diag_embed(moments.covariance)
        noise = covariance[:, self._observed][:, :, self._observed]
        noise = noise + self._noise * torch.eye(noise.shape[1], dtype=torch.float64)
        y = (self._y - moments.mean)[:, self._observed] + (design @ linearisation.x.unsqueeze(-1)).squeeze(-1)

        def surrogate(x: Tensor) -> Tensor:
            return log_density(multivariate_normal((design @ x.unsqueeze(-1)).squeeze(-1), noise), y)

        return *kernel.given_linear(design, y, noise), surrogate

    def _log_at(self, moments: Moments) -> Tensor:
        """Return ln N(y; x^0 estimate, s^2 + Var), ``[N]``."""
        difference = (self._y - moments.mean)[:, self._observed]
        if moments.covariance.dim() == 2:
            return normal_log_density(difference, moments.covariance[:, self._observed] + self._noise).sum(1)
        covariance = moments.covariance[:, self._observed][:, :, self._observed]
        covariance = covariance + self._noise * torch.eye(covariance.shape[1], dtype=torch.float64)
        return log_density(multivariate_normal(torch.zeros_like(difference), covariance), difference)


class HalfPlaneFactor:
    """1 where normal . x >= offset, else 0; twisted, the probability of that for x^0 given x^t, as a normal integral.

    Args:
        potential: The half plane.
        cuts: Whether this one truncates the kernel exactly. The others only change the weights, or, without weights,
            shift the kernel's mean.
        weighted: Whether samples have weights.
    """

    shifts_mean_only = False

    def __init__(self, potential: HalfPlane, *, cuts: bool, weighted: bool) -> None:
        self._normal = flat_tensor(potential.normal)
        self._offset = float(potential.offset)
        self._cuts = cuts
        self._weighted = weighted

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Truncate the kernel, or shift its mean."""
        kernel = gaussian(kernel)
        if context.power == 0.0:
            return unchanged(kernel)
        if not self._cuts and self._weighted:
            return kernel, zero_log_weights(kernel), zero_log_weights
        if not context.twisted:
            offset = torch.full((len(kernel),), self._offset, dtype=torch.float64)
            cut = TruncatedGaussianKernel(kernel, self._normal.expand_as(kernel.mean), offset, torch.zeros_like(offset))
            return (
                (cut, cut.log_z(), None)
                if self._cuts
                else exponentially_tilted(kernel, kernel.mean, cut.log_z_gradient())
            )
        linearisation = context.linearisation(kernel)
        slope, (mean, variance) = linearisation.slope(self._normal), linearisation.moments.along(self._normal)
        cut = TruncatedGaussianKernel(
            kernel, slope, self._offset - mean + (slope * linearisation.x).sum(1), variance.sqrt()
        )
        return (
            (cut, cut.log_z(), cut.log_acceptance)
            if self._cuts
            else exponentially_tilted(kernel, kernel.mean, cut.log_z_gradient())
        )

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:
        """Return ln r_t; if not twisted, minus infinity outside."""
        if moments is not None:
            return self._log_at(moments)
        if context.power == 0.0:
            return zero_log_weights(x)
        return torch.where(x @ self._normal >= self._offset, 0.0, -math.inf)

    def _log_at(self, moments: Moments) -> Tensor:
        mean, variance = moments.along(self._normal)
        return log_normal_cdf((mean - self._offset) / variance.sqrt())


class SmoothFactor:
    """Any differentiable r: the mean moves by Sigma grad ln r(mu), the covariance stays, and weights correct the rest.

    Args:
        log_r: ln r of states ``[N, *shape]``, float32.
        shape: Shape of a state, or of its ``columns``.
        columns: Entries of a flattened state on which r depends, in the order of ``shape``; None for all.
    """

    shifts_mean_only = True

    def __init__(
        self, log_r: Callable[[Tensor], Any], shape: tuple[int, ...], columns: tuple[int, ...] | None = None
    ) -> None:
        self._function = log_r
        self._shape = shape
        self._columns = slice(None) if columns is None else list(columns)
        nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE_NODES)
        self._nodes = torch.tensor(nodes)
        self._log_weights = torch.tensor(np.log(weights / weights.sum()))

    @classmethod
    def of_field(cls, painted: PaintedField) -> SmoothFactor:
        """Return the factor of a field painted over one or two columns."""
        low, high = torch.tensor(painted.extent[::2]), torch.tensor(painted.extent[1::2])
        over_line = len(painted.columns) == 1
        field = torch.tensor(painted.log_r.reshape(1, -1) if over_line else painted.log_r)[None, None]

        def log_r(x: Tensor) -> Tensor:
            places = (x - 0.5 * (low + high)) / (0.5 * (high - low))
            if over_line:  # a grid of one row
                places = torch.cat([places, torch.zeros_like(places)], dim=1)
            places = places[None, None]
            return grid_sample(field, places, mode="bilinear", padding_mode="border", align_corners=True)[0, 0, 0]

        return cls(log_r, (len(painted.columns),), painted.columns)

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Shift the kernel's mean along the gradient of ln r."""
        kernel = gaussian(kernel)
        if context.twisted:
            linearisation = context.linearisation(kernel)
            return exponentially_tilted(kernel, linearisation.x, linearisation.gradient(self._log_at))
        if context.power == 0.0:
            return unchanged(kernel)
        with torch.enable_grad():
            at = kernel.mean.detach().requires_grad_()
            value = context.power * self._log_r(at[:, self._columns])
        if not value.requires_grad:
            raise BadInputError("log_r: it is not differentiable, or does not depend on the state")
        (gradient,) = torch.autograd.grad(value, at, torch.ones_like(value))
        return exponentially_tilted(kernel, kernel.mean, gradient)

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:
        """Return ln r_t."""
        return context.power * self._log_r(x[:, self._columns]) if moments is None else self._log_at(moments)

    def _log_r(self, x: Tensor) -> Tensor:
        found = self._function(x.float().reshape(len(x), *self._shape))
        if not isinstance(found, Tensor) or found.shape != (len(x),):
            raise BadInputError(f"log_r: it gives {getattr(found, 'shape', found)}, not one number for each state")
        return found.double()

    def _log_at(self, moments: Moments) -> Tensor:
        """Return ln of r's average over N(x^0 estimate, Var), by quadrature; ln r there in many dimensions."""
        mean, covariance = moments.mean[:, self._columns], moments.covariance[:, self._columns]
        count, dimensions = mean.shape
        if dimensions > QUADRATURE_UP_TO:
            return self._log_r(mean)
        nodes = torch.cartesian_prod(*[self._nodes] * dimensions).reshape(-1, dimensions)
        log_weights = torch.cartesian_prod(*[self._log_weights] * dimensions).reshape(-1, dimensions).sum(1)
        if covariance.dim() == 2:
            moved = nodes * covariance.sqrt()[:, None]
        else:
            moved = nodes @ torch.linalg.cholesky(covariance[:, :, self._columns]).mT
        values = self._log_r((mean[:, None] + moved).flatten(0, 1)).reshape(count, -1)
        return torch.logsumexp(values + log_weights, dim=1)


def exponentially_tilted(kernel: GaussianKernel, centre: Tensor, gradient: Tensor) -> Conditioned:
    """Condition on the surrogate exp(``gradient`` . (x - ``centre``)), both ``[N, D]``: only the mean moves."""
    left, log_z = kernel.exponentially_tilted(gradient, centre)
    return left, log_z, lambda x: (gradient * (x - centre)).sum(1)


def gaussian(kernel: Kernel) -> GaussianKernel:
    """Return ``kernel``, which must be Gaussian."""
    if not isinstance(kernel, GaussianKernel):
        raise TypeError(f"this factor needs a Gaussian kernel, not a {type(kernel).__name__}")
    return kernel
