"""The forward processes q behind one small interface (section 2.1, table App. 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Bernoulli, MultivariateNormal, Normal

from core.binomial_process import BinomialProcess
from core.errors import BadInputError
from core.gaussian_process import GaussianProcess
from core.values import StepEntropies

__all__ = ["KINDS", "LAWS", "BinomialProcess", "GaussianProcess", "Process", "process_of"]


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

    def step_law(self, x: Tensor, t: int | Tensor) -> Any:
        """Return q(x^t | x^t-1 = ``x``), t = 1 … T."""

    def stretch_law(self, x: Tensor, s: int, t: int) -> Any:
        """Return q(x^t | x^s = ``x``), 0 <= s < t <= T."""

    def jump_law(self, x0: Tensor, t: int | Tensor) -> Any:
        """Return q(x^t | x^0 = ``x0``), t = 1 … T."""

    def posterior_law(self, x0: Tensor, x: Tensor, t: int | Tensor) -> Any:
        """Return q(x^t-1 | x^t = ``x``, x^0 = ``x0``), t = 2 … T."""

    def bridge_law(self, x0: Tensor, x: Tensor, s: int, t: int) -> Any:
        """Return q(x^s | x^t = ``x``, x^0), 1 <= s < t <= T, ``x0`` data or a guess of them."""

    def edge_law(self, x: Tensor) -> Any:
        """Return p(x^0 | x^1 = ``x``), which appendix B fixes."""

    def prior_law(self, x: Tensor) -> Any:
        """Return pi for states like ``x``."""

    def step(self, x: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw x^t given x^t-1 = ``x``."""

    def jump(self, x0: Tensor, t: int, rng: torch.Generator) -> Tensor:
        """Draw x^t given x^0 at once, t = 0 … T."""

    def prior(self, count: int, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        """Draw ``count`` states of ``shape`` from pi."""

    def guess(self, law: Any, x: Tensor, t: int) -> Tensor:
        """Return the guess E[x^0 | x^t = ``x``] that lies behind the kernel ``law`` = p(x^t-1 | x^t = ``x``)."""

    def prior_cross_entropy(self, x0: Tensor) -> Tensor:
        """Return -E[ln pi(x^T) | x^0] for each sample, float64 ``[N]``."""

    def null_log_likelihood(self, x0: Tensor) -> float:
        """Return the null model's log-likelihood, nats per dimension."""

    def jump_entropies(self) -> Tensor:
        """Return H_q(X^t | X^0), t = 1 … T, per dimension."""

    def step_entropies(self) -> Tensor:
        """Return H_q(X^t | X^t-1), t = 1 … T, per dimension."""

    def entropies(self) -> StepEntropies:
        """Return the bounds of every reverse step's entropy, bits per dimension."""

    def check_step(self, t: int | Tensor, first: int) -> None:
        """Raise `BadInputError` if ``t`` is no step, or int64 steps ``[N]``, of ``first`` … T."""

    def check_states(self, x: NDArray[np.floating], name: str) -> None:
        """Raise `BadInputError` if ``x``, called ``name``, holds values that are no states of this process."""


KINDS: Mapping[str, Callable[[NDArray[np.float64] | Tensor], Process]] = {
    GaussianProcess.kind: GaussianProcess,
    BinomialProcess.kind: BinomialProcess,
}

LAWS: Mapping[str, type | UnionType] = {
    GaussianProcess.kind: Normal | MultivariateNormal,
    BinomialProcess.kind: Bernoulli,
}
"""What the kernels of each kind of process are, its reverse ones too."""


def process_of(kind: str, betas: NDArray[np.float64] | Tensor) -> Process:
    """Return the process of one `KINDS` with rates ``betas`` [T].

    Raises:
        BadInputError: If there is no such kind, or a rate is outside (0, 1].
    """
    if kind not in KINDS:
        raise BadInputError(f"process kind {kind!r} is unknown; there are {' and '.join(KINDS)}")
    process: Process = KINDS[kind](betas)
    return process
