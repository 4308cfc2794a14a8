"""The reverse kernels multiplied by r: p(x^t-1 | x^t) r_t-1(x^t-1), normalised (section 2.5), and the weights.

Every factor of r is absorbed into the kernel one after the other. Where the product stays within reach of closed forms
it is exact; else a *stand-in* is absorbed, and the weight says by how much the two differ at the draw:
ln weight = ln Z + ln r(x') - ln stand-in(x'). In these terms the paper's kernels are draws without their weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.posterior.factors import (
    BitFactor,
    DrawContext,
    Factor,
    NoisedMaskFactor,
    Surrogate,
    flat_tensor,
    zero_log_weights,
)
from core.posterior.gaussian_factors import HalfPlaneFactor, ObservationFactor, SmoothFactor
from core.posterior.kernels import Kernel, TruncatedGaussianKernel, concatenated
from core.posterior.x0_moments import ReverseChain
from core.sampling.trajectories import chunk_size
from core.values.potentials import (
    BitPotential,
    HalfPlane,
    Mask,
    NoisyObservation,
    PaintedField,
    Posterior,
    Potential,
    SmoothPotential,
    factors_of,
    mask_of,
)


@dataclass(frozen=True, slots=True)
class Particles:
    """States on their way back to the data.

    Attributes:
        x: ``[N, D]``, flattened; float64 that hold float32 values, which is what a frame shows.
        kernel: p(x^t-1 | x^t) at each, where it is known already.
        log_r: ln r_t of each, ``[N]``.
        log_weight: What the step to here has added to the logarithm of each one's weight, ``[N]``.
    """

    x: Tensor
    kernel: Kernel | None
    log_r: Tensor
    log_weight: Tensor

    def take(self, index: Tensor | slice) -> Particles:
        """Return those at ``index``."""
        kernel = None if self.kernel is None else self.kernel.take(index)
        return Particles(self.x[index], kernel, self.log_r[index], self.log_weight[index])


@dataclass(frozen=True, slots=True)
class TiltedKernel:
    """A kernel and what it has absorbed so far.

    Attributes:
        kernel: What is left of it.
        log_z: ln of the normaliser of the product, ``[N]``.
        conditioned: The factors, each with its stand-in; None where it is exact.
    """

    kernel: Kernel | TruncatedGaussianKernel
    log_z: Tensor
    conditioned: tuple[tuple[Factor, Surrogate | None], ...] = ()

    def under(self, factors: Iterable[Factor], context: DrawContext) -> TiltedKernel:
        """Return the kernel after it has absorbed ``factors`` as well."""
        kernel, log_z, conditioned = self.kernel, self.log_z, list(self.conditioned)
        for factor in factors:
            if isinstance(kernel, TruncatedGaussianKernel):
                raise TypeError("a kernel that is cut can only be drawn from")
            kernel, log_z_of_factor, surrogate = factor.condition(kernel, context)
            log_z = log_z + log_z_of_factor
            conditioned.append((factor, surrogate))
        return TiltedKernel(kernel, log_z, tuple(conditioned))


class TiltedChain:
    """The chain under r: what the first states are drawn from, and each step after.

    Args:
        chain: The model's own reverse chain.
        posterior: r, its timing, and whether weights are wanted; checked before (`check_posterior`).
    """

    def __init__(self, chain: ReverseChain, posterior: Posterior) -> None:
        self._chain = chain
        self._at_once = chunk_size(chain.shape)  # it decides which random numbers are whose
        self._weighted = posterior.weighted
        self._timing = posterior.timing
        self._direct_factors, self._mean_shifts, self._cuts = _factors_for(posterior, chain)
        mask = mask_of(posterior.r)
        self._clean: tuple[Tensor, Tensor] | None = None
        if mask is not None and mask.known_mode == "clean" and posterior.timing != "twisted":
            self._clean = torch.tensor(~mask.mask).flatten(), flat_tensor(mask.known)

    @torch.no_grad()
    def start(self, count: int, rng: torch.Generator) -> Particles:
        """Draw ``count`` states x^T from pi r_T; pi takes the place of a kernel, so the weight is its ln Z."""
        steps = self._chain.steps
        sizes = [min(self._at_once, count - begin) for begin in range(0, count, self._at_once)]
        return _concatenated([self._draw(self._chain.prior(size), None, steps, rng) for size in sizes])

    @torch.no_grad()
    def start_from(self, x0: Tensor, count: int, t: int, rng: torch.Generator) -> Particles:
        """Draw ``count`` states x^t from q(x^t | x^0 = ``x0`` [D]) r_t: a rough picture, noised to there."""
        rows = x0.expand(count, -1)
        parts = [rows[begin : begin + self._at_once] for begin in range(0, count, self._at_once)]
        return _concatenated([self._draw(self._chain.path(part, None, t, t + 1), None, t, rng) for part in parts])

    @torch.no_grad()
    def step(self, particles: Particles, t: int, rng: torch.Generator) -> Particles:
        """Draw x^t-1 for each of ``particles``, which are at t = 1 … T."""
        return self.move(particles, t, t - 1, rng)

    @torch.no_grad()
    def move(self, particles: Particles, t: int, s: int, rng: torch.Generator) -> Particles:
        """Draw x^s for each of ``particles``, which are at t; where s is before t - 1 by `longer_moves.strided_kernel`.

        Weights are right where s = t - 1 alone.
        """
        parts = []
        for begin in range(0, len(particles.x), self._at_once):
            part = particles.take(slice(begin, begin + self._at_once))
            kernel = self._chain.kernel(part.x, t, s) if part.kernel is None else part.kernel
            moved = self._draw(kernel, part.x, s, rng, t)
            parts.append(Particles(moved.x, moved.kernel, moved.log_r, moved.log_weight - part.log_r))
        return _concatenated(parts)

    @torch.no_grad()
    def renoise(self, particles: Particles, s: int, t: int, rng: torch.Generator) -> Particles:
        """Draw x^t for each of ``particles`` at s < t by q's own steps; what is held at x^0 stays there."""
        x = self._chain.forward(particles.x, s, t, rng)
        if self._clean is not None:
            known, y = self._clean
            x = torch.where(known, y, x)
        return Particles(x, None, particles.log_r, particles.log_weight)

    def _draw(
        self, kernel: Kernel, x_before: Tensor | None, t: int, rng: torch.Generator, t_before: int | None = None
    ) -> Particles:
        """Draw x^t from ``kernel`` under r_t; ``x_before`` is where it comes from, None where that is nowhere."""
        context = DrawContext(self._chain, self._timing, t, x_before, t + 1 if t_before is None else t_before, rng)
        direct = TiltedKernel(kernel, zero_log_weights(kernel)).under(self._direct_factors, context)
        gradient_tilted = direct.under(self._mean_shifts, context).under(self._cuts, context)
        if not self._weighted:
            x = gradient_tilted.kernel.draw(rng).float().double()
            return Particles(x, None, zero_log_weights(x), zero_log_weights(x))
        if not self._mean_shifts:
            x = gradient_tilted.kernel.draw(rng).float().double()
            log_proposal = -gradient_tilted.log_z
        else:
            # A pull may be wrong by any factor. Half of the draws do without, so that r is never weighed against less.
            untilted = direct.under(self._cuts, context)
            use_gradient = torch.rand(len(kernel), 1, generator=rng, dtype=torch.float64) < 0.5
            x = torch.where(use_gradient, gradient_tilted.kernel.draw(rng), untilted.kernel.draw(rng)).float().double()
            log_gradient_surrogate = sum(
                (
                    surrogate(x)
                    for factor, surrogate in gradient_tilted.conditioned
                    if factor.shifts_mean_only and surrogate
                ),
                zero_log_weights(x),
            )
            log_proposal = torch.logaddexp(log_gradient_surrogate - gradient_tilted.log_z, -untilted.log_z) - math.log(
                2.0
            )
        return self._with_weights(x, gradient_tilted, log_proposal, context)

    def _with_weights(self, x: Tensor, tilted: TiltedKernel, log_proposal: Tensor, context: DrawContext) -> Particles:
        """Return ``x`` with weights; ``log_proposal`` is ln of what it was drawn from by kernel and firm stand-ins."""
        kernel = self._chain.kernel(x, context.t) if context.twisted else None
        moments = self._chain.moments(x, context.t, kernel) if context.twisted else None
        log_r, log_weight = zero_log_weights(x), -log_proposal
        for factor, surrogate in tilted.conditioned:
            value = factor.log_r(x, moments, context)
            log_r = log_r + value
            if factor.shifts_mean_only:
                log_weight = log_weight + value
            elif surrogate is not None:
                log_weight = log_weight + value - surrogate(x)
        return Particles(x, kernel, log_r, log_weight)


