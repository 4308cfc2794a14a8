"""Diffusion rates beta_t (section 2.4.1): how fast each step of the forward process destroys.

A schedule is a float64 array ``[T]`` with 0 < beta_t <= 1; entry ``t - 1`` is the rate of the step t-1 -> t.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import BadInputError

MAX_STEPS = 100_000


def checked(betas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``betas`` as float64 ``[T]``.

    Raises:
        BadInputError: If it is not a non-empty vector of finite rates in (0, 1]; the message names the first bad step.
    """
    betas = np.asarray(betas, dtype=np.float64)
    if betas.ndim != 1 or not 1 <= betas.size <= MAX_STEPS:
        raise BadInputError(f"betas: shape {betas.shape} is not a vector of 1 to {MAX_STEPS} rates")
    bad = np.flatnonzero(~((betas > 0) & (betas <= 1)))
    if bad.size:
        raise BadInputError(f"betas: the rate of step {bad[0] + 1} is {betas[bad[0]]}; rates lie in (0, 1]")
    return betas


def alpha_bars(betas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the signal that is left, alpha_bar_t = prod (1 - beta_s), for t = 0 … T: float64 ``[T + 1]``."""
    return np.concatenate([[1.0], np.cumprod(1.0 - checked(betas))])


def constant_erasure(steps: int, first: float | None = None, offset: int = 1) -> NDArray[np.float64]:
    """Return beta_t = 1/(T - t + offset), which erases a constant share of the signal at each step (section 2.4.1).

    Args:
        steps: T.
        first: beta_1, if it is to differ: the narrowest width a Gaussian model can have.
        offset: 1 as in the paper for bits, 2 as in the reference code for Gaussian data.
    """
    betas = 1.0 / (_checked_steps(steps) - np.arange(1, steps + 1) + offset)
    if first is not None:
        betas[0] = first
    return checked(betas)


def constant(steps: int, alpha_bar_end: float = 1e-3) -> NDArray[np.float64]:
    """Return the one rate which, T times, leaves alpha_bar_T = ``alpha_bar_end`` of the signal."""
    _checked_end(alpha_bar_end)
    return checked(np.full(_checked_steps(steps), -math.expm1(math.log(alpha_bar_end) / steps)))


def linear(steps: int, first: float, last: float) -> NDArray[np.float64]:
    """Return rates that grow evenly from beta_1 = ``first`` to beta_T = ``last``."""
    return checked(np.linspace(first, last, _checked_steps(steps)))


def log_linear(steps: int, first: float, alpha_bar_end: float) -> NDArray[np.float64]:
    """Return rates whose ln(alpha_bar_t / (1 - alpha_bar_t)) falls evenly from 1 - ``first`` to ``alpha_bar_end``."""
    _checked_end(alpha_bar_end)
    if not 0 < first < 1 - alpha_bar_end:
        raise BadInputError(f"first: {first} is not a rate between 0 and {1 - alpha_bar_end}")
    begin, end = math.log1p(-first) - math.log(first), math.log(alpha_bar_end) - math.log1p(-alpha_bar_end)
    log_ratio = np.linspace(begin, end, _checked_steps(steps))
    log_alpha_bar = -np.logaddexp(0.0, -log_ratio)
    return checked(-np.expm1(np.diff(log_alpha_bar, prepend=0.0)))


class LearnedRates(nn.Module):
    """Rates beta_2 … beta_T to be learned by ascending K, with beta_1 and the end alpha_bar_T held fixed.

    The total -ln alpha_bar_T is shared out among the steps by a softmax. Left free, learned rates may stop
    destroying: K stays fine while what is left at T is far from the prior.

    Attributes:
        logits: ``[T - 1]`` float64; steps whose logits are equal share alike.
    """

    def __init__(self, start: NDArray[np.float64]) -> None:
        """Begin at the schedule ``start`` [T], T >= 2, whose beta_1 and alpha_bar_T are kept."""
        super().__init__()
        start = checked(start)
        if start.size < 2 or start.max() >= 1:
            raise BadInputError("betas: learned rates need two steps or more, each below 1")
        erased = -np.log1p(-start)
        self.first = float(start[0])
        self.total = float(erased[1:].sum())
        self.logits = nn.Parameter(torch.from_numpy(np.log(erased[1:] / self.total)))

    def forward(self) -> Tensor:
        """Return the rates, float64 ``[T]``, differentiable with respect to the logits."""
        learned = -torch.expm1(-torch.softmax(self.logits, dim=0) * self.total)
        return torch.cat([torch.tensor([self.first], dtype=torch.float64), learned])


def _checked_steps(steps: int) -> int:
    if not 1 <= steps <= MAX_STEPS:
        raise BadInputError(f"steps: {steps} is not between 1 and {MAX_STEPS}")
    return steps


def _checked_end(alpha_bar_end: float) -> None:
    if not 0 < alpha_bar_end < 1:
        raise BadInputError(f"alpha_bar_end: {alpha_bar_end} is not between 0 and 1")
