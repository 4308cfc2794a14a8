"""The factors of r for Gaussian kernels: observations, half planes and smooth functions (section 2.5).

Twisted, r_t depends on the state through the x^0 estimate, which is linearised (`core.posterior.linearisation`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
        log_scale: ln of a constant by which the density is multiplied, nats.
    """

    shifts_mean_only = False

    def __init__(self, observed: Tensor, y: Tensor, noise_std: float, log_scale: float = 0.0) -> None:
        self._observed = observed
        self._y = y
        self._noise = noise_std**2
        self._log_scale = log_scale

    @classmethod
    def of_observation(cls, potential: NoisyObservation) -> ObservationFactor:
        """Return the factor of a noisy observation."""
        return cls(observed_entries(potential), flat_tensor(potential.y), potential.std)

    @classmethod
    def of_observations(cls, potentials: Sequence[NoisyObservation]) -> ObservationFactor:
        """Return the factor of noisy observations of the same entries: their product, which is one observation again.

        Its precision is the sum of theirs, its y their mean by precision, and its scale the product's value at y.
        Multiplied one by one, they would be exact too, but not their twisted r_t, which would count Var each time.
        """
        if len(potentials) == 1:
            return cls.of_observation(potentials[0])
        observed = observed_entries(potentials[0])
        stds = torch.tensor([potential.std for potential in potentials], dtype=torch.float64)
        ys = torch.stack([flat_tensor(potential.y) for potential in potentials])
        variance = 1.0 / stds.square().reciprocal().sum()
        y = variance * (ys / stds.square()[:, None]).sum(0)
        peaks = normal_log_density((ys - y)[:, observed], stds.square()[:, None]).sum()
        peak = normal_log_density(torch.zeros(int(observed.sum()), dtype=torch.float64), variance).sum()
        return cls(observed, y, math.sqrt(float(variance)), float(peaks - peak))

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
        log_constant = 0.5 * count * ((1.0 - context.power) * log_scale - math.log(context.power))
        return left, log_z + log_constant + context.power * self._log_scale, None

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:
        """Return ln r_t; zero for known entries, which all states have."""
        if moments is not None:
            return self._log_at(moments)
        if self._noise == 0.0:
            return zero_log_weights(x)
        noise = torch.tensor(self._noise, dtype=torch.float64)
        log_density_at_y = normal_log_density(x - self._y, noise)[:, self._observed].sum(1)
        return context.power * (log_density_at_y + self._log_scale)

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
            at_x = multivariate_normal((design @ x.unsqueeze(-1)).squeeze(-1), noise)
            return log_density(at_x, y) + self._log_scale

        left, log_z = kernel.given_linear(design, y, noise)
        return left, log_z + self._log_scale, surrogate

    def _log_at(self, moments: Moments) -> Tensor:
        """Return ln N(y; x^0 estimate, s^2 + Var), scaled, ``[N]``."""
        difference = (self._y - moments.mean)[:, self._observed]
        if moments.covariance.dim() == 2:
            entries = normal_log_density(difference, moments.covariance[:, self._observed] + self._noise)
            return entries.sum(1) + self._log_scale
        covariance = moments.covariance[:, self._observed][:, :, self._observed]
        covariance = covariance + self._noise * torch.eye(covariance.shape[1], dtype=torch.float64)
        at_x = multivariate_normal(torch.zeros_like(difference), covariance)
        return log_density(at_x, difference) + self._log_scale


class HalfPlaneFactor:
    """1 where normal . x >= offset, else 0; twisted, the probability of that for x^0 given x^t, as a normal integral.

    A soft border is noise on normal . x, so r is a normal integral at every timing.

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
        self._noise_std = potential.softness * float(self._normal.norm())
        self._cuts = cuts
        self._weighted = weighted

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Truncate the kernel, or shift its mean."""
        kernel = gaussian(kernel)
        if context.power == 0.0:
            return unchanged(kernel)
        if not self._cuts and self._weighted:
            return kernel, zero_log_weights(kernel), zero_log_weights
        cut, exact = self._cut(kernel, context)
        if self._cuts:
            return cut, cut.log_z(), None if exact else cut.log_acceptance
        return exponentially_tilted(kernel, kernel.mean, cut.log_z_gradient())

    def _cut(self, kernel: GaussianKernel, context: DrawContext) -> tuple[TruncatedGaussianKernel, bool]:
        """Return the truncated kernel, and whether it is the product with r_t itself."""
        if context.twisted:
            linearisation = context.linearisation(kernel)
            slope, (mean, variance) = linearisation.slope(self._normal), linearisation.moments.along(self._normal)
            threshold = self._offset - mean + (slope * linearisation.x).sum(1)
            return TruncatedGaussianKernel(kernel, slope, threshold, (variance + self._noise_std**2).sqrt()), False
        offset, noise = (
            torch.full((len(kernel),), each, dtype=torch.float64) for each in (self._offset, self._noise_std)
        )
        cut = TruncatedGaussianKernel(kernel, self._normal.expand_as(kernel.mean), offset, noise)
        return cut, context.power == 1.0 or self._noise_std == 0.0  # a power of a step is the step

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:
        """Return ln r_t; if not twisted, minus infinity outside."""
        if moments is not None:
            return self._log_at(moments)
        if context.power == 0.0:
            return zero_log_weights(x)
        margin = x @ self._normal - self._offset
        if self._noise_std > 0:
            return context.power * log_normal_cdf(margin / self._noise_std)
        return torch.where(margin >= 0, 0.0, -math.inf)

    def _log_at(self, moments: Moments) -> Tensor:
        mean, variance = moments.along(self._normal)
        return log_normal_cdf((mean - self._offset) / (variance + self._noise_std**2).sqrt())


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


def observed_entries(potential: NoisyObservation) -> Tensor:
    """Return which entries of a flattened state were observed, bool ``[D]``."""
    everything = np.ones(potential.y.size, dtype=np.bool_)
    return torch.tensor(everything if potential.observed is None else potential.observed).flatten()


def gaussian(kernel: Kernel) -> GaussianKernel:
    """Return ``kernel``, which must be Gaussian."""
    if not isinstance(kernel, GaussianKernel):
        raise TypeError(f"this factor needs a Gaussian kernel, not a {type(kernel).__name__}")
    return kernel
