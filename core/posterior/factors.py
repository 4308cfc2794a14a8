"""How a factor of r changes a kernel, and the factors for any process: known entries, also in part, and bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor

from core.posterior.kernels import BitKernel, GaussianKernel, Kernel, TruncatedGaussianKernel, normal_log_density
from core.posterior.linearisation import Linearisation, linearise
from core.posterior.x0_moments import Moments, ReverseChain
from core.values.measurements import NATS_PER_BIT
from core.values.potentials import BitPotential, Mask, SoftMask

Surrogate = Callable[[Tensor], Tensor]
Conditioned = tuple[Kernel | TruncatedGaussianKernel, Tensor, Surrogate | None]
"""The conditioned kernel, ln Z ``[N]``, and ln of the surrogate at states ``[N, D]``, None if the factor is exact."""


@dataclass(slots=True)
class DrawContext:
    """Context of a draw of x^t.

    Attributes:
        chain: The model's own chain.
        timing: How r depends on t (`core.values.potentials.Posterior`).
        t: Step of the draw, T … 0.
        x_before: Previous states, ``[N, D]``; None at the first step of a chain.
        t_before: Step of the previous states, t + 1 unless the move is longer.
        rng: Generator of random numbers.
    """

    chain: ReverseChain
    timing: str
    t: int
    x_before: Tensor | None
    t_before: int
    rng: torch.Generator
    _linearisation: Linearisation | None = field(default=None, init=False)

    @property
    def twisted(self) -> bool:
        """Whether r_t is r at the x^0 estimate rather than a power of r."""
        return self.timing == "twisted" and self.t > 0

    @property
    def power(self) -> float:
        """The exponent of r in r_t, unless r_t is twisted."""
        return 1.0 - self.t / self.chain.steps if self.timing == "fading" else 1.0

    def linearisation(self, kernel: GaussianKernel) -> Linearisation:
        """Return the linearisation of x^0 around the kernel, computed once for all factors."""
        if self._linearisation is None:
            self._linearisation = linearise(self.chain, kernel, self.t)
        return self._linearisation


class Factor(Protocol):
    """One factor of r, in model units.

    Attributes:
        shifts_mean_only: Whether it only shifts the proposal mean along the gradient of ln r.
    """

    shifts_mean_only: bool

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Multiply ``kernel`` by r_t, or by its surrogate."""

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:
        """Return ln r_t of states ``x`` [N, D], ``[N]``; if r_t is twisted, ``moments`` are those at ``x``."""


class NoisedMaskFactor:
    """Known entries noised along a path, drawn backwards from the data: q(c^T | y), then q(c^t-1 | c^t, y).

    The weights are those of the whole path, p(c^0 … c^T | the others) / q(c^1 … c^T | y), whose mean is p(y) for any
    model; they need only the density of the known part. At intermediate steps r_t is q(y | c^t) for data distributed
    as pi; without it, the weights would favour particles whose path is still far from y.
    """

    shifts_mean_only = False

    def __init__(self, mask: Mask) -> None:
        self._known = torch.from_numpy(~mask.mask).flatten()
        self._y = flat_tensor(mask.known)

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Draw the next point of the path, and condition on it."""
        y = self._y.expand(len(kernel), -1)
        if context.t == 0:
            return *kernel.given_entries(self._known, y), None
        path = context.chain.path(y, context.x_before, context.t, context.t_before)
        drawn = path.draw(context.rng).float().double()
        left, log_p = kernel.given_entries(self._known, drawn)
        log_q = path.given_entries(self._known, drawn)[1]
        return left, log_p - log_q + self.log_r(drawn, None, context), None

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:  # noqa: ARG002
        """Return ln q(y | c^t), ``[N]``; 0 at t = 0, where the path is at y."""
        if context.t == 0:
            return zero_log_weights(x)
        return context.chain.entrywise_x0_kernel(x, context.t).given_entries(self._known, self._y.expand_as(x))[1]


class SoftMaskFactor:
    """Entries that are partly known: r_t is the average of r over x^0 given x^t, entry by entry, for data like pi.

    For data of independent entries distributed as pi, the kernels under this r_t are the posterior's own. For other
    data weights correct them.
    """

    shifts_mean_only = False

    def __init__(self, mask: SoftMask) -> None:
        self._confidence = flat_tensor(mask.confidence)
        self._observed = self._confidence > 0
        self._y = flat_tensor(mask.observed)
        self._noise = torch.where(self._observed, (1.0 - self._confidence) / self._confidence.clamp_min(1e-300), 0.0)

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Take the product, which is exact for independent bits and for Gaussians."""
        return *self.product(kernel, context.chain.alpha_bar(context.t)), None

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:  # noqa: ARG002
        """Return ln r_t at ``x``, ``[N]``."""
        alpha_bar = context.chain.alpha_bar(context.t)
        if context.chain.binomial:
            log_one, log_zero = self._log_factors(alpha_bar)
            return torch.where(x > 0.5, log_one, log_zero).sum(1)
        variance = self._noise + (1.0 - alpha_bar)
        return normal_log_density(self._y - math.sqrt(alpha_bar) * x, variance)[:, self._observed].sum(1)

    def product(self, kernel: Kernel, alpha_bar: float) -> tuple[Kernel, Tensor]:
        """Return ``kernel``, of states with the signal ``alpha_bar`` left, times r_t, normalised, and ln Z ``[N]``."""
        if isinstance(kernel, BitKernel):
            return kernel.given_factors(*self._log_factors(alpha_bar))
        scale, variance = math.sqrt(alpha_bar), self._noise + (1.0 - alpha_bar)
        if scale == 0.0:
            log_z = normal_log_density(self._y, variance)[self._observed].sum()
            return kernel, zero_log_weights(kernel) + log_z
        # N(y; s x, v) is N(y/s; x, v/s^2)/s
        left, log_z = kernel.given_noisy_entries(self._observed, self._y / scale, variance / alpha_bar)
        return left, log_z - int(self._observed.sum()) * math.log(scale)

    def _log_factors(self, alpha_bar: float) -> tuple[Tensor, Tensor]:
        """Return ln r_t of each bit for the values 1 and 0: ln P(y | x^t), 1/2 where nothing is observed."""
        certainty = alpha_bar * self._confidence * (2.0 * self._y - 1.0)
        log_one, log_zero = (torch.log1p(sign * certainty) - NATS_PER_BIT for sign in (1.0, -1.0))
        return torch.where(self._observed, log_one, 0.0), torch.where(self._observed, log_zero, 0.0)


