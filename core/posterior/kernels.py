"""Kernels over flattened states, conditioned on known entries or factors of r in closed form.

Everything is float64 with one row a state. Every method that conditions returns the conditioned kernel and ln Z, so
that kernel(x) r(x) = Z kernel'(x) at every x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Bernoulli, MultivariateNormal, Normal
from torch.nn.functional import logsigmoid

from core.processes.distributions import Gaussian, StateDistribution

NDTRI_UP_TO = 5.0
"""Standard deviations up to which the normal quantile comes from its function; beyond, from Newton's method."""
MOST_ULPS = 16
NEWTON_UP_TO = 1e5
"""Standard deviations beyond which the tail is exponential to 10 digits and Newton's method only adds rounding."""


@dataclass(frozen=True, slots=True)
class GaussianKernel:
    """N(mean, covariance) of each row.

    Attributes:
        mean: ``[N, D]``.
        covariance: Variances of independent entries ``[N, D]``, or full covariances ``[N, D, D]``; an entry with zero
            variance is known, and draws have exactly its mean.
    """

    mean: Tensor
    covariance: Tensor

    @property
    def variance(self) -> Tensor:
        """The variance of each entry, ``[N, D]``."""
        return self.covariance.diagonal(dim1=1, dim2=2) if self.covariance.dim() == 3 else self.covariance

    def __len__(self) -> int:
        return len(self.mean)

    def take(self, index: Tensor | slice) -> GaussianKernel:
        """Return the rows at ``index``."""
        return GaussianKernel(self.mean[index], self.covariance[index])

    def along(self, direction: Tensor) -> Tensor:
        """Return the covariance times ``direction`` [N, D] (or [D]), ``[N, D]``."""
        if self.covariance.dim() == 3:
            return (self.covariance @ direction.expand_as(self.mean).unsqueeze(-1)).squeeze(-1)
        return self.covariance * direction

    def given_entries(self, known: Tensor, values: Tensor) -> tuple[GaussianKernel, Tensor]:
        """Condition on the entries ``known`` (bool ``[D]``) being ``values`` [N, D]; Z is their density ``[N]``."""
        if self.covariance.dim() == 2:
            log_z = normal_log_density(values - self.mean, self.variance)[:, known].sum(1)
            return GaussianKernel(
                torch.where(known, values, self.mean), torch.where(known, 0.0, self.covariance)
            ), log_z
        rows = self.covariance[:, known]
        marginal = multivariate_normal(self.mean[:, known], rows[:, :, known])
        gain = torch.linalg.solve(marginal.covariance_matrix, rows).transpose(1, 2)
        mean = self.mean + (gain @ (values - self.mean)[:, known].unsqueeze(-1)).squeeze(-1)
        covariance = torch.where(known | known[:, None], 0.0, self.covariance - gain @ rows)
        return GaussianKernel(torch.where(known, values, mean), covariance), log_density(marginal, values[:, known])

    def given_noisy_entries(self, observed: Tensor, y: Tensor, noise: float | Tensor) -> tuple[GaussianKernel, Tensor]:
        """Condition on ``y`` [D] = x + noise of variance ``noise`` [D] in the entries ``observed`` (bool ``[D]``)."""
        if self.covariance.dim() == 3:
            design = torch.eye(len(observed), dtype=torch.float64)[observed].expand(len(self.mean), -1, -1)
            variance = torch.as_tensor(noise, dtype=torch.float64).expand_as(y)[observed].diag()
            return self.given_linear(
                design, y[observed].expand(len(self.mean), -1), variance.expand(len(self.mean), -1, -1)
            )
        total = self.covariance + noise
        gain = torch.where(observed, self.covariance / total, 0.0)
        log_z = normal_log_density(y - self.mean, total)[:, observed].sum(1)
        left = torch.where(observed, self.covariance * noise / total, self.covariance)
        return GaussianKernel(self.mean + gain * (y - self.mean), left), log_z

    def given_linear(self, design: Tensor, y: Tensor, noise: Tensor) -> tuple[GaussianKernel, Tensor]:
        """Condition on ``y`` [N, K] = ``design`` [N, K, D] x + N(0, ``noise`` [N, K, K])."""
        covariance = self.covariance if self.covariance.dim() == 3 else torch.diag_embed(self.covariance)
        rows = design @ covariance
        marginal = multivariate_normal((design @ self.mean.unsqueeze(-1)).squeeze(-1), rows @ design.mT + noise)
        gain = torch.linalg.solve(marginal.covariance_matrix, rows).mT
        mean = self.mean + (gain @ (y - marginal.mean).unsqueeze(-1)).squeeze(-1)
        # Joseph's form: symmetric and positive whatever the rounding
        residual_map = torch.eye(mean.shape[1], dtype=torch.float64) - gain @ design
        return GaussianKernel(mean, residual_map @ covariance @ residual_map.mT + gain @ noise @ gain.mT), log_density(
            marginal, y
        )

    def exponentially_tilted(self, gradient: Tensor, centre: Tensor) -> tuple[GaussianKernel, Tensor]:
        """Condition on r(x) = exp(``gradient`` . (x - ``centre``)), both ``[N, D]``: only the mean moves."""
        shift = self.along(gradient)
        log_z = (gradient * (self.mean - centre + 0.5 * shift)).sum(1)
        return GaussianKernel(self.mean + shift, self.covariance), log_z

    def roots(self) -> Tensor:
        """Return a square root of the covariance, ``[N, D, D]``, whose columns are the principal directions."""
        if self.covariance.dim() == 2:
            return torch.diag_embed(self.covariance.sqrt())
        values, vectors = torch.linalg.eigh(self.covariance)
        found: Tensor = vectors * values.clamp_min(0.0).sqrt().unsqueeze(1)
        return found

    def draw(self, rng: torch.Generator) -> Tensor:
        """Draw one state for each row, ``[N, D]``."""
        noise = torch.randn(self.mean.shape, generator=rng, dtype=torch.float64)
        if self.covariance.dim() == 2:
            return self.mean + self.covariance.sqrt() * noise
        drawn = (self.roots() @ noise.unsqueeze(-1)).squeeze(-1)
        return torch.where(self.variance > 0, self.mean + drawn, self.mean)


