"""The Gaussian process, in closed form (section 2.1, table App. 1). All tables are float64; entropies are in nats."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Normal

from core.processes.base import (
    check_floating,
    check_step,
    entropy_bounds_in_bits,
    erased_between,
    tabulated,
)
from core.processes.distributions import StateDistribution, draw, normal, pick
from core.values.arrays import check_finite
from core.values.measurements import StepEntropies

LOG_TWO_PI_E = math.log(2.0 * math.pi * math.e)


class GaussianProcess:
    """Diffusion of standardised data towards N(0, I).

    Steps are given as an int for a whole batch or as an int64 tensor ``[N]``, one for each state.

    Attributes:
        steps: T.
        betas: Rates ``[T]``, float64; entry ``t - 1`` belongs to the step t-1 -> t.
        alpha_bars: Signal left, ``[T + 1]``, alpha_bar_0 = 1.
    """

    kind = "gaussian"

    def __init__(self, betas: NDArray[np.float64] | Tensor) -> None:
        """Tabulate the process; a tensor of rates keeps its gradient through every closed form.

        Raises:
            BadInputError: If a rate is outside (0, 1].
        """
        self.betas, alpha_bars_from_1 = tabulated(betas)
        self.steps = len(self.betas)
        one, zero = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
        before = torch.cat([one, alpha_bars_from_1[:-1]])
        self.alpha_bars = torch.cat([one, alpha_bars_from_1])
        # Tables over t = 0 … T: taken in float64 here, so that 1 - alpha_bar keeps its digits in a float32 state.
        self._tables = {
            "transition scale": torch.cat([one, (1.0 - self.betas).sqrt()]),
            "transition std": torch.cat([zero, self.betas.sqrt()]),
            "marginal scale": torch.cat([one, alpha_bars_from_1.sqrt()]),
            "marginal std": torch.cat([zero, (1.0 - alpha_bars_from_1).sqrt()]),
            "posterior x0": torch.cat([one, before.sqrt() * self.betas / (1.0 - alpha_bars_from_1)]),
            "posterior x": torch.cat([zero, (1.0 - self.betas).sqrt() * (1.0 - before) / (1.0 - alpha_bars_from_1)]),
            "posterior variance": torch.cat([zero, self.betas * (1.0 - before) / (1.0 - alpha_bars_from_1)]),
        }
        self._rows: tuple[object, object, dict[str, Tensor]] = (None, None, {})

    def _pick(self, name: str, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return an entry of one table, as `core.processes.distributions.pick` does.

        Where rates are learned, all tables are looked up at once and kept for as long as the same ``t`` is asked for:
        one by one, they and their gradients cost a third of the gradient of a small network.
        """
        if isinstance(t, int) or not self.betas.requires_grad:
            return pick(self._tables[name], t, like)
        if self._rows[0] is not t or self._rows[1] is not like.dtype:
            rows = torch.stack(list(self._tables.values()), dim=1)[t].to(like.dtype)
            self._rows = (t, like.dtype, dict(zip(self._tables, rows.unbind(1), strict=True)))
        return self._rows[2][name].reshape(-1, *[1] * (like.dim() - 1))

    def transition_scale(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return sqrt(1 - beta_t), shaped to multiply states ``like`` [N, *shape]."""
        return self._pick("transition scale", t, like)

    def marginal_scale(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return sqrt(alpha_bar_t), shaped to multiply states ``like`` [N, *shape]."""
        return self._pick("marginal scale", t, like)

    def marginal_std(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return sqrt(1 - alpha_bar_t), shaped to multiply states ``like`` [N, *shape]."""
        return self._pick("marginal std", t, like)

    def transition(self, x: Tensor, t: int | Tensor) -> Normal:
        """Return q(x^t | x^t-1 = ``x``) for t = 1 … T."""
        self.check_step(t, first=1)
        check_floating(x=x)
        return normal(self.transition_scale(t, x) * x, self._pick("transition std", t, x))

    def multi_step_transition(self, x: Tensor, s: int, t: int) -> Normal:
        """Return q(x^t | x^s = ``x``) for 0 <= s < t <= T: many steps at once."""
        self.check_step(t, first=1)
        check_step(s, 0, t - 1, "s")
        check_floating(x=x)
        erased = erased_between(self.betas, s, t)
        return normal(math.sqrt(1.0 - erased) * x, math.sqrt(erased))

    def marginal(self, x0: Tensor, t: int | Tensor) -> Normal:
        """Return q(x^t | x^0 = ``x0``) for t = 1 … T."""
        self.check_step(t, first=1)
        check_floating(x0=x0)
        return normal(self.marginal_scale(t, x0) * x0, self.marginal_std(t, x0))

    def posterior_mean(self, x0: Tensor, x: Tensor, t: int | Tensor) -> Tensor:
        """Return the mean of q(x^t-1 | x^t = ``x``, x^0 = ``x0``) for t = 1 … T."""
        self.check_step(t, first=1)
        return self._pick("posterior x0", t, x) * x0 + self._pick("posterior x", t, x) * x

    def posterior_variance(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return the variance of q(x^t-1 | x^t, x^0): 0 at t = 1, beta_t (1 - A_t-1)/(1 - A_t) after."""
        return self._pick("posterior variance", t, like)

    def posterior_x0_weight(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return by how much the mean of q(x^t-1 | x^t, x^0) moves with x^0: sqrt(A_t-1) beta_t/(1 - A_t)."""
        return self._pick("posterior x0", t, like)

    def posterior(self, x0: Tensor, x: Tensor, t: int | Tensor) -> Normal:
        """Return q(x^t-1 | x^t = ``x``, x^0 = ``x0``) for t = 2 … T; at t = 1 it is x^0 itself."""
        self.check_step(t, first=2)
        check_floating(x0=x0, x=x)
        return normal(self.posterior_mean(x0, x, t), _root(self.posterior_variance(t, x)))

    def final_kernel(self, x: Tensor) -> Normal:
        """Return p(x^0 | x^1 = ``x``) = q(x^1 | x^0) pi(x^0)/pi(x^1): N(sqrt(1 - beta_1) x, beta_1) (appendix B)."""
        return self.transition(x, 1)

    def multi_step_posterior(self, x0: Tensor, x: Tensor, s: int, t: int) -> Normal:
        """Return q(x^s | x^t = ``x``, x^0 = ``x0``) for 1 <= s < t <= T: the posterior of many steps at once."""
        self.check_step(t, first=2)
        check_step(s, 1, t - 1, "s")
        check_floating(x0=x0, x=x)
        erased = erased_between(self.betas, s, t)
        variance_ratio = (1.0 - float(self.alpha_bars[s])) / (1.0 - float(self.alpha_bars[t]))
        mean = self.multi_step_x0_weight(s, t) * x0 + math.sqrt(1.0 - erased) * variance_ratio * x
        return normal(mean, math.sqrt(erased * variance_ratio))

    def multi_step_x0_weight(self, s: int, t: int) -> float:
        """Return by how much the mean of q(x^s | x^t, x^0) moves with x^0: sqrt(A_s) (1 - A_t/A_s)/(1 - A_t)."""
        before, after = float(self.alpha_bars[s]), float(self.alpha_bars[t])
        return math.sqrt(before) * erased_between(self.betas, s, t) / (1.0 - after)

    def prior_distribution(self, x: Tensor) -> Normal:
        """Return pi = N(0, I), for states like ``x`` [N, *shape]."""
        return normal(torch.zeros_like(x), torch.ones_like(x))

    def x0_estimate(self, distribution: StateDistribution, x: Tensor, t: int) -> Tensor:
        """Return E[x^0 | x^t = ``x``], ``[N, *shape]``, implied by the kernel ``distribution`` = p(x^t-1 | x^t).

        The kernel's mean is that of q(x^t-1 | x^t, x^0) at the guess, solved for the guess; where nothing is left of
        x^0 at t - 1, it is that of standardised data.
        """
        if t == 1:
            return distribution.mean
        share = self.posterior_x0_weight(t, x)
        return (distribution.mean - self._pick("posterior x", t, x) * x) / share if share else torch.zeros_like(x)

    def x0_variance(self, distribution: StateDistribution, t: int) -> Tensor:
        """Return Var[x^0 | x^t], each entry's, implied by the kernel ``distribution`` = p(x^t-1 | x^t), t = 1 … T."""
        if t == 1:
            return distribution.variance
        excess, share = (
            distribution.variance - float(self._tables["posterior variance"][t]),
            self.posterior_x0_weight(t, distribution.mean),
        )
        return (excess / share**2).clamp_min(0.0) if share else torch.ones_like(excess)

    def step(self, x: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw ``x^t ~ q(x^t | x^t-1 = x)``, t = 1 … T, states ``[N, *shape]``."""
        return draw(self.transition(x, t), rng)

    def jump(self, x0: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw ``x^t ~ q(x^t | x^0)`` at once, without the steps between.

        Args:
            x0: Data ``[N, *shape]``, standardised.
            t: Step, 0 … T; 0 returns ``x0``.
            rng: Source of the noise; equal states give equal draws.

        Raises:
            BadInputError: If ``t`` is outside 0 … T.
        """
        return x0 if t == 0 else draw(self.marginal(x0, t), rng)

    def prior(self, count: int, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        """Draw ``count`` states from pi: ``[count, *shape]``, float32."""
        return torch.randn((count, *shape), generator=rng)

    def prior_cross_entropy(self, x0: Tensor) -> Tensor:
        """Return -E[ln pi(x^T) | x^0] in nats for each sample of ``x0`` [N, *shape], float64 ``[N]`` (appendix B).

        It is computed from the data's own second moment, never assumed to be that of unit variance.
        """
        flat = x0.double().flatten(1)
        dimensions = flat.shape[1]
        alpha_bar_end = self.alpha_bars[-1]
        second_moment = alpha_bar_end * flat.square().sum(1) + dimensions * (1.0 - alpha_bar_end)
        return 0.5 * (dimensions * math.log(2.0 * math.pi) + second_moment)

    def null_log_likelihood(self, x0: Tensor) -> float:  # noqa: ARG002 - a process of bits asks the data
        """Return the null model's log-likelihood, the unit Gaussian's, in nats per dimension: -1/2 ln(2 pi e).

        It is that of unit-variance data, whatever ``x0`` are.
        """
        return -0.5 * LOG_TWO_PI_E

    def marginal_entropies(self) -> Tensor:
        """Return H_q(X^t | X^0) for t = 1 … T in nats per dimension, float64 ``[T]``."""
        return 0.5 * (LOG_TWO_PI_E + torch.log(1.0 - self.alpha_bars[1:]))

    def transition_entropies(self) -> Tensor:
        """Return H_q(X^t | X^t-1) for t = 1 … T in nats per dimension, float64 ``[T]``."""
        return 0.5 * (LOG_TWO_PI_E + torch.log(self.betas))

    def entropies(self) -> StepEntropies:
        """Return the bounds of every reverse step's entropy, bits per dimension (section 2.6, appendix A)."""
        return entropy_bounds_in_bits(self.transition_entropies(), self.marginal_entropies())

    def check_step(self, t: int | Tensor, first: int) -> None:
        """Raise `BadInputError` if ``t`` is no step, or int64 steps ``[N]``, of ``first`` … T."""
        check_step(t, first, self.steps)

    def check_states(self, x: NDArray[np.floating], name: str) -> None:
        """Raise `BadInputError` unless ``x``, called ``name``, holds finite numbers: any of them is a state."""
        check_finite(x, name)


def _root(value: Tensor | float) -> Tensor | float:
    return value.sqrt() if isinstance(value, Tensor) else math.sqrt(value)