class BitFactor:
    """A factor r_j for every bit: the product with independent bits is exact."""

    shifts_mean_only = False

    def __init__(self, log_one: Tensor, log_zero: Tensor) -> None:
        self._log_one = log_one
        self._log_zero = log_zero

    @classmethod
    def of_potential(cls, potential: BitPotential) -> BitFactor:
        """Return the factors of a potential: 1 for the preferred value."""
        odds = flat_tensor(potential.log_odds)
        return cls(odds.clamp_max(0.0), (-odds).clamp_max(0.0))

    @classmethod
    def of_mask(cls, mask: Mask) -> BitFactor:
        """Return the factors of known bits: 0 for the other value."""
        known, y = torch.from_numpy(~mask.mask).flatten(), flat_tensor(mask.known)
        never = torch.tensor(-math.inf, dtype=torch.float64)
        return cls(torch.where(known & (y == 0), never, 0.0), torch.where(known & (y == 1), never, 0.0))

    def condition(self, kernel: Kernel, context: DrawContext) -> Conditioned:
        """Add log odds; twisted, the surrogate is the factor's average given each bit alone, not the x^0 estimate."""
        if not isinstance(kernel, BitKernel):
            raise TypeError("a potential on bits needs a kernel of bits")
        if context.twisted:
            log_one, log_zero = self._twisted_log_factors(context.chain.alpha_bar(context.t))
            return *kernel.given_factors(log_one, log_zero), lambda x: torch.where(x > 0.5, log_one, log_zero).sum(1)
        if context.power == 0.0:
            return unchanged(kernel)
        return *kernel.given_factors(context.power * self._log_one, context.power * self._log_zero), None

    def log_r(self, x: Tensor, moments: Moments | None, context: DrawContext) -> Tensor:
        """Return the power of ln r at the bits; twisted, ln of the average of r over x^0."""
        if moments is not None:
            return _average(moments.mean, self._log_one, self._log_zero).sum(1)
        if context.power == 0.0:
            return zero_log_weights(x)
        return context.power * torch.where(x > 0.5, self._log_one, self._log_zero).sum(1)

    def _twisted_log_factors(self, alpha_bar: float) -> tuple[Tensor, Tensor]:
        """Return ln E[r_j(x^0_j) | x^t_j] for both values of x^t_j, for independent fair bits."""
        chances = (torch.tensor(0.5 * (1.0 + sign * alpha_bar), dtype=torch.float64) for sign in (1.0, -1.0))
        log_one, log_zero = (_average(chance, self._log_one, self._log_zero) for chance in chances)
        return log_one, log_zero


def unchanged(kernel: Kernel) -> Conditioned:
    """Return the conditioned ``kernel`` for r_t = 1."""
    return kernel, zero_log_weights(kernel), None


def zero_log_weights(rows: Tensor | Kernel) -> Tensor:
    """Return ln 1 for each of ``rows``, ``[N]``."""
    return torch.zeros(len(rows), dtype=torch.float64)


def flat_tensor(values: NDArray[Any]) -> Tensor:
    """Return ``values`` [*shape] as float64 ``[D]``."""
    return torch.tensor(values, dtype=torch.float64).flatten()


def _average(chance: Tensor, log_one: Tensor, log_zero: Tensor) -> Tensor:
    """Return ln(p r(1) + (1 - p) r(0))."""
    return torch.logaddexp(chance.log() + log_one, torch.log1p(-chance) + log_zero)