@dataclass(frozen=True, slots=True)
class TruncatedGaussianKernel:
    """A Gaussian kernel given that ``direction`` . x + N(0, ``noise_std``^2) is ``threshold`` or more.

    Attributes:
        untruncated: The kernel before.
        direction: ``[N, D]``.
        threshold: ``[N]``.
        noise_std: ``[N]``; zeros for a hard half plane.
    """

    untruncated: GaussianKernel
    direction: Tensor
    threshold: Tensor
    noise_std: Tensor

    def log_z(self) -> Tensor:
        """Return ln of the share of the untruncated kernel that is left, ``[N]``: the normal integral."""
        std = self._std()
        margin = (self.untruncated.mean * self.direction).sum(1) - self.threshold
        certain = torch.where(margin >= 0, 0.0, -math.inf)  # if all entries along the direction are known
        return torch.where(std > 0, log_normal_cdf(margin / std), certain)

    def log_z_gradient(self) -> Tensor:
        """Return the gradient of `log_z` with respect to the mean of the untruncated kernel, ``[N, D]``."""
        std = self._std().clamp_min(1e-150)
        margin = ((self.untruncated.mean * self.direction).sum(1) - self.threshold) / std
        return (hazard(-margin) / std).unsqueeze(1) * self.direction

    def log_acceptance(self, x: Tensor) -> Tensor:
        """Return ln of the probability that a state ``x`` [N, D] is accepted, ``[N]``, for positive ``noise_std``."""
        margin = (x * self.direction).sum(1) - self.threshold
        return log_normal_cdf(margin / self.noise_std)

    def draw(self, rng: torch.Generator) -> Tensor:
        """Draw one state for each row, ``[N, D]``, exactly; in a hard half plane, also after rounding to float32.

        A draw from the untruncated kernel is moved along its regression on u = direction . x + noise, so that u becomes
        a draw from its truncated normal; components that are independent of u do not change.
        """
        x, std = self.untruncated.draw(rng), self._std()
        noise = torch.randn(len(x), generator=rng, dtype=torch.float64) * self.noise_std
        safe = torch.where(std > 0, std, 1.0)
        mean = (self.untruncated.mean * self.direction).sum(1)
        target = mean + std * truncated_normal((self.threshold - mean) / safe, rng)
        u = (x * self.direction).sum(1) + noise
        drawn = x + self.untruncated.along(self.direction) * ((target - u) / safe.square()).unsqueeze(1)
        return self._rounded_inwards(drawn)

    def _std(self) -> Tensor:
        projected_variance = (self.untruncated.along(self.direction) * self.direction).sum(1)
        return (projected_variance + self.noise_std.square()).sqrt()

    def _rounded_inwards(self, x: Tensor) -> Tensor:
        """Return ``x``, rounded to float32 for a hard half plane and moved by single ulps until it lies inside."""
        direction_inwards = torch.where(
            self.untruncated.variance > 0, self.direction.sign() * math.inf, math.nan
        ).float()
        single = x.float()
        for _ in range(MOST_ULPS):
            outside = (self.noise_std == 0) & ((single.double() * self.direction).sum(1) < self.threshold)
            if not outside.any():
                break
            moved = torch.nextafter(single, direction_inwards)
            movable = outside.unsqueeze(1) & direction_inwards.isinf()
            single = torch.where(movable, moved, single)
        return torch.where((self.noise_std == 0).unsqueeze(1), single.double(), x)


