"""The reverse kernels multiplied by r: p(x^t-1 | x^t) r_t-1(x^t-1), normalised (section 2.5), and the weights.

The kernel is conditioned on the factors of r one after the other. If the product has a closed form it is exact;
otherwise a *surrogate* replaces the factor, and the weight corrects the difference at the draw:
ln weight = ln Z + ln r(x') - ln surrogate(x'). In these terms the paper's kernels are draws without their weights.
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
    SoftMaskFactor,
    Surrogate,
    flat_tensor,
    zero_log_weights,
)
from core.posterior.gaussian_factors import HalfPlaneFactor, ObservationFactor, SmoothFactor, observed_entries
from core.posterior.kernels import Kernel, TruncatedGaussianKernel, concatenated
from core.posterior.x0_moments import ReverseChain
from core.sampling.blocks import chunk_size
from core.values.potentials import (
    BitPotential,
    HalfPlane,
    Mask,
    NoisyObservation,
    PaintedField,
    Posterior,
    Potential,
    SmoothPotential,
    SoftMask,
    factors_of,
    mask_of,
)

MOST_TRIES = 32
"""Most draws from a kernel, of which one is to be accepted by several half planes."""


@dataclass(frozen=True, slots=True)
class Particles:
    """States of reverse chains.

    Attributes:
        x: ``[N, D]``, flattened; float32 values, which frames show, in float64.
        kernel: p(x^t-1 | x^t) at each, if it has been computed already.
        log_r: ln r_t of each, ``[N]``.
        log_weight: What the last step has added to the logarithm of each weight, ``[N]``.
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
    """A kernel conditioned on some factors.

    Attributes:
        kernel: The conditioned kernel.
        log_z: ln of the normaliser of the product, ``[N]``.
        conditioned: The factors, each with its surrogate, None if it is exact.
    """

    kernel: Kernel | TruncatedGaussianKernel
    log_z: Tensor
    conditioned: tuple[tuple[Factor, Surrogate | None], ...] = ()

    def under(self, factors: Iterable[Factor], context: DrawContext) -> TiltedKernel:
        """Return the kernel conditioned on ``factors`` as well."""
        kernel, log_z, conditioned = self.kernel, self.log_z, list(self.conditioned)
        for factor in factors:
            if isinstance(kernel, TruncatedGaussianKernel):
                raise TypeError("a truncated kernel can only be drawn from")
            kernel, log_z_of_factor, surrogate = factor.condition(kernel, context)
            log_z = log_z + log_z_of_factor
            conditioned.append((factor, surrogate))
        return TiltedKernel(kernel, log_z, tuple(conditioned))