def _factors_for(posterior: Posterior, chain: ReverseChain) -> tuple[list[Factor], list[Factor], list[Factor]]:
    """Return the factors of r in the order in which kernels take them: what is firm, what pulls, and half planes.

    What is known comes first; of the half planes the last one cuts, after which a kernel can only be drawn from.
    """
    parts = list(factors_of(posterior.r))
    masks, halves = ([part for part in parts if isinstance(part, kind)] for kind in (Mask, HalfPlane))
    others = [_factor(part, chain) for part in parts if not isinstance(part, (Mask, HalfPlane))]
    direct = [_factor(part, chain) for part in masks] + [factor for factor in others if not factor.shifts_mean_only]
    cuts: list[Factor] = [
        HalfPlaneFactor(part, cuts=number == len(halves), weighted=posterior.weighted)
        for number, part in enumerate(halves, start=1)
        if isinstance(part, HalfPlane)
    ]
    return direct, [factor for factor in others if factor.shifts_mean_only], cuts


def _factor(part: Potential, chain: ReverseChain) -> Factor:
    if isinstance(part, Mask):
        if part.known_mode == "noised":
            return NoisedMaskFactor(part)
        return BitFactor.of_mask(part) if chain.binomial else ObservationFactor.of_mask(part)
    if isinstance(part, NoisyObservation):
        return ObservationFactor.of_observation(part)
    if isinstance(part, BitPotential):
        return BitFactor.of_potential(part)
    if isinstance(part, PaintedField):
        return SmoothFactor.of_field(part)
    if isinstance(part, SmoothPotential):
        return SmoothFactor(part.log_r, chain.shape)
    raise TypeError(f"a {type(part).__name__} is no factor by itself")


def _concatenated(parts: Sequence[Particles]) -> Particles:
    kernels = [part.kernel for part in parts if part.kernel is not None]
    return Particles(
        torch.cat([part.x for part in parts]),
        concatenated(kernels) if kernels else None,
        torch.cat([part.log_r for part in parts]),
        torch.cat([part.log_weight for part in parts]),
    )
