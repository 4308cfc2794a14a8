"""The forward process q: the interface of all kinds, and what follows from it (section 2.1, table App. 1)."""
# ruff: noqa: ARG002 - methods that a process need not have only raise here

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.processes.distributions import StateDistribution
from core.processes.schedules import checked
from core.values.arrays import check_finite, read_only
from core.values.measurements import NATS_PER_BIT, StepEntropies
from core.values.runs import check_whole_step

Steps = int | Tensor
"""One step for a whole batch, or an int64 tensor ``[N]`` with one for each state."""


class Process(ABC):
    """A diffusion of data towards a fixed distribution pi.

    States are ``[N, *shape]``. Tables are float64, entropies and log-probabilities in nats. A new process implements
    the abstract methods. Other methods follow from them, or raise `BadInputError` unless they are implemented.

    Attributes:
        kind: Its name in checkpoints.
        distributions: Types of its reverse kernels.
        deterministic: Whether it can be reversed without noise, by `deterministic_step`.
        data_entropy: H_q(X^0 | X^0): 0 for bits, minus infinity for continuous values.
        steps: T.
        betas: Rates ``[T]``; entry ``t - 1`` belongs to the step t-1 -> t. A tensor of rates keeps its gradient.
        alpha_bars: Signal left, ``[T + 1]``, alpha_bar_0 = 1.
    """

    kind: ClassVar[str]
    distributions: ClassVar[type[StateDistribution] | tuple[type[StateDistribution], ...]]
    deterministic: ClassVar[bool] = False
    data_entropy: ClassVar[float] = -math.inf

    def __init__(self, betas: NDArray[np.float64] | Tensor) -> None:
        """Tabulate the process with rates ``betas`` [T].

        Raises:
            BadInputError: If a rate is outside (0, 1].
        """
        rates = checked(betas.detach().numpy() if isinstance(betas, Tensor) else betas)
        self.betas = betas.double() if isinstance(betas, Tensor) else torch.tensor(rates)
        self.steps = len(self.betas)
        self._alpha_bars_from_1 = torch.cumprod(1.0 - self.betas, dim=0)
        self.alpha_bars = torch.cat([torch.ones(1, dtype=torch.float64), self._alpha_bars_from_1])

    # ------------------------------------------------------------------------------------------------- q, step by step
    @abstractmethod
    def transition(self, x: Tensor, t: Steps) -> StateDistribution:
        """Return q(x^t | x^t-1 = ``x``), t = 1 … T."""

    @abstractmethod
    def marginal(self, x0: Tensor, t: Steps) -> StateDistribution:
        """Return q(x^t | x^0 = ``x0``), t = 1 … T."""

    @abstractmethod
    def posterior(self, x0: Tensor, x: Tensor, t: Steps) -> StateDistribution:
        """Return q(x^t-1 | x^t = ``x``, x^0 = ``x0``), t = 2 … T; at t = 1 it is x^0 itself."""

    @abstractmethod
    def prior_distribution(self, x: Tensor) -> StateDistribution:
        """Return pi for states like ``x`` [N, *shape]."""

    def multi_step_transition(self, x: Tensor, s: int, t: int) -> StateDistribution:
        """Return q(x^t | x^s = ``x``), 0 <= s < t <= T: many steps at once, for RePaint resampling."""
        raise BadInputError(f"a {self.kind} process has no multi-step transition")

    def multi_step_posterior(self, x0: Tensor, x: Tensor, s: int, t: int) -> StateDistribution:
        """Return q(x^s | x^t = ``x``, x^0), 1 <= s < t <= T, for long steps; ``x0`` is data or an x^0 estimate."""
        raise BadInputError(f"a {self.kind} process has no multi-step posterior")

    def final_kernel(self, x: Tensor) -> StateDistribution:
        """Return p(x^0 | x^1 = ``x``) = q(x^1 | x^0) pi(x^0)/pi(x^1), the first step reversed (appendix B)."""
        return self.transition(x, 1)

    def step(self, x: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw ``x^t ~ q(x^t | x^t-1 = x)``, t = 1 … T, states ``[N, *shape]``."""
        return self.transition(x, t).draw(rng)

    def jump(self, x0: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw ``x^t ~ q(x^t | x^0)`` at once.

        Args:
            x0: Data ``[N, *shape]``, model units.
            t: Step, 0 … T; 0 returns ``x0``.
            rng: Source of the noise; equal states give equal draws.

        Raises:
            BadInputError: If ``t`` is outside 0 … T.
        """
        return x0 if t == 0 else self.marginal(x0, t).draw(rng)

    def prior(self, count: int, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        """Draw ``count`` states from pi: ``[count, *shape]``, float32."""
        return self.prior_distribution(torch.zeros(count, *shape)).draw(rng)

    # ------------------------------------------------------------------------------------------ reverse kernels and x^0
    @abstractmethod
    def x0_estimate(self, kernel: StateDistribution, x: Tensor, t: int) -> Tensor:
        """Return the E[x^0 | x^t = ``x``], ``[N, *shape]``, that ``kernel`` = p(x^t-1 | x^t) implies, t = 1 … T."""

    def divergence(self, kernel: StateDistribution, x0: Tensor, x: Tensor, t: Steps) -> Tensor:
        """Return KL(q(x^t-1 | x^t = ``x``, x^0 = ``x0``) || ``kernel``), t = 2 … T: nats a sample, float64 ``[N]``."""
        return self.posterior(x0, x, t).divergence(kernel)

    def multi_step_kernel(self, kernel: StateDistribution, x: Tensor, s: int, t: int) -> StateDistribution:
        """Return the approximate p(x^s | x^t = ``x``), 1 <= s < t - 1, that ``kernel`` = p(x^t-1 | x^t) implies."""
        return self.multi_step_posterior(self.x0_estimate(kernel, x, t), x, s, t)

    def deterministic_step(self, x0_estimate: Tensor, x: Tensor, s: int, t: int) -> Tensor:
        """Return x^s for x^t = ``x``, 1 <= s < t <= T, with the noise in x^t that ``x0_estimate`` implies."""
        raise BadInputError(f"a {self.kind} process has no deterministic step")

    def draw_multi_step(self, kernel: StateDistribution, s: int, t: int, rng: torch.Generator) -> Tensor:
        """Draw x^s from ``kernel``, the approximation of the steps from t down to s, with noise of its own.

        A process may draw it with the noise of those steps instead, so that samples resemble the chain's.
        """
        return kernel.draw(rng)

    def kernel_of_x0_moments(self, mean: Tensor, variance: Tensor, x: Tensor, t: Steps) -> StateDistribution:
        """Return the kernel p(x^t-1 | x^t = ``x``), t = 2 … T, for an x^0 with these moments given x^t.

        ``mean`` and ``variance`` are those of each entry, float64, of the shape of ``x``.
        """
        raise BadInputError(f"a {self.kind} process has no kernels from the moments of x^0")

    def log_likelihoods(self, x: Tensor, data: Tensor, t: Tensor) -> Tensor:
        """Return ln q(x^t = ``x`` [N, D] | x^0) for all ``data`` [M, D], up to a constant for each state: ``[N, M]``.

        In float64, since large terms nearly cancel near t = 0; ``t`` [N] holds the step of each state.
        """
        raise BadInputError(f"a {self.kind} process has no likelihoods of data")

    # --------------------------------------------------------------------------------------- entropies, the null model
    @abstractmethod
    def transition_entropies(self) -> Tensor:
        """Return H_q(X^t | X^t-1) for t = 1 … T in nats per dimension, float64 ``[T]``."""

    @abstractmethod
    def marginal_entropies(self) -> Tensor:
        """Return H_q(X^t | X^0) for t = 1 … T in nats per dimension, float64 ``[T]``."""

    @abstractmethod
    def prior_cross_entropy(self, x0: Tensor) -> Tensor:
        """Return -E[ln pi(x^T) | x^0] in nats for each sample of ``x0`` [N, *shape], float64 ``[N]`` (appendix B)."""

    @abstractmethod
    def null_log_likelihood(self, x0: Tensor) -> float:
        """Return the log-likelihood of ``x0`` under the null model of independent entries, in nats per dimension."""

    def check_states(self, x: NDArray[np.floating], name: str) -> None:
        """Raise `BadInputError` if ``x``, called ``name``, is not made of states of this process."""
        check_finite(x, name)

    def entropies(self) -> StepEntropies:
        """Return the bounds on the entropy of every reverse step, bits per dimension (section 2.6, appendix A)."""
        step, given_0 = self.transition_entropies(), self.marginal_entropies()
        before = torch.cat([torch.tensor([self.data_entropy], dtype=torch.float64), given_0[:-1]])
        return StepEntropies(upper=_in_bits(step), lower=_in_bits(step + before - given_0), t_given_0=_in_bits(given_0))

    def check_step(self, t: Steps, first: int) -> None:
        """Raise `BadInputError` if ``t`` is no step, or int64 steps ``[N]``, of ``first`` … T."""
        check_step(t, first, self.steps)

    def _check(self, t: Steps, first: int, **states: Tensor) -> None:
        self.check_step(t, first)
        check_floating(**states)

    def erased_between(self, s: int, t: int) -> float:
        """Return 1 - a_s+1 … a_t, the share of x^s's signal that is lost at t, accurate for small rates."""
        return -math.expm1(float(torch.log1p(-self.betas[s:t]).sum()))


def check_step(t: object, first: int, last: int, name: str = "t") -> None:
    """Raise `BadInputError` unless ``t``, called ``name``, is a step in ``first`` … ``last``, or int64 ones ``[N]``."""
    if not isinstance(t, Tensor):
        check_whole_step(t, first, last, name)
        return
    if t.dtype != torch.int64 or t.dim() != 1:
        raise BadInputError(f"{name}: {t.dtype} of shape {tuple(t.shape)}, where int64 steps [N] are wanted")
    for end in map(int, t.aminmax() if t.numel() else ()):
        check_whole_step(end, first, last, name)


def check_floating(**states: object) -> None:
    """Raise `BadInputError` unless ``states`` are tensors of floating numbers, all of one shape."""
    shapes = []
    for name, x in states.items():
        if not isinstance(x, Tensor) or not x.is_floating_point():
            found = x.dtype if isinstance(x, Tensor) else type(x).__name__
            raise BadInputError(f"{name}: {found}, where a tensor of floating numbers is wanted")
        shapes.append(tuple(x.shape))
    if any(shape != shapes[0] for shape in shapes):
        raise BadInputError(f"{' and '.join(states)}: shapes {' and '.join(map(str, shapes))} are not the same")


def _in_bits(nats: Tensor) -> NDArray[np.float64]:
    return read_only((nats.detach() / NATS_PER_BIT).numpy())