class TiltedChain:
    """The reverse chain under r: its first states and its steps.

    Args:
        chain: The model's own reverse chain.
        posterior: r, its timing, and whether to compute weights; `check_posterior` has checked it.
    """

    def __init__(self, chain: ReverseChain, posterior: Posterior) -> None:
        self._chain = chain
        self._at_once = chunk_size(chain.shape)  # it determines the random numbers of each state
        self._weighted = posterior.weighted
        self._timing = posterior.timing
        self._direct_factors, self._mean_shifts, self._cuts = _factors_for(posterior, chain)
        mask = mask_of(posterior.r)
        self._clean: tuple[Tensor, Tensor] | None = None
        if mask is not None and mask.known_mode == "clean" and posterior.timing != "twisted":
            self._clean = torch.tensor(~mask.mask).flatten(), flat_tensor(mask.known)

    @torch.no_grad()
    def start(self, count: int, rng: torch.Generator) -> Particles:
        """Draw ``count`` states x^T from pi r_T, with pi as the kernel, so that the weight is its ln Z."""
        steps = self._chain.steps
        sizes = [min(self._at_once, count - begin) for begin in range(0, count, self._at_once)]
        return _concatenated([self._draw(self._chain.prior(size), None, steps, rng) for size in sizes])

    @torch.no_grad()
    def start_from(self, x0: Tensor, count: int, t: int, rng: torch.Generator) -> Particles:
        """Draw ``count`` states x^t from q(x^t | x^0 = ``x0`` [D]) r_t: an image noised to step ``t``."""
        rows = x0.expand(count, -1)
        parts = [rows[begin : begin + self._at_once] for begin in range(0, count, self._at_once)]
        return _concatenated([self._draw(self._chain.path(part, None, t, t + 1), None, t, rng) for part in parts])

    @torch.no_grad()
    def step(self, particles: Particles, t: int, rng: torch.Generator) -> Particles:
        """Draw x^t-1 for each of ``particles`` at step t = 1 … T."""
        return self.move(particles, t, t - 1, rng)

    @torch.no_grad()
    def move(self, particles: Particles, t: int, s: int, rng: torch.Generator) -> Particles:
        """Draw x^s for each of ``particles`` at step t; for s < t - 1 by `core.sampling.strided.strided_kernel`.

        Weights are correct for s = t - 1 only.
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
        """Draw x^t from q for each of ``particles`` at s < t; clean known entries do not change."""
        x = self._chain.forward(particles.x, s, t, rng)
        if self._clean is not None:
            known, y = self._clean
            x = torch.where(known, y, x)
        return Particles(x, None, particles.log_r, particles.log_weight)

    def _draw(
        self, kernel: Kernel, x_before: Tensor | None, t: int, rng: torch.Generator, t_before: int | None = None
    ) -> Particles:
        """Draw x^t from ``kernel`` under r_t; ``x_before`` are the previous states, None at the first step."""
        context = DrawContext(self._chain, self._timing, t, x_before, t + 1 if t_before is None else t_before, rng)
        direct = TiltedKernel(kernel, zero_log_weights(kernel)).under(self._direct_factors, context)
        gradient_tilted = direct.under(self._mean_shifts, context).under(self._cuts, context)
        if not self._weighted:
            x = gradient_tilted.kernel.draw(rng).float().double()
            if len(self._cuts) > 1 and not context.twisted:
                x = self._drawn_inside(x, direct.under(self._mean_shifts, context), context, rng)
            return Particles(x, None, zero_log_weights(x), zero_log_weights(x))
        if not self._mean_shifts:
            x = gradient_tilted.kernel.draw(rng).float().double()
            log_proposal = -gradient_tilted.log_z
        else:
            # Defensive mixture: half of the proposals ignore the gradient, so the importance weights stay bounded.
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

    def _drawn_inside(self, x: Tensor, uncut: TiltedKernel, context: DrawContext, rng: torch.Generator) -> Tensor:
        """Draw from ``uncut`` times all half planes by rejection: the last cuts, the others accept or reject.

        States that are never accepted stay at ``x``, drawn with the mean shifted by the other half planes.
        """
        cut, waiting = uncut.under(self._cuts[-1:], context), torch.ones(len(x), dtype=torch.bool)
        for _ in range(MOST_TRIES):
            drawn = cut.kernel.draw(rng).float().double()
            log_r = sum((factor.log_r(drawn, None, context) for factor in self._cuts[:-1]), zero_log_weights(drawn))
            accepted = waiting & (torch.rand(len(x), generator=rng, dtype=torch.float64).log() < log_r)
            x = torch.where(accepted.unsqueeze(1), drawn, x)
            waiting &= ~accepted
            if not waiting.any():
                break
        return x

    def _with_weights(self, x: Tensor, tilted: TiltedKernel, log_proposal: Tensor, context: DrawContext) -> Particles:
        """Return ``x`` with weights; ``log_proposal`` is ln of its proposal over the kernel and direct surrogates."""
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
    """Return the factors of r in the order of conditioning: direct factors, shifts of the mean, and half planes.

    Known entries come first. The last half plane truncates the kernel, which can then only be drawn from.
    """
    parts = list(factors_of(posterior.r))
    masks, halves = ([part for part in parts if isinstance(part, kind)] for kind in (Mask, HalfPlane))
    others = [_factor(part, chain) for part in parts if not isinstance(part, (Mask, HalfPlane, NoisyObservation))]
    direct = [_factor(part, chain) for part in masks] + [factor for factor in others if not factor.shifts_mean_only]
    direct += [ObservationFactor.of_observations(group) for group in _observations_of_the_same(parts)]
    cuts: list[Factor] = [
        HalfPlaneFactor(part, cuts=number == len(halves), weighted=posterior.weighted)
        for number, part in enumerate(halves, start=1)
        if isinstance(part, HalfPlane)
    ]
    return direct, [factor for factor in others if factor.shifts_mean_only], cuts


def _observations_of_the_same(parts: Sequence[Potential]) -> list[list[NoisyObservation]]:
    """Return the observations among ``parts``, those of the same entries together."""
    groups: dict[bytes, list[NoisyObservation]] = {}
    for part in parts:
        if isinstance(part, NoisyObservation):
            groups.setdefault(observed_entries(part).numpy().tobytes(), []).append(part)
    return list(groups.values())


def _factor(part: Potential, chain: ReverseChain) -> Factor:
    if isinstance(part, Mask):
        if part.known_mode == "noised":
            return NoisedMaskFactor(part)
        return BitFactor.of_mask(part) if chain.binomial else ObservationFactor.of_mask(part)
    if isinstance(part, SoftMask):
        return SoftMaskFactor(part)
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
