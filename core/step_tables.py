"""What both processes say of their steps in the same words."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.laws import NATS_PER_BIT
from core.schedules import checked
from core.values import StepEntropies


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


def check_finite(x: NDArray[np.generic], name: str) -> None:
    """Raise `BadInputError` unless ``x``, called ``name``, holds finite real numbers alone."""
    if x.dtype.kind not in "fiub":
        raise BadInputError(f"{name}: it holds {x.dtype}, where numbers are wanted")
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        place = tuple(int(index) for index in bad[0])
        raise BadInputError(f"{name}: entry {place} is {x[place]}, which is not finite")


def erased_between(betas: Tensor, s: int, t: int) -> float:
    """Return 1 - a_s+1 … a_t, the share of the signal of step s that is gone at t, with the digits of small rates."""
    return -math.expm1(float(torch.log1p(-betas[s:t]).sum()))


def step_entropies_in_bits(
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
    bits: NDArray[np.float64] = (nats.detach() / NATS_PER_BIT).numpy()
    bits.setflags(write=False)
    return bits
