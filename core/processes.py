"""The forward process q, in closed form (section 2.1, table App. 1). All tables are float64; entropies are in nats."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Independent, Normal

from core.errors import BadInputError
from core.schedules import checked
from core.values import StepEntropies

NATS_PER_BIT = math.log(2.0)
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
        checked(betas.detach().numpy() if isinstance(betas, Tensor) else betas)
        self.betas = betas if isinstance(betas, Tensor) else torch.tensor(betas, dtype=torch.float64)
        self.steps = len(self.betas)
        one, zero = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
        kept = torch.cumprod(1.0 - self.betas, dim=0)
        before = torch.cat([one, kept[:-1]])
        self.alpha_bars = torch.cat([one, kept])
        # Tables over t = 0 … T: taken in float64 here, so that 1 - alpha_bar keeps its digits in a float32 state.
        self._step_decay = torch.cat([one, (1.0 - self.betas).sqrt()])
        self._step_width = torch.cat([zero, self.betas.sqrt()])
        self._jump_decay = torch.cat([one, kept.sqrt()])
        self._jump_width = torch.cat([zero, (1.0 - kept).sqrt()])
        self._posterior_x0 = torch.cat([one, before.sqrt() * self.betas / (1.0 - kept)])
        self._posterior_x = torch.cat([zero, (1.0 - self.betas).sqrt() * (1.0 - before) / (1.0 - kept)])
        self._posterior_variance = torch.cat([zero, self.betas * (1.0 - before) / (1.0 - kept)])

    def step_decay(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return sqrt(1 - beta_t), shaped to multiply states ``like`` [N, *shape]."""
        return pick(self._step_decay, t, like)

    def jump_decay(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return sqrt(alpha_bar_t), shaped to multiply states ``like`` [N, *shape]."""
        return pick(self._jump_decay, t, like)

    def jump_width(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return sqrt(1 - alpha_bar_t), shaped to multiply states ``like`` [N, *shape]."""
        return pick(self._jump_width, t, like)

    def step_law(self, x: Tensor, t: int | Tensor) -> Normal:
        """Return q(x^t | x^t-1 = ``x``) for t = 1 … T."""
        self.check_step(t, first=1)
        return normal(self.step_decay(t, x) * x, pick(self._step_width, t, x))

    def jump_law(self, x0: Tensor, t: int | Tensor) -> Normal:
        """Return q(x^t | x^0 = ``x0``) for t = 1 … T."""
        self.check_step(t, first=1)
        return normal(self.jump_decay(t, x0) * x0, self.jump_width(t, x0))

    def posterior_mean(self, x0: Tensor, x: Tensor, t: int | Tensor) -> Tensor:
        """Return the mean of q(x^t-1 | x^t = ``x``, x^0 = ``x0``) for t = 1 … T."""
        self.check_step(t, first=1)
        return pick(self._posterior_x0, t, x) * x0 + pick(self._posterior_x, t, x) * x

    def posterior_variance(self, t: int | Tensor, like: Tensor) -> Tensor | float:
        """Return the variance of q(x^t-1 | x^t, x^0): 0 at t = 1, beta_t (1 - A_t-1)/(1 - A_t) after."""
        return pick(self._posterior_variance, t, like)

    def posterior_law(self, x0: Tensor, x: Tensor, t: int | Tensor) -> Normal:
        """Return q(x^t-1 | x^t = ``x``, x^0 = ``x0``) for t = 2 … T; at t = 1 it is x^0 itself."""
        self.check_step(t, first=2)
        return normal(self.posterior_mean(x0, x, t), _root(self.posterior_variance(t, x)))

    def edge_law(self, x: Tensor) -> Normal:
        """Return p(x^0 | x^1 = ``x``) = q(x^1 | x^0) pi(x^0)/pi(x^1): N(sqrt(1 - beta_1) x, beta_1) (appendix B)."""
        return self.step_law(x, 1)

    def prior_law(self, shape: tuple[int, ...]) -> Independent[Normal]:
        """Return pi = N(0, I) over states ``[*shape]``."""
        return Independent(Normal(torch.zeros(shape), torch.ones(shape)), len(shape))

    def step(self, x: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw ``x^t ~ q(x^t | x^t-1 = x)``, t = 1 … T, states ``[N, *shape]``."""
        return draw(self.step_law(x, t), rng)

    def jump(self, x0: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw ``x^t ~ q(x^t | x^0)`` at once, without the steps between.

        Args:
            x0: Data ``[N, *shape]``, standardised.
            t: Step, 0 … T; 0 returns ``x0``.
            rng: Source of the noise; equal states give equal draws.

        Raises:
            BadInputError: If ``t`` is outside 0 … T.
        """
        return x0 if t == 0 else draw(self.jump_law(x0, t), rng)

    def prior(self, count: int, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        """Draw ``count`` states from pi: ``[count, *shape]``, float32."""
        return torch.randn((count, *shape), generator=rng)

    def prior_cross_entropy(self, x0: Tensor) -> Tensor:
        """Return -E[ln pi(x^T) | x^0] in nats for each sample of ``x0`` [N, *shape], float64 ``[N]`` (appendix B).

        It is computed from the data's own second moment, never assumed to be that of unit variance.
        """
        flat = x0.double().flatten(1)
        dimensions = flat.shape[1]
        end = self.alpha_bars[-1]
        second_moment = end * flat.square().sum(1) + dimensions * (1.0 - end)
        return 0.5 * (dimensions * math.log(2.0 * math.pi) + second_moment)

    def null_log_likelihood(self) -> float:
        """Return the null model's log-likelihood, the unit Gaussian's, in nats per dimension: -1/2 ln(2 pi e)."""
        return -0.5 * LOG_TWO_PI_E

    def jump_entropies(self) -> Tensor:
        """Return H_q(X^t | X^0) for t = 1 … T in nats per dimension, float64 ``[T]``."""
        return 0.5 * (LOG_TWO_PI_E + torch.log(1.0 - self.alpha_bars[1:]))

    def step_entropies(self) -> Tensor:
        """Return H_q(X^t | X^t-1) for t = 1 … T in nats per dimension, float64 ``[T]``."""
        return 0.5 * (LOG_TWO_PI_E + torch.log(self.betas))

    def entropies(self) -> StepEntropies:
        """Return the bounds of every reverse step's entropy, bits per dimension (section 2.6, appendix A)."""
        given_0 = self.jump_entropies()
        upper = self.step_entropies()
        before = torch.cat([torch.tensor([-math.inf], dtype=torch.float64), given_0[:-1]])
        return StepEntropies(
            upper=_in_bits(upper),
            lower=_in_bits(upper + before - given_0),
            t_given_0=_in_bits(given_0),
        )

    def check_step(self, t: int | Tensor, first: int) -> None:
        """Raise `BadInputError` if ``t`` is an int outside ``first`` … T; a tensor of steps is trusted."""
        if isinstance(t, int) and not first <= t <= self.steps:
            raise BadInputError(f"t: {t} is not between {first} and {self.steps}")


def draw(law: Normal, rng: torch.Generator) -> Tensor:
    """Draw once from ``law`` with the generator ``rng``, which torch.distributions cannot be given."""
    mean = law.mean
    return torch.addcmul(mean, law.stddev, torch.randn(mean.shape, generator=rng, dtype=mean.dtype))


def pick(table: Tensor, t: int | Tensor, like: Tensor) -> Tensor | float:
    """Return ``table[t]``: a float for one step; for many a tensor ``[N, 1, …]`` of the type of ``like``."""
    if isinstance(t, int):
        return float(table[t])
    return table[t].to(like.dtype).reshape(-1, *[1] * (like.dim() - 1))


def normal(mean: Tensor, spread: Tensor | float) -> Normal:
    """Return N(mean, spread^2), unchecked: the arguments are the engine's own and the loops are hot."""
    if not isinstance(spread, Tensor):
        spread = torch.tensor(spread, dtype=mean.dtype)
    return Normal(mean, spread, validate_args=False)


def _root(value: Tensor | float) -> Tensor | float:
    return value.sqrt() if isinstance(value, Tensor) else math.sqrt(value)


def _in_bits(nats: Tensor) -> NDArray[np.float64]:
    bits = (nats.detach() / NATS_PER_BIT).numpy()
    bits.setflags(write=False)
    return bits
