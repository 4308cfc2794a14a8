"""Rates beta_t as torch modules, learned or fixed, for training (section 2.4.1)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import BadInputError
from core.processes.schedules import checked


class LearnedSchedule(nn.Module):
    """Rates beta_2 … beta_T to be learned by ascending K, with beta_1 and the end alpha_bar_T held fixed.

    A softmax distributes the total -ln alpha_bar_T over the steps. Without it, learned rates may destroy too little
    signal: K stays high, but x^T is far from the prior.

    Attributes:
        logits: ``[T - 1]`` float64; equal logits give equal shares.
    """

    first: Tensor
    total: Tensor

    def __init__(self, start: NDArray[np.float64]) -> None:
        """Start from the schedule ``start`` [T], T >= 2, whose beta_1 and alpha_bar_T are kept.

        Raises:
            BadInputError: If it is no such schedule, or a rate of it is 1.
        """
        super().__init__()
        start = checked(start)
        if start.size < 2 or start.max() >= 1:
            raise BadInputError("betas: learned rates need two steps or more, each below 1")
        erased = -np.log1p(-start)
        # Buffers, so that a training's state holds them, bit for bit.
        self.register_buffer("first", torch.tensor(start[:1]))
        self.register_buffer("total", torch.tensor(erased[1:].sum()))
        self.logits = nn.Parameter(torch.from_numpy(np.log(erased[1:] / erased[1:].sum())))

    def forward(self) -> Tensor:
        """Return the rates, float64 ``[T]``, differentiable with respect to the logits."""
        learned = -torch.expm1(-torch.softmax(self.logits, dim=0) * self.total)
        return torch.cat([self.first, learned])


class FixedSchedule(nn.Module):
    """Rates that are not learned."""

    betas: Tensor

    def __init__(self, betas: NDArray[np.float64]) -> None:
        """Keep the schedule ``betas`` [T].

        Raises:
            BadInputError: If it is no schedule.
        """
        super().__init__()
        self.register_buffer("betas", torch.tensor(checked(betas)))

    def forward(self) -> Tensor:
        """Return the rates, float64 ``[T]``."""
        return self.betas


ScheduleModule = LearnedSchedule | FixedSchedule
"""A module whose output are the rates."""
