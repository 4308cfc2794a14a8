"""What both processes say of their steps in the same words."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.processes.schedules import checked
from core.values.arrays import read_only
from core.values.measurements import NATS_PER_BIT, StepEntropies


def tabulated(betas: NDArray[np.float64] | Tensor) -> tuple[Tensor, Tensor]:
    """Return the rates ``betas`` and alpha_bar after each step, both float64 ``[T]``; tensors keep their gradient.

    Raises:
        BadInputError: If a rate is outside (0, 1].
    """
    rates = checked(betas.detach().numpy() if isinstance(betas, Tensor) else betas)
    table = betas.double() if isinstance(betas, Tensor) else torch.tensor(rates)
    return table, torch.cumprod(1.0 - table, dim=0)


def check_step(t: object, first: int, last: int, name: str = "t") -> None:
    """Raise `BadInputError` unless ``t``, called ``name``, is a step in ``first`` … ``last``, or int64 ones ``[N]``."""
    if isinstance(t, Tensor):
        if t.dtype != torch.int64 or t.dim() != 1:
            raise BadInputError(f"{name}: {t.dtype} of shape {tuple(t.shape)}, where int64 steps [N] are wanted")
        bad: list[object] = [] if t.numel() == 0 else [end for end in map(int, t.aminmax()) if not first <= end <= last]
    else:
        bad = [] if isinstance(t, int) and not isinstance(t, bool) and first <= t <= last else [t]
    if bad:
        raise BadInputError(f"{name}: {bad[0]} is not a step between {first} and {last}")


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


def erased_between(betas: Tensor, s: int, t: int) -> float:
    """Return 1 - a_s+1 … a_t, the share of the signal of step s that is gone at t, with the digits of small rates."""
    return -math.expm1(float(torch.log1p(-betas[s:t]).sum()))


def entropy_bounds_in_bits(
    step: Tensor, given_0: Tensor, *, entropy_of_data_given_itself: float = -math.inf
) -> StepEntropies:
    """Return the bounds of every reverse step's entropy, bits per dimension (section 2.6, appendix A).

    Args:
        step: H_q(X^t | X^t-1), t = 1 … T, nats per dimension.
        given_0: H_q(X^t | X^0), t = 1 … T, nats per dimension.
        entropy_of_data_given_itself: H_q(X^0 | X^0): 0 for bits, minus infinity where values are continuous.
    """
    before = torch.cat([torch.tensor([entropy_of_data_given_itself], dtype=torch.float64), given_0[:-1]])
    return StepEntropies(upper=_in_bits(step), lower=_in_bits(step + before - given_0), t_given_0=_in_bits(given_0))


def _in_bits(nats: Tensor) -> NDArray[np.float64]:
    return read_only((nats.detach() / NATS_PER_BIT).numpy())


class Process(Protocol):
    """A diffusion of data towards a distribution pi of which nothing is to be learned.

    Steps ``t`` are an int for a whole batch, or an int64 tensor ``[N]`` with one for each state; states are
    ``[N, *shape]``. Tables are float64, entropies and log-probabilities in nats.
    """

    @property
    def kind(self) -> str:
        """Return "gaussian" or "binomial"."""

    steps: int
    betas: Tensor
    alpha_bars: Tensor

    def transition(self, x: Tensor, t: int | Tensor) -> Any:
        """Return q(x^t | x^t-1 = ``x``), t = 1 … T."""

    def multi_step_transition(self, x: Tensor, s: int, t: int) -> Any:
        """Return q(x^t | x^s = ``x``), 0 <= s < t <= T."""

    def marginal(self, x0: Tensor, t: int | Tensor) -> Any:
        """Return q(x^t | x^0 = ``x0``), t = 1 … T."""

    def posterior(self, x0: Tensor, x: Tensor, t: int | Tensor) -> Any:
        """Return q(x^t-1 | x^t = ``x``, x^0 = ``x0``), t = 2 … T."""

    def multi_step_posterior(self, x0: Tensor, x: Tensor, s: int, t: int) -> Any:
        """Return q(x^s | x^t = ``x``, x^0), 1 <= s < t <= T, ``x0`` data or a guess of them."""

    def final_kernel(self, x: Tensor) -> Any:
        """Return p(x^0 | x^1 = ``x``), which appendix B fixes."""

    def prior_distribution(self, x: Tensor) -> Any:
        """Return pi for states like ``x``."""

    def step(self, x: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw x^t given x^t-1 = ``x``."""

    def jump(self, x0: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw x^t given x^0 at once, t = 0 … T."""

    def prior(self, count: int, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        """Draw ``count`` states of ``shape`` from pi."""

    def x0_estimate(self, distribution: Any, x: Tensor, t: int) -> Tensor:
        """Return E[x^0 | x^t = ``x``] that the kernel ``distribution`` = p(x^t-1 | x^t = ``x``) implies."""

    def prior_cross_entropy(self, x0: Tensor) -> Tensor:
        """Return -E[ln pi(x^T) | x^0] for each sample, float64 ``[N]``."""

    def null_log_likelihood(self, x0: Tensor) -> float:
        """Return the null model's log-likelihood, nats per dimension."""

    def marginal_entropies(self) -> Tensor:
        """Return H_q(X^t | X^0), t = 1 … T, per dimension."""

    def transition_entropies(self) -> Tensor:
        """Return H_q(X^t | X^t-1), t = 1 … T, per dimension."""

    def entropies(self) -> StepEntropies:
        """Return the bounds of every reverse step's entropy, bits per dimension."""

    def check_step(self, t: int | Tensor, first: int) -> None:
        """Raise `BadInputError` if ``t`` is no step, or int64 steps ``[N]``, of ``first`` … T."""

    def check_states(self, x: NDArray[np.floating], name: str) -> None:
        """Raise `BadInputError` if ``x``, called ``name``, holds values that are no states of this process."""