@dataclass(frozen=True, slots=True)
class BitKernel:
    """Independent bits of each row, 1 with log odds ``logits`` [N, D]; a bit with infinite log odds is known."""

    logits: Tensor

    def __len__(self) -> int:
        return len(self.logits)

    def take(self, index: Tensor | slice) -> BitKernel:
        """Return the rows at ``index``."""
        return BitKernel(self.logits[index])

    def given_entries(self, known: Tensor, values: Tensor) -> tuple[BitKernel, Tensor]:
        """Condition on the entries ``known`` (bool ``[D]``) being ``values`` [N, D]; Z is their probability."""
        signs = 2.0 * values - 1.0
        log_z = logsigmoid(signs * self.logits)[:, known].sum(1)
        return BitKernel(torch.where(known, signs * math.inf, self.logits)), log_z

    def given_factors(self, log_one: Tensor, log_zero: Tensor) -> tuple[BitKernel, Tensor]:
        """Condition on r(x) = prod r_j(x_j), given ln r_j(1) and ln r_j(0), ``[N, D]`` or ``[D]``."""
        log_z = torch.logaddexp(logsigmoid(self.logits) + log_one, logsigmoid(-self.logits) + log_zero)
        return BitKernel(self.logits + (log_one - log_zero)), log_z.sum(1)

    def draw(self, rng: torch.Generator) -> Tensor:
        """Draw one state for each row, ``[N, D]``."""
        chance = torch.rand(self.logits.shape, generator=rng, dtype=torch.float64)
        return (chance < torch.sigmoid(self.logits)).double()


Kernel = GaussianKernel | BitKernel


def kernel_of(distribution: StateDistribution) -> Kernel:
    """Return ``distribution`` of states ``[N, *shape]`` as a kernel over flattened states."""
    if isinstance(distribution, Bernoulli):
        return BitKernel(distribution.logits.double().flatten(1))
    if isinstance(distribution, MultivariateNormal):
        return GaussianKernel(
            distribution.mean.double(), distribution.scale_tril.double() @ distribution.scale_tril.double().mT
        )
    std = distribution.stddev.double().expand_as(distribution.mean)
    return GaussianKernel(distribution.mean.double().flatten(1), std.square().flatten(1))


def truncated_normal(least: Tensor, rng: torch.Generator) -> Tensor:
    """Draw from N(0, 1) given that the draw is ``least`` [N] or more, float64 ``[N]``, even far out in the tail.

    It inverts the tail's probability: by its quantile for moderate ``least``, and beyond by Newton's method on its
    logarithm, starting from the tail's shape exp(-x^2/2).
    """
    log_chance = torch.log1p(-torch.rand(least.shape, generator=rng, dtype=torch.float64))
    target = log_normal_cdf(-least) + log_chance
    found = -torch.special.ndtri(torch.exp(target))
    far_out = least.clamp_min(NDTRI_UP_TO)
    start = far_out - 2.0 * log_chance / (far_out + (far_out.square() - 2.0 * log_chance).sqrt())
    x, target_far_out = start, log_normal_cdf(-far_out) + log_chance
    for _ in range(3):
        x = x + (log_normal_cdf(-x) - target_far_out) / hazard(x)
    x = torch.where(far_out < NEWTON_UP_TO, x, start)
    return torch.maximum(torch.where(least > NDTRI_UP_TO, x, found), least)


def log_normal_cdf(x: Tensor) -> Tensor:
    """Return ln of the probability that N(0, 1) is below ``x``, accurate far out in the tail."""
    found: Tensor = torch.special.log_ndtr(x)
    return found


def hazard(x: Tensor) -> Tensor:
    """Return the density of N(0, 1) at ``x`` divided by its probability to be larger; far out it is close to ``x``."""
    return torch.exp(-0.5 * x.square() - 0.5 * math.log(2.0 * math.pi) - log_normal_cdf(-x))


def multivariate_normal(mean: Tensor, covariance: Tensor) -> MultivariateNormal:
    """Return N(``mean`` [N, K], ``covariance`` [N, K, K]), unchecked."""
    return MultivariateNormal(mean, covariance, validate_args=False)


def normal_log_density(difference: Tensor, variance: Tensor) -> Tensor:
    """Return ln N(``difference``; 0, ``variance``) of each entry."""
    return log_density(Gaussian(torch.zeros_like(difference), variance.sqrt()), difference)


def log_density(distribution: Normal | MultivariateNormal, x: Tensor) -> Tensor:
    """Return ln of the density of ``distribution`` at ``x`` for each entry, or for each row if correlated."""
    found: Tensor = distribution.log_prob(x)  # type: ignore[no-untyped-call]
    return found


def concatenated(kernels: Sequence[Kernel]) -> Kernel:
    """Return the rows of ``kernels``, all of one kind, as one kernel."""
    bits = [kernel for kernel in kernels if isinstance(kernel, BitKernel)]
    if bits:
        return BitKernel(torch.cat([kernel.logits for kernel in bits]))
    gaussians = [kernel for kernel in kernels if isinstance(kernel, GaussianKernel)]
    means, covariances = zip(*((kernel.mean, kernel.covariance) for kernel in gaussians), strict=True)
    return GaussianKernel(torch.cat(means), torch.cat(covariances))
